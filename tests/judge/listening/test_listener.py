"""What holds for everything that is heard."""

import itertools
import math
import tracemalloc
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from core.media import SAMPLE_RATE_HZ
from core.messages import Reading
from judge.listening import Listener

from .signals import heard, hops, info, kicks, minor_track, stereo

SECONDS = 15
COUNT = SECONDS * SAMPLE_RATE_HZ


def numbers(value):
    """Every number in a result, however deep."""
    if isinstance(value, float | int):
        yield value
    elif isinstance(value, tuple):
        yield from itertools.chain.from_iterable(map(numbers, value))
    elif is_dataclass(value):
        for field in fields(value):
            yield from numbers(getattr(value, field.name))


def test_results_are_plain_python_numbers():
    for result in heard(SOUNDS["music"]):
        assert all(type(number) in {float, int, bool} for number in numbers(result))


def readings(value):
    if isinstance(value, Reading):
        yield value
    elif isinstance(value, tuple):
        yield from itertools.chain.from_iterable(map(readings, value))
    elif is_dataclass(value):
        for field in fields(value):
            yield from readings(getattr(value, field.name))


RNG = np.random.default_rng(7)
SOUNDS = {
    "silence": np.zeros((COUNT, 2)),
    "direct current": np.full((COUNT, 2), 1.0),
    "full-scale noise": RNG.uniform(-1, 1, (COUNT, 2)),
    "beyond full scale": RNG.uniform(-8, 8, (COUNT, 2)),
    "one click": np.eye(COUNT, 1)[:, [0, 0]],
    "alternating full scale": np.tile([[1.0, -1.0], [-1.0, 1.0]], (COUNT // 2, 1)),
    "denormals": np.full((COUNT, 2), 1e-40),
    "music": stereo(minor_track(57, 126, SECONDS + 1))[:COUNT],
}


@pytest.mark.parametrize("name", SOUNDS)
def test_anything_can_be_heard_and_all_numbers_are_finite(name):
    for result in heard(SOUNDS[name].astype(np.float32)):
        assert all(math.isfinite(number) for number in numbers(result))
        for reading in readings(result):
            assert (reading.value is None) != (reading.reason is None)
            assert 0 <= reading.confidence <= 1
        for share in (result.energy, result.danceability):
            assert share is None or 0 <= share <= 1


def test_nothing_looks_ahead():
    sound = stereo(minor_track(57, 126, 30))
    other = np.concatenate((sound[: 20 * SAMPLE_RATE_HZ], SOUNDS["full-scale noise"])).astype(
        np.float32
    )
    # The last hop before they part is left out: the resampling filter of the test looks ahead.
    assert heard(sound)[:39] == heard(other)[:39]


def test_the_same_sound_is_heard_the_same():
    sound = stereo(minor_track(60, 130, 12))
    assert heard(sound) == heard(sound)


def test_hops_that_never_came_are_survived():
    listener = Listener(info())
    sound = list(hops(stereo(kicks(126, 40.0))))
    kept = sound[:40] + sound[60:]
    results = [listener.hear(hop, spectra) for hop, spectra in kept]
    assert results[-1].bpm.value == pytest.approx(126, rel=0.01)
    assert all(math.isfinite(number) for number in numbers(results[-1]))


def test_memory_does_not_grow_with_the_set():
    listener = Listener(info())
    sound = list(hops(stereo(minor_track(57, 126, 10))))

    def play(rounds):
        for _ in range(rounds):
            for hop, spectra in sound:
                play.position += 1
                listener.hear(
                    type(hop)("set", play.position, play.position * 24_000, hop.samples, 0, 0.0),
                    spectra,
                )

    play.position = -1
    play(2)
    tracemalloc.start()
    play(1)
    early, _ = tracemalloc.get_traced_memory()
    play(5)
    late, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert late - early < 100_000
