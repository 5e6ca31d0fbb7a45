"""A honeycomb under a lens: cells wake where the field is high, and their walls glow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import ramp, smooth, stacked
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_HALF = np.float32(0.5)
_TALL = np.float32(math.sqrt(3) / 2)
_SIXTY = (np.float32(math.cos(math.pi / 3)), np.float32(math.sin(math.pi / 3)))


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
        self._x, self._y = grid.x, grid.y
        self._lens = 1 / (1 + 0.42 * grid.radius**2)
        self._shade = ramp(2.2, 0.6, grid.radius)

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
        size = self._cells * (1 - 0.1 * moves.low)
        swell = self._lens * np.float32(size)
        turn = 0.03 * moves.sway + self._way
        cos, sin = np.float32(size * math.cos(turn)), np.float32(size * math.sin(turn))
        x = (self._x * cos + self._y * sin) * self._lens + np.float32(0.13 * moves.travel)
        y = (self._y * cos - self._x * sin) * self._lens + np.float32(0.05 * moves.sway)
        bend = np.float32(0.05 + 0.08 * moves.mid)
        x += stage.drift_x * bend
        y += stage.drift_y * bend
        wall, middle_x, middle_y = _hexagons(x, y)
        wave = np.sin(middle_x * 1.9 + np.float32(0.9 * moves.travel + self._phase[0]))
        wave += np.sin(middle_y * 2.3 - middle_x - np.float32(0.7 * moves.travel))
        wave += 1.2 * stage.tone
        awake = smooth(-0.9, 2.2, wave)
        light = awake * ramp(0.0, 0.34, wall)
        light *= 0.55 + 0.9 * wall
        rim = ramp(0.10, 0.035, wall) * ramp(0.0, 0.03, wall)
        light += (0.25 + 0.35 * moves.high) * rim * (0.35 + awake)
        light *= 0.5 + 0.5 * self._shade
        light += 0.3 * stage.trail
        light *= 0.75 + 0.1 * swell
        tone = 0.5 + 0.2 * wave + 0.12 * stage.tone
        return Layers(light, tone)


def _hexagons(x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[np.float32], ...]:
    """Return the distance to the nearest wall, 0 to 0.5, and the middle of the cell."""
    tall = 2 * _TALL
    column, row = np.rint(x), np.rint(y * (1 / tall))
    other_column, other_row = np.rint(x - _HALF), np.rint(y * (1 / tall) - _HALF)
    near_x, near_y = x - column, y - row * tall
    far_x = x - other_column - _HALF
    far_y = y - (other_row + _HALF) * tall
    nearer = near_x * near_x + near_y * near_y < far_x * far_x + far_y * far_y
    within_x, within_y = (
        np.abs(np.where(nearer, near_x, far_x)),
        np.abs(np.where(nearer, near_y, far_y)),
    )
    wall = _HALF - np.maximum(within_x, within_x * _SIXTY[0] + within_y * _SIXTY[1])
    middle_x = x - np.where(nearer, near_x, far_x)
    middle_y = y - np.where(nearer, near_y, far_y)
    return wall, middle_x, middle_y
