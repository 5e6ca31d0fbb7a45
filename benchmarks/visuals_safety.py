"""Shows of real music, looked at by an independent checker of flashes (EA's IRIS).

`python -m benchmarks.visuals_safety [--seeds 4] [--output DIR]`. The recordings are not part of the
project: `../shared/data/audio`, or the folder that `DJUV_AUDIO` names. Its tracks are strung
together to sets with long fades; each set is judged once and drawn with one seed after another, and
every picture is looked at twice: as it leaves the limiter, and as a viewer sees it, out of the VP9
stream. What is written grows with each show, so a run may be stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from iris_pse_detection import FlashResult, FrameData
from numpy.typing import NDArray

from benchmarks.flash_checker import FlashChecker
from benchmarks.machine import describe_machine
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import AudioHop, SessionInfo
from core.show import ShowSettings
from judge.engine import Engine
from stream.files import open_mix
from training.evaluation import recordings
from visuals.encoding.vp9 import Vp9Encoder
from visuals.film.drawing import Camera
from visuals.film.hindsight import HeardHop
from visuals.generator import ShowGenerator
from visuals.picture import FRAMES_PER_SECOND, STANDARD, Picture
from visuals.safety.limiter import FlashLimiter

NAME: Final = "visuals-safety"
TRACKS_A_SET: Final = 4
FADE_SAMPLES: Final = 12 * SAMPLE_RATE_HZ
QUICK_HOPS: Final = 60
SEEDS: Final = 4
"""The recordings make sets of a quarter of an hour in all; so many shows of each are an hour."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring pictures that the checker objects to."""

    begin_seconds: float
    end_seconds: float
    what: str  # such as "luminance Fail"
    most_changes: int  # in a second; two make a flash
    scenes: list[str]
    palettes: list[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker says of one film."""

    most_luminance_changes: int  # in any second
    most_red_changes: int
    pattern_failures: int  # pictures
    stretches: list[Stretch]


@dataclass(frozen=True, slots=True)
class Show:
    """What was seen of one show."""

    set: int
    seed: int
    seconds: float
    scenes: dict[str, int]  # pictures
    limited: dict[str, int]  # pictures of scenes that the limiter changed
    kilobits_per_second: float
    from_limiter: Verdict
    through_video: Verdict


class Counting:
    """The limiter, and how often it had something to do."""

    def __init__(self) -> None:
        self._limiter = FlashLimiter()
        self.changed: list[bool] = []

    def limit(self, picture: Picture, position_seconds: float, *, calm: bool) -> Picture:
        """Return the picture as the limiter has it."""
        safe = self._limiter.limit(picture, position_seconds, calm=calm)
        self.changed.append(safe is not picture)
        return safe


class Checker:
    """The independent checker, and which scene and palette each picture showed."""

    def __init__(self) -> None:
        self._checker = FlashChecker((STANDARD.height, STANDARD.width), round(FRAMES_PER_SECOND))
        self._shown: list[tuple[str, str]] = []

    def look(self, picture: Picture, scene: str, palette: str) -> None:
        """Look at the next picture, which shows that scene in those colours."""
        self._checker.look(picture)
        self._shown.append((scene, palette))

    def verdict(self) -> Verdict:
        """Say what was seen."""
        pairs = zip(self._checker.seen, self._shown, strict=True)
        return Verdict(
            most_luminance_changes=self._checker.most_luminance_changes,
            most_red_changes=self._checker.most_red_changes,
            pattern_failures=self._checker.pattern_failures,
            stretches=stretches([(data, *shown) for data, shown in pairs]),
        )


class Video:
    """The stream that viewers get, and what they see of it."""

    def __init__(self) -> None:
        self._encoder = Vp9Encoder()
        self._decoder = av.VideoCodecContext.create("vp9", "r")
        self.payload_bytes = 0

    def shown(self, picture: Picture, start_sample: int) -> Picture:
        """Return a picture as it is decoded."""
        chunk = self._encoder.encode(picture, start_sample)
        self.payload_bytes += len(chunk.payload)
        (frame,) = self._decoder.decode(av.Packet(chunk.payload))
        return frame.to_ndarray(format="rgb24")


def mixes(folder: Path) -> Iterator[NDArray[np.float32]]:
    """Yield sets of the folder's tracks, shape (n, 2) at 48 kHz, one fading into the next."""
    paths = sorted((folder / "tracks").glob("*.*"))
    for first in range(0, len(paths), TRACKS_A_SET):
        mix = np.zeros((0, 2), np.float32)
        for path in paths[first : first + TRACKS_A_SET]:
            track = np.concatenate([hop.samples for hop in open_mix(path).hops()])
            fade = min(FADE_SAMPLES, len(mix), len(track))
            up = np.linspace(0.0, 1.0, fade, dtype=np.float32)[:, None]
            blend = mix[len(mix) - fade :] * np.sqrt(1.0 - up) + track[:fade] * np.sqrt(up)
            mix = np.concatenate((mix[: len(mix) - fade], blend, track[fade:]))
        yield mix


def judged(engine: Engine, mix: NDArray[np.float32]) -> list[HeardHop]:
    """Judge a set."""
    session = engine.open(SessionInfo("benchmark", "benchmark", "DJ", 0.0))
    hops = []
    for index in range(len(mix) // HOP_SAMPLES):
        start = index * HOP_SAMPLES
        samples = mix[start : start + HOP_SAMPLES]
        hop = AudioHop("benchmark", index, start, samples, 0, start / SAMPLE_RATE_HZ)
        (result,) = engine.advance([(session, hop)])
        said = tuple(message for message, _ in result.messages)
        hops.append(HeardHop(start, samples, said, result.embedding))
    return hops


def show(number: int, hops: list[HeardHop], seed: int) -> Show:
    """Draw a set's show and look at it."""
    limiter, video, direct, watched = Counting(), Video(), Checker(), Checker()
    camera = Camera(ShowGenerator(seed, STANDARD), limiter, ShowSettings(), FRAMES_PER_SECOND)
    scenes: list[str] = []
    for shot in camera.shoot(hops):
        if (drawn := shot.drawn) is not None:
            direct.look(drawn.picture, drawn.scene, drawn.palette)
            shown = video.shown(drawn.picture, shot.position_samples)
            watched.look(shown, drawn.scene, drawn.palette)
            scenes.append(drawn.scene)
    changes = zip(scenes, limiter.changed, strict=True)
    seconds = len(scenes) / FRAMES_PER_SECOND
    return Show(
        set=number,
        seed=seed,
        seconds=seconds,
        scenes=dict(Counter(scenes)),
        limited=dict(Counter(scene for scene, changed in changes if changed)),
        kilobits_per_second=8 * video.payload_bytes / seconds / 1000,
        from_limiter=direct.verdict(),
        through_video=watched.verdict(),
    )


def stretches(seen: list[tuple[FrameData, str, str]]) -> list[Stretch]:
    """Return what the checker objects to, neighbouring pictures together."""
    found: list[Stretch] = []
    for number, (data, scene, palette) in enumerate(seen):
        worst = max(
            (data.luminance_frame_result, data.luminance_transitions, "luminance"),
            (data.red_frame_result, data.red_transitions, "red"),
        )
        if worst[0] == FlashResult.Pass:
            continue
        begin, what = number / FRAMES_PER_SECOND, f"{worst[2]} {FlashResult(worst[0]).name}"
        scenes, palettes, most = {scene}, {palette}, worst[1]
        if found and found[-1].end_seconds >= begin - 1e-6 and found[-1].what == what:
            last = found.pop()
            begin, most = last.begin_seconds, max(most, last.most_changes)
            scenes |= set(last.scenes)
            palettes |= set(last.palettes)
        end = (number + 1) / FRAMES_PER_SECOND
        found.append(Stretch(begin, end, what, int(most), sorted(scenes), sorted(palettes)))
    return found


def summary(shows: list[Show]) -> dict[str, Any]:
    """Return what all shows come to."""
    pictures: Counter[str] = Counter()
    limited: Counter[str] = Counter()
    for each in shows:
        pictures.update(each.scenes)
        limited.update(each.limited)
    return {
        "minutes": sum(each.seconds for each in shows) / 60.0,
        "kilobits_per_second": [round(each.kilobits_per_second) for each in shows],
        "from_limiter": worst([each.from_limiter for each in shows]),
        "through_video": worst([each.through_video for each in shows]),
        "minutes_of_each_scene": {
            scene: round(count / FRAMES_PER_SECOND / 60.0, 2) for scene, count in pictures.items()
        },
        "share_of_pictures_limited": sum(limited.values()) / sum(pictures.values()),
        "share_of_each_scene_limited": {
            scene: round(limited[scene] / count, 3) for scene, count in pictures.items()
        },
    }


def worst(verdicts: list[Verdict]) -> dict[str, int]:
    """Return what several verdicts come to."""
    return {
        "warnings_or_failures": sum(len(each.stretches) for each in verdicts),
        "pattern_failures": sum(each.pattern_failures for each in verdicts),
        "most_luminance_changes_in_a_second": max(each.most_luminance_changes for each in verdicts),
        "most_red_changes_in_a_second": max(each.most_red_changes for each in verdicts),
    }


def shows_of(seeds: int, longest_hops: int | None = None) -> Iterator[list[Show]]:
    """Yield all shows so far, each time one more was looked at."""
    engine = Engine.load(providers=("CPUExecutionProvider",))
    sets: list[list[HeardHop]] = []
    shows: list[Show] = []
    for mix in mixes(recordings.folder()):
        sets.append(
            judged(engine, mix[: None if longest_hops is None else longest_hops * HOP_SAMPLES])
        )
        shows.append(show(len(sets) - 1, sets[-1], 1))
        yield shows
    for seed in range(2, seeds + 1):
        for number, hops in enumerate(sets):
            shows.append(show(number, hops, seed))
            yield shows


def run(quick: bool) -> dict[str, Any]:
    """Look at half a minute, or at an hour."""
    looked = shows_of(1, QUICK_HOPS) if quick else shows_of(SEEDS)
    shows = next(looked) if quick else list(looked)[-1]
    return {"summary": summary(shows), "shows": [asdict(each) for each in shows]}


def main(arguments: list[str] | None = None) -> int:
    """Look at as many shows of each set as asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visuals_safety")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="shows of each set")
    parser.add_argument("--output", type=Path, help="folder for the result")
    options = parser.parse_args(arguments)
    machine = describe_machine()
    for shows in shows_of(options.seeds):
        result = {"summary": summary(shows), "shows": [asdict(each) for each in shows]}
        text = json.dumps({"benchmark": NAME, "machine": machine, "result": result}, indent=2)
        print(json.dumps(asdict(shows[-1])), flush=True)
        if options.output is not None:
            options.output.mkdir(parents=True, exist_ok=True)
            (options.output / "visuals_safety.json").write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
