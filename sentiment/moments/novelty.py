"""Where a set's sound changes more than it usually does."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS, samples_to_seconds
from core.messages import Score

Values = NDArray[np.float64]

SIDE_HOPS: Final = round(4 / HOP_SECONDS)
"""The newest 4 s are laid against the 4 s before."""

MEMORY: Final = round(300 / HOP_SECONDS)
KNOWN_LEAST: Final = round(60 / HOP_SECONDS)
REST_HOPS: Final = round(20 / HOP_SECONDS)

LEAST_SPREADS: Final = np.array([0.05, 0.10, 0.5, 2.0])
"""Of energy, ln brightness, onsets a second, dB of kick: steps below these are nothing."""

UNUSUAL: Final = 4.0
"""Median absolute deviations beyond the usual step from which a change is one."""

STRENGTH: Final = 0.35
STRENGTH_MOST: Final = 0.55
STRENGTH_A_SPREAD: Final = 0.03
"""A change alone is worth little: only one that is very great is announced without the crowd."""


class Novelty:
    """Finds steps in four readings of the sound that are all known at once.

    Notes
    -----
    The contrast of the means before and after, as a checkerboard kernel along the diagonal of a
    self-similarity matrix gives it (Foote, "Automatic audio segmentation using a measure of audio
    novelty", ICME 2000), causal and for few readings.
    """

    def __init__(self) -> None:
        self._readings: deque[Values] = deque(maxlen=2 * SIDE_HOPS)
        self._steps: deque[float] = deque(maxlen=MEMORY)
        self._rest_hops = 0

    def hear(self, score: Score) -> tuple[float, float] | None:
        """Take a window; return when the change was, in seconds, and its strength, 0-1."""
        reading = _reading(score)
        if reading is None:
            self._readings.clear()
            return None
        self._readings.append(reading)
        self._rest_hops = max(0, self._rest_hops - 1)
        if len(self._readings) < 2 * SIDE_HOPS:
            return None
        step = self._step()
        unusual = self._unusual(step)
        self._steps.append(step)
        if unusual is None or unusual < UNUSUAL or self._rest_hops:
            return None
        self._rest_hops = REST_HOPS
        strength = min(STRENGTH_MOST, STRENGTH + STRENGTH_A_SPREAD * (unusual - UNUSUAL))
        at_seconds = samples_to_seconds(score.end_sample) - SIDE_HOPS * HOP_SECONDS
        return max(0.0, at_seconds), strength

    def _step(self) -> float:
        readings = np.array(self._readings)
        step = readings[SIDE_HOPS:].mean(axis=0) - readings[:SIDE_HOPS].mean(axis=0)
        return float(np.sqrt(np.mean((step / LEAST_SPREADS) ** 2)))

    def _unusual(self, step: float) -> float | None:
        if len(self._steps) < KNOWN_LEAST:
            return None
        steps = np.array(self._steps)
        middle = float(np.median(steps))
        spread = max(1.0, 1.4826 * float(np.median(np.abs(steps - middle))))
        return (step - middle) / spread


def _reading(score: Score) -> Values | None:
    energy, brightness_hz = score.energy, score.brightness_hz
    onset_rate_hz, kick_db = score.onset_rate_hz, score.kick_db
    if energy is None or brightness_hz is None or onset_rate_hz is None or kick_db is None:
        return None
    return np.array([energy, math.log(max(1.0, brightness_hz)), onset_rate_hz, kick_db])
