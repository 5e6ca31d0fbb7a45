"""One component's scale, with what it gains on sets that it was not fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from judge.calibration.scale import IDENTITY, Kind, Scale
from judge.panels.intervals import coverage, held_out_widening, widening
from judge.panels.mapping import CURVES, Pairs, choose, held_out
from judge.panels.panel import LEAST_SETS, Array
from judge.panels.severity import Severity


class Verdict(StrEnum):
    """Why a component has the scale that it has."""

    FITTED = "fitted"
    NO_GAIN = "no_gain"  # the judge's own scale is as good on held-out sets
    NO_AGREEMENT = "no_agreement"  # a better score of the judge's is no better one of the panel's
    FEW_SETS = "few_sets"  # too few have both the panel's score and the judge's
    NOT_SCORED = "not_scored"  # by the panel


@dataclass(frozen=True, slots=True)
class Gain:
    """Errors against the panel's score, points, and coverage of the 90 % intervals, held out."""

    verdict: Verdict
    sets: int
    error_before: float | None  # root mean square, of the judge's own scores
    error_after: float | None
    coverage_before: float | None  # None without intervals
    coverage_after: float | None


@dataclass(frozen=True, slots=True, eq=False)
class FittedScale:
    """A scale, its gain, and what scales fitted without a set say of that set."""

    scale: Scale
    gain: Gain
    held_out_values: Array  # shape (sets,); the judge's own where there is no panel's score
    held_out_reaches: Array  # shape (sets,)


def fit_scale(severity: Severity | None, values: Array, reaches: Array) -> FittedScale:
    """Fit one component's scale.

    Parameters
    ----------
    severity
        The panel's, None where it did not score the component.
    values, reaches
        The judge's scores and the half-widths of their intervals, shape (sets,); NaN where unknown.
    """
    if severity is None:
        return _own(Verdict.NOT_SCORED, 0, values, reaches)
    both = ~np.isnan(values) & ~np.isnan(severity.consensus)
    if both.sum() < LEAST_SETS:
        return _own(Verdict.FEW_SETS, int(both.sum()), values, reaches)
    pairs = Pairs(
        values[both], reaches[both], severity.consensus[both], severity.consensus_error[both]
    )
    if not _agrees(pairs):
        return _own(Verdict.NO_AGREEMENT, len(pairs.judge), values, reaches)
    kind = choose(pairs)
    predicted = held_out(pairs, CURVES[kind])
    errors = predicted - pairs.panel
    own_errors = pairs.judge - pairs.panel
    stated = bool(np.all(pairs.reach > 0))  # NaN is not above 0
    factors = held_out_widening(errors, pairs.reach) if stated else np.ones(len(errors))
    held_values, held_reaches = values.copy(), reaches.copy()
    held_values[both], held_reaches[both] = predicted, pairs.reach * factors
    return FittedScale(
        scale=Scale(kind, CURVES[kind](pairs), widening(errors, pairs.reach) if stated else 1.0),
        gain=Gain(
            verdict=Verdict.NO_GAIN if kind is Kind.IDENTITY else Verdict.FITTED,
            sets=len(errors),
            error_before=_root_mean_square(own_errors),
            error_after=_root_mean_square(errors),
            coverage_before=coverage(own_errors, pairs.reach) if stated else None,
            coverage_after=coverage(errors, pairs.reach * factors) if stated else None,
        ),
        held_out_values=held_values,
        held_out_reaches=held_reaches,
    )


def _agrees(pairs: Pairs) -> bool:
    """Whether the judge's scores rise with the panel's at all."""
    judge, panel = pairs.judge - pairs.judge.mean(), pairs.panel - pairs.panel.mean()
    return float(judge @ panel) > 0


def _own(verdict: Verdict, sets: int, values: Array, reaches: Array) -> FittedScale:
    gain = Gain(verdict, sets, None, None, None, None)
    return FittedScale(IDENTITY, gain, values, reaches)


def _root_mean_square(errors: Array) -> float:
    return float(np.sqrt((errors**2).mean()))
