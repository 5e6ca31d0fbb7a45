"""Silence, over the borders of hops."""

import numpy as np

from core.media import HOP_SAMPLES
from judge.listening.faults import SilenceMeter, leading_silence_samples

from .signals import sine


def hop(mono=None) -> np.ndarray:
    samples = np.zeros((HOP_SAMPLES, 2), np.float32)
    if mono is not None:
        samples[:, 0] = mono
    return samples


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
