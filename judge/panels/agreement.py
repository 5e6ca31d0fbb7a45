"""How far people agree: the intraclass correlation and Krippendorff's alpha, scores missing or not.

Both take weights, one row for each draw of a bootstrap: how often each set is counted.
"""

from __future__ import annotations

import numpy as np

from judge.panels.panel import Array, scored


def intraclass(scores: Array, weights: Array) -> tuple[Array, Array]:
    """Return ICC(2,1) and ICC(2,k): absolute agreement of one judge, and of the panel's mean.

    Sets and judges are random (Shrout & Fleiss 1979, their case 2). The variances are estimated by
    fitting constants (Henderson 1953, his method 3), which with all scores there are the mean
    squares of Shrout & Fleiss to the bit, and without are still unbiased. `k` is the harmonic mean
    of how many judges a set has.

    Parameters
    ----------
    scores
        Shape (sets, judges), NaN where there is none; two judges a set or more.
    weights
        Shape (draws, sets), whole numbers.

    Returns
    -------
    tuple of arrays
        Each of shape (draws,); NaN where it cannot be computed. Below 0 is possible, and means no
        agreement at all.
    """
    known = scored(scores).astype(float)
    y = np.nan_to_num(scores - np.nanmean(scores))
    of_set = known.sum(axis=1)
    ratings, sets = weights @ of_set, weights.sum(axis=1)
    of_judge, total = weights @ known, weights @ y
    judges = (of_judge > 0).sum(axis=1)
    squares = weights @ (y**2).sum(axis=1)
    within_sets = squares - weights @ (y.sum(axis=1) ** 2 / of_set)
    within_judges = squares - (total**2 / np.maximum(of_judge, 1)).sum(axis=1)
    by_judges = _explained_by_judges(known, y, weights)
    rest = within_sets - by_judges
    with np.errstate(invalid="ignore", divide="ignore"):
        noise = rest / (ratings - sets - judges + 1)
        set_variance = (within_judges - rest - (sets - 1) * noise) / (ratings - judges)
        judge_variance = (by_judges - (judges - 1) * noise) / (ratings - sets)
        error = judge_variance + noise
        panel = sets / (weights @ (1 / of_set))
        return set_variance / (set_variance + error), set_variance / (set_variance + error / panel)


def _explained_by_judges(known: Array, y: Array, weights: Array) -> Array:
    """Return the sum of squares that judges explain beyond sets, shape (draws,)."""
    of_set = known.sum(axis=1, keepdims=True)
    centred = known * (y - y.sum(axis=1, keepdims=True) / of_set)
    explained = np.empty(len(weights))
    for draw, weight in enumerate(weights):
        # The normal equations of the judges once the sets are eliminated; singular by one.
        normal = np.diag(weight @ known) - (known * (weight[:, None] / of_set)).T @ known
        right = weight @ centred
        explained[draw] = right @ np.linalg.lstsq(normal, right, rcond=1e-10)[0]
    return explained


def krippendorff_alpha(scores: Array, weights: Array) -> Array:
    """Return Krippendorff's alpha for interval data.

    1 - D_o / D_e with squared differences, as Hayes & Krippendorff (2007) define it: D_o within
    sets, D_e between any two scores of the panel.

    Parameters
    ----------
    scores, weights
        As for `intraclass`.

    Returns
    -------
    array of shape (draws,)
        NaN where all scores are the same.
    """
    known = scored(scores).astype(float)
    y = np.nan_to_num(scores - np.nanmean(scores))
    of_set = known.sum(axis=1)
    sums, squares = y.sum(axis=1), (y**2).sum(axis=1)
    count = weights @ of_set
    # The sum of squared differences of all ordered pairs of n values is 2 n times that of squares.
    observed = weights @ (2 * of_set * (squares - sums**2 / of_set) / (of_set - 1)) / count
    expected = 2 * (weights @ squares - (weights @ sums) ** 2 / count) / (count - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha: Array = 1 - observed / expected
    return alpha
