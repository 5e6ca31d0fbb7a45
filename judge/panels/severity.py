"""How severe each judge is, fitted together with how good each set is.

The model is that of the many-facet idea (Linacre, *Many-Facet Rasch Measurement*, 1989) on the
scale of the scores themselves, which are wide enough to be taken as continuous:

    y_ij = m + a_j x_i + b_j + c (o_ij - mean of o over i's judges) + e_ij

set i's quality x ~ N(0, s_x), judge j's leniency b ~ N(0, s_b) and stretch a ~ N(1, s_a), drift c
by position o, noise e ~ N(0, s_e). As in Dawid & Skene (1979), what a set is worth and how its
judges err are estimated in turns, each in closed form given the other, until nothing moves: this is
the mean-field approximation of the posterior, with the variances that fit best (empirical Bayes).
Few judges say little of how much judges differ, so s_a and s_b begin from what panels are known for
and count as `PRIOR_JUDGES` judges: that is the shrinkage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from judge.panels.panel import Array, scored

PRIOR_JUDGES: Final = 2.0
PRIOR_LENIENCY: Final = 0.65
"""Standard deviation of judges' leniency, points: 0.5 to 0.8 on panels on 1-10."""
PRIOR_STRETCH: Final = 0.2
PRIOR_DRIFT: Final = 0.1
"""Standard deviation of the drift, points a position."""
ROUNDS: Final = 1_000
STILL: Final = 1e-7
"""Points by which nothing may move any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Severity:
    """What was fitted for one facet."""

    leniency: Array  # (judges,) points above what the panel gives; negative is severe
    leniency_error: Array  # (judges,) standard deviation of what is known of it
    stretch: Array  # (judges,) how far a judge spreads what the panel spreads by 1
    stretch_error: Array  # (judges,)
    drift: float | None  # points a position; None where order says nothing
    noise: float  # standard deviation of what no judge, set or position explains, points
    spread: float  # standard deviation of the sets' qualities, points
    consensus: Array  # (sets,) the panel's score of each set without severity; NaN where none
    consensus_error: Array  # (sets,) its standard error
    corrected: Array  # (sets, judges) each score without its judge's leniency and drift


@dataclass(slots=True)
class _State:
    """The posterior on its way; `*_var` are variances, `cross` the covariance of a and b."""

    mean: float
    x: Array
    x_var: Array
    a: Array
    a_var: Array
    b: Array
    b_var: Array
    cross: Array
    drift: float
    noise_var: float
    spread_var: float
    leniency_var: float
    stretch_var: float


def fit_severity(scores: Array, order: Array) -> Severity:
    """Fit the model to one facet.

    Parameters
    ----------
    scores
        Shape (sets, judges), 1-10; NaN where there is none.
    order
        Shape (sets, judges): in which position a judge heard a set; NaN where unknown.
    """
    known = scored(scores).astype(float)
    y = np.nan_to_num(scores)
    turn = _within_sets(order, known)
    state = _start(y, known)
    for _ in range(ROUNDS):
        before = np.concatenate([state.x, state.b, state.a])
        _hear_sets(state, y, known, turn)
        _hear_judges(state, y, known, turn)
        _hear_rest(state, y, known, turn)
        _centre(state, known)
        if np.abs(np.concatenate([state.x, state.b, state.a]) - before).max() < STILL:
            break
    return _result(state, scores, known, order, turn)


def _within_sets(order: Array, known: Array) -> Array:
    """Return positions less the set's mean position.

    What is the same for all of a set's judges cannot be told from its quality.
    """
    told = known * ~np.isnan(order)
    position = np.nan_to_num(order) * told
    count = told.sum(axis=1, keepdims=True)
    mean = position.sum(axis=1, keepdims=True) / np.maximum(count, 1)
    return np.asarray(told * (position - mean))


def _start(y: Array, known: Array) -> _State:
    sets, judges = y.shape
    mean = float(y.sum() / known.sum())
    x = (known * (y - mean)).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return _State(
        mean=mean,
        x=x,
        x_var=np.full(sets, 0.5),
        a=np.ones(judges),
        a_var=np.full(judges, PRIOR_STRETCH**2),
        b=np.zeros(judges),
        b_var=np.full(judges, PRIOR_LENIENCY**2),
        cross=np.zeros(judges),
        drift=0.0,
        noise_var=1.0,
        spread_var=max(float(x.var()), 0.1),
        leniency_var=PRIOR_LENIENCY**2,
        stretch_var=PRIOR_STRETCH**2,
    )


def _hear_sets(state: _State, y: Array, known: Array, turn: Array) -> None:
    rest = known * (y - state.mean - state.drift * turn)
    precision = 1 / state.spread_var + known @ (state.a**2 + state.a_var) / state.noise_var
    evidence = rest @ state.a - known @ (state.a * state.b + state.cross)
    state.x = evidence / state.noise_var / precision
    state.x_var = 1 / precision


def _hear_judges(state: _State, y: Array, known: Array, turn: Array) -> None:
    rest = known * (y - state.mean - state.drift * turn)
    aa = (state.x**2 + state.x_var) @ known / state.noise_var + 1 / state.stretch_var
    ab = state.x @ known / state.noise_var
    bb = known.sum(axis=0) / state.noise_var + 1 / state.leniency_var
    for_a = state.x @ rest / state.noise_var + 1 / state.stretch_var  # a is expected to be 1
    for_b = rest.sum(axis=0) / state.noise_var
    determinant = aa * bb - ab**2
    state.a = (bb * for_a - ab * for_b) / determinant
    state.b = (aa * for_b - ab * for_a) / determinant
    state.a_var, state.b_var, state.cross = bb / determinant, aa / determinant, -ab / determinant


def _hear_rest(state: _State, y: Array, known: Array, turn: Array) -> None:
    """Fit the mean, the drift and the variances to what the rest explains."""
    count = known.sum()
    explained = np.outer(state.x, state.a) + state.b
    state.mean = float((known * (y - explained - state.drift * turn)).sum() / count)
    rest = known * (y - explained - state.mean)
    ridge = state.noise_var / PRIOR_DRIFT**2
    state.drift = float((turn * rest).sum() / ((turn**2).sum() + ridge))
    rest = known * (rest - state.drift * turn)
    products = np.outer(state.x**2 + state.x_var, state.a**2 + state.a_var)
    unsure = products - np.outer(state.x, state.a) ** 2 + state.b_var
    unsure = known * (unsure + 2 * np.outer(state.x, state.cross))
    state.noise_var = max(float((rest**2 + unsure).sum() / count), 1e-4)
    heard = known.any(axis=1)
    state.spread_var = max(float((state.x**2 + state.x_var)[heard].mean()), 1e-4)
    judges = PRIOR_JUDGES + len(state.b)
    lenient = float((state.b**2 + state.b_var).sum())
    stretched = float(((state.a - 1) ** 2 + state.a_var).sum())
    state.leniency_var = (PRIOR_JUDGES * PRIOR_LENIENCY**2 + lenient) / judges
    state.stretch_var = (PRIOR_JUDGES * PRIOR_STRETCH**2 + stretched) / judges


def _centre(state: _State, known: Array) -> None:
    """Give the panel a mean leniency of 0 and a mean stretch of 1; every prediction stays."""
    shift = state.x[known.any(axis=1)].mean()
    state.x = state.x - shift
    state.b = state.b + state.a * shift
    state.mean += float(state.b.mean())
    state.b = state.b - state.b.mean()
    scale = float(state.a.mean())
    if scale > 0:
        state.x, state.x_var = state.x * scale, state.x_var * scale**2
        state.a, state.a_var = state.a / scale, state.a_var / scale**2
        state.cross = state.cross / scale


def _result(state: _State, scores: Array, known: Array, order: Array, turn: Array) -> Severity:
    has_turn = bool(np.any(turn))
    place = order if has_turn else np.zeros_like(order)
    drift = state.drift * (place - np.nanmean(place)) if has_turn else place
    corrected = scores - state.b - np.nan_to_num(drift)
    weight = known @ state.a**2
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.nan_to_num(corrected - state.mean) * known @ state.a / weight
        error = np.sqrt(state.noise_var / weight)
    return Severity(
        leniency=state.b,
        leniency_error=np.sqrt(state.b_var),
        stretch=state.a,
        stretch_error=np.sqrt(state.a_var),
        drift=state.drift if has_turn else None,
        noise=float(np.sqrt(state.noise_var)),
        spread=float(np.sqrt(state.spread_var)),
        consensus=state.mean + x,
        consensus_error=np.where(weight > 0, error, np.nan),
        corrected=corrected,
    )
