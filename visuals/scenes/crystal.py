"""A cut stone from within: plane facets by folding space, each with a shade of its own."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import glow, ramp, stacked
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_FOLDS = 5


class Crystal(Scene):
    """Reflections in a few turned mirrors cut the plane into polygons; light falls in by angle."""

    slug = "crystal"
    energy = 0.7

    def __init__(self, rng: np.random.Generator) -> None:
        self._angles = rng.uniform(0.7, 1.5, _FOLDS) * rng.choice([-1.0, 1.0], _FOLDS)
        self._offsets = rng.uniform(0.5, 0.75, _FOLDS) * 0.72 ** np.arange(_FOLDS)
        self._spins = rng.choice([-1.0, 1.0], _FOLDS) * rng.uniform(0.015, 0.045, _FOLDS)
        self._facets = rng.uniform(0.5, 1.3, (_FOLDS, 2)) * rng.choice([-1.0, 1.0], (_FOLDS, 2))
        self._middle = rng.uniform(-0.35, 0.35, 2)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._x = grid.x - np.float32(self._middle[0])
        self._y = grid.y - np.float32(self._middle[1])
        self._sharp = np.float32(grid.x.shape[0] / 2)
        self._pixel = 2 / grid.x.shape[0]
        self._far = ramp(2.4, 0.3, grid.radius)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.6 * x, 0.6 * y, 0.4 * np.abs(x), 0.4 * np.abs(y))

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.09 * moves.stride, turn=-0.03 * moves.stride)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        zoom = np.float32(1.5 - 0.12 * moves.low)
        x, y = self._x * zoom, self._y * zoom
        edge = np.full_like(x, 9.0)
        shade, hue = 0.9 * stage.tone, 0.5 * stage.drift_x
        for index in range(_FOLDS):
            angle = self._angles[index] + self._spins[index] * moves.travel
            angle += 0.12 * moves.mid * (index % 2)
            cos, sin = np.float32(math.cos(angle)), np.float32(math.sin(angle))
            turned = x * cos + y * sin
            y = y * cos - x * sin
            side = np.clip(turned * self._sharp, -1, 1)
            across = np.abs(turned)
            edge = np.minimum(edge, across * np.float32(1 + 0.3 * index))
            weight = np.float32(0.85**index)
            shade += side * (weight * np.float32(self._facets[index, 0]))
            hue += side * (weight * np.float32(self._facets[index, 1]))
            x = across - np.float32(self._offsets[index])
        slant = x * np.float32(0.9) - y * np.float32(0.6)
        light = 0.5 + 0.5 * np.sin(shade * 1.5 + slant * 0.9 + np.float32(0.35 * moves.sway))
        light *= light
        light *= 0.3 + 0.36 * self._far
        light += ramp(0.2, 0.9, slant) * (0.16 + 0.12 * moves.low)
        light += 0.03
        lines = glow(edge, 0.01 + 0.45 * self._pixel)
        light += (0.14 + 0.4 * moves.high) * lines * (0.25 + 0.75 * self._far)
        light += 0.16 * stage.trail
        tone = 0.5 + 0.32 * np.sin(hue * 1.3) + 0.2 * stage.tone
        return Layers(light.astype(np.float32, copy=False), tone)
