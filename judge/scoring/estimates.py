"""Scores with intervals: from the model's 0-1 to the 1-10 that people see."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.messages import Component, Estimate

LOWEST: Final = 1.0
HIGHEST: Final = 10.0
SPAN: Final = HIGHEST - LOWEST
COVERAGE_DEVIATIONS: Final = 1.6449
"""Half-width, in standard deviations, of the interval that holds 90 % of a normal error."""

HALO: Final = 0.5
"""Correlation assumed between the errors of two components: who misjudges one part of a passage
tends to misjudge its others alike. 0 would make the overall interval too narrow, 1 too wide."""


@dataclass(frozen=True, slots=True)
class Belief:
    """A score on 1-10 and the standard deviation of its error."""

    mean: float
    deviation: float

    def estimate(self) -> Estimate:
        """Return the score with its 90 % interval, both kept on the scale."""
        reach = COVERAGE_DEVIATIONS * self.deviation
        value = _on_scale(self.mean)
        return Estimate(value, _on_scale(value - reach), _on_scale(value + reach))


def _on_scale(value: float) -> float:
    return min(max(value, LOWEST), HIGHEST)


def opinion_belief(mean: float, deviation: float) -> Belief:
    """Map the model's mean and deviation on 0-1 to 1-10."""
    return Belief(LOWEST + SPAN * mean, SPAN * deviation)


def overall_belief(
    beliefs: Mapping[Component, Belief], weights: Mapping[Component, float]
) -> Belief | None:
    """Weigh the components that are known; None where none is.

    The weights are renormalised over the known components. The deviation is that of a weighted
    sum of errors that are correlated by `HALO` pairwise.
    """
    total = sum(weights[component] for component in beliefs)
    if total <= 0:
        return None
    shares = {component: weights[component] / total for component in beliefs}
    mean = sum(shares[component] * belief.mean for component, belief in beliefs.items())
    parts = [shares[component] * belief.deviation for component, belief in beliefs.items()]
    own = sum(part * part for part in parts)
    variance = (1 - HALO) * own + HALO * sum(parts) ** 2
    return Belief(mean, math.sqrt(variance))
