"""The basses of the studio family: oscillators through filters that fall, wobble or stand still."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Genre
from training.simulator.randomness import pick
from training.simulator.synthesis import (
    Audio,
    decay,
    gate,
    saturated,
    swept_tone,
    tone,
)
from training.simulator.voice import Voice

CONTROL_STEP: Final = 256
"""A filter's movement is given once in so many samples."""

_WOBBLES: Final = (2.0, 8 / 3, 4.0, 16 / 3, 8.0)  # periods in sixteenths
_SHAPES: Final = ("saw", "square", "sine")


@dataclass(frozen=True, slots=True)
class SweptBass:
    """One oscillator through a filter that falls, or wobbles, over a sine.

    Attributes
    ----------
    shape
        Of the oscillator.
    cutoff_hz, sweep, resonance
        The filter opens to cutoff x (1 + sweep) and falls back.
    drive, sub
        How hard the oscillator is saturated, and how loud the sine is.
    period_samples
        Of a wobble; None for a filter that falls once.
    """

    shape: str
    cutoff_hz: float
    sweep: float
    resonance: float
    drive: float
    sub: float
    period_samples: float | None = None

    def __call__(self, frequency_hz: float, samples: int, /) -> Audio:
        """Return one note."""
        points = np.arange(0, samples, CONTROL_STEP)
        if self.period_samples is None:
            movement = np.exp(-points / (0.12 * SAMPLE_RATE_HZ))
        else:
            movement = 0.5 - 0.5 * np.cos(2 * np.pi * points / self.period_samples)
        cutoff_hz = self.cutoff_hz * (1 + self.sweep * movement)
        voice = swept_tone(self.shape, frequency_hz, cutoff_hz, self.resonance, samples)
        return _over_sub(saturated(_unit(voice), self.drive), frequency_hz, self.sub)


def draw_bass(rng: np.random.Generator, genre: Genre, step_samples: float) -> tuple[Voice, ...]:
    """Draw a bass that suits the genre: voices that take turns from note to note."""
    if genre is Genre.DUBSTEP:
        return _draw_dubstep_bass(rng, step_samples)
    kind = pick(rng, ("swept", "reese", "acid", "sub", "organ"), (0.5, 0.15, 0.15, 0.1, 0.1))
    bass = SweptBass(
        shape=pick(rng, _SHAPES),
        cutoff_hz=float(rng.uniform(160, 420)),
        sweep=float(rng.uniform(0.5, 5.0)),
        resonance=float(rng.uniform(0.8, 2.4)),
        drive=float(rng.uniform(1.0, 2.0)),
        sub=float(rng.uniform(0.5, 0.9)),
    )
    if kind == "swept":
        return (bass,)
    if kind == "acid":
        squelch = replace(bass, shape="saw", sub=0.3 * bass.sub, resonance=3 + 4 * bass.resonance)
        return tuple(replace(squelch, sweep=sweep) for sweep in (2 + 0.6 * bass.sweep, 5.0, 3.0))
    return (_steady(rng, kind, bass),)


def _draw_dubstep_bass(rng: np.random.Generator, step_samples: float) -> tuple[Voice, ...]:
    kind = pick(rng, ("wobble", "reese", "sub"), (0.6, 0.25, 0.15))
    bass = SweptBass(
        shape=pick(rng, _SHAPES[:2]),
        cutoff_hz=float(rng.uniform(130, 260)),
        sweep=float(rng.uniform(4.0, 9.0)),
        resonance=float(rng.uniform(0.8, 2.4)),
        drive=float(rng.uniform(1.8, 3.5)),
        sub=float(rng.uniform(0.5, 0.9)),
    )
    if kind != "wobble":
        return (_steady(rng, kind, bass),)
    periods = [pick(rng, _WOBBLES) * step_samples for _ in range(3)]
    return tuple(replace(bass, period_samples=period) for period in periods)


def _steady(rng: np.random.Generator, kind: str, like: SweptBass) -> Voice:
    """Return a bass whose colour does not move."""
    if kind == "reese":
        spread = float(rng.uniform(0.004, 0.014))
        return partial(_reese, cutoff_hz=1.6 * like.cutoff_hz, spread=spread, sub=like.sub)
    if kind == "organ":
        return partial(_organ_bass, sub=like.sub)
    return partial(_deep, drive=like.drive)


def _reese(
    frequency_hz: float, samples: int, /, cutoff_hz: float, spread: float, sub: float
) -> Audio:
    """Return detuned saws that beat against each other, through a filter that stands still."""
    cutoff = np.full(2, cutoff_hz)
    voice = sum(
        swept_tone("saw", frequency_hz * (1 + detune), cutoff, 0.9, samples)
        for detune in (-spread, 0.0, 1.3 * spread)
    )
    return _over_sub(saturated(_unit(np.asarray(voice)), 1.8), frequency_hz, sub)


def _deep(frequency_hz: float, samples: int, /, drive: float) -> Audio:
    """Return a sine that decays a little, driven so that small loudspeakers show it."""
    fall = decay(samples, 2.5) * gate(samples, 0.004, 0.03)
    return saturated(tone("sine", frequency_hz, samples) * fall, drive)


def _organ_bass(frequency_hz: float, samples: int, /, sub: float) -> Audio:
    voice = tone("organ", frequency_hz, samples) * decay(samples, 1.2)
    return _over_sub(_unit(voice), frequency_hz, sub)


def _over_sub(voice: Audio, frequency_hz: float, sub: float) -> Audio:
    mixed = voice * np.float32(1 - 0.4 * sub)
    mixed += np.float32(sub) * tone("sine", frequency_hz, len(voice))
    return mixed * gate(len(voice), 0.003, 0.02)


def _unit(voice: Audio) -> Audio:
    return voice / np.float32(max(1e-6, np.abs(voice).max()))
