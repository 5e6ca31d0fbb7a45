"""The drums of the studio family: after drum machines and a few samples of real drums."""

from __future__ import annotations

import numpy as np

from core.media import SAMPLE_RATE_HZ
from training.simulator.kit import Kit, peaked, samples_in
from training.simulator.oscillators import cycles_of, sine_at
from training.simulator.randomness import pick
from training.simulator.synthesis import Audio, decay, filtered, gate, noise, saturated

_METAL_RATIOS = (2.0, 3.0, 4.16, 5.43, 6.79, 8.21)


def kick(rng: np.random.Generator, hardness: float) -> Audio:
    """Return a bass drum: punchy, long, round or distorted."""
    kind = pick(rng, ("punchy", "long", "round", "distorted"), (0.4, 0.2, 0.2, 0.2 * hardness))
    samples = samples_in(0.62 if kind == "long" else 0.42)
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    low_hz = float(rng.uniform(42, 50) if kind == "long" else rng.uniform(46, 58))
    drop_hz = rng.uniform(60, 110) if kind == "round" else rng.uniform(90, 160)
    pitch_hz = low_hz + drop_hz * np.exp(-seconds / rng.uniform(0.018, 0.035))
    if kind != "round":
        pitch_hz += rng.uniform(400, 1_500) * np.exp(-seconds / 0.004)
    body = sine_at(cycles_of(pitch_hz, samples))
    tail_seconds = rng.uniform(0.55, 0.8) - 0.15 * hardness + (0.35 if kind == "long" else 0.0)
    body = body * decay(samples, tail_seconds)
    click_hz = float(rng.uniform(1_500, 4_000))
    click = filtered(noise(rng, samples), "highpass", click_hz, 2) * decay(samples, 0.018)
    drive = 1.2 + 2.2 * hardness + (4.0 if kind == "distorted" else 0.0)
    sound = saturated(body + np.float32(rng.uniform(0.03, 0.18)) * click, drive)
    return peaked(filtered(sound, "lowpass", 5_000.0, 1) if kind == "distorted" else sound)


def clap(rng: np.random.Generator) -> Audio:
    """Return a hand clap: a few bursts and a tail; or fingers, one burst that is shorter."""
    samples = samples_in(0.32)
    snapped = rng.uniform() < 0.2
    envelope = np.zeros(samples, dtype=np.float32)
    spacing, bursts = rng.uniform(0.008, 0.012), 1 if snapped else int(rng.integers(2, 5))
    for burst in range(bursts):
        start = samples_in(burst * spacing)
        envelope[start:] = np.maximum(envelope[start:], decay(samples - start, 0.028))
    start = samples_in(bursts * spacing)
    tail_seconds = rng.uniform(0.06, 0.12) if snapped else rng.uniform(0.18, 0.3)
    envelope[start:] += decay(samples - start, tail_seconds) * np.float32(0.8)
    low_hz = rng.uniform(1_500, 2_200) if snapped else rng.uniform(850, 1_100)
    band = (low_hz, rng.uniform(3_000, 5_500))
    return peaked(filtered(noise(rng, samples), "bandpass", band, 1) * envelope)


def snare(rng: np.random.Generator) -> Audio:
    """Return a snare: two drum-head modes under a rattle, tight, open or deep."""
    kind = pick(rng, ("tight", "open", "deep"))
    samples = samples_in(0.4)
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    head_hz = rng.uniform(140, 170) if kind == "deep" else rng.uniform(175, 240)
    head = np.sin(2 * np.pi * (head_hz * seconds + 1.2 * (1 - np.exp(-seconds / 0.01))))
    head += 0.5 * np.sin(2 * np.pi * head_hz * 1.6 * seconds)
    rattle = filtered(noise(rng, samples), "highpass", float(rng.uniform(1_000, 2_200)), 1)
    rattle_seconds = rng.uniform(0.1, 0.18) if kind == "tight" else rng.uniform(0.22, 0.38)
    rattle = rattle * decay(samples, rattle_seconds)
    sound = head.astype(np.float32) * decay(samples, 0.12 if kind == "tight" else 0.2)
    return peaked(saturated(sound + np.float32(rng.uniform(0.4, 0.75)) * rattle, 1.8))


def hat(rng: np.random.Generator, seconds: float, bright_hz: float, metal: float) -> Audio:
    """Return a hi-hat: noise beside a share of `metal`, `seconds` to fall by 60 dB."""
    samples = samples_in(min(0.5, seconds * 1.1))
    time = np.arange(samples) / SAMPLE_RATE_HZ
    base_hz = rng.uniform(460, 620)
    ringing = np.zeros(samples)
    for ratio in _METAL_RATIOS:
        ringing += np.sign(np.sin(2 * np.pi * base_hz * ratio * time + rng.uniform(0, 6.28)))
    mixed = np.float32(1 - metal) * noise(rng, samples) + np.float32(metal) * ringing.astype(
        np.float32
    )
    return peaked(filtered(mixed, "highpass", bright_hz, 3) * decay(samples, seconds))


def ride(rng: np.random.Generator) -> Audio:
    """Return a ride cymbal: inharmonic partials and a little wash."""
    samples = samples_in(0.5)
    time = np.arange(samples, dtype=np.float32) / np.float32(SAMPLE_RATE_HZ)
    sound = np.zeros(samples, dtype=np.float32)
    for frequency_hz in rng.uniform(3_200, 11_000, 14):
        sound += np.sin(np.float32(2 * np.pi * frequency_hz) * time + rng.uniform(0, 6.28))
    wash = filtered(noise(rng, samples), "highpass", 7_000.0, 2)
    sound = sound * decay(samples, 0.9) + wash * np.float32(rng.uniform(1.0, 4.0))
    return peaked(sound * decay(samples, rng.uniform(0.5, 0.8)))


def percussion(rng: np.random.Generator) -> Audio:
    """Return a tuned hand drum, wood block, cowbell or blip."""
    samples = samples_in(0.22)
    time = np.arange(samples) / SAMPLE_RATE_HZ
    base_hz = float(np.exp(rng.uniform(np.log(210), np.log(900))))
    if rng.uniform() < 0.2:  # a cowbell: two squares a rough fifth apart
        bell = np.sign(np.sin(2 * np.pi * base_hz * time))
        bell += np.sign(np.sin(2 * np.pi * 1.48 * base_hz * time))
        rung = filtered(bell.astype(np.float32), "bandpass", (500.0, 4_500.0), 1)
        return peaked(rung * decay(samples, rng.uniform(0.1, 0.3)))
    bend = 1 + rng.uniform(0.05, 0.6) * np.exp(-time / 0.02)
    body = sine_at(cycles_of(base_hz * bend, samples)) * decay(samples, rng.uniform(0.08, 0.25))
    skin = filtered(noise(rng, samples), "bandpass", (800.0, 4_000.0), 1) * decay(samples, 0.02)
    return peaked(body + np.float32(0.3) * skin)


def rim(rng: np.random.Generator) -> Audio:
    """Return a rim shot: two short tones and a click."""
    samples = samples_in(0.08)
    time = np.arange(samples) / SAMPLE_RATE_HZ
    high_hz = rng.uniform(1_500, 1_900)
    tones = np.sin(2 * np.pi * high_hz * time) + np.sin(2 * np.pi * 0.29 * high_hz * time)
    click = noise(rng, samples) * decay(samples, 0.01)
    return peaked(saturated(tones.astype(np.float32) * decay(samples, 0.05) + click, 2.0))


def tom(rng: np.random.Generator) -> Audio:
    """Return a tom that falls by a third."""
    samples = samples_in(0.35)
    time = np.arange(samples) / SAMPLE_RATE_HZ
    pitch_hz = rng.uniform(80, 160) * (1 + 0.3 * np.exp(-time / 0.06))
    return peaked(sine_at(cycles_of(pitch_hz, samples)) * decay(samples, rng.uniform(0.3, 0.5)))


def draw_kit(rng: np.random.Generator, hardness: float) -> Kit:
    """Draw a kit; `hardness` 0-1."""
    shaken = filtered(noise(rng, samples_in(0.09)), "bandpass", (5_000.0, 12_000.0), 1)
    crashed = filtered(noise(rng, samples_in(2.4)), "highpass", float(rng.uniform(2_500, 5_000)), 1)
    metal = float(rng.uniform(0.05, 0.6))
    return Kit(
        kick=kick(rng, hardness),
        clap=clap(rng),
        snare=snare(rng),
        rim=rim(rng),
        tom=tom(rng),
        closed_hat=hat(rng, rng.uniform(0.035, 0.1), rng.uniform(6_000, 9_500), metal),
        open_hat=hat(rng, rng.uniform(0.2, 0.45), rng.uniform(5_500, 8_500), metal),
        ride=ride(rng),
        shaker=peaked(shaken * gate(len(shaken), 0.02, 0.05)),
        percussion=percussion(rng),
        crash=peaked(crashed * decay(len(crashed), rng.uniform(1.4, 2.3))),
    )
