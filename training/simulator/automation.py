"""Curves that move a fader or a knob over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.simulator.synthesis import Audio

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From where a fader or a knob stands to what it does."""


@dataclass(slots=True)
class Automation:
    """Straight lines between points in time; constant before the first and after the last.

    Attributes
    ----------
    rest
        Value while there is no point.
    curve
        What becomes of the values; keeps 0 and `rest`.
    """

    rest: float
    curve: Curve | None = None
    _samples: list[float] = field(default_factory=list)
    _values: list[float] = field(default_factory=list)

    def add(self, points: Iterable[tuple[float, float]]) -> None:
        """Append `(sample, value)` points that lie after all that are there.

        A point that would lie before an earlier one is moved up to it: two gestures that
        overlap become one after the other.
        """
        for sample, value in points:
            self._samples.append(max(sample, self._samples[-1]) if self._samples else sample)
            self._values.append(value)

    def moves_within(self, start: int, samples: int) -> bool:
        """Whether the value changes within a block."""
        first, last = self.at(np.array([start, start + samples], dtype=np.float64))
        inside = any(start < sample < start + samples for sample in self._samples)
        return inside or bool(first != last)

    def is_ever_open(self, start: int, samples: int) -> bool:
        """Whether the value is above 0 anywhere within a block."""
        inside = [
            value
            for sample, value in zip(self._samples, self._values, strict=True)
            if start < sample < start + samples
        ]
        edges = self.at(np.array([start, start + samples], dtype=np.float64))
        return bool(max([*inside, *edges]) > 0)

    def at(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values at any samples."""
        if not self._samples:
            return np.full(len(samples), self.rest)
        values = np.interp(samples, self._samples, self._values)
        return values if self.curve is None else self.curve(values)

    def over(self, start: int, samples: int) -> Audio:
        """Return the values over a block, shape (samples,)."""
        if not self.moves_within(start, samples):
            return np.full(
                samples, self.at(np.array([start], dtype=np.float64))[0], dtype=np.float32
            )
        return self.at(np.arange(start, start + samples, dtype=np.float64)).astype(np.float32)
