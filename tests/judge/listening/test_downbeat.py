"""The place of the beat in its bar, where it is known how the bars were made."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ

from .signals import chord, heard, kick, kicks, placed, stereo

BPM = 126.0
BEAT = 60 / BPM
SECONDS = 40.0
RNG = np.random.default_rng(8)
CLAP = 0.4 * RNG.standard_normal(6_000) * np.exp(-np.arange(6_000) / 1_500)
TRIADS = ((45, 48, 52), (41, 45, 48), (48, 52, 55), (43, 47, 50))


def at_beats(sound: NDArray[np.float64], *places: float) -> NDArray[np.float64]:
    """Put `sound` on these beats of every bar."""
    bars = np.arange(int(SECONDS / (4 * BEAT)))
    times = np.sort([(4 * bar + place) * BEAT for bar in bars for place in places])
    return placed(sound, times, SECONDS)


def chords_each_bar() -> NDArray[np.float64]:
    bar = [chord(pitches, 4 * BEAT) for pitches in TRIADS]
    whole = np.concatenate([bar[index % 4] for index in range(int(SECONDS / (4 * BEAT)) + 1)])
    return whole[: round(SECONDS * SAMPLE_RATE_HZ)]


def backbeat() -> NDArray[np.float64]:
    return kicks(BPM, SECONDS, 0.0) + at_beats(CLAP, 1, 3) + chords_each_bar()


def half_time() -> NDArray[np.float64]:
    return at_beats(2 * kick(), 0) + at_beats(CLAP, 2) + 0.1 * at_beats(CLAP, 0, 1, 2, 3)


def places(sound: NDArray[np.float64], shift_seconds: float = 0.0) -> list[tuple[int, int | None]]:
    """Return for each hop which beat of the bar it really is, and which one was heard."""
    silence = np.zeros(round(shift_seconds * SAMPLE_RATE_HZ))
    found = []
    for each in heard(stereo(np.concatenate((silence, sound)))):
        if each.beat is not None:
            beat = (each.beat.sample / SAMPLE_RATE_HZ - shift_seconds) / BEAT
            found.append((round(beat) % 4, each.beat.beat_in_bar))
    return found


@pytest.mark.parametrize("shift_seconds", [0.0, 0.31, 0.7, 1.25])
@pytest.mark.parametrize("made", [backbeat, half_time])
def test_the_downbeat_is_found_and_kept(made, shift_seconds):
    found = places(made(), shift_seconds)[40:]
    assert all(heard_as == truth for truth, heard_as in found)


def test_the_first_seconds_say_nothing():
    assert all(heard_as is None for _, heard_as in places(backbeat())[:4])


def test_beats_that_are_all_alike_have_no_downbeat():
    assert {heard_as for _, heard_as in places(kicks(BPM, SECONDS, 0.0))} == {None}


def test_what_is_said_does_not_flap():
    said = [heard_as - truth for truth, heard_as in places(backbeat()) if heard_as is not None]
    assert sum(one % 4 != other % 4 for one, other in pairwise(said)) <= 1


def test_another_track_brings_its_own_downbeat():
    cut = round(80 * BEAT * SAMPLE_RATE_HZ)
    late = round(2 * BEAT * SAMPLE_RATE_HZ)
    found = places(np.concatenate((backbeat()[:cut], backbeat()[late:])))
    truth, heard_as = found[-1]
    assert heard_as == (truth + 2) % 4
