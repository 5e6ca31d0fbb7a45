"""Clipping at any gain and after Opus, and everything that only looks like it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage, signal

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from judge.listening.clipping import ClipMeter
from training.opus import through_opus

from .signals import placed, sine, stereo

SECONDS = 4.0
TIME = np.arange(round(SECONDS * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def rest() -> NDArray[np.float64]:
    """Hats on eighths, a chord and some air: what a mix has above its bass."""
    rng = np.random.default_rng(11)
    hat = 0.2 * rng.standard_normal(6_000) * np.exp(-np.arange(6_000) / 1_500)
    hats = placed(hat, np.arange(0.0, SECONDS - 0.2, 0.2), SECONDS)
    tones = sum(sine(pitch, SECONDS, 0.05) for pitch in (220.0, 277.0, 330.0, 880.0))
    return hats + tones + 0.01 * rng.standard_normal(len(TIME))


BASS = sine(50.0, SECONDS, 1.0)
MIX = 0.9 * BASS + rest()


def counted(samples: NDArray[np.float32]) -> tuple[int, int]:
    """Return clipped samples and runs over all hops."""
    meter = ClipMeter()
    clipped = runs = 0
    for start in range(0, len(samples) // HOP_SAMPLES * HOP_SAMPLES, HOP_SAMPLES):
        clipped += meter.hear(samples[start : start + HOP_SAMPLES])
        runs += meter.runs
    return clipped, runs


def coded(samples: NDArray[np.float32], bitrate_bps: int = 128_000) -> NDArray[np.float32]:
    blocks = (samples[at : at + HOP_SAMPLES] for at in range(0, len(samples), HOP_SAMPLES))
    return np.concatenate(list(through_opus(blocks, bitrate_bps)))


def limited(mono: NDArray[np.float64], ceiling: float) -> NDArray[np.float64]:
    """Turn down what exceeds the ceiling, a millisecond ahead."""
    needed = np.minimum(1.0, ceiling / ndimage.maximum_filter1d(np.abs(mono), 97))
    return mono * ndimage.uniform_filter1d(ndimage.minimum_filter1d(needed, 97), 48)


@pytest.mark.parametrize("gain", [1.0, 0.5, 0.2])
@pytest.mark.parametrize("drive", [1.4, 2.0, 2.8])
def test_a_clipped_mix_is_found_at_any_gain(drive, gain):
    clipped, runs = counted(stereo(gain * np.clip(drive * MIX, -1, 1)))
    assert runs >= 10
    assert clipped >= 192 * runs


@pytest.mark.parametrize("bitrate_bps", [96_000, 128_000, 256_000])
@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_opus_hides_no_clipping(gain, bitrate_bps):
    samples = stereo(gain * np.clip(2.0 * MIX, -1, 1))
    assert counted(coded(samples, bitrate_bps))[1] >= 10


LOOK_ALIKES = {
    "a loud clean mix": 0.98 * MIX / np.abs(MIX).max(),
    "a loud clean bass": 0.98 * BASS,
    "a saturated bass in a mix": 0.7 * np.tanh(4 * BASS) + rest(),
    "a saturated bass alone": 0.9 * np.tanh(4 * BASS),
    "a slightly saturated bass alone": 0.9 * np.tanh(2 * BASS),
    "a square bass in a mix": 0.6 * signal.square(2 * np.pi * 50 * TIME) + rest(),
    "a dull square bass in a mix": rest()
    + signal.lfilter(*signal.butter(2, 800, fs=SAMPLE_RATE_HZ), 0.6 * np.sign(BASS)),
    "a limiter": limited(1.6 * MIX, 0.89),
    "full-scale noise": np.random.default_rng(3).uniform(-1, 1, len(TIME)),
    "silence": np.zeros(len(TIME)),
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_looks_like_clipping_is_none(name):
    assert counted(stereo(LOOK_ALIKES[name])) == (0, 0)
    assert counted(coded(stereo(LOOK_ALIKES[name])))[1] <= 1


def test_short_tops_are_not_counted():
    fast = sine(200.0, SECONDS, 1.0) + rest()
    assert counted(stereo(np.clip(3 * fast, -1, 1)))[1] == 0


def test_a_top_at_full_scale_needs_no_treble_beside_it():
    assert counted(stereo(np.clip(3 * BASS, -1, 1)))[1] > 300


def test_either_channel_and_either_side_counts():
    samples = stereo(np.clip(2 * MIX, -1, 1))
    both = counted(samples)[1]
    left = samples.copy()
    left[:, 1] = 0
    assert counted(left)[1] == both
    assert counted(-left)[1] == both


@pytest.mark.parametrize("shift", [1, 700, 5_000, 12_345])
def test_the_borders_of_hops_change_nothing(shift):
    samples = stereo(np.clip(2 * MIX, -1, 1))
    silence = np.zeros((shift, 2), np.float32)
    assert counted(np.concatenate((silence, samples)))[1] == pytest.approx(
        counted(samples)[1], rel=0.1
    )
