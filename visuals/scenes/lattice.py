"""A honeycomb under a lens: cells wake where the field is high, and their walls glow."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, glow, ramp, scaled, smooth, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_TALL = math.sqrt(3) / 2  # sin 60, and half of two rows of a grid


class Lattice(Scene):
    """Hexagons: distances to walls by symmetry, a cell's own light from where its middle lies."""

    slug = "lattice"
    energy = 0.65

    def __init__(self, rng: np.random.Generator) -> None:
        self._cells = np.float32(rng.uniform(2.3, 2.9))
        self._phase = rng.uniform(0, 6.28, 3)
        self._way = rng.uniform(-0.5, 0.5)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._lens = glow(grid.radius, 0.42**-0.5)
        self._x, self._y = grid.x * self._lens, grid.y * self._lens
        self._shade = scaled(ramp(2.2, 0.6, grid.radius), 0.5, 0.5)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.9 * x, 0.9 * y, 0.6 * np.hypot(x, y), 0.4 * x * y)

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.05 * moves.stride, drift=0.006)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        size = float(self._cells) * (1 - 0.1 * moves.low)
        turn = 0.03 * moves.sway + self._way
        cos, sin = size * math.cos(turn), size * math.sin(turn)
        x = weighed(self._x, cos, self._y, sin, 0.13 * moves.travel)
        y = weighed(self._y, cos, self._x, -sin, 0.05 * moves.sway)
        bend = 0.05 + 0.08 * moves.mid
        add(x, stage.drift_x, bend)
        add(y, stage.drift_y, bend)
        wall, middle_x, middle_y = _hexagons(x, y)
        wave = np.sin(scaled(middle_x, 1.9, 0.9 * moves.travel + self._phase[0]))
        wave += np.sin(weighed(middle_y, 2.3, middle_x, -1.0, -0.7 * moves.travel))
        add(wave, stage.tone, 1.2)
        awake = smooth(-0.9, 2.2, wave)
        light = awake * ramp(0.0, 0.34, wall)
        light *= scaled(wall, 0.9, 0.55)
        rim = ramp(0.10, 0.035, wall)
        rim *= ramp(0.0, 0.03, wall)
        awake += np.float32(0.35)
        rim *= awake
        add(light, rim, 0.25 + 0.35 * moves.high)
        light *= self._shade
        add(light, stage.trail, 0.3)
        light *= scaled(self._lens, 0.1 * size, 0.75)
        return Layers(light, weighed(wave, 0.2, stage.tone, 0.12, 0.5))


def _hexagons(
    x: NDArray[np.float32], y: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return the distance to the nearest wall, 0 to 0.5, and the middle of the cell.

    Middles lie in two grids, the second between the first's. Of the nearest of the first,
    `across` and `up` away, a place is in the cell as long as `across / 2 + sin 60 up < 1/2`;
    of the second's nearest it is then `1/2 - across` and `sin 60 - up` away.
    """
    column = np.rint(x)
    row = scaled(y, 0.5 / _TALL)
    first_row = np.rint(row)
    across, up = np.abs(x - column), np.abs(row - first_row)
    slanted = weighed(across, 0.5, up, 2 * _TALL * _TALL, -0.5)
    second = np.asarray(cv2.threshold(slanted, 0.0, 1.0, cv2.THRESH_BINARY)[1], np.float32)
    straight = across * second
    wall = weighed(straight, 2.0, across, -1.0, 0.5)
    add(wall, second, -0.5)
    np.minimum(wall, np.abs(slanted, out=slanted), out=wall)
    middles = []
    for place, first in ((x, column), (row, first_row)):
        between = np.floor(place)
        between -= first
        between += np.float32(0.5)
        between *= second
        between += first
        middles.append(between)
    return wall, middles[0], scaled(middles[1], 2 * _TALL)
