"""From the judge's scores to the panel's: curves, and which of them is believed.

A curve is believed only where it brings scores that it was not fitted to closer to the panel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from judge.calibration.scale import HIGHEST, IDENTITY, LOWEST, Kind, Knot, straight
from judge.panels.panel import Array

PRIOR_SHIFT: Final = 2.0
"""Standard deviation, points, of how far a judge may lie off a panel at its mean score."""
PRIOR_SLOPE: Final = 0.5
"""Standard deviation of how much more or less than the judge a panel may spread its scores."""
LEAST_SLOPE: Final = 0.05
"""A better score must stay a better score."""
LEAST_ISOTONIC_SETS: Final = 100
ISOTONIC_KNOTS: Final = 8
FOLDS: Final = 10
_LEAST_VARIANCE: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """What the judge and the panel said of the same sets, each of shape (sets,)."""

    judge: Array  # 1-10
    reach: Array  # half-width of the judge's interval, NaN where unknown
    panel: Array  # consensus
    panel_error: Array  # its standard error


Fit = Callable[[Pairs], tuple[Knot, ...]]


def affine(pairs: Pairs) -> tuple[Knot, ...]:
    """Fit shift and slope, both drawn towards the judge's own scale.

    The posterior mean of a linear regression of (panel - judge) on the judge's centred score, with
    normal priors about 0 on both coefficients: closed form, and nothing without evidence.
    """
    offset, weight = pairs.panel - pairs.judge, _weights(pairs)
    centre = float(np.average(pairs.judge, weights=weight))
    centred = pairs.judge - centre
    shift = float(weight @ offset) / (float(weight.sum()) + 1 / PRIOR_SHIFT**2)
    moment = float(weight @ centred**2) + 1 / PRIOR_SLOPE**2
    slope = max(1 + float(weight @ (centred * (offset - shift))) / moment, LEAST_SLOPE)
    return straight(centre + shift - slope * centre, slope)


def isotonic(pairs: Pairs) -> tuple[Knot, ...]:
    """Fit the closest curve that never falls, through a few knots.

    Beyond the scores that were seen it goes on with the judge's own slope.
    """
    order = np.argsort(pairs.judge, kind="stable")
    judge = pairs.judge[order]
    rising = isotonic_regression(pairs.panel[order], weights=_weights(pairs)[order]).x
    shares = np.array_split(np.arange(len(judge)), ISOTONIC_KNOTS)
    at = np.array([judge[share].mean() for share in shares])
    to = np.array([rising[share].mean() for share in shares])
    at, first = np.unique(at, return_index=True)
    to = to[first]
    if at[0] > LOWEST:
        at, to = np.insert(at, 0, LOWEST), np.insert(to, 0, to[0] - (at[0] - LOWEST))
    if at[-1] < HIGHEST:
        at, to = np.append(at, HIGHEST), np.append(to, to[-1] + (HIGHEST - at[-1]))
    return tuple(Knot(float(a), float(b)) for a, b in zip(at, to, strict=True))


def identity(pairs: Pairs) -> tuple[Knot, ...]:
    """Return the judge's own scale."""
    del pairs  # it needs no evidence
    return IDENTITY.knots


CURVES: Final[dict[Kind, Fit]] = {
    Kind.IDENTITY: identity,
    Kind.AFFINE: affine,
    Kind.ISOTONIC: isotonic,
}
"""From the simplest to the most supple."""


def _weights(pairs: Pairs) -> Array:
    """Return the precision with which each set tells where the panel lies from the judge.

    What the judge's offset varies by, less what the panel's own error explains of it, is the
    judge's; a set's precision is one over both together.
    """
    spread = float(np.var(pairs.panel - pairs.judge)) - float((pairs.panel_error**2).mean())
    return np.asarray(1 / (max(spread, _LEAST_VARIANCE) + pairs.panel_error**2))


def mapped(knots: tuple[Knot, ...], judge: Array) -> Array:
    """Return the panel's scores for the judge's, kept on the scale."""
    at, to = np.array([(knot.judge, knot.panel) for knot in knots]).T
    return np.asarray(np.clip(np.interp(judge, at, to), LOWEST, HIGHEST))


def taken(pairs: Pairs, which: NDArray[np.bool_]) -> Pairs:
    """Return some of the sets."""
    return Pairs(
        *(each[which] for each in (pairs.judge, pairs.reach, pairs.panel, pairs.panel_error))
    )


def fold_of(sets: int, seed: int = 0) -> NDArray[np.int_]:
    """Return in which of `FOLDS` folds each set is held out; the same sets, the same folds."""
    return np.random.default_rng(seed).permutation(np.arange(sets) % FOLDS)


def held_out(pairs: Pairs, fit: Fit) -> Array:
    """Return for each set the score that a curve fitted to the other folds gives it."""
    folds = fold_of(len(pairs.judge))
    predicted = np.empty(len(pairs.judge))
    for fold in np.unique(folds):
        out = folds == fold
        predicted[out] = mapped(fit(taken(pairs, ~out)), pairs.judge[out])
    return predicted


def choose(pairs: Pairs) -> Kind:
    """Return the simplest curve that none beats on held-out sets.

    A more supple curve must win by more than one standard error of the difference, or what it wins
    may be chance.
    """
    best = Kind.IDENTITY
    errors = (held_out(pairs, CURVES[best]) - pairs.panel) ** 2
    for kind in (Kind.AFFINE, Kind.ISOTONIC):
        if kind is Kind.ISOTONIC and len(pairs.judge) < LEAST_ISOTONIC_SETS:
            continue
        rival = (held_out(pairs, CURVES[kind]) - pairs.panel) ** 2
        gain = errors - rival
        if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)):
            best, errors = kind, rival
    return best
