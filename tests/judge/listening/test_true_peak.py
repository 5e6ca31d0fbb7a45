"""EBU Tech 3341, cases 15 to 23: true peaks to +0.2 and -0.4 dB, and what is worked out at all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from judge.listening.true_peak import TruePeakMeter

from .signals import kicks, sine, stereo


def measured(samples: np.ndarray) -> float | None:
    meter = TruePeakMeter()
    peaks = [
        meter.hear(samples[at : at + HOP_SAMPLES]) for at in range(0, len(samples), HOP_SAMPLES)
    ]
    return peaks[-1]


def tone(divisor: int, degrees: float, amplitude: float) -> np.ndarray:
    """A second of a sine at a fraction of the sampling rate, faded in and out as the cases are."""
    turns = np.arange(SAMPLE_RATE_HZ) / divisor + degrees / 360
    fade = np.minimum(1.0, np.minimum(turns - turns[0], turns[-1] - turns) / 500)
    return stereo(amplitude * fade * np.sin(2 * np.pi * turns))


def within(value: float | None, expected: float) -> bool:
    return value is not None and expected - 0.4 <= value <= expected + 0.2


@pytest.mark.parametrize(
    ("divisor", "degrees", "amplitude", "expected"),
    [
        pytest.param(4, 0.0, 0.5, -6.0, id="case 15"),
        pytest.param(4, 45.0, 0.5, -6.0, id="case 16"),
        pytest.param(6, 60.0, 0.5, -6.0, id="case 17"),
        pytest.param(8, 67.5, 0.5, -6.0, id="case 18"),
        pytest.param(4, 45.0, 1.41, 3.0, id="case 19"),
    ],
)
def test_sines_between_the_samples(divisor, degrees, amplitude, expected):
    assert within(measured(tone(divisor, degrees, amplitude)), expected)


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_a_peak_that_falls_between_two_samples(offset):
    """Cases 20 to 23: made at four times the rate, where its peak is 1 by construction."""
    count = 4 * SAMPLE_RATE_HZ
    turns = (np.arange(count) - count // 2 - offset) / 24
    burst = np.cos(2 * np.pi * turns) * np.exp(-0.5 * np.square(turns / 8))
    samples = signal.resample_poly(np.pad(burst, (8, 0)), 1, 4, window=("kaiser", 12.0))
    assert within(measured(stereo(samples[:SAMPLE_RATE_HZ])), 0.0)


def test_at_45_degrees_the_true_peak_lies_3_db_above_the_samples():
    samples = tone(4, 45.0, 0.5)
    sample_peak_db = 20 * np.log10(np.abs(samples).max())
    assert measured(samples) - sample_peak_db == pytest.approx(3.01, abs=0.2)


def test_the_highest_of_the_set_stays():
    loud, soft = tone(4, 45.0, 0.8), tone(4, 45.0, 0.2)
    assert measured(np.concatenate((loud, soft))) == measured(loud)


def test_either_channel_counts_and_silence_has_none():
    samples = tone(6, 60.0, 0.5)
    samples[:, 0] = 0
    assert within(measured(samples), -6.0)
    assert measured(np.zeros((SAMPLE_RATE_HZ, 2), np.float32)) is None


def test_working_out_only_what_is_near_the_peak_misses_nothing():
    rng = np.random.default_rng(6)
    sound = kicks(126, 6.0) + sine(11_000, 6.0, 0.2) + 0.05 * rng.standard_normal(6 * 48_000)
    whole = np.abs(signal.resample_poly(sound, 16, 1)).max()
    assert within(measured(stereo(sound)), 20 * np.log10(whole))
