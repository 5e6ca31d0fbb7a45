"""Known sounds through the real judge: what is physically in them must come out.

An expectation is exact, `{"about": x, "within": y}` or `{"count": n}`. What depends on the weights
of a model is bounded only by its scale: a model trained anew must not need new golden files.
"""

from pathlib import Path

import av
import numpy as np
import orjson
import pytest

from core.plain import to_plain
from judge.engine import Engine
from tests.golden import render
from web.judging import judge_file
from web.texts import Texts

FOLDER = Path(__file__).parent
SOUNDS = sorted(path for path in FOLDER.iterdir() if path.suffix in {".opus", ".flac"})


@pytest.fixture(scope="module")
def engine():
    return Engine.load(providers=("CPUExecutionProvider",))


@pytest.mark.parametrize("sound", SOUNDS, ids=lambda path: path.stem)
def test_a_known_sound_is_judged_as_expected(sound, engine):
    expected = orjson.loads(sound.with_suffix(".json").read_bytes())
    report = to_plain(judge_file(sound, lambda: engine, None, Texts("en")).report)
    wrong = {
        path: found
        for path, wanted in expected.items()
        if not fits(found := at(report, path), wanted)
    }
    assert not wrong


def at(report, path):
    for step in path.split("."):
        report = report[int(step)] if isinstance(report, list) else report[step]
    return report


def fits(found, wanted):
    if not isinstance(wanted, dict):
        return found == wanted
    if "count" in wanted:
        return len(found) == wanted["count"]
    return isinstance(found, float) and abs(found - wanted["about"]) <= wanted["within"]


def test_the_expected_loudness_is_that_of_another_meter():
    expected = orjson.loads((FOLDER / "house_124.json").read_bytes())["loudness_lufs"]
    assert abs(ffmpeg_loudness(FOLDER / "house_124.opus") - expected["about"]) <= 0.1


def ffmpeg_loudness(path):
    """Measure with FFmpeg's own EBU R128 filter."""
    with av.open(str(path)) as container:
        graph = av.filter.Graph()
        source = graph.add_abuffer(template=container.streams.audio[0])
        meter = graph.add("ebur128", "metadata=1:framelog=quiet")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        loudness = None
        for frame in container.decode(audio=0):
            source.push(frame)
            while True:
                try:
                    metadata = sink.pull().metadata
                except (av.BlockingIOError, av.EOFError):
                    break
                loudness = float(metadata.get("lavfi.r128.I", loudness or -70.0))
    return loudness


def test_the_files_are_what_the_script_renders(tmp_path):
    """Encoders differ a little from version to version, the sound must not."""
    path = tmp_path / "again.opus"
    render.write(path, render.house(), "libopus", 64_000)
    again, kept = (decoded(each) for each in (path, FOLDER / "house_124.opus"))
    assert abs(len(again) - len(kept)) < 5_000
    length = min(len(again), len(kept))
    assert np.corrcoef(again[:length], kept[:length])[0, 1] > 0.98


def decoded(path):
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray().reshape(-1, order="F") for frame in container.decode(audio=0)]
    return np.concatenate(frames)


def test_the_files_stay_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 300_000
