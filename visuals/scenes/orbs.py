"""Glass spheres on their rounds in much darkness, each with a sky of its own inside."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import glow, over, ramp, stacked
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
        self._lit = np.array([-0.5, 0.68, 0.53], np.float32)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._grid = grid
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
        moves = stage.moves
        light = ramp(-0.6, 1.6, stage.tone) * (0.2 * self._back)
        light += 0.05 * self._back
        light += 0.3 * stage.trail
        tone = 0.18 + 0.3 * stage.tone
        for index in range(_ORBS):
            self._sphere(index, stage, moves, Layers(light, tone))
        return Layers(light, tone)

    def _sphere(self, index: int, stage: Stage, moves: Moves, layers: Layers) -> None:
        """Paint one sphere over what is behind it, within the box around it."""
        first, second = self._phases[index] + self._paces[index] * moves.travel
        x, y = self._reach * math.sin(first), 0.75 * math.sin(second)
        size = float(self._sizes[index]) * (1 + 0.1 * moves.low * (0.4 + 0.6 * (index % 2)))
        box = self._box(x, y, size * 1.5)
        across = (self._grid.x[box] - np.float32(x)) * np.float32(1 / size)
        up = (self._grid.y[box] - np.float32(y)) * np.float32(1 / size)
        flat = across * across + up * up
        near = np.float32(self._grid.x.shape[0] * size / 4)
        mask = np.clip((1 - flat) * near + np.float32(0.5), 0, 1)
        tall = np.sqrt(np.maximum(1 - flat, 0))
        facing = across * self._lit[0] + up * self._lit[1] + tall * self._lit[2]
        rim = 1 - tall
        rim *= rim
        rim *= rim
        glass = 0.06 + 0.34 * np.maximum(facing, 0) ** 2
        glass += (0.5 + 0.3 * moves.high) * rim * (0.55 + 0.45 * up)
        glass += 1.1 * ramp(0.93, 1.0, facing)
        glass += 0.26 * ramp(0.1, 0.9, -facing) * tall  # light that the sphere gathers below
        glass *= 0.75 + 0.5 * stage.tone[box]
        colour = np.float32(0.5 + self._hues[index]) + 0.3 * facing + 0.3 * stage.tone[box]
        halo = np.maximum(2.25 - flat, 0)
        halo *= halo
        layers.light[box] += (0.022 + 0.02 * moves.low) * halo
        layers.light[box] = over(layers.light[box], glass, mask)
        layers.tone[box] = over(layers.tone[box], colour, mask)

    def _box(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        height, width = self._grid.x.shape
        aspect = self._grid.aspect
        left = max(0, math.floor(((x - reach) / aspect + 1) / 2 * width))
        right = max(left, math.ceil(((x + reach) / aspect + 1) / 2 * width))
        top = max(0, math.floor((1 - y - reach) / 2 * height))
        bottom = max(top, math.ceil((1 - y + reach) / 2 * height))
        return slice(top, bottom), slice(left, right)
