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


@dataclass(slots=True)
class _Glint:
    across: float  # 0-1 of the width
    down: float
    strength: float
    age_seconds: float


class Sparkles:
    """Lets glints appear and fade.

    Parameters
    ----------
    seed
        Of the show.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng((seed, 0x5BA7))
        self._glints: list[_Glint] = []
        self._since_seconds = 1.0

    def shine(self, light: NDArray[np.float32], moves: Moves) -> None:
        """Add the moment's glints to `light` in place."""
        self._since_seconds += moves.seconds
        if moves.sparkle > 0.05 and self._since_seconds > _REFRACTORY_SECONDS:
            self._scatter(moves.sparkle)
            self._since_seconds = 0.0
        for glint in self._glints:
            fade = math.exp(-3 * glint.age_seconds / _LIFE_SECONDS)
            _star(light, glint, np.float32(0.75 * glint.strength * fade))
            glint.age_seconds += moves.seconds
        self._glints = [each for each in self._glints if each.age_seconds < _LIFE_SECONDS]

    def _scatter(self, strength: float) -> None:
        for _ in range(min(round(3 + 9 * strength), _MOST - len(self._glints))):
            across, down, size = self._rng.random(3)
            self._glints.append(_Glint(across, down, strength * (0.4 + 0.6 * size), 0.0))


def _star(light: NDArray[np.float32], glint: _Glint, strength: np.float32) -> None:
    """Add a point with four short rays, as long as a twentieth of the height at most."""
    height, width = light.shape
    row, column = int(glint.down * height), int(glint.across * width)
    reach = max(2, round(height / 24 * glint.strength))
    fall = strength / (1 + np.abs(np.arange(-reach, reach + 1, dtype=np.float32)) ** 2)
    thick = max(1, height // 180)
    left, right = max(0, column - reach), min(width, column + reach + 1)
    top, bottom = max(0, row - reach), min(height, row + reach + 1)
    across = fall[left - column + reach : right - column + reach]
    light[row : row + thick, left:right] += across
    light[top:bottom, column : column + thick] += fall[
        top - row + reach : bottom - row + reach, None
    ]
