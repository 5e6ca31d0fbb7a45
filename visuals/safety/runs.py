"""Counts the runs of many readings at once: stretches in which a reading only rises or only falls.

Some checkers count every run of 1.0 or more, whatever came before it: where others see one fall,
with a pause in it, they see two. They are to be content as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visuals.safety.swings import INSIDE, REMEMBERED, STEEP, WINDOW_SECONDS


@dataclass(frozen=True, slots=True)
class Stride:
    """From the last readings to others, which may be the next."""

    readings: NDArray[np.float32]
    onward: NDArray[np.float32]  # by how much each run goes on; below 0 it ends
    turns: NDArray[np.bool_]  # those that begin a new run
    length: NDArray[np.float32]  # of each run from then on
    long: NDArray[np.intp]  # those of 1.0 and above


class Runs:
    """The course of readings, one by one; they are counted through, whatever their shape.

    Parameters
    ----------
    readings
        The first ones, of any shape; in swings.
    now_seconds
        Their moment.
    """

    def __init__(self, readings: NDArray[np.float32], now_seconds: float) -> None:
        self._last = readings.ravel()
        self._side = np.ones(readings.size, np.float32)  # +1 while it rises, -1 while it falls
        self._length = np.zeros(readings.size, np.float32)  # of the run so far
        self._ends = np.full((REMEMBERED, readings.size), -np.inf)  # of long ones, latest first
        self._ends[0] = now_seconds  # the picture came from nowhere

    def stride(self, readings: NDArray[np.float32]) -> Stride:
        """Return the stride to other readings."""
        flat = readings.ravel()
        onward = self._side * (flat - self._last)
        turns = onward < 0.0
        length = np.where(turns, -onward, self._length + onward)
        return Stride(flat, onward, turns, length, (length >= 1.0).nonzero()[0])

    def too_many(self, stride: Stride, now_seconds: float, allowed: int) -> NDArray[np.intp]:
        """Return which readings would bring one long run more than `allowed` in the window."""
        long = stride.long
        if not long.size:
            return long
        long = long[stride.turns[long] | (self._length[long] < 1.0)]
        recent: NDArray[np.bool_] = self._ends[allowed - 1, long] > now_seconds - WINDOW_SECONDS
        return long[recent]

    def room(self, stride: Stride, which: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return how much of its way each reading of `which` can go without a long run, 0-1."""
        onward, turns = stride.onward[which], stride.turns[which]
        gone = np.where(turns, np.float32(0.0), self._length[which])
        room = np.maximum(INSIDE - gone, 0.0) / np.maximum(np.abs(onward), np.float32(1e-6))
        room[self._side[which] * onward < 0.0] /= STEEP
        return np.minimum(room, np.float32(1.0))

    def take(self, stride: Stride, now_seconds: float) -> None:
        """Go on by a stride."""
        long = stride.long
        if long.size:
            goes_on = (self._length[long] >= 1.0) & ~stride.turns[long]
            fresh = long[~goes_on]
            self._ends[1:, fresh] = self._ends[:-1, fresh]
            self._ends[0, fresh] = now_seconds
            self._ends[0, long[goes_on & (stride.onward[long] > 0.0)]] = now_seconds
        self._last, self._length = stride.readings, stride.length
        np.negative(self._side, out=self._side, where=stride.turns)

    def moved(
        self, origin: NDArray[np.intp], readings: NDArray[np.float32], now_seconds: float
    ) -> Runs:
        """Return these courses for other readings, as `Swings.moved` does."""
        moved = Runs(readings, now_seconds)
        moved._side, moved._length = self._side[origin], self._length[origin]
        moved._ends = self._ends[:, origin]
        return moved
