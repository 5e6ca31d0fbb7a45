"""The set so far: what all its windows together say of one component."""

from __future__ import annotations

import math
from typing import Final

from core.media import HOPS_PER_WINDOW
from judge.scoring.estimates import Belief

PRIOR: Final = Belief(5.5, 2.0)
"""Before anything is heard: the middle of the scale, and 90 % of sets within 2.2 to 8.8."""

SHARED_ERROR: Final = 0.25
"""Share of the model's error variance that all windows of a set have in common, and that hearing
more of the same set therefore never removes: its taste for a sound, a room, a mastering."""


class ComponentEvidence:
    """Runs the precision-weighted mean of a component over the windows of a set.

    Neighbouring windows share nineteen twentieths of their sound, so each counts as a twentieth of
    an independent observation. The mean is the posterior of a normal prior, which is what shrinks
    it while there is little evidence.
    """

    def __init__(self) -> None:
        self._precision = 1 / PRIOR.deviation**2
        self._weighted = PRIOR.mean * self._precision
        self._windows = 0.0
        self._variance_sum = 0.0

    @property
    def independent_windows(self) -> float:
        """How many windows of their own the evidence amounts to."""
        return self._windows

    def add(self, belief: Belief, share: float = 1.0) -> None:
        """Add one window; `share` (0-1) is how much of it was really received."""
        count = share / HOPS_PER_WINDOW
        variance = max(belief.deviation, 0.05) ** 2
        self._precision += count / variance
        self._weighted += count * belief.mean / variance
        self._windows += count
        self._variance_sum += count * variance

    def belief(self) -> Belief | None:
        """Return the set's score so far; None before the first window."""
        if self._windows <= 0:
            return None
        shared = SHARED_ERROR * self._variance_sum / self._windows
        variance = 1 / self._precision + shared
        return Belief(self._weighted / self._precision, math.sqrt(variance))
