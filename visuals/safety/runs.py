"""Counts the runs of many readings at once: stretches in which a reading only rises or only falls.

Some checkers count every run of 1.0 or more, whatever came before it: where others see one fall,
with a pause in it, they see two. They are to be content as well.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visuals.safety.swings import INSIDE, REMEMBERED, STEEP, WINDOW_SECONDS


class Runs:
    """The course of readings, one by one.

    Parameters
    ----------
    readings
        The first ones, of any shape; in swings.
    now_seconds
        Their moment.
    """

    def __init__(self, readings: NDArray[np.float32], now_seconds: float) -> None:
        self._last = readings.ravel().copy()
        self._side = np.ones(readings.size, np.float32)  # +1 while it rises, -1 while it falls
        self._length = np.zeros(readings.size, np.float32)  # of the run so far
        self._ends = np.full((REMEMBERED, readings.size), -np.inf)  # of long ones, latest first
        self._ends[0] = now_seconds  # the picture came from nowhere

    def too_many(
        self, readings: NDArray[np.float32], now_seconds: float, allowed: int
    ) -> NDArray[np.bool_]:
        """Return which readings would bring one long run more than `allowed` in the window."""
        onward = self._onward(readings)
        turns = onward < 0.0
        long = np.where(turns, -onward, self._length + onward) >= 1.0
        long &= turns | (self._length < 1.0)
        long &= self._ends[allowed - 1] > now_seconds - WINDOW_SECONDS
        return long

    def room(self, readings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how much of its way each reading can go without a long run, 0-1."""
        onward = self._onward(readings)
        gone = np.where(onward < 0.0, np.float32(0.0), self._length)
        room = np.maximum(INSIDE - gone, 0.0) / np.maximum(np.abs(onward), np.float32(1e-6))
        room[self._side * onward < 0.0] /= STEEP
        return np.minimum(room, np.float32(1.0))

    def take(self, readings: NDArray[np.float32], now_seconds: float) -> None:
        """Go on to the next readings."""
        onward = self._onward(readings)
        turns = onward < 0.0
        was_long = (self._length >= 1.0) & ~turns
        self._length = np.where(turns, -onward, self._length + onward)
        self._side[turns] *= -1.0
        became_long = (self._length >= 1.0) & ~was_long
        self._ends[1:, became_long] = self._ends[:-1, became_long]
        self._ends[0, became_long | (was_long & (onward > 0.0))] = now_seconds
        np.copyto(self._last, readings.ravel())

    def moved(
        self, origin: NDArray[np.intp], readings: NDArray[np.float32], now_seconds: float
    ) -> Runs:
        """Return these courses for other readings, as `Swings.moved` does."""
        moved = Runs(readings, now_seconds)
        moved._side, moved._length = self._side[origin], self._length[origin]
        moved._ends = self._ends[:, origin]
        return moved

    def _onward(self, readings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return by how much each run goes on; what is below 0 begins a new one."""
        return self._side * (readings.ravel() - self._last)
