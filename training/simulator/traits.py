"""What makes a record's own sound resemble a fault: planned, and no flaw of the DJ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from training.simulator.arrangement import BEATS_PER_BAR, Role
from training.simulator.randomness import pick
from training.simulator.synthesis import Audio, saturated

FLAM_SHARE: Final = 0.2
FLAM_MS: Final = (8.0, 15.0)
DISTORTED_SHARE: Final = 0.2
BASS_DRIVE: Final = (3.0, 8.0)
POLYMETER_SHARE: Final = 0.25
POLYMETER_STEPS: Final = (6, 10, 12, 14, 20)
"""Lengths in sixteenths of a percussion loop that runs against the bar."""

SEAM_SAMPLES: Final = 480
HALF_TIME_GATE_SAMPLES: Final = 240


@dataclass(frozen=True, slots=True)
class Traits:
    """What a record sounds like on purpose; the defaults are nothing unusual.

    Attributes
    ----------
    flam_ms
        How late a second layer of claps follows the first.
    bass_drive
        How hard the bass is distorted; 0 not at all.
    polymeter_steps
        Length in sixteenths of a percussion loop that runs against the bar; 0 for a plain one.
    """

    flam_ms: float = 0.0
    bass_drive: float = 0.0
    polymeter_steps: int = 0


def draw_traits(rng: np.random.Generator) -> Traits:
    """Draw traits at the rates at which records have them."""
    flam_ms, bass_drive = float(rng.uniform(*FLAM_MS)), float(rng.uniform(*BASS_DRIVE))
    steps = pick(rng, POLYMETER_STEPS)
    flams, distorts, crosses = rng.uniform(size=3) < (FLAM_SHARE, DISTORTED_SHARE, POLYMETER_SHARE)
    return Traits(
        flam_ms if flams else 0.0, bass_drive if distorts else 0.0, steps if crosses else 0
    )


def flammed(claps: Audio, flam_ms: float) -> Audio:
    """Return a loop of claps with a second layer that comes late, on the circle."""
    late = np.roll(claps, round(flam_ms * SAMPLE_RATE_HZ / 1000), axis=0)
    return np.asarray(0.75 * claps + 0.65 * late[:, ::-1], dtype=np.float32)


def distorted(bass: Audio, drive: float) -> Audio:
    """Return a bass driven hard; its level is set afterwards."""
    return saturated(bass / np.float32(np.abs(bass).max() + 1e-9), drive)


def crossed(percussion: Audio, step_samples: float, steps: int) -> Audio:
    """Return the first steps of a loop as a loop of their own, without a click at the seam."""
    loop = percussion[: round(steps * step_samples)].copy()
    loop[-SEAM_SAMPLES:] *= np.linspace(1, 0, SEAM_SAMPLES, dtype=np.float32)[:, None]
    return loop


def half_time(drums: dict[Role, Audio], bar_samples: float) -> Audio:
    """Return one bar of the drums at half the tempo: bass drum on one, clap on three."""
    samples, beat = round(bar_samples), bar_samples / BEATS_PER_BAR
    loop = np.zeros((samples, 2), dtype=np.float32)
    loop[: round(beat)] += drums[Role.KICK][: round(beat)]
    if Role.CLAP in drums:
        second, third = round(beat), round(2 * beat)
        length = min(third - second, samples - third)
        loop[third : third + length] += drums[Role.CLAP][second : second + length]
    fade = np.linspace(1, 0, HALF_TIME_GATE_SAMPLES, dtype=np.float32)[:, None]
    for edge in (round(beat), round(3 * beat)):
        loop[edge - HALF_TIME_GATE_SAMPLES : edge] *= fade
    return loop
