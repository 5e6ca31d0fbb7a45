"""Turns what is true of the last transitions into what a listener might make of it.

A listener that has the mix alone takes some drops and breaks for transitions and misses others, so
what is learnt must not lean on every report. The shares are those of the listener on a few
rendered sets: about half of the transitions found, and as many reports that are none.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.specification import TRANSITION_FEATURES, TRANSITIONS

UNHEARD_SHARE: Final = 0.25
"""Windows for which nothing is reported at all: a listener may abstain for a whole set."""

MISSED_SHARE: Final = 0.45
FALSE_REPORTS: Final = 0.8
"""Reports of no transition, beside each true one and before the first, on average."""

UNKNOWN_SHARE: Final = 0.2
ACCURACY_DEVIATION: Final = 0.2
DURATION_DEVIATION: Final = 0.5
LONGEST_FALSE_DURATION: Final = 0.5
"""As a share of the 32 s that fill the scale."""


def estimated(
    transitions: NDArray[np.float32],
    rng: np.random.Generator,
    *,
    unheard_share: float = UNHEARD_SHARE,
) -> NDArray[np.float32]:
    """Blur transitions: some are missed, some made up, some values not known (0), all uncertain.

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
    reported = np.zeros_like(transitions)
    for window in np.flatnonzero(rng.uniform(size=len(transitions)) >= unheard_share):
        rows = _reports(transitions[window], rng)[-TRANSITIONS:]
        reported[window, TRANSITIONS - len(rows) :] = rows
    return reported


def _reports(truth: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return what is reported of one window's transitions, in order."""
    rows = [_made_up(int(rng.poisson(FALSE_REPORTS)), rng)]
    for row in truth[truth.any(axis=1)]:
        if rng.uniform() >= MISSED_SHARE:
            rows.append(_blurred(row, rng)[None])
        rows.append(_made_up(int(rng.poisson(FALSE_REPORTS)), rng))
    return np.concatenate(rows)


def _blurred(row: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    result = row.copy()
    result[0] = np.clip(result[0] * np.exp(rng.normal(0, DURATION_DEVIATION)), 0.0, 1.0)
    values = result[1:] + rng.normal(0, ACCURACY_DEVIATION, TRANSITION_FEATURES - 1)
    known = rng.uniform(size=len(values)) >= UNKNOWN_SHARE
    result[1:] = np.where(known, np.clip(values, 0.0, 1.0), 0.0)
    return result


def _made_up(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    rows = rng.uniform(size=(count, TRANSITION_FEATURES))
    rows[:, 0] *= LONGEST_FALSE_DURATION
    rows[:, 1] = np.sqrt(rows[:, 1])  # within one track the beat mostly stays
    return rows.astype(np.float32)
