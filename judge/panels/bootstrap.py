"""Intervals for figures without a formula of their own: the panel drawn again, battle by battle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from judge.panels.panel import Array

DRAWS: Final = 400
COVERAGE: Final = 0.95
LEAST_GROUPS: Final = 5
"""Battles from which whole battles are drawn; with fewer, sets are."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval; None where it cannot be computed."""

    value: float | None
    low: float | None
    high: float | None


def draws(groups: Sequence[str], seed: int = 0) -> Array:
    """Return how often each set counts: as it is (first row), and in each of `DRAWS` draws.

    Sets of one battle come and go together, for they were heard by the same people on one evening.

    Parameters
    ----------
    groups
        The battle of each set.
    seed
        The same gives the same.

    Returns
    -------
    array of shape (1 + DRAWS, sets)
    """
    _, group = np.unique(np.array(groups), return_inverse=True)
    if group.max() + 1 < LEAST_GROUPS:
        group = np.arange(len(groups))
    count = int(group.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), DRAWS)
    return np.concatenate([np.ones((1, len(groups))), drawn[:, group].astype(float)])


def figure(values: Array) -> Figure:
    """Return what the draws (the first being the panel as it is) say of a figure."""
    if not np.isfinite(values[0]):
        return Figure(None, None, None)
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(values[1:][np.isfinite(values[1:])], [tail, 1 - tail])
    return Figure(float(values[0]), float(low), float(high))
