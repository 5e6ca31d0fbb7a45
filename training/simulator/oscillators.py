"""Sources beyond steady waves: modulated, folded, struck, plucked, spoken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from training.simulator.synthesis import (
    CONTROL_SAMPLES,
    TABLE_SIZE,
    Audio,
    decay,
    sine_table,
    tone,
)

HIGHEST_FORMANT_HZ: Final = 4_500.0
FORMANT_WIDTH_HZ: Final = 110.0


def cycles_of(frequency_hz: float | NDArray[np.float64], samples: int) -> NDArray[np.float64]:
    """Return the phase of an oscillator in periods; a frequency may move, shape (samples,)."""
    if isinstance(frequency_hz, float):
        return np.arange(samples, dtype=np.float64) * (frequency_hz / SAMPLE_RATE_HZ)
    cycles: NDArray[np.float64] = np.cumsum(frequency_hz, dtype=np.float64) / SAMPLE_RATE_HZ
    return cycles


def sine_at(cycles: NDArray[np.float64]) -> Audio:
    """Return the sine of phases in periods, from a table."""
    index = (cycles * TABLE_SIZE).astype(np.int64) & (TABLE_SIZE - 1)
    return np.asarray(sine_table()[index])


def modulated(
    frequency_hz: float | NDArray[np.float64], samples: int, ratio: float, index: Audio
) -> Audio:
    """Return a sine whose phase another sine moves (J. M. Chowning, 1973).

    Parameters
    ----------
    frequency_hz, samples
        Of the carrier.
    ratio
        Modulator's over carrier's frequency.
    index
        Shape (samples,): depth in radians.
    """
    cycles = cycles_of(frequency_hz, samples)
    return sine_at(cycles + index / (2 * np.pi) * sine_at(cycles * ratio))


def pulse(frequency_hz: float, samples: int, width: float, phase: float = 0.0) -> Audio:
    """Return a band-limited pulse that is high for a share `width` of its period."""
    low = tone("saw", frequency_hz, samples, (phase + width) % 1.0)
    return tone("saw", frequency_hz, samples, phase) - low


def folded(frequency_hz: float, samples: int, drive: Audio) -> Audio:
    """Return a sine sent through a sine, `drive` radians deep, shape (samples,)."""
    return np.asarray(np.sin(drive * sine_at(cycles_of(frequency_hz, samples))), dtype=np.float32)


def struck(
    frequencies_hz: Sequence[float],
    amplitudes: Sequence[float],
    decays_seconds: Sequence[float],
    samples: int,
) -> Audio:
    """Return a body that rings in modes of its own, each falling by 60 dB in its own time."""
    sound = np.zeros(samples, dtype=np.float32)
    for hertz, amplitude, seconds in zip(frequencies_hz, amplitudes, decays_seconds, strict=True):
        if hertz < 0.45 * SAMPLE_RATE_HZ:
            ringing = min(samples, int(1.2 * seconds * SAMPLE_RATE_HZ) + 1)
            mode = sine_at(cycles_of(float(hertz), ringing)) * decay(ringing, seconds)
            sound[:ringing] += np.float32(amplitude) * mode
    return sound


def plucked(
    frequency_hz: float, samples: int, *, position: float, seconds: float, stiffness: float
) -> Audio:
    """Return a plucked string as the sum of its modes.

    Parameters
    ----------
    frequency_hz, samples
        What is played.
    position
        Where it is plucked, as a share of the string: modes with a node there stay silent.
    seconds
        Time of the lowest mode to fall by 60 dB; higher ones fall faster.
    stiffness
        How far the modes are stretched; 0 for a thread, .0005 for a piano's wire.
    """
    modes = np.arange(1, max(2, min(40, int(9_000 / frequency_hz))) + 1)
    return struck(
        (frequency_hz * modes * np.sqrt(1 + stiffness * modes**2)).tolist(),
        (np.sin(np.pi * modes * position) / modes).tolist(),
        (seconds / (1 + 0.18 * (modes - 1) + 0.01 * modes**2)).tolist(),
        samples,
    )


def spoken(frequency_hz: float, samples: int, formants_hz: NDArray[np.float64]) -> Audio:
    """Return a sung tone: the partials of a saw, as loud as moving formants let each be.

    Parameters
    ----------
    frequency_hz, samples
        What is sung.
    formants_hz
        Shape (points, formants), spread evenly over the tone.
    """
    points = samples // CONTROL_SAMPLES + 2
    along = np.linspace(0, 1, points)
    given = np.linspace(0, 1, len(formants_hz))
    centres = [np.interp(along, given, column) for column in formants_hz.T]
    ramp = np.arange(CONTROL_SAMPLES, dtype=np.float32) / CONTROL_SAMPLES
    index = (cycles_of(frequency_hz, samples) * TABLE_SIZE).astype(np.int64)
    output = np.zeros(samples, dtype=np.float32)
    for order in range(1, max(1, int(HIGHEST_FORMANT_HZ / frequency_hz)) + 1):
        hertz = order * frequency_hz
        gain = sum(
            0.6**formant / (1 + ((hertz - centre) / FORMANT_WIDTH_HZ) ** 2)
            for formant, centre in enumerate(centres)
        )
        gain = (np.asarray(gain) + 0.02 / order).astype(np.float32)
        curve = gain[:-1, None] + np.diff(gain)[:, None] * ramp
        sine = sine_table()[(index * order) & (TABLE_SIZE - 1)]
        output += sine * curve.reshape(-1)[:samples]
    return output
