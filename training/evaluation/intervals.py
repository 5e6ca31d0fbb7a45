"""Intervals of shares and of means of a few sets."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

NORMAL_95: Final = 1.959964
RESAMPLES: Final = 2_000
SEED: Final = 7


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927); all of 0-1 where nothing was tried."""
    if total == 0:
        return (0.0, 1.0)
    share, z2 = right / total, NORMAL_95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    spread = share * (1 - share) / total + z2 / (4 * total**2)
    reach = NORMAL_95 * math.sqrt(spread) / (1 + z2 / total)
    return (max(0.0, centre - reach), min(1.0, centre + reach))


def of_mean(values: ArrayLike) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean of independent values, shape (N,), N >= 1."""
    known = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(SEED).integers(len(known), size=(RESAMPLES, len(known)))
    low, high = np.percentile(known[draws].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)
