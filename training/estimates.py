"""Turns what is true of the last transitions into what a listener might make of it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.specification import TRANSITION_FEATURES, TRANSITIONS

UNHEARD_SHARE: Final = 0.5
"""Windows for which no transition is reported at all: a listener may abstain for a whole set."""

MISSED_SHARE: Final = 0.15
UNKNOWN_SHARE: Final = 0.15
ACCURACY_DEVIATION: Final = 0.12
DURATION_DEVIATION: Final = 0.2


def estimated(
    transitions: NDArray[np.float32],
    rng: np.random.Generator,
    *,
    unheard_share: float = UNHEARD_SHARE,
) -> NDArray[np.float32]:
    """Blur transitions: some are missed, some values not known (0), all a little wrong.

    Parameters
    ----------
    transitions
        Shape (N, 10, 4), the newest last, zeros before the first.
    rng
        What is drawn from.
    unheard_share
        Share of windows for which nothing is reported.

    Returns
    -------
    ndarray
        Shape (N, 10, 4); what was missed leaves no hole, as in the judge's memory.
    """
    blurred = np.zeros_like(transitions)
    heard = rng.uniform(size=len(transitions)) >= unheard_share
    missed = rng.uniform(size=transitions.shape[:2]) < MISSED_SHARE
    for row in np.flatnonzero(heard):
        there = (transitions[row, :, 0] > 0) | (transitions[row, :, 1:].sum(axis=1) > 0)
        kept = _blurred(transitions[row, there & ~missed[row]], rng)
        blurred[row, TRANSITIONS - len(kept) :] = kept
    return blurred


def _blurred(rows: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    result = rows.copy()
    result[:, 0] *= np.exp(rng.normal(0, DURATION_DEVIATION, len(rows)))
    result[:, 1:] += rng.normal(0, ACCURACY_DEVIATION, (len(rows), TRANSITION_FEATURES - 1))
    unknown = rng.uniform(size=rows.shape) < UNKNOWN_SHARE
    unknown[:, 0] = False
    result[unknown] = 0.0
    return np.clip(result, 0.0, 1.0)
