"""The instruments of the unseen family: modulated and folded sines, strings, bars, pulses."""

from __future__ import annotations

from functools import partial

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Genre
from training.simulator.melody import Line
from training.simulator.oscillators import (
    cycles_of,
    folded,
    modulated,
    plucked,
    pulse,
    sine_at,
    struck,
)
from training.simulator.randomness import pick
from training.simulator.synthesis import Audio, decay, gate, tone
from training.simulator.voice import Voice

_BAR_RATIOS = (1.0, 3.93, 9.54)
"""Modes of a marimba's bar, tuned as makers do: two octaves between the first two."""

_BELL_RATIOS = (0.5, 1.0, 1.19, 1.5, 2.0, 2.74, 3.0, 3.76, 4.07)


def draw_bass(rng: np.random.Generator, genre: Genre, step_samples: float) -> tuple[Voice, ...]:
    """Draw a bass: voices that take turns from note to note."""
    ratio = float(pick(rng, (1.0, 2.0, 0.5, 1.5)))
    depth = float(rng.uniform(1.0, 3.0))
    if genre is Genre.DUBSTEP:  # growls: the index moves
        periods = [pick(rng, (2.0, 3.0, 4.0, 6.0)) * step_samples for _ in range(3)]
        return tuple(
            partial(_growl, ratio=ratio, depth=1.5 * depth, period_samples=period)
            for period in periods
        )
    kind = pick(rng, ("modulated", "folded", "string"))
    if kind == "modulated":
        return (partial(_modulated_bass, ratio=ratio, depth=depth),)
    if kind == "folded":
        return (partial(_folded_bass, depth=depth),)
    return (partial(_bass_string, position=float(rng.uniform(0.08, 0.3))),)


def _modulated_bass(frequency_hz: float, samples: int, /, ratio: float, depth: float) -> Audio:
    voice = modulated(frequency_hz, samples, ratio, np.float32(depth) * decay(samples, 0.6))
    return voice * gate(samples, 0.003, 0.02)


def _growl(
    frequency_hz: float, samples: int, /, ratio: float, depth: float, period_samples: float
) -> Audio:
    turn = 2 * np.pi * np.arange(samples) / period_samples
    index = depth * (0.5 - 0.5 * np.cos(turn))
    voice = modulated(frequency_hz, samples, ratio, index.astype(np.float32))
    mixed = np.float32(0.6) * voice + np.float32(0.5) * tone("sine", frequency_hz, samples)
    return mixed * gate(samples, 0.004, 0.02)


def _folded_bass(frequency_hz: float, samples: int, /, depth: float) -> Audio:
    drive = np.float32(0.9) + np.float32(depth) * decay(samples, 0.8)
    return folded(frequency_hz, samples, drive) * gate(samples, 0.003, 0.02)


def _bass_string(frequency_hz: float, samples: int, /, position: float) -> Audio:
    ringing = max(samples, int(0.2 * SAMPLE_RATE_HZ))
    string = plucked(frequency_hz, ringing, position=position, seconds=2.5, stiffness=1e-4)
    string = string / np.float32(np.abs(string).max())
    body = tone("sine", frequency_hz, ringing) * decay(ringing, 3.0)
    return (string + np.float32(0.5) * body) * gate(ringing, 0.002, 0.03)


def draw_stab(rng: np.random.Generator) -> Voice:
    """Draw an instrument for short chords."""
    kind = pick(rng, ("string", "bar", "clang", "narrow"))
    seconds = float(rng.uniform(0.25, 0.7))
    if kind == "string":
        position = float(rng.uniform(0.06, 0.4))
        return partial(_string, position=position, seconds=2 * seconds, stiffness=4e-4)
    if kind == "bar":
        return partial(_bar, seconds=seconds)
    if kind == "clang":
        return partial(_clang, ratio=float(pick(rng, (1.41, 2.76, 3.5, 1.5))), seconds=seconds)
    return partial(_narrow, width=float(rng.uniform(0.08, 0.25)), seconds=seconds)


def _string(
    frequency_hz: float, samples: int, /, position: float, seconds: float, stiffness: float
) -> Audio:
    ringing = max(samples, int(0.3 * SAMPLE_RATE_HZ))
    string = plucked(frequency_hz, ringing, position=position, seconds=seconds, stiffness=stiffness)
    return string * gate(ringing, 0.001, 0.04)


def _bar(frequency_hz: float, samples: int, /, seconds: float) -> Audio:
    ringing = max(samples, int(seconds * SAMPLE_RATE_HZ))
    frequencies_hz = [frequency_hz * ratio for ratio in _BAR_RATIOS]
    falls = (1.6 * seconds, 0.5 * seconds, 0.2 * seconds)
    return struck(frequencies_hz, (1.0, 0.35, 0.15), falls, ringing) * gate(ringing, 0.001, 0.04)


def _clang(frequency_hz: float, samples: int, /, ratio: float, seconds: float) -> Audio:
    ringing = max(samples, int(seconds * SAMPLE_RATE_HZ))
    index = np.float32(2.4) * decay(ringing, 0.7 * seconds)
    voice = modulated(frequency_hz, ringing, ratio, index)
    return voice * (decay(ringing, 1.8 * seconds) * gate(ringing, 0.002, 0.05))


def _narrow(frequency_hz: float, samples: int, /, width: float, seconds: float) -> Audio:
    ringing = max(samples, int(seconds * SAMPLE_RATE_HZ))
    voice = pulse(frequency_hz, ringing, width)
    return voice * (decay(ringing, 2.0 * seconds) * gate(ringing, 0.004, 0.05))


def draw_pad(rng: np.random.Generator) -> Voice:
    """Draw an instrument for held chords."""
    kind = pick(rng, ("pulses", "bowed", "glass"))
    rate_hz, attack_seconds = float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.05, 0.3))
    if kind == "pulses":
        width = float(rng.uniform(0.15, 0.4))
        return partial(_pulses, width=width, attack_seconds=attack_seconds)
    if kind == "bowed":
        return partial(_bowed, rate_hz=rate_hz, attack_seconds=attack_seconds)
    return partial(_glass, rate_hz=rate_hz, attack_seconds=attack_seconds)


def _pulses(frequency_hz: float, samples: int, /, width: float, attack_seconds: float) -> Audio:
    sides = [
        pulse(frequency_hz * detune, samples, wide) + pulse(frequency_hz / detune, samples, width)
        for detune, wide in ((1.003, 0.8 * width), (0.9965, 1.2 * width))
    ]
    return np.stack(sides, axis=1) * gate(samples, attack_seconds, 0.06)[:, None]


def _bowed(frequency_hz: float, samples: int, /, rate_hz: float, attack_seconds: float) -> Audio:
    """Return a sine modulated by its own frequency, each side's depth moving by itself."""
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    sides = []
    for turned in (0.0, 0.5):
        index = 1.2 + 0.7 * np.sin(2 * np.pi * (rate_hz * seconds + turned))
        detuned = frequency_hz * (1.0 + 0.002 * (turned - 0.25))
        sides.append(modulated(detuned, samples, 1.0, index.astype(np.float32)))
    return np.stack(sides, axis=1) * gate(samples, attack_seconds, 0.08)[:, None]


def _glass(frequency_hz: float, samples: int, /, rate_hz: float, attack_seconds: float) -> Audio:
    """Return odd partials that tremble, sharper than harmonics."""
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    sides = []
    for turned in (0.0, 0.25):
        voice = np.zeros(samples, dtype=np.float32)
        for ratio, loud in ((1.0, 1.0), (3.01, 0.3), (5.04, 0.12), (7.1, 0.06)):
            tremble = 1 + 0.3 * np.sin(2 * np.pi * (rate_hz * ratio * seconds + turned))
            voice += (
                np.float32(loud)
                * sine_at(cycles_of(frequency_hz * ratio, samples))
                * tremble.astype(np.float32)
            )
        sides.append(voice)
    return np.stack(sides, axis=1) * gate(samples, attack_seconds, 0.08)[:, None]


def draw_lead(rng: np.random.Generator, line: Line) -> Voice:
    """Draw an instrument that suits a kind of line."""
    kinds = {Line.HELD: ("flute", "narrow"), Line.CHOPS: ("reed",)}
    kind = pick(rng, kinds.get(line, ("string", "bell", "flute", "narrow", "bar")))
    if kind == "string":
        position = float(rng.uniform(0.05, 0.3))
        return partial(_string, position=position, seconds=0.9, stiffness=2e-4)
    if kind == "bell":
        return _bell
    if kind == "bar":
        return partial(_bar, seconds=0.4)
    if kind == "narrow":
        return partial(_narrow, width=float(rng.uniform(0.05, 0.2)), seconds=0.8)
    ratio, depth = (2.0, 0.5) if kind == "flute" else (3.0, 2.6)
    return partial(_blown, ratio=ratio, depth=depth)


def _bell(frequency_hz: float, samples: int, /) -> Audio:
    ringing = max(samples, int(0.5 * SAMPLE_RATE_HZ))
    frequencies_hz = [frequency_hz * ratio for ratio in _BELL_RATIOS]
    loud = [1.0 / (1 + index) ** 0.7 for index in range(len(_BELL_RATIOS))]
    falls = [1.2 / (1 + 0.4 * index) for index in range(len(_BELL_RATIOS))]
    return struck(frequencies_hz, loud, falls, ringing) * gate(ringing, 0.001, 0.05)


def _blown(frequency_hz: float, samples: int, /, ratio: float, depth: float) -> Audio:
    """Return a flute or a reed: modulated, deeper at the attack."""
    index = np.float32(depth) * (np.float32(0.4) + np.float32(0.6) * decay(samples, 0.5))
    return modulated(frequency_hz, samples, ratio, index) * gate(samples, 0.02, 0.04)
