"""Drum sounds: one-shots, drawn within the character of a drum machine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.media import SAMPLE_RATE_HZ
from training.simulator.synthesis import Audio, decay, filtered, gate, noise, saturated


@dataclass(frozen=True, slots=True)
class Kit:
    """The one-shots of one track, each mono with a peak of 1."""

    kick: Audio
    clap: Audio
    snare: Audio
    closed_hat: Audio
    open_hat: Audio
    ride: Audio
    shaker: Audio
    percussion: Audio
    crash: Audio


def _seconds(seconds: float) -> int:
    return int(seconds * SAMPLE_RATE_HZ)


def _peaked(audio: Audio) -> Audio:
    faded = audio * gate(len(audio), 0.0002, 0.003)
    return np.asarray(faded / np.abs(faded).max(), dtype=np.float32)


def kick(rng: np.random.Generator, hardness: float) -> Audio:
    """Return a bass drum: a falling sine with a click, driven harder as `hardness` (0-1) grows."""
    samples = _seconds(0.42)
    time = np.arange(samples) / SAMPLE_RATE_HZ
    low_hz = rng.uniform(46, 55)
    pitch = low_hz + rng.uniform(90, 160) * np.exp(-time / rng.uniform(0.018, 0.035))
    pitch += rng.uniform(400, 1500) * np.exp(-time / 0.004)
    body = np.sin(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE_HZ).astype(np.float32)
    body *= decay(samples, rng.uniform(0.55, 0.8) - 0.15 * hardness)
    click = filtered(noise(rng, samples), "highpass", 2_500.0, 2) * decay(samples, 0.018)
    return _peaked(saturated(body + np.float32(0.12) * click, 1.2 + 2.2 * hardness))


def clap(rng: np.random.Generator) -> Audio:
    """Return a hand clap: three bursts and a tail."""
    samples = _seconds(0.32)
    envelope = np.zeros(samples, dtype=np.float32)
    spacing = rng.uniform(0.008, 0.012)
    for burst in range(3):
        start = _seconds(burst * spacing)
        envelope[start:] = np.maximum(envelope[start:], decay(samples - start, 0.028))
    start = _seconds(3 * spacing)
    envelope[start:] += decay(samples - start, rng.uniform(0.18, 0.3)) * np.float32(0.8)
    band = (rng.uniform(850, 1_100), rng.uniform(3_000, 5_500))
    return _peaked(filtered(noise(rng, samples), "bandpass", band, 1) * envelope)


def snare(rng: np.random.Generator) -> Audio:
    """Return a snare: two drum-head modes under a rattle."""
    samples = _seconds(0.4)
    time = np.arange(samples) / SAMPLE_RATE_HZ
    head_hz = rng.uniform(175, 215)
    head = np.sin(2 * np.pi * (head_hz * time + 1.2 * (1 - np.exp(-time / 0.01))))
    head += 0.5 * np.sin(2 * np.pi * head_hz * 1.6 * time)
    rattle = filtered(noise(rng, samples), "highpass", 1_400.0, 1)
    rattle = rattle * decay(samples, rng.uniform(0.22, 0.34))
    sound = head.astype(np.float32) * decay(samples, 0.2) + np.float32(0.55) * rattle
    return _peaked(saturated(sound, 1.8))


def hat(rng: np.random.Generator, seconds: float, bright_hz: float) -> Audio:
    """Return a hi-hat: filtered noise with a metallic tinge, `seconds` to fall by 60 dB."""
    samples = _seconds(min(0.5, seconds * 1.1))
    time = np.arange(samples) / SAMPLE_RATE_HZ
    metal = np.zeros(samples)
    for ratio in (2.0, 3.0, 4.16, 5.43, 6.79, 8.21):
        metal += np.sign(np.sin(2 * np.pi * 540.0 * ratio * time + rng.uniform(0, 6.28)))
    mixed = noise(rng, samples) + np.float32(0.35) * metal.astype(np.float32)
    return _peaked(filtered(mixed, "highpass", bright_hz, 3) * decay(samples, seconds))


def ride(rng: np.random.Generator) -> Audio:
    """Return a ride cymbal: inharmonic partials and a little wash."""
    samples = _seconds(0.5)
    time = np.arange(samples, dtype=np.float32) / np.float32(SAMPLE_RATE_HZ)
    sound = np.zeros(samples, dtype=np.float32)
    for frequency_hz in rng.uniform(3_200, 11_000, 14):
        sound += np.sin(np.float32(2 * np.pi * frequency_hz) * time + rng.uniform(0, 6.28))
    sound = sound * decay(samples, 0.9) + filtered(noise(rng, samples), "highpass", 7_000.0, 2) * 2
    return _peaked(sound * decay(samples, 0.7))


def percussion(rng: np.random.Generator) -> Audio:
    """Return a tuned hand drum, wood block or blip."""
    samples = _seconds(0.22)
    time = np.arange(samples) / SAMPLE_RATE_HZ
    base_hz = float(np.exp(rng.uniform(np.log(210), np.log(900))))
    bend = 1 + rng.uniform(0.05, 0.6) * np.exp(-time / 0.02)
    body = np.sin(2 * np.pi * np.cumsum(base_hz * bend) / SAMPLE_RATE_HZ).astype(np.float32)
    body *= decay(samples, rng.uniform(0.08, 0.25))
    skin = filtered(noise(rng, samples), "bandpass", (800.0, 4_000.0), 1) * decay(samples, 0.02)
    return _peaked(body + np.float32(0.3) * skin)


def draw_kit(rng: np.random.Generator, hardness: float) -> Kit:
    """Draw a drum kit; `hardness` 0-1 from soft house to hard techno."""
    shaken = filtered(noise(rng, _seconds(0.09)), "bandpass", (5_000.0, 12_000.0), 1)
    crashed = filtered(noise(rng, _seconds(2.4)), "highpass", 3_500.0, 1)
    return Kit(
        kick=kick(rng, hardness),
        clap=clap(rng),
        snare=snare(rng),
        closed_hat=hat(rng, rng.uniform(0.05, 0.09), rng.uniform(7_000, 9_500)),
        open_hat=hat(rng, rng.uniform(0.25, 0.4), rng.uniform(6_000, 8_000)),
        ride=ride(rng),
        shaker=_peaked(shaken * gate(len(shaken), 0.02, 0.05)),
        percussion=percussion(rng),
        crash=_peaked(crashed * decay(len(crashed), 2.2)),
    )
