"""The clock of beats: never back, never a jump, and soon where the beat is."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.visuals.hearing.told import beat
from visuals.hearing.bands import TICK_SAMPLES
from visuals.hearing.beat import FASTEST, SLOWEST, BeatClock


def run(clock, start_seconds, seconds):
    """Let the clock run; return its places at each tick."""
    first = round(start_seconds * SAMPLE_RATE_HZ / TICK_SAMPLES)
    ticks = range(first + 1, first + 1 + round(seconds * SAMPLE_RATE_HZ / TICK_SAMPLES))
    places = []
    for tick in ticks:
        clock.tick(tick * TICK_SAMPLES)
        places.append((tick * 0.01, clock.at(0), clock.bar_at(tick * TICK_SAMPLES, 0)))
    return places


def off(counted, true):
    """Return by how much of a period two phases differ."""
    return abs((counted - true + 0.5) % 1.0 - 0.5)


@pytest.mark.parametrize("phase", [0.05, 0.25, 0.49, 0.5, 0.51, 0.75, 0.95])
def test_any_error_is_made_good_within_two_beats(phase):
    clock, period = BeatClock(), 60 / 128
    clock.hear(beat(-phase * period, 128), 0)
    *_, (seconds, counted, _) = run(clock, 0.0, 2 * period)
    assert off(counted, seconds / period + phase) < 0.03
    *_, (seconds, counted, _) = run(clock, 2 * period, 4 * period)
    assert off(counted, seconds / period + phase) < 0.005


def test_the_true_beat_is_met_though_told_a_second_late_of_a_drifting_tempo():
    clock = BeatClock()
    seconds = np.arange(0, 60, 0.01)
    bpm = 128 * (1 + 0.01 * np.sin(2 * np.pi * seconds / 20))  # 1 % up and down, each 20 s
    true = np.concatenate(([0.0], np.cumsum(bpm / 60 * 0.01)[:-1]))
    worst = 0.0
    for tick in range(1, len(seconds)):
        if tick % 50 == 0 and tick >= 200:
            known = true[tick - 100]  # the judge speaks of a second ago
            at = np.interp(math.floor(known), true, seconds)
            clock.hear(beat(at, bpm[tick - 100]), tick * TICK_SAMPLES)
        clock.tick(tick * TICK_SAMPLES)
        if seconds[tick] > 5:
            worst = max(worst, off(clock.at(0), true[tick]) * 60 / bpm[tick])
    assert worst < 0.030


def test_a_new_tracks_beat_half_a_beat_off_is_reached_without_a_jump():
    clock = BeatClock()
    clock.hear(beat(0.0, 120), 0)
    places = run(clock, 0.0, 4.0)
    clock.hear(beat(4.25, 120), 4 * SAMPLE_RATE_HZ)
    places += run(clock, 4.0, 4.0)
    steps = np.diff([counted for _, counted, _ in places])
    tempo = 2.0 * 0.01
    assert steps.min() >= 0.99 * SLOWEST * tempo
    assert steps.max() <= 1.01 * FASTEST * tempo
    assert off(places[-1][1], (places[-1][0] - 4.25) * 2) < 0.005


def test_bars_begin_where_the_judge_says():
    clock = BeatClock()
    clock.hear(beat(0.0, 120, beat_in_bar=2), 0)
    *_, (seconds, counted, bar) = run(clock, 0.0, 3.0)
    assert off(bar, (seconds * 2 + 2) / 4) < 0.01
    clock.hear(beat(3.0, 120, beat_in_bar=1), 3 * SAMPLE_RATE_HZ)
    places = run(clock, 3.0, 4.0)
    seconds, counted, bar = places[-1]
    assert off(bar, ((seconds - 3.0) * 2 + 1) / 4) < 0.02
    assert off(4 * bar, counted) < 0.05  # the phases of beats and bars agree again
    assert np.diff([each for *_, each in places]).min() > 0


def test_what_was_never_told_is_not_known():
    clock = BeatClock()
    *_, (_, counted, bar) = run(clock, 0.0, 2.0)
    assert counted == pytest.approx(4.0)  # 120 BPM
    assert bar is None
    assert (clock.bpm, clock.confidence) == (120.0, 0.0)


def test_a_beat_that_is_told_no_more_is_believed_no_more():
    clock = BeatClock()
    clock.hear(beat(0.0, 128), 0)
    run(clock, 0.0, 3.0)
    assert clock.confidence == pytest.approx(0.8, abs=0.01)
    run(clock, 3.0, 5.0)
    assert clock.confidence < 0.01
    assert clock.bpm == pytest.approx(128)


def test_a_period_that_is_none_is_ignored():
    clock = BeatClock()
    for bpm in (1e9, -128.0, 0.001, math.inf):
        clock.hear(beat(0.0, bpm), 0)
    run(clock, 0.0, 1.0)
    assert clock.beat == pytest.approx(2.0)


events = st.tuples(
    st.floats(-1.5, 0.0),
    st.floats(60.0, 200.0),
    st.floats(0.0, 1.0),
    st.sampled_from([None, 0, 1, 2, 3]),
)


@settings(max_examples=60)
@given(st.lists(events, min_size=1, max_size=12))
def test_whatever_is_told_beats_and_bars_only_grow(told):
    clock, places = BeatClock(), []
    for number, (ago, bpm, confidence, place) in enumerate(told):
        now = number * HOP_SAMPLES
        clock.hear(beat(number * 0.5 + ago, bpm, confidence, place), now)
        places += run(clock, number * 0.5, 0.5)
    counted = np.array([each for _, each, _ in places])
    bars = np.array([each for *_, each in places if each is not None])
    assert np.all(np.diff(counted) > 0)
    assert np.all(np.diff(bars) > 0)
    assert np.diff(counted).max() < FASTEST * 200 / 60 * 0.01 * 1.01
