"""Stem levels must be those of the sound, and add up to the mix."""

import numpy as np
import pytest

from core.messages import TransitionKind
from tests.training.simulator.staged import SECOND, decibels, staged
from training.simulator.rendering import HEADROOM_DB
from training.simulator.stems import CELL_SAMPLES, StemLevels, band_powers


@pytest.mark.parametrize(("hertz", "band"), [(56.0, 0), (440.0, 1), (8_000.0, 2)])
def test_a_tone_lies_in_its_band(hertz, band):
    tone = np.sin(2 * np.pi * hertz * np.arange(CELL_SAMPLES) / SECOND).astype(np.float32)
    powers = band_powers(np.stack([tone, tone], axis=1))
    assert powers.shape == (1, 3)
    assert powers[0, band] == pytest.approx(0.5, rel=1e-3)
    assert powers.sum() == pytest.approx(0.5, rel=1e-3)


def test_one_deck_is_the_whole_mix():
    stage = staged(TransitionKind.CUT, 8, lead_in_seconds=8.0)
    start = stage.renderer.start_sample
    levels = stage.renderer.stems.between(start, start + 4 * SECOND)
    assert list(levels) == [stage.outgoing.index]
    middle = stage.heard(start, start + 4 * SECOND).mean(axis=1)
    power = (middle**2).reshape(-1, CELL_SAMPLES).mean(axis=1) * 10 ** (HEADROOM_DB / 10)
    told = levels[stage.outgoing.index].wet.sum(axis=1)
    np.testing.assert_allclose(told, power, rtol=2e-3, atol=1e-6)


def test_two_decks_sum_to_the_mix():
    stage = staged(TransitionKind.BASS_SWAP, 20)  # two basses would add in phase
    plan = stage.plan
    quarter = (plan.end_sample - plan.start_sample) / 4
    start, end = plan.start_sample + quarter, plan.end_sample - quarter
    levels = stage.renderer.stems.between(start, end)
    told = sum(bands.wet.sum(axis=1).mean() for bands in levels.values())
    cells = (start // CELL_SAMPLES * CELL_SAMPLES, -(-end // CELL_SAMPLES) * CELL_SAMPLES)
    power = (stage.heard(*cells).mean(axis=1) ** 2).mean()
    assert decibels(told) - HEADROOM_DB == pytest.approx(decibels(power), abs=0.5)


def test_what_was_not_rendered_is_not_there():
    levels = StemLevels()
    assert levels.between(0, SECOND) == {}
    sound = np.ones((2 * CELL_SAMPLES, 2), dtype=np.float32)
    levels.keep(4, 3 * CELL_SAMPLES, sound, None)
    around = levels.between(2 * CELL_SAMPLES, 6 * CELL_SAMPLES)[4]
    np.testing.assert_allclose(around.wet[:, 0], [0, 1, 1, 0])
    assert not around.dry.any()
    assert levels.end_sample == 5 * CELL_SAMPLES
