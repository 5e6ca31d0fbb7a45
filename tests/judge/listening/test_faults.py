"""Clipping and silence, over the borders of hops."""

import numpy as np
import pytest

from core.media import HOP_SAMPLES
from judge.listening.faults import ClipMeter, SilenceMeter, leading_silence_samples

from .signals import sine


def hop(mono=None) -> np.ndarray:
    samples = np.zeros((HOP_SAMPLES, 2), np.float32)
    if mono is not None:
        samples[:, 0] = mono
    return samples


def flat(*runs: tuple[int, int]) -> np.ndarray:
    mono = np.full(HOP_SAMPLES, 0.2, np.float32)
    for start, length in runs:
        mono[start : start + length] = 1.0
    return hop(mono)


def test_a_long_flat_top_is_counted_and_a_short_one_is_not():
    assert ClipMeter().hear(flat((100, 250), (5_000, 150))) == 250


def test_ripple_does_not_break_a_flat_top():
    samples = flat((100, 300))
    samples[200:208, 0] = 0.9
    assert ClipMeter().hear(samples) == 300


@pytest.mark.parametrize("before", [10, 150, 191, 192, 250])
def test_a_run_over_the_border_counts_once_and_whole(before):
    meter = ClipMeter()
    first = meter.hear(flat((HOP_SAMPLES - before, before)))
    second = meter.hear(flat((0, 100)))
    expected = before + 100 if before + 100 >= 192 else 0
    assert first + second == expected


def test_a_run_that_ended_at_the_border_is_forgotten():
    meter = ClipMeter()
    meter.hear(flat((HOP_SAMPLES - 150, 150)))
    meter.hear(hop())
    assert meter.hear(flat((0, 150))) == 0


def test_negative_tops_and_the_other_channel_count():
    samples = flat((100, 250))
    assert ClipMeter().hear(-samples) == 250
    assert ClipMeter().hear(samples[:, ::-1]) == 250


def test_a_loud_clean_bass_is_not_clipped():
    bass = sine(50, 0.5, 1.0).astype(np.float32)
    assert ClipMeter().hear(np.stack((bass, bass), axis=1)) == 0


def test_an_overdriven_bass_is():
    bass = np.clip(sine(50, 0.5, 2.0), -1, 1).astype(np.float32)
    assert ClipMeter().hear(np.stack((bass, bass), axis=1)) > 24 * 192


def test_silence_grows_over_hops_and_ends_with_sound():
    meter = SilenceMeter()
    sound = hop(sine(200, 0.5, 0.1))
    assert meter.hear(sound) == 0
    sound[12_000:] = 0
    assert meter.hear(sound) == 12_000
    assert meter.hear(hop()) == 12_000 + HOP_SAMPLES
    assert leading_silence_samples(hop()) == HOP_SAMPLES
    sound = np.roll(sound, 4_800, axis=0)
    assert leading_silence_samples(sound) == 4_800
    assert meter.hear(sound) == 12_000 - 4_800


def test_noise_below_the_floor_is_silence():
    faint = np.random.default_rng(0).uniform(-5e-4, 5e-4, (HOP_SAMPLES, 2)).astype(np.float32)
    assert SilenceMeter().hear(faint) == HOP_SAMPLES
