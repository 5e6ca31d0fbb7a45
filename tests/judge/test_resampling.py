from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.resampling import DELAY_SAMPLES, TAPS, Decimator, half_band_filter
from tests.judge.music import mix

MUSIC = mix(2.0)


@settings(max_examples=40)
@given(cuts=st.lists(st.integers(0, len(MUSIC)), max_size=30))
def test_where_the_stream_is_cut_does_not_change_a_bit(cuts: list[int]) -> None:
    whole = Decimator().process(MUSIC)
    decimator = Decimator()
    pieces = [decimator.process(piece) for piece in np.split(MUSIC, sorted(cuts))]
    assert np.array_equal(np.concatenate(pieces), whole)


def test_one_sample_comes_out_for_each_pair_that_came_in() -> None:
    decimator = Decimator()
    assert len(decimator.process(MUSIC[:1])) == 0
    assert len(decimator.process(MUSIC[1:2])) == 1
    assert len(decimator.process(MUSIC[2:24_003])) == 12_000


def test_equals_the_textbook_convolution() -> None:
    mono = MUSIC.astype(np.float64).mean(axis=1)
    expected = np.convolve(mono, half_band_filter())[1::2][: len(mono) // 2]
    assert np.abs(Decimator().process(MUSIC) - expected).max() < 1e-6


def test_the_filter_is_half_band_and_has_unit_gain() -> None:
    response = half_band_filter()
    others = np.delete(response[1::2], DELAY_SAMPLES // 2)
    assert response[DELAY_SAMPLES] == pytest.approx(0.5)
    assert np.abs(others).max() < 1e-15
    assert response.sum() == pytest.approx(1.0)
    assert np.array_equal(response, response[::-1])
    assert len(response) == TAPS


def tone_level(hz: float) -> float:
    time = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * hz * time).astype(np.float32)
    output = Decimator().process(np.stack((tone, tone), axis=1))[TAPS:]
    return float(20 * np.log10(np.sqrt(2 * np.mean(np.square(output, dtype=np.float64))) + 1e-12))


@pytest.mark.parametrize("hz", [50.0, 1_000.0, 8_000.0, 10_000.0])
def test_what_the_mel_hears_passes(hz: float) -> None:
    assert tone_level(hz) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("hz", [14_000.0, 16_000.0, 20_000.0, 23_900.0])
def test_what_would_fold_back_is_stopped(hz: float) -> None:
    assert tone_level(hz) < -60.0


def test_a_click_comes_out_after_the_stated_delay() -> None:
    samples = np.zeros((4_800, 2), np.float32)
    samples[1_000] = 1.0
    newest_sample_of_output = 2 * int(np.argmax(Decimator().process(samples))) + 1
    assert newest_sample_of_output - 1_000 == DELAY_SAMPLES


def test_channels_are_averaged() -> None:
    left_only = MUSIC.copy()
    left_only[:, 1] = 0.0
    expected = Decimator().process(np.stack((MUSIC[:, 0], MUSIC[:, 0]), axis=1)) / 2
    assert np.allclose(Decimator().process(left_only), expected, atol=1e-7)
