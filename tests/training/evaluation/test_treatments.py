from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from training.evaluation.treatments import HEADROOM_DB, TREATMENTS, gained, in_hops, smeared


def tone(hops, hz=440.0, peak=0.5):
    times = np.arange(hops * HOP_SAMPLES) / SAMPLE_RATE_HZ
    wave = (peak * np.sin(2 * np.pi * hz * times)).astype(np.float32)
    return np.split(np.stack([wave, wave], axis=1), hops)


def level_db(block):
    return 20 * np.log10(np.sqrt(np.mean(np.square(block))) * np.sqrt(2) / 0.5)


@pytest.mark.parametrize("name", [name for name in TREATMENTS if name != "effects over everything"])
def test_what_must_not_matter_keeps_tone_length_and_level(name):
    treated = list(islice(TREATMENTS[name](iter(tone(8))), 8))
    assert all(block.shape == (HOP_SAMPLES, 2) and block.dtype == np.float32 for block in treated)
    assert len(treated) >= 7
    middle = treated[4]
    expected_db = HEADROOM_DB + {"6 dB louder": 6.0, "6 dB softer": -6.0}.get(name, 0.0)
    assert level_db(middle) == pytest.approx(expected_db, abs=0.5)  # LAME takes 5 %
    spectrum = np.abs(np.fft.rfft(middle[:, 0] * np.hanning(HOP_SAMPLES)))
    assert np.argmax(spectrum) * SAMPLE_RATE_HZ / HOP_SAMPLES == pytest.approx(440, abs=2)
    assert spectrum.max() > 30 * np.sort(spectrum)[-20]


def test_full_scale_is_the_most_there_is():
    loud = next(gained(tone(1, peak=0.9), gain_db=6.0))
    assert np.abs(loud).max() == 1.0


def test_effects_stutter_and_take_the_bass():
    first, second = islice(smeared(iter(tone(2, hz=60.0))), 2)
    assert level_db(first) < -20
    quarter = HOP_SAMPLES // 4
    np.testing.assert_array_equal(second[:quarter], second[quarter : 2 * quarter])


def test_pieces_become_hops_and_the_last_is_filled_up():
    pieces = [np.ones((10_000, 2), np.float32)] * 3
    first, last = in_hops(pieces)
    assert first.min() == 1.0
    assert last[: 30_000 - HOP_SAMPLES].min() == 1.0
    assert not last[30_000 - HOP_SAMPLES :].any()
