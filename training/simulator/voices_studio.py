"""The instruments of the studio family: synthesisers, organs, electric pianos, choirs."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from training.simulator.melody import Line
from training.simulator.oscillators import cycles_of, modulated, sine_at, spoken
from training.simulator.randomness import pick
from training.simulator.synthesis import (
    Audio,
    decay,
    gate,
    swept_tone,
    tone,
)
from training.simulator.voice import Voice

CONTROL_STEP: Final = 256
"""A filter's movement is given once in so many samples."""

_VOWELS_HZ: Final = (
    (800.0, 1_150.0, 2_900.0), (450.0, 2_000.0, 2_800.0), (325.0, 700.0, 2_700.0),
    (350.0, 2_300.0, 3_200.0), (600.0, 1_000.0, 2_600.0),
)  # fmt: skip


# --- chords --------------------------------------------------------------------------------------


def draw_stab(rng: np.random.Generator) -> Voice:
    """Draw an instrument for short chords."""
    kind = pick(rng, ("saw", "square", "organ", "piano", "filtered", "brass"))
    seconds = float(rng.uniform(0.15, 0.6))
    if kind == "piano":
        return partial(_piano, seconds=seconds, index=float(rng.uniform(1.0, 2.2)))
    if kind in ("filtered", "brass"):
        open_hz = float(rng.uniform(1_200, 4_000))
        return partial(_filtered, seconds=seconds, open_hz=open_hz, rising=kind == "brass")
    return partial(_stab, shape=kind, seconds=seconds, detune=float(rng.uniform(1.002, 1.008)))


def _rung(samples: int, seconds: float) -> int:
    return max(samples, int(seconds * SAMPLE_RATE_HZ))


def _stab(frequency_hz: float, samples: int, /, shape: str, seconds: float, detune: float) -> Audio:
    samples = _rung(samples, seconds)
    voice = tone(shape, frequency_hz, samples) + tone(shape, frequency_hz * detune, samples, 0.37)
    return voice * (decay(samples, 2.2 * seconds) * gate(samples, 0.004, 0.05) * np.float32(0.5))


def _piano(frequency_hz: float, samples: int, /, seconds: float, index: float) -> Audio:
    """Return two-operator FM with a falling index, the classic electric piano."""
    samples = _rung(samples, seconds)
    voice = modulated(frequency_hz, samples, 1.0, np.float32(index) * decay(samples, 1.0))
    return voice * (decay(samples, 2.2 * seconds) * gate(samples, 0.004, 0.05))


def _filtered(
    frequency_hz: float, samples: int, /, seconds: float, open_hz: float, *, rising: bool
) -> Audio:
    """Return a saw whose filter falls, as of a dub chord, or rises, as of brass."""
    samples = _rung(samples, seconds)
    movement = np.exp(-np.arange(0, samples, CONTROL_STEP) / (0.1 * SAMPLE_RATE_HZ))
    cutoff_hz = frequency_hz + open_hz * (1 - 0.8 * movement if rising else movement)
    voice = swept_tone("saw", frequency_hz, cutoff_hz, 1.2, samples)
    return voice * (decay(samples, 2.5 * seconds) * gate(samples, 0.006, 0.06))


# --- pads ----------------------------------------------------------------------------------------


def draw_pad(rng: np.random.Generator) -> Voice:
    """Draw an instrument for held chords."""
    kind = pick(rng, ("saw", "saw", "square", "organ", "strings", "choir"))
    spread = float(rng.uniform(0.002, 0.007))
    attack_seconds = float(rng.uniform(0.03, 0.3))
    if kind == "choir":
        vowel = np.array(pick(rng, _VOWELS_HZ))
        return partial(_choir, vowel=vowel, spread=spread, attack_seconds=attack_seconds)
    voices = 3 if kind == "strings" else 2
    shape = "saw" if kind == "strings" else kind
    phases = tuple(rng.uniform(size=8).tolist())
    return partial(
        _wide, shape=shape, spread=spread, voices=voices, phases=phases, attack=attack_seconds
    )


def _wide(  # noqa: PLR0917 - the knobs are bound by name where a voice is drawn
    frequency_hz: float,
    samples: int,
    /,
    shape: str,
    spread: float,
    voices: int,
    phases: tuple[float, ...],
    attack: float,
) -> Audio:
    """Return detuned oscillators, others on each side."""
    sides = []
    for side, turned in enumerate((-1.0, 1.0)):
        voice = np.zeros(samples, dtype=np.float32)
        for index in range(voices):
            detune = turned * spread * (1.0, -0.4, 0.55)[index]
            phase = (phases[2 * index + side] + frequency_hz * 0.618) % 1.0
            voice += tone(shape, frequency_hz * (1 + detune), samples, phase)
        sides.append(voice)
    return np.stack(sides, axis=1) * gate(samples, attack, 0.06)[:, None]


def _choir(
    frequency_hz: float,
    samples: int,
    /,
    vowel: NDArray[np.float64],
    spread: float,
    attack_seconds: float,
) -> Audio:
    sides = [
        spoken(frequency_hz * (1 + detune), samples, vowel[None]) for detune in (-spread, spread)
    ]
    return np.stack(sides, axis=1) * gate(samples, attack_seconds, 0.08)[:, None]


# --- leads ---------------------------------------------------------------------------------------


def draw_lead(rng: np.random.Generator, line: Line) -> Voice:
    """Draw an instrument that suits a kind of line."""
    if line is Line.CHOPS:
        first, second = pick(rng, _VOWELS_HZ), pick(rng, _VOWELS_HZ)
        return partial(_sung, formants_hz=np.array([first, second]))
    kinds = {Line.HELD: ("detuned", "super", "whistle"), Line.ARPEGGIO: ("pluck", "pluck", "short")}
    kind = pick(rng, kinds.get(line, ("pluck", "pluck", "detuned", "super", "whistle", "short")))
    shape = pick(rng, ("saw", "square"))
    if kind == "pluck":
        resonance, open_hz = float(rng.uniform(0.8, 2.0)), float(rng.uniform(2_000, 6_000))
        return partial(_pluck, shape=shape, resonance=resonance, open_hz=open_hz)
    if kind == "whistle":
        return partial(_whistle, vibrato=float(rng.uniform(0.002, 0.008)))
    detunes = (1.0, 0.991, 0.996, 1.004, 1.009) if kind == "super" else (1.0, 1.006)
    return partial(_lead, shape="saw" if kind == "super" else shape, detunes=detunes)


def _pluck(
    frequency_hz: float, samples: int, /, shape: str, resonance: float, open_hz: float
) -> Audio:
    samples = max(samples, int(0.22 * SAMPLE_RATE_HZ))
    movement = np.exp(-np.arange(0, samples, CONTROL_STEP) / (0.06 * SAMPLE_RATE_HZ))
    voice = swept_tone(shape, frequency_hz, frequency_hz + open_hz * movement, resonance, samples)
    return voice * (decay(samples, 0.5) * gate(samples, 0.003, 0.03))


def _lead(frequency_hz: float, samples: int, /, shape: str, detunes: tuple[float, ...]) -> Audio:
    voice = np.zeros(samples, dtype=np.float32)
    for index, detune in enumerate(detunes):
        voice += tone(shape, frequency_hz * detune, samples, (0.31 * index) % 1.0)
    return voice * gate(samples, 0.003, 0.03) * np.float32(1.4 / len(detunes) ** 0.5)


def _whistle(frequency_hz: float, samples: int, /, vibrato: float) -> Audio:
    """Return a sine with an octave, whose vibrato sets in late."""
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    depth = vibrato * np.clip(seconds / 0.3, 0.0, 1.0)
    pitch_hz = frequency_hz * (1 + depth * np.sin(2 * np.pi * 5.3 * seconds))
    cycles = cycles_of(pitch_hz, samples)
    return (sine_at(cycles) + np.float32(0.3) * sine_at(2 * cycles)) * gate(samples, 0.01, 0.05)


def _sung(frequency_hz: float, samples: int, /, formants_hz: NDArray[np.float64]) -> Audio:
    """Return a syllable of a voice an octave lower, cut off as samplers do."""
    samples = max(samples, int(0.12 * SAMPLE_RATE_HZ))
    return spoken(frequency_hz / 2, samples, formants_hz) * gate(samples, 0.015, 0.02)
