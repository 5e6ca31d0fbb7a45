"""The set's transitions as the scorer remembers them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import samples_to_seconds
from core.messages import Reading, Transition

REMEMBERED: Final = 10
FEATURES: Final = 4
LONGEST_SECONDS: Final = 32.0


class TransitionMemory:
    """The newest ten transitions, each as last reported."""

    def __init__(self) -> None:
        self._latest: dict[int, Transition] = {}
        self.any_settled = False

    def add(self, transitions: Iterable[Transition]) -> tuple[Transition, ...]:
        """Take the reports of one hop; return those that settled in it."""
        settled = []
        for transition in transitions:
            known = self._latest.get(transition.index)
            if transition.settled and not (known is not None and known.settled):
                settled.append(transition)
            self._latest[transition.index] = transition
        while len(self._latest) > REMEMBERED:
            del self._latest[min(self._latest)]
        self.any_settled = self.any_settled or bool(settled)
        return tuple(settled)

    def features(self) -> NDArray[np.float32]:
        """Return the model's input, shape (10, 4), the newest last, zeros before the first.

        Columns: duration over 32 s (at most 1), beat match accuracy, harmonic compatibility and
        smoothness; what is not known is 0.
        """
        table = np.zeros((REMEMBERED, FEATURES), dtype=np.float32)
        newest = sorted(self._latest)[-REMEMBERED:]
        for row, index in enumerate(newest, start=REMEMBERED - len(newest)):
            table[row] = _row(self._latest[index])
        return table


def _row(transition: Transition) -> tuple[float, float, float, float]:
    duration_seconds = samples_to_seconds(transition.end_sample - transition.start_sample)
    return (
        min(max(duration_seconds, 0.0) / LONGEST_SECONDS, 1.0),
        _number(transition.beat_match_accuracy),
        _number(transition.harmonic_compatibility),
        _number(transition.transition_smoothness),
    )


def _number(reading: Reading) -> float:
    return float(reading.value) if isinstance(reading.value, int | float) else 0.0
