"""Whether the judge is as good a member of the panel as its people are.

Each person in turn is left out; how well they, and how well the judge, go with the mean of the
others on the very same sets is compared. A judge that is as good as one of them has a difference
of 0 or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from judge.panels.bootstrap import Figure, figure
from judge.panels.panel import Array, scored

LEAST_SHARED: Final = 5
"""Sets that a person must share with others and the judge to be left out in turn."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Pearson's correlations with the mean of the others, averaged over who is left out."""

    people: Figure
    judge: Figure
    difference: Figure  # judge less people
    of_each: tuple[float | None, ...]  # of each person, in the panel's order


def leave_one_out(scores: Array, opinion: Array, weights: Array) -> LeftOut:
    """Compare the judge with each person.

    Parameters
    ----------
    scores
        Shape (sets, judges), without severity; NaN where there is none.
    opinion
        The judge's scores, shape (sets,); NaN where unknown.
    weights
        From `bootstrap.draws`, shape (draws, sets).
    """
    known = scored(scores)
    y = np.nan_to_num(scores)
    count = known.sum(axis=1, keepdims=True) - known
    shared = known & (count > 0) & ~np.isnan(opinion)[:, None]
    others = (y.sum(axis=1, keepdims=True) - y * known) / np.maximum(count, 1)
    of_people = correlations(y, others, shared, weights)
    of_judge = correlations(np.nan_to_num(opinion)[:, None] + 0 * y, others, shared, weights)
    counts = shared.sum(axis=0) >= LEAST_SHARED
    people, judge = _mean(of_people[:, counts]), _mean(of_judge[:, counts])
    return LeftOut(
        people=figure(people),
        judge=figure(judge),
        difference=figure(judge - people),
        of_each=tuple(
            float(r) if enough and np.isfinite(r) else None
            for r, enough in zip(of_people[0], counts, strict=True)
        ),
    )


def correlations(one: Array, other: Array, shared: Array, weights: Array) -> Array:
    """Return weighted Pearson correlations column by column.

    Parameters
    ----------
    one, other, shared
        Shape (sets, columns): values, values, and whether the pair counts.
    weights
        Shape (draws, sets).

    Returns
    -------
    array of shape (draws, columns)
        NaN where one side does not vary.
    """
    if not shared.any():
        return np.full((len(weights), shared.shape[1]), np.nan)
    total = np.maximum(weights @ shared.astype(float), 1e-12)

    def mean(values: Array) -> Array:
        return np.asarray(weights @ (shared * values) / total)

    one, other = one - one[shared].mean(), other - other[shared].mean()  # for precision
    covariance = mean(one * other) - mean(one) * mean(other)
    spreads = (mean(one**2) - mean(one) ** 2) * (mean(other**2) - mean(other) ** 2)
    return np.where(spreads > 1e-12, covariance / np.sqrt(np.maximum(spreads, 1e-12)), np.nan)


def _mean(values: Array) -> Array:
    """Return the mean over columns that are known, NaN where none is; shape (draws,)."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)
