"""The real parts together: a made-up set becomes pictures that decoders take."""

from __future__ import annotations

import time

import av
import numpy as np
import onnxruntime
import pytest
from structlog.testing import capture_logs

from core.clock import ManualClock
from core.messages import Beat
from core.show import PictureFormat, ShowSettings
from inference.placement import Placement
from inference.providers import Provider
from tests.judge.music import track
from tests.stream.sound import PACKET_SAMPLES, encode
from visuals.field import FieldModel
from visuals.picture import STANDARD
from visuals.worker.assembly import make_parts, try_out
from visuals.worker.pace import Pace, ladder_below
from visuals.worker.performance import Performance
from visuals.worker.place import FieldProvider
from visuals.worker.wire import Blackout, Event, Painted, Settings, Sound, Watched

SECONDS = 4.0


def perform(seed: int, *, dark_from: float = 1e9) -> list[Painted]:
    """The pictures of a set of four seconds with a beat at 124 BPM."""
    said: list[object] = []
    rungs = ladder_below(STANDARD.height, 20.0)[:1]
    performance = Performance(
        "set-1",
        make_parts(seed, STANDARD, 20.0, 420),
        Pace(rungs),
        say=said.append,
        clock=ManualClock(),
        cpu_seconds=time.process_time,
    )
    performance.take([Settings(ShowSettings()), Watched(tuple(PictureFormat))])
    for index, payload in enumerate(encode(track(SECONDS, bpm=124.0, root_hz=110.0))):
        start = index * PACKET_SAMPLES
        if index % 25 == 0:
            performance.take([Event(Beat(start, 23_225.8, 124.0, 0.9, 0))])
            performance.take([Blackout(held=start >= dark_from * 48_000)])
        performance.take([Sound(start, PACKET_SAMPLES, False, False, 0.0, payload)])
    return [each for each in said if isinstance(each, Painted)]


def decoded(pictures: list[Painted], of: PictureFormat, codec: str) -> list[np.ndarray]:
    context = av.CodecContext.create(codec, "r")
    payloads = [each.payload for each in pictures if each.format is of]
    frames = [frame for each in payloads for frame in context.decode(av.Packet(each))]
    return [
        frame.to_ndarray(format="rgb24").astype(int) for frame in [*frames, *context.decode(None)]
    ]


def test_a_set_becomes_video_and_stills_that_show_something():
    pictures = perform(1)
    video = [each for each in pictures if each.format is PictureFormat.VP9]
    assert [each.start_sample for each in video] == [2_400 * n for n in range(len(video))]
    assert len(video) == SECONDS * 20 + 1
    assert [each.start_sample / 48_000 for each in video if each.key] == [0.0, 2.0, 4.0]
    shown = decoded(pictures, PictureFormat.VP9, "vp9")
    assert len(shown) == len(video)
    assert {each.shape for each in shown} == {(180, 320, 3)}
    assert max(each.std() for each in shown) > 10  # not one colour
    assert np.abs(shown[-1] - shown[len(shown) // 2]).mean() > 2  # nor one picture
    stills = decoded(pictures, PictureFormat.JPEG, "mjpeg")
    assert len(stills) == len(video) // 2 + 1
    assert np.abs(stills[-1] - shown[-1]).mean() < 8  # the same show in both


def test_a_seed_gives_the_same_show_again_and_another_another():
    first, again, other = (perform(seed) for seed in (7, 7, 8))
    assert [each.payload for each in first] == [each.payload for each in again]
    assert [each.payload for each in first] != [each.payload for each in other]


def test_a_blackout_is_black():
    shown = decoded(perform(1, dark_from=1.0), PictureFormat.VP9, "vp9")
    assert shown[15].mean() > 4
    assert shown[-1].mean() < 2


def test_a_machine_can_be_tried_out():
    assert 0.0 < try_out(180, 20.0, 420) < 1.0


def test_a_gpu_that_is_not_there_gives_way_to_the_cpu_and_that_is_logged(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [Provider.CPU])
    with capture_logs() as logs:
        assert try_out(180, 20.0, 420, FieldProvider.CUDA, 1) > 0.0
    (told,) = logs
    assert (told["event"], told["chosen"]) == ("inference_provider", Provider.CPU)
    assert set(told["rejected"]) == {Provider.CUDA}


def test_the_network_is_asked_onto_the_gpu_of_that_number(monkeypatch: pytest.MonkeyPatch):
    asked = []

    def on_first_of(*where: object) -> FieldModel:
        asked.append(where)
        return FieldModel.load()

    monkeypatch.setattr(FieldModel, "on_first_of", on_first_of)
    make_parts(1, STANDARD, 20.0, 420)
    assert not asked
    make_parts(1, STANDARD, 20.0, 420, FieldProvider.CUDA, 2)
    assert asked == [((Provider.CUDA, Provider.CPU), Placement(device=2), STANDARD)]
