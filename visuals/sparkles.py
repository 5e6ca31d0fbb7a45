"""Glints that hits leave on the picture, for fractions of a second."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visuals.motion import Moves

_MOST: Final = 40
_LIFE_SECONDS: Final = 0.35
_REFRACTORY_SECONDS: Final = 0.12
_BRIGHT: Final = 0.75


@dataclass(slots=True)
class _Burst:
    """The glints of one hit, which fade together."""

    places: NDArray[np.float64]  # shape (glints, 2): 0-1 of the height, 0-1 of the width
    strengths: NDArray[np.float64]
    age_seconds: float = 0.0
    shape: tuple[int, ...] = ()  # of the light that the points are of
    points: tuple[NDArray[np.intp], NDArray[np.float32]] | None = None

    def shine(self, light: NDArray[np.float32]) -> None:
        """Add the glints to `light` in place."""
        if self.points is None or self.shape != light.shape:  # they stay where they are
            self.points, self.shape = _points(self.places, self.strengths, light.shape), light.shape
        at, shares = self.points
        fade = _BRIGHT * math.exp(-3 * self.age_seconds / _LIFE_SECONDS)
        np.add.at(light.reshape(-1), at, shares * np.float32(fade))


class Sparkles:
    """Lets glints appear and fade.

    Parameters
    ----------
    seed
        Of the show.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng((seed, 0x5BA7))
        self._bursts: list[_Burst] = []
        self._since_seconds = 1.0

    def shine(self, light: NDArray[np.float32], moves: Moves) -> None:
        """Add the moment's glints to `light` in place."""
        self._since_seconds += moves.seconds
        if moves.sparkle > 0.05 and self._since_seconds > _REFRACTORY_SECONDS:
            self._scatter(moves.sparkle)
            self._since_seconds = 0.0
        for burst in self._bursts:
            burst.shine(light)
            burst.age_seconds += moves.seconds
        self._bursts = [each for each in self._bursts if each.age_seconds < _LIFE_SECONDS]

    def _scatter(self, strength: float) -> None:
        there = sum(len(each.places) for each in self._bursts)
        drawn = self._rng.random((min(round(3 + 9 * strength), _MOST - there), 3))
        strengths = strength * (0.4 + 0.6 * drawn[:, 2])
        self._bursts.append(_Burst(drawn[:, 1::-1], strengths))


def _points(
    places: NDArray[np.float64], strengths: NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return which points of the light glints brighten, and by how much.

    A glint is a point with four short rays, as long as a twentieth of the height at most.
    """
    height, width = shape
    row, column = (places * shape).astype(np.intp).T[..., None]
    reach = np.maximum(2, np.rint(height / 24 * strengths))[:, None]
    steps = np.arange(-(height // 24 + 2), height // 24 + 3)
    fall = strengths[:, None] / (1.0 + steps**2) * (np.abs(steps) <= reach)
    at, shares = [], []
    for thick in range(max(1, height // 180)):
        for rows, columns in ((row + thick, column + steps), (row + steps, column + thick)):
            inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
            at.append((rows * width + columns)[inside])
            shares.append(fall[inside])
    return np.concatenate(at), np.concatenate(shares).astype(np.float32)
