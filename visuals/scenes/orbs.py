"""Glass spheres on their rounds in much darkness, each with a sky of its own inside."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, cover, glow, limited, ramp, scaled, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_ORBS = 7


class Orbs(Scene):
    """Spheres from far to near: light from above, a rim, a highlight, the field seen through."""

    slug = "orbs"
    energy = 0.4
    brightness = 0.26

    def __init__(self, rng: np.random.Generator) -> None:
        self._phases = rng.uniform(0, 2 * math.pi, (_ORBS, 2))
        self._paces = rng.uniform(0.1, 0.24, (_ORBS, 2)) * rng.choice([-1, 1], (_ORBS, 2))
        self._sizes = np.linspace(0.12, 0.58, _ORBS) ** 1.15
        self._hues = rng.uniform(-0.35, 0.35, _ORBS)
        self._lit = (-0.5, 0.68, 0.53)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._grid = grid
        self._columns, self._rows = grid.x[0], grid.y[:, :1]
        self._pixel = 2 / grid.x.shape[0]
        self._reach = min(1.45, grid.aspect - 0.3)
        self._back = glow(grid.radius, 0.8)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.8 * x, 0.8 * y, 0.5 * x * y, 0.4 * np.hypot(x, y))

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 - 0.04 * moves.stride, drift=0.012)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        light = scaled(ramp(-0.6, 1.6, stage.tone), 0.2, 0.05)
        light *= self._back
        add(light, stage.trail, 0.3)
        tone = scaled(stage.tone, 0.3, 0.18)
        for index in range(_ORBS):
            self._sphere(index, stage, Layers(light, tone))
        return Layers(light, tone)

    def _sphere(self, index: int, stage: Stage, layers: Layers) -> None:
        """Paint one sphere over what is behind it, within the boxes around it and its halo."""
        moves = stage.moves
        first, second = self._phases[index] + self._paces[index] * moves.travel
        x, y = self._reach * math.sin(first), 0.75 * math.sin(second)
        size = float(self._sizes[index]) * (1 + 0.1 * moves.low * (0.4 + 0.6 * (index % 2)))
        box = self._box(x, y, size + self._pixel)
        halo_box = self._box(x, y, max(size * 1.5, size + self._pixel))
        around = layers.light[halo_box]
        if not around.size:
            return
        halo = scaled(self._flat(halo_box, x, y, size), -1.0, 2.25)
        limited(halo, 2.25)
        halo *= halo
        add(around, halo, 0.022 + 0.02 * moves.low)
        if layers.light[box].size:
            self._glass(box, (x, y, size), index, stage, layers)

    def _glass(
        self,
        box: tuple[slice, slice],
        at: tuple[float, float, float],
        index: int,
        stage: Stage,
        layers: Layers,
    ) -> None:
        across, up = self._within(box, *at)
        inside = scaled(self._flat(box, *at), -1.0, 1.0)
        mask = limited(scaled(inside, self._grid.x.shape[0] * at[2] / 4, 0.5))
        tall = np.sqrt(limited(inside))
        field = stage.tone[box]
        facing = across * np.float32(self._lit[0]) + up * np.float32(self._lit[1])
        add(facing, tall, self._lit[2])
        lit = limited(facing.copy())
        lit *= lit
        glass = scaled(lit, 0.34, 0.06)
        rim = scaled(tall, -1.0, 1.0)
        rim *= rim
        rim *= rim
        rim *= np.float32(0.5 + 0.3 * stage.moves.high) * (np.float32(0.55) + up * np.float32(0.45))
        glass += rim
        add(glass, ramp(0.93, 1.0, facing), 1.1)
        below = ramp(-0.1, -0.9, facing)  # light that the sphere gathers below
        below *= tall
        add(glass, below, 0.26)
        glass *= scaled(field, 0.5, 0.75)
        cover(layers.light[box], glass, mask)
        colour = weighed(facing, 0.3, field, 0.3, 0.5 + float(self._hues[index]))
        cover(layers.tone[box], colour, mask)

    def _within(
        self, box: tuple[slice, slice], x: float, y: float, size: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how far columns and rows lie from a sphere's middle, in its radii."""
        rows, columns = box
        scale = np.float32(1 / size)
        return (self._columns[columns] - np.float32(x)) * scale, (
            self._rows[rows] - np.float32(y)
        ) * scale

    def _flat(
        self, box: tuple[slice, slice], x: float, y: float, size: float
    ) -> NDArray[np.float32]:
        across, up = self._within(box, x, y, size)
        return across * across + up * up

    def _box(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        height, width = self._grid.x.shape
        aspect = self._grid.aspect
        left = max(0, math.floor(((x - reach) / aspect + 1) / 2 * width))
        right = max(left, math.ceil(((x + reach) / aspect + 1) / 2 * width))
        top = max(0, math.floor((1 - y - reach) / 2 * height))
        bottom = max(top, math.ceil((1 - y + reach) / 2 * height))
        return slice(top, bottom), slice(left, right)
