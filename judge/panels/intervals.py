"""How wide intervals must be to hold the panel's score as often as they claim.

Split conformal prediction (Lei et al. 2018) with the judge's own half-width as the scale: the
factor is the quantile of |error| / half-width over sets that the curve was not fitted to. The
panel's score is itself uncertain, and the intervals hold that too.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from judge.panels.mapping import fold_of
from judge.panels.panel import Array

COVERAGE: Final = 0.9
"""Of the intervals that the judge states."""

NARROWEST: Final = 0.2
WIDEST: Final = 10.0
"""Beyond, an interval says nothing any more, or claims more than a few dozen sets can prove."""


def widening(errors: Array, reaches: Array) -> float:
    """Return the factor.

    Parameters
    ----------
    errors
        Held-out score less the panel's, shape (sets,).
    reaches
        The judge's half-widths, shape (sets,), above 0.
    """
    ratios = np.sort(np.abs(errors) / reaches)
    rank = int(np.ceil((len(ratios) + 1) * COVERAGE))  # the finite-sample quantile
    return float(np.clip(ratios[min(rank, len(ratios)) - 1], NARROWEST, WIDEST))


def held_out_widening(errors: Array, reaches: Array) -> Array:
    """Return for each set the factor that the other folds give; shape (sets,)."""
    folds = fold_of(len(errors))
    factors = np.empty(len(errors))
    for fold in np.unique(folds):
        out = folds == fold
        factors[out] = widening(errors[~out], reaches[~out])
    return factors


def coverage(errors: Array, reaches: Array) -> float:
    """Return the share of sets whose panel score lies in the interval."""
    return float((np.abs(errors) <= reaches).mean())
