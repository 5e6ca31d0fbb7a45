"""Counts the swings of many readings at once: the changes of which two opposing ones are a flash.

A reading swings when it has come back from its last extreme by 1.0 or more; so counted there are as
many as any choice of moments could find. A swing lasts until its own extreme: whoever asks for a
larger change sees it later than we do, but not after that.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Step:
    """From the last readings to others, which may be the next."""

    readings: NDArray[np.float32]
    away: NDArray[np.float32]  # how far each is from its extreme: a swing at 1.0 and above
    swinging: NDArray[np.intp]  # those that swing


class Swings:
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
        self._side = np.ones(readings.size, np.float32)  # +1 after a rise, -1 after a fall
        self._extreme = self._last.copy()  # since then, times side
        # Of swings, the latest first. The picture came from nowhere: that may have been a rise.
        self._ends = [np.full(readings.size, now_seconds)]
        self._ends += [np.full(readings.size, -np.inf) for _ in range(1, REMEMBERED)]

    def step(self, readings: NDArray[np.float32]) -> Step:
        """Return the step to other readings."""
        flat = readings.ravel()
        away = self._side * flat
        np.subtract(self._extreme, away, out=away)
        return Step(flat, away, (away >= 1.0).nonzero()[0])

    def too_many(self, step: Step, now_seconds: float, allowed: int) -> NDArray[np.intp]:
        """Return which readings would swing once more than `allowed` in the window before now."""
        if not step.swinging.size:
            return step.swinging
        ends = self._ends[allowed - 1].take(step.swinging)
        return step.swinging[ends > now_seconds - WINDOW_SECONDS]

    def room(self, step: Step, which: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return how much of its step each reading of `which` can go without swinging, 0-1."""
        side = self._side[which]
        gone = self._extreme[which] - side * self._last[which]
        room = np.maximum(INSIDE - gone, 0.0)
        room /= np.maximum(step.away[which] - gone, INSIDE / 8)
        room[side > 0] *= 1.0 / STEEP
        return np.minimum(room, 1.0)

    def take(self, step: Step, now_seconds: float) -> None:
        """Go on by a step, which is of no more use then."""
        self._last = step.readings
        np.copyto(self._ends[0], now_seconds, where=step.away < 0.0)
        self._extreme -= np.minimum(step.away, 0.0, out=step.away)
        swung = step.swinging
        if swung.size:
            for later, ends in zip(self._ends[:0:-1], self._ends[-2::-1], strict=True):
                later[swung] = ends[swung]
            self._ends[0][swung] = now_seconds
            side = -self._side[swung]
            self._side[swung] = side
            self._extreme[swung] = side * step.readings[swung]

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
        moved._ends = [ends[origin] for ends in self._ends]
        here = moved._side * readings.ravel()
        moved._extreme = np.clip(self._extreme[origin], here, here + np.float32(0.99))
        return moved
