"""The drums of the unseen family: modulated sines, skins as modes, noise shaped by resonances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.media import SAMPLE_RATE_HZ
from training.simulator.kit import Kit, peaked, samples_in
from training.simulator.oscillators import modulated, struck
from training.simulator.synthesis import Audio, decay, filtered, gate, noise, saturated

_SKIN_RATIOS = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918)
"""Modes of an ideal circular membrane (zeros of Bessel functions over the first)."""

_PLATE_RATIOS = (1.0, 1.41, 1.78, 2.24, 2.81, 3.16, 3.74, 4.49, 5.2, 6.1)


def kick(rng: np.random.Generator, hardness: float) -> Audio:
    """Return a bass drum: a sine whose phase is thrown about by another one at first."""
    samples = samples_in(0.4)
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    pitch_hz = rng.uniform(44, 60) * (1 + rng.uniform(1.0, 2.6) * np.exp(-seconds / 0.03))
    depth = (1.0 + 2.5 * hardness) * np.exp(-seconds / rng.uniform(0.015, 0.05))
    ratio = float(rng.choice((1.41, 2.0, 3.53)))
    body = modulated(pitch_hz, samples, ratio, depth.astype(np.float32))
    return peaked(saturated(body * decay(samples, rng.uniform(0.4, 0.75)), 1.0 + hardness))


def skin(rng: np.random.Generator, low_hz: float, seconds: float, rattle: float) -> Audio:
    """Return a membrane with or without snares under it."""
    samples = samples_in(min(0.5, 1.2 * seconds + 0.05))
    loud = rng.uniform(0.3, 1.0, len(_SKIN_RATIOS)) / np.arange(1, len(_SKIN_RATIOS) + 1)
    falls = seconds / np.arange(1, len(_SKIN_RATIOS) + 1) ** 0.5
    frequencies_hz = low_hz * np.array(_SKIN_RATIOS)
    drum = struck(frequencies_hz.tolist(), loud.tolist(), falls.tolist(), samples)
    wires = resonant(rng, samples, rng.uniform(1_800, 3_200, 3), 2.0)
    wires = wires * decay(samples, 0.6 * seconds)
    return peaked(drum + np.float32(rattle) * wires)


def resonant(
    rng: np.random.Generator, samples: int, centres_hz: NDArray[np.float64], sharpness: float
) -> Audio:
    """Return noise through resonances side by side, of unit peak."""
    source, sound = noise(rng, samples), np.zeros(samples)
    for centre_hz in centres_hz:
        numerator, denominator = signal.iirpeak(float(centre_hz), sharpness, fs=SAMPLE_RATE_HZ)
        sound += signal.lfilter(numerator, denominator, source)
    return np.asarray(sound / np.abs(sound).max(), dtype=np.float32)


def hat(rng: np.random.Generator, seconds: float) -> Audio:
    """Return a hi-hat: noise through sharp resonances, multiplied by a tone of its own."""
    samples = samples_in(min(0.5, seconds * 1.1))
    hiss = resonant(rng, samples, rng.uniform(4_500, 14_000, 6), 9.0)
    ring_hz = float(rng.uniform(5_200, 9_000))
    rung = modulated(ring_hz, samples, 1.483, np.full(samples, 2.2, dtype=np.float32))
    mixed = hiss * (0.5 + 0.5 * rung)
    return peaked(filtered(mixed, "highpass", 3_800.0, 2) * decay(samples, seconds))


def plate(rng: np.random.Generator, low_hz: float, seconds: float) -> Audio:
    """Return struck metal: ride, bell or crash."""
    samples = samples_in(min(2.0, seconds))
    frequencies_hz = low_hz * np.array(_PLATE_RATIOS) * rng.uniform(0.97, 1.03, len(_PLATE_RATIOS))
    loud = rng.uniform(0.3, 1.0, len(_PLATE_RATIOS))
    falls = seconds * rng.uniform(0.4, 1.0, len(_PLATE_RATIOS))
    metal = struck(frequencies_hz.tolist(), loud.tolist(), falls.tolist(), samples)
    wash = resonant(rng, samples, rng.uniform(5_000, 12_000, 4), 1.5) * decay(samples, seconds)
    return peaked(metal + np.float32(2.0) * wash)


def clap(rng: np.random.Generator) -> Audio:
    """Return hands: some twenty bursts at random, dense at first."""
    samples = samples_in(0.3)
    sound = np.zeros(samples, dtype=np.float32)
    length = samples_in(0.012)
    for start in (rng.exponential(0.02, 22) * SAMPLE_RATE_HZ).astype(int):
        if start < samples - length:
            burst = resonant(rng, length, rng.uniform(900, 2_600, 2), 1.2) * decay(length, 0.012)
            sound[start : start + length] += np.float32(rng.uniform(0.3, 1.0)) * burst
    return peaked(sound)


def draw_kit(rng: np.random.Generator, hardness: float) -> Kit:
    """Draw a kit; `hardness` 0-1."""
    shaken = resonant(rng, samples_in(0.1), rng.uniform(6_000, 10_000, 3), 3.0)
    return Kit(
        kick=kick(rng, hardness),
        clap=clap(rng),
        snare=skin(rng, rng.uniform(180, 260), rng.uniform(0.15, 0.3), rng.uniform(0.5, 1.0)),
        rim=skin(rng, rng.uniform(700, 1_100), 0.06, 0.2),
        tom=skin(rng, rng.uniform(75, 140), rng.uniform(0.3, 0.5), 0.05),
        closed_hat=hat(rng, rng.uniform(0.04, 0.09)),
        open_hat=hat(rng, rng.uniform(0.2, 0.4)),
        ride=plate(rng, rng.uniform(1_900, 2_800), 0.6),
        shaker=peaked(shaken * gate(len(shaken), 0.03, 0.04)),
        percussion=skin(rng, float(np.exp(rng.uniform(np.log(220), np.log(800)))), 0.2, 0.1),
        crash=plate(rng, rng.uniform(1_200, 1_800), 1.9),
    )
