"""From the judge's scale to the panel's, for one component: a curve that never falls."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

LOWEST: Final = 1.0
HIGHEST: Final = 10.0
"""The ends of the scale, the judge's and the panel's. Scoring has the same, and imports this
package: a test holds the two together."""


class Kind(StrEnum):
    """How a scale was found."""

    IDENTITY = "identity"  # the judge's own scale
    AFFINE = "affine"  # a shift and a stretch
    ISOTONIC = "isotonic"  # as the panel has it, piece by piece


@dataclass(frozen=True, slots=True)
class Knot:
    """A point of the curve, points on 1-10."""

    judge: float
    panel: float  # may lie beyond 1-10: what comes out is kept on the scale afterwards


@dataclass(frozen=True, slots=True)
class Scale:
    """One component's scale.

    Parameters
    ----------
    kind
        How it was found.
    knots
        At least two, from the judge's 1 to the judge's 10; straight lines between them.
    widening
        By how much the half-width of an interval is multiplied.

    Raises
    ------
    ValueError
        If the knots are no such curve, or the widening is not above 0.
    """

    kind: Kind
    knots: tuple[Knot, ...]
    widening: float

    def __post_init__(self) -> None:
        ends = [knot.judge for knot in (*self.knots[:1], *self.knots[-1:])]
        if ends != [LOWEST, HIGHEST]:
            raise ValueError(f"the knots must lead from {LOWEST} to {HIGHEST}")
        if any(b.judge <= a.judge or b.panel < a.panel for a, b in pairwise(self.knots)):
            raise ValueError("the knots must rise")
        if not self.widening > 0:
            raise ValueError("the widening must be above 0")

    def value(self, judge: float) -> float:
        """Return the panel's score for the judge's, both on 1-10."""
        at = _on_scale(judge)
        for before, after in pairwise(self.knots):
            if at <= after.judge:
                share = (at - before.judge) / (after.judge - before.judge)
                return _on_scale(before.panel + share * (after.panel - before.panel))
        raise AssertionError("the last knot is the end of the scale")

    def apply(self, value: float, low: float, high: float) -> tuple[float, float, float]:
        """Return a score and its interval on the panel's scale.

        The interval comes out symmetric about the score, before the ends of the scale cut it: where
        they had cut it already, its longer side tells how wide it was.

        Parameters
        ----------
        value, low, high
            The judge's score and its interval on 1-10, `low <= value <= high`.
        """
        if self == IDENTITY:
            return value, low, high
        mapped = self.value(value)
        reach = self.widening * max(value - low, high - value)
        return mapped, _on_scale(mapped - reach), _on_scale(mapped + reach)


def straight(shift: float, slope: float) -> tuple[Knot, ...]:
    """Return the knots of `shift + slope * judge`."""
    return tuple(Knot(end, shift + slope * end) for end in (LOWEST, HIGHEST))


def _on_scale(value: float) -> float:
    return min(max(value, LOWEST), HIGHEST)


IDENTITY: Final = Scale(Kind.IDENTITY, straight(0.0, 1.0), 1.0)
"""Changes nothing, to the bit."""
