"""Liquid paper: the neural field as hills that flow, in sheets of equal height."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, glow, limited, ramp, scaled, smooth, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp


class Liquid(Scene):
    """Height from the field, bent by itself, cut into sheets that shade each other."""

    slug = "liquid"
    energy = 0.35

    def __init__(self, rng: np.random.Generator) -> None:
        self._phase = rng.uniform(0, 6.28, 3)
        self._lean = float(rng.uniform(-0.5, 0.5))

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._x = weighed(grid.x, 0.9, grid.y, self._lean)
        self._y = weighed(grid.y, 1.0, grid.x, -self._lean)
        self._scale = grid.x.shape[0] / 90

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.75 * x, 0.75 * y, 0.5 * (x + y), 0.5 * (x - y))

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.01 * moves.stride, drift=0.02 * moves.stride)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        flow = 0.42 * moves.travel
        bend = 1.3 + 0.6 * moves.mid
        height = np.sin(weighed(self._x, 2.1, stage.drift_x, bend, flow + float(self._phase[0])))
        second = weighed(self._y, 2.7, stage.drift_y, bend, -0.7 * flow)
        add(second, height, 0.8)
        height += np.sin(second, out=second)
        height += stage.tone
        height *= np.float32(0.33)
        gloss, slope = self._lit(height)
        level = scaled(height, 3.4, 3.5 + 0.12 * moves.low)
        step = np.floor(level)
        within = level
        within -= step
        edge = smooth(0.84, 1.0, within)
        shadow = ramp(0.1, 0.9, within)
        shadow *= scaled(edge, -1.0, 1.0)
        step += edge
        light = scaled(step, 0.085, 0.1)
        light *= scaled(shadow, -0.72, 1.0)
        within -= np.float32(0.93)
        add(light, glow(within, 0.06), 0.07 + 0.22 * moves.high)
        light += weighed(slope, 0.1, gloss, 0.22)
        add(light, stage.trail, 0.2)
        return Layers(light, weighed(step, 0.12, stage.tone, 0.16, 0.12))

    def _lit(self, height: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return gloss and slope of a surface that is lit from above on the left."""
        slope = np.empty_like(height)
        np.subtract(height[1:, 1:], height[:-1, :-1], out=slope[1:, 1:])
        slope[0], slope[:, 0] = slope[1], slope[:, 1]
        slope = limited(scaled(slope, 9 * self._scale, 1.0), 2.0)
        slope -= 1
        gloss = ramp(0.25, 1.0, slope)
        gloss *= gloss
        gloss *= gloss
        return gloss, slope
