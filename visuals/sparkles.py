"""Glints that hits leave on the picture, for fractions of a second."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from visuals.motion import Moves

_MOST: Final = 40
_LIFE_SECONDS: Final = 0.35
_REFRACTORY_SECONDS: Final = 0.12


class Sparkles:
    """Lets glints appear and fade.

    Parameters
    ----------
    seed
        Of the show.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng((seed, 0x5BA7))
        self._places = np.empty((0, 2))  # of the glints: 0-1 of the width, 0-1 of the height
        self._strengths = np.empty(0)
        self._ages_seconds = np.empty(0)
        self._since_seconds = 1.0

    def shine(self, light: NDArray[np.float32], moves: Moves) -> None:
        """Add the moment's glints to `light` in place."""
        self._since_seconds += moves.seconds
        if moves.sparkle > 0.05 and self._since_seconds > _REFRACTORY_SECONDS:
            self._scatter(moves.sparkle)
            self._since_seconds = 0.0
        if not len(self._places):
            return
        fade = 0.75 * np.exp(-3 * self._ages_seconds / _LIFE_SECONDS)
        _add_stars(light, self._places, self._strengths, fade)
        self._ages_seconds += moves.seconds
        self._keep(self._ages_seconds < _LIFE_SECONDS)

    def _scatter(self, strength: float) -> None:
        count = min(round(3 + 9 * strength), _MOST - len(self._places))
        drawn = self._rng.random((count, 3))
        self._places = np.concatenate([self._places, drawn[:, :2]])
        self._strengths = np.concatenate([self._strengths, strength * (0.4 + 0.6 * drawn[:, 2])])
        self._ages_seconds = np.concatenate([self._ages_seconds, np.zeros(count)])

    def _keep(self, young: NDArray[np.bool_]) -> None:
        if not young.all():
            self._places, self._strengths = self._places[young], self._strengths[young]
            self._ages_seconds = self._ages_seconds[young]


def _add_stars(
    light: NDArray[np.float32],
    places: NDArray[np.float64],
    strengths: NDArray[np.float64],
    fade: NDArray[np.float64],
) -> None:
    """Add points with four short rays, as long as a twentieth of the height at most.

    All at once: a picture has a dozen, and a call of NumPy costs more than a ray.
    """
    height, width = light.shape
    row, column = (places[:, ::-1] * (height, width)).astype(np.intp).T[..., None]
    reach = np.maximum(2, np.rint(height / 24 * strengths))[:, None]
    steps = np.arange(-int(reach.max()), int(reach.max()) + 1)
    fall = (strengths * fade)[:, None] / (1.0 + steps**2) * (np.abs(steps) <= reach)
    rays = fall.astype(np.float32)
    for thick in range(max(1, height // 180)):
        _add(light, row + thick, column + steps, rays)
        _add(light, row + steps, column + thick, rays)


def _add(
    light: NDArray[np.float32],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    rays: NDArray[np.float32],
) -> None:
    """Add rays at places that may be the same, and may lie outside."""
    height, width = light.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    np.add.at(light.reshape(-1), (rows * width + columns)[inside], rays[inside])
