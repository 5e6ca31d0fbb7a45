"""A cut stone from within: plane facets by folding space, each with a shade of its own."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, glow, limited, ramp, scaled, stacked, weighed
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
        self._sharp = grid.x.shape[0] / 2
        self._pixel = 2 / grid.x.shape[0]
        far = ramp(2.4, 0.3, grid.radius)
        self._far, self._lined = scaled(far, 0.36, 0.3), scaled(far, 0.75, 0.25)

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
        zoom = 1.5 - 0.12 * moves.low
        x, y = scaled(self._x, zoom), scaled(self._y, zoom)
        edge = np.full_like(x, 9.0)
        weights = self._facets * 0.85 ** np.arange(_FOLDS)[:, None]
        # Sides count from 0 to 2 below, not from -1 to 1.
        shade = scaled(stage.tone, 0.9, -float(weights[:, 0].sum()))
        hue = scaled(stage.drift_x, 0.5, -float(weights[:, 1].sum()))
        for index in range(_FOLDS):
            angle = self._angles[index] + self._spins[index] * moves.travel
            angle += 0.12 * moves.mid * (index % 2)
            cos, sin = math.cos(angle), math.sin(angle)
            turned = weighed(x, cos, y, sin)
            y = weighed(y, cos, x, -sin)
            side = limited(scaled(turned, self._sharp, 1.0), 2.0)
            across = np.abs(turned, out=turned)
            np.minimum(edge, across * np.float32(1 + 0.3 * index), out=edge)
            add(shade, side, float(weights[index, 0]))
            add(hue, side, float(weights[index, 1]))
            x = across
            x -= np.float32(self._offsets[index])
        slant = weighed(x, 0.9, y, -0.6)
        light = weighed(shade, 1.5, slant, 0.9, 0.35 * moves.sway)
        light = scaled(np.sin(light, out=light), 0.5, 0.5)
        light *= light
        light *= self._far
        add(light, ramp(0.2, 0.9, slant), 0.16 + 0.12 * moves.low)
        light += np.float32(0.03)
        lines = glow(edge, 0.01 + 0.45 * self._pixel)
        lines *= self._lined
        add(light, lines, 0.14 + 0.4 * moves.high)
        add(light, stage.trail, 0.16)
        wave = np.sin(scaled(hue, 1.3))
        return Layers(light, weighed(wave, 0.32, stage.tone, 0.2, 0.5))
