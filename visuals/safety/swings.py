"""Counts the swings of many readings at once: the changes of which two opposing ones are a flash.

A reading swings when it has come back from its last extreme by 1.0 or more; so counted there are as
many as any choice of moments could find. A swing lasts until its own extreme: whoever asks for a
larger change sees it later than we do, but not after that.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

REMEMBERED: Final = 5
"""Swings whose ends are kept."""

WINDOW_SECONDS: Final = 1.04
"""In which swings are counted: a second, and what moments may be rounded by."""


INSIDE: Final = np.float32(0.9)
"""Of a swing: how far from its extreme a reading may go that must not swing."""

STEEP: Final = np.float32(2.4)
"""Light falls at first more steeply than the levels it is drawn with, at most by this."""


class Swings:
    """The course of readings, one by one.

    Parameters
    ----------
    readings
        The first ones, of any shape; in swings.
    now_seconds
        Their moment.
    """

    def __init__(self, readings: NDArray[np.float32], now_seconds: float) -> None:
        self._side = np.ones(readings.size, np.float32)  # +1 after a rise, -1 after a fall
        self._extreme = readings.ravel().copy()  # since then, times side
        self._ends = np.full((REMEMBERED, readings.size), -np.inf)  # of swings, the latest first
        # The picture came from nowhere: that may have been a rise.
        self._ends[0] = now_seconds

    def away(self, readings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far each reading is from its extreme: a swing at 1.0 and above."""
        away: NDArray[np.float32] = self._side * readings.ravel()
        np.subtract(self._extreme, away, out=away)
        return away

    def too_many(
        self, away: NDArray[np.float32], now_seconds: float, allowed: int
    ) -> NDArray[np.bool_]:
        """Return which readings would swing once more than `allowed` in the window before now."""
        swinging = away >= 1.0
        if swinging.any():
            swinging &= self._ends[allowed - 1] > now_seconds - WINDOW_SECONDS
        return swinging

    def room(self, before: NDArray[np.float32], away: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how much of its way each reading can go without swinging, 0-1.

        Parameters
        ----------
        before
            The readings of the last picture.
        away
            How far the next picture is from their extremes; counts where that is a swing.
        """
        gone = self._extreme - self._side * before.ravel()
        room = np.maximum(INSIDE - gone, 0.0)
        np.subtract(away, gone, out=gone)
        room /= np.maximum(gone, INSIDE / 8, out=gone)
        room[self._side > 0] *= 1.0 / STEEP
        return np.minimum(room, 1.0, out=room)

    def take(
        self, readings: NDArray[np.float32], away: NDArray[np.float32], now_seconds: float
    ) -> None:
        """Go on to the next readings, which were `away` from their extremes."""
        swung = np.flatnonzero(away >= 1.0)
        np.copyto(self._ends[0], now_seconds, where=away < 0.0)
        np.subtract(self._extreme, np.minimum(away, 0.0, out=away), out=self._extreme)
        if swung.size:
            for later in range(REMEMBERED - 1, 0, -1):
                self._ends[later, swung] = self._ends[later - 1, swung]
            self._ends[0, swung] = now_seconds
            self._side[swung] *= -1.0
            self._extreme[swung] = self._side[swung] * readings.ravel()[swung]

    def moved(
        self, origin: NDArray[np.intp], readings: NDArray[np.float32], now_seconds: float
    ) -> Swings:
        """Return these courses on another grid.

        Parameters
        ----------
        origin
            For each reading of the new grid, the one of this grid whose course it goes on with.
        readings
            Of the last picture on the new grid: it has happened, and so is no swing.
        now_seconds
            The moment.
        """
        moved = Swings(readings, now_seconds)
        moved._side = self._side[origin]
        moved._ends = self._ends[:, origin]
        here = moved._side * readings.ravel()
        moved._extreme = np.clip(self._extreme[origin], here, here + np.float32(0.99))
        return moved
