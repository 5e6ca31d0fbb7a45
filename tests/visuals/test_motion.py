"""Speed follows the music, pulses follow the beat, levels are tamed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.messages import Section
from core.show import ShowSettings
from tests.visuals.shows import CALM, RATE, heard, moments
from visuals.motion import Motion, Moves
from visuals.senses import RESTING, Senses

USUAL = ShowSettings()


def followed(senses: Iterable[Senses], settings: ShowSettings = USUAL) -> list[Moves]:
    motion = Motion(RATE)
    return [motion.follow(each, settings) for each in senses]


def way(moves: list[Moves]) -> float:
    return moves[-1].travel - moves[RATE].travel


@pytest.mark.parametrize(("slow", "fast"), [(80.0, 120.0), (90.0, 174.0), (120.0, 128.0)])
def test_speed_follows_tempo(slow: float, fast: float) -> None:
    ways = [way(followed(moments(12, bpm, onset=0.0))) for bpm in (slow, fast)]
    assert ways[1] / ways[0] == pytest.approx(fast / slow, rel=0.08)


def test_speed_follows_energy_and_sections() -> None:
    quiet, loud = (way(followed(moments(8, energy=energy))) for energy in (0.1, 0.9))
    assert loud > 1.8 * quiet
    opened, built = (
        way(followed(moments(8, section=section))) for section in (Section.BREAK, Section.BUILD)
    )
    assert built > 1.3 * opened


def test_a_drop_bursts() -> None:
    before, after = (followed(moments(2, drop=drop))[-1] for drop in (0.0, 1.0))
    assert after.burst > 0.9
    assert after.stride > 1.3 * before.stride


def test_tension_rises_through_a_build_and_falls_with_the_drop() -> None:
    senses = [heard(at, section=Section.BUILD) for at in np.arange(0, 16, 0.05)]
    senses += [heard(at, section=Section.DROP) for at in np.arange(16, 19, 0.05)]
    tension = [each.tension for each in followed(senses)]
    assert tension[0] < tension[100] < tension[200] < tension[319]
    assert tension[319] > 0.8
    assert tension[-1] < 0.05


@settings(max_examples=40)
@given(st.floats(40, 170), st.floats(0, 60))
def test_a_pulse_is_highest_on_the_beat(bpm: float, beats: float) -> None:
    on, off = np.floor(beats), np.floor(beats) + 0.6
    pulses = [followed([heard(beat * 60 / bpm, bpm, beat=beat)])[0].pulse for beat in (on, off)]
    assert pulses[0] > 0.95
    assert pulses[1] < 0.5


@pytest.mark.parametrize(("bpm", "rate"), [(90.0, 1.0), (128.0, 1.0), (170.0, 1.0), (174.0, 0.5)])
def test_at_most_three_pulses_a_second(bpm: float, rate: float) -> None:
    pulses = np.array([each.pulse for each in followed(moments(20, bpm))])
    high = pulses > 0.6
    rises = int((high[1:] & ~high[:-1]).sum())
    assert rises == pytest.approx(20 * bpm / 60 * rate, abs=1.5)
    assert rises / 20 < 3


def test_halved_pulses_lie_where_bars_begin() -> None:
    for offset in range(4):
        senses = [heard(at, 174.0, bar=(at * 2.9 - offset) / 4 + 8) for at in np.arange(0, 8, 0.01)]
        moves = followed(senses)
        for moved, sensed in zip(moves, senses, strict=True):
            assert sensed.bar is not None
            if sensed.bar % 1 < 0.005:
                assert moved.pulse > 0.9


def test_pulses_fade_with_the_beats_confidence_and_with_intensity() -> None:
    def pulse(confidence: float, intensity: float) -> float:
        settings = ShowSettings(intensity=intensity)
        return followed([heard(0, beat_confidence=confidence)], settings)[0].pulse

    assert pulse(1, 1) == pytest.approx(1, abs=0.01)
    assert pulse(0.5, 1) == pytest.approx(0.5, abs=0.01)
    assert pulse(1, 0.3) == pytest.approx(0.3, abs=0.01)
    assert pulse(0, 1) == pulse(1, 0) == 0


def test_calm_has_no_pulses_no_sparkles_no_bursts_and_is_slower() -> None:
    calm, lively = followed(moments(6, drop=1.0), CALM), followed(moments(6, drop=1.0))
    assert not any(each.pulse or each.sparkle or each.burst or each.tension for each in calm)
    assert way(calm) < 0.5 * way(lively)


@settings(max_examples=40)
@given(st.lists(st.floats(0, 3), min_size=2, max_size=60), st.floats(0, 1))
def test_levels_stay_within_bounds(levels: list[float], intensity: float) -> None:
    senses = [
        heard(index / RATE, low=level, mid=level, high=level) for index, level in enumerate(levels)
    ]
    for each in followed(senses, ShowSettings(intensity=intensity)):
        assert 0 <= each.low <= 1.5
        assert 0 <= each.mid <= 1.5
        assert 0 <= each.high <= 1.5


@settings(max_examples=40)
@given(st.lists(st.floats(0, 0.6), min_size=1, max_size=40))
def test_the_way_never_runs_backwards_nor_far_in_one_step(gaps: list[float]) -> None:
    positions = np.cumsum(gaps)
    for each in followed(heard(float(at)) for at in positions):
        assert 0 <= each.stride < 2.5
        assert each.seconds <= 0.25


def test_rest_is_slow_and_defined() -> None:
    rest = followed([RESTING] * 3)
    assert all(np.isfinite([getattr(each, name) for name in each.__slots__]).all() for each in rest)
    assert rest[0].stride < 0.05
