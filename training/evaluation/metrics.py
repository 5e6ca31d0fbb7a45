"""How far predictions agree with labels, on the 1-10 scale, with intervals over whole sets.

Windows of one set share their sound and most of their label. Intervals therefore resample sets,
never windows. What follows from sums is resampled through each set's sums, all draws at once; ranks
have no such short cut and get fewer draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, rankdata

Values = NDArray[np.float64]

RESAMPLES: Final = 2_000
RANK_RESAMPLES: Final = 200
SEED: Final = 7
_FLAT: Final = 1e-9
_SUMS: Final = 8


@dataclass(frozen=True, slots=True)
class Agreement:
    """Predictions beside labels; NaN where a figure is not defined, as R2 of constant labels.

    Attributes
    ----------
    r2
        Share of the labels' variance explained; the mean of these labels would score 0.
    error_mean, error_sd
        Of prediction minus label.
    intervals
        95 % intervals by name of the figure.
    """

    r2: float
    mae: float
    mse: float
    rmse: float
    error_mean: float
    error_sd: float
    pearson: float
    srcc: float
    kendall: float
    rows: int
    sets: int
    intervals: dict[str, tuple[float, float]]


FIGURES: Final = (
    *("r2", "mae", "mse", "rmse", "error_mean", "error_sd"),
    *("pearson", "srcc", "kendall"),
)


def agreement(
    labels: Values, predictions: Values, groups: NDArray[np.int64], *, rank_intervals: bool = False
) -> Agreement | None:
    """Compare predictions with labels.

    Parameters
    ----------
    labels, predictions
        Shape (N,); a row with a NaN in either is left out.
    groups
        Shape (N,): which set each row comes from.
    rank_intervals
        Whether rank correlations get intervals too, which takes seconds.

    Returns
    -------
    Agreement or None
        None where no row is left.
    """
    there = np.isfinite(labels) & np.isfinite(predictions)
    labels, predictions, groups = labels[there], predictions[there], groups[there]
    if not len(labels):
        return None
    names, members = np.unique(groups, return_inverse=True)
    sums = _group_sums(labels, predictions, members, len(names))
    point = {name: float(value[0]) for name, value in _from_sums(sums.sum(axis=0)[None]).items()}
    rng = np.random.default_rng(SEED)
    draws = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
    intervals = {name: _middle(value) for name, value in _from_sums(draws @ sums).items()}
    if rank_intervals:
        intervals |= _rank_intervals(labels, predictions, members, draws[:RANK_RESAMPLES])
    return Agreement(
        **point,
        srcc=spearman(labels, predictions),
        kendall=kendall(labels, predictions),
        rows=len(labels),
        sets=len(names),
        intervals=intervals,
    )


def _group_sums(
    labels: Values, predictions: Values, members: NDArray[np.intp], groups: int
) -> Values:
    """Return the sums that the figures follow from, shape (groups, 8).

    Labels and predictions are centred first: sums of squares of what lies near 10 would lose
    digits.
    """
    y, p = labels - labels.mean(), predictions - labels.mean()
    errors = p - y
    columns = (np.ones(len(y)), y, p, y * y, p * p, y * p, np.abs(errors), errors * errors)
    return np.stack([np.bincount(members, column, groups) for column in columns], axis=1)


def _from_sums(sums: Values) -> dict[str, Values]:
    """Return figures from sums of shape (draws, 8), each of shape (draws,)."""
    n, y, p, yy, pp, yp, absolute, squared = sums.T
    spread_y = np.maximum(yy - y * y / n, 0.0)
    spread_p = np.maximum(pp - p * p / n, 0.0)
    varied = spread_y > _FLAT * n
    both = varied & (spread_p > _FLAT * n)
    mse, mean = squared / n, (p - y) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = np.where(varied, 1 - squared / spread_y, np.nan)
        pearson = np.where(both, (yp - y * p / n) / np.sqrt(spread_y * spread_p), np.nan)
    return {
        "r2": r2,
        "mae": absolute / n,
        "mse": mse,
        "rmse": np.sqrt(mse),
        "error_mean": mean,
        "error_sd": np.sqrt(np.maximum(mse - mean * mean, 0.0)),
        "pearson": pearson,
    }


def _middle(values: Values) -> tuple[float, float]:
    """Return the 95 % interval of resampled values; a draw may leave a figure undefined."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return (float("nan"), float("nan"))
    low, high = np.percentile(kept, (2.5, 97.5))
    return float(low), float(high)


def _rank_intervals(
    labels: Values, predictions: Values, members: NDArray[np.intp], draws: NDArray[np.int64]
) -> dict[str, tuple[float, float]]:
    srccs, kendalls = [], []
    for counts in draws:
        rows = np.repeat(np.arange(len(labels)), counts[members])
        srccs.append(spearman(labels[rows], predictions[rows]))
        kendalls.append(kendall(labels[rows], predictions[rows]))
    return {"srcc": _middle(np.array(srccs)), "kendall": _middle(np.array(kendalls))}


def spearman(first: Values, second: Values) -> float:
    """Return the rank correlation, ties sharing their mean rank; NaN for a constant."""
    if len(first) < 2 or np.ptp(first) < _FLAT or np.ptp(second) < _FLAT:
        return float("nan")
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def kendall(first: Values, second: Values) -> float:
    """Return Kendall's tau-b; NaN for a constant."""
    if len(first) < 2 or np.ptp(first) < _FLAT or np.ptp(second) < _FLAT:
        return float("nan")
    return float(kendalltau(first, second).statistic)


def coverage(labels: Values, low: Values, high: Values) -> float | None:
    """Return the share of labels inside their stated intervals; None without any."""
    there = np.isfinite(labels) & np.isfinite(low) & np.isfinite(high)
    if not there.any():
        return None
    return float(((labels >= low) & (labels <= high))[there].mean())
