"""From the size of a flaw to how much it takes away: what listeners notice, and from when on.

The limits are the rubric's (`judge.parts`). What is added here is audibility: of two sounds one of
which lies far under the other, a clash is not heard.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

CLIP_DRIVE_DB: Final = (0.0, 6.0)
AUDIBLE_DIFFERENCE_DB: Final = (6.0, 25.0)
"""How far one track may lie under the other before a clash of the two is no longer heard."""

_NOTHING: Final = 1e-9


def goodness(size: ArrayLike, limits: tuple[float, float]) -> NDArray[np.float64]:
    """Return 1 up to the first limit, 0 from the second on, and a straight line in between."""
    good, bad = limits
    return np.clip((bad - np.asarray(size, dtype=np.float64)) / (bad - good), 0.0, 1.0)


def power_audibility(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Return how well two sounds of these powers are heard beside each other, 0-1."""
    powers = np.stack(np.broadcast_arrays(first, second)).astype(np.float64)
    low, high = powers.min(axis=0), powers.max(axis=0)
    difference_db = 10 * np.log10(np.maximum(high, _NOTHING) / np.maximum(low, 1e-12))
    audible = goodness(difference_db, AUDIBLE_DIFFERENCE_DB)
    return np.where(high > _NOTHING, audible, 0.0)


def saturating(amount: float) -> float:
    """Return 0 for nothing, about 0.63 for 1, never more than 1: more adds ever less."""
    return float(1 - np.exp(-amount))
