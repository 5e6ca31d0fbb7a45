"""Loudness as EBU R128 measures it, one hop at a time.

K-weighting and gating: ITU-R BS.1770-5, annex 1. Momentary (0.4 s), short-term (3 s) and
integrated loudness: EBU Tech 3341. Every 0.1 s a gating block of 0.4 s ends.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.messages import Loudness
from judge.listening.true_peak import TruePeakMeter

STEP_SAMPLES: Final = 4_800
"""A new gating block starts every 0.1 s: blocks of 0.4 s overlap by 75 %."""

MOMENTARY_STEPS: Final = 4
SHORT_TERM_STEPS: Final = 30
ABSOLUTE_GATE_LUFS: Final = -70.0
RELATIVE_GATE_LU: Final = -10.0

# Biquads as (b0, b1, b2, 1, a1, a2) for 48 kHz; BS.1770-5, tables 1 and 2.
_HEAD_SHELF: Final = (
    *(1.53512485958697, -2.69169618940638, 1.19839281085285),
    *(1.0, -1.69065929318241, 0.73248077421585),
)
_HIGH_PASS: Final = (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621)
K_WEIGHTING: Final = np.array([_HEAD_SHELF, _HIGH_PASS])

_BINS_PER_LU: Final = 100
_LOUDEST_LUFS: Final = 30.0
_BINS: Final = int((_LOUDEST_LUFS - ABSOLUTE_GATE_LUFS) * _BINS_PER_LU)


def power_to_lufs(power: float) -> float | None:
    """Turn the K-weighted power summed over channels into LUFS; None for digital silence."""
    return -0.691 + 10 * math.log10(power) if power > 0 else None


class GatedHistogram:
    """Integrated loudness of a set of any length in constant memory.

    Blocks are counted in bins of 0.01 LU that also sum their exact power, so only blocks within
    0.01 LU of the relative gate can fall on the wrong side of it.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS, dtype=np.int64)
        self._powers = np.zeros(_BINS, dtype=np.float64)

    def add(self, power: float) -> None:
        """Count one gating block."""
        lufs = power_to_lufs(power)
        if lufs is None or lufs <= ABSOLUTE_GATE_LUFS:
            return
        position = int((lufs - ABSOLUTE_GATE_LUFS) * _BINS_PER_LU)
        self._counts[min(position, _BINS - 1)] += 1
        self._powers[min(position, _BINS - 1)] += power

    def integrated_lufs(self) -> float | None:
        """Return the loudness over all blocks that pass both gates."""
        ungated = self._mean_from(0)
        if ungated is None:
            return None
        gate = ungated + RELATIVE_GATE_LU
        first = max(math.ceil((gate - ABSOLUTE_GATE_LUFS) * _BINS_PER_LU), 0)
        return self._mean_from(first)

    def _mean_from(self, first: int) -> float | None:
        count = int(self._counts[first:].sum())
        return power_to_lufs(float(self._powers[first:].sum()) / count) if count else None


class LoudnessMeter:
    """Measures a stereo stream hop by hop."""

    def __init__(self) -> None:
        self._filter_state = np.zeros((len(K_WEIGHTING), 2), np.complex128)
        self._step_powers: deque[float] = deque(maxlen=SHORT_TERM_STEPS)
        self._gated = GatedHistogram()
        self._true_peak = TruePeakMeter()

    def hear(self, samples: NDArray[np.float32]) -> Loudness:
        """Measure up to the end of `samples`.

        Parameters
        ----------
        samples
            Shape (n, 2), 48 kHz, full scale 1.0; n is a multiple of `STEP_SAMPLES`.

        Returns
        -------
        Loudness
            Momentary and short-term are None until 0.4 s and 3 s have been heard, and for digital
            silence; integrated is None until a block has passed the gates.
        """
        # One pass for both channels: as real and imaginary part of one signal they never mix in a
        # filter whose coefficients are real, and its squared magnitude is the sum of their powers.
        channels = np.ascontiguousarray(samples, np.float64).view(np.complex128)[:, 0]
        weighted, self._filter_state = signal.sosfilt(K_WEIGHTING, channels, zi=self._filter_state)
        steps = weighted.view(np.float64).reshape(-1, 2 * STEP_SAMPLES)
        powers = np.einsum("st,st->s", steps, steps) / STEP_SAMPLES
        for power in powers.tolist():
            self._step(power)
        return Loudness(
            momentary_lufs=self._over(MOMENTARY_STEPS),
            short_term_lufs=self._over(SHORT_TERM_STEPS),
            integrated_lufs=self._gated.integrated_lufs(),
            true_peak_dbtp=self._true_peak.hear(samples),
        )

    def _step(self, power: float) -> None:
        self._step_powers.append(power)
        block = self._mean_power(MOMENTARY_STEPS)
        if block is not None:
            self._gated.add(block)

    def _over(self, steps: int) -> float | None:
        power = self._mean_power(steps)
        return None if power is None else power_to_lufs(power)

    def _mean_power(self, steps: int) -> float | None:
        """Return the mean over the newest steps; None until there are as many."""
        first = len(self._step_powers) - steps
        return None if first < 0 else sum(islice(self._step_powers, first, None)) / steps
