"""Liquid paper: the neural field as hills that flow, in sheets of equal height."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import glow, ramp, smooth, stacked
from visuals.scenes.stage import Layers, Scene, Stage, Warp


class Liquid(Scene):
    """Height from the field, bent by itself, cut into sheets that shade each other."""

    slug = "liquid"
    energy = 0.35

    def __init__(self, rng: np.random.Generator) -> None:
        self._phase = rng.uniform(0, 6.28, 3).astype(np.float32)
        self._lean = np.float32(rng.uniform(-0.5, 0.5))

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._x = grid.x * np.float32(0.9) + grid.y * self._lean
        self._y = grid.y * np.float32(1.0) - grid.x * self._lean
        self._scale = np.float32(grid.x.shape[0] / 90)

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
        flow = np.float32(0.42 * moves.travel)
        bend = np.float32(1.3 + 0.6 * moves.mid)
        height = np.sin(self._x * 2.1 + stage.drift_x * bend + flow + self._phase[0])
        height += np.sin(self._y * 2.7 + stage.drift_y * bend - flow * 0.7 + height * 0.8)
        height += stage.tone
        height *= np.float32(0.33)
        gloss, slope = self._lit(height)
        level = height * np.float32(3.4) + np.float32(3.5 + 0.12 * moves.low)
        sheet = np.floor(level)
        within = level - sheet
        edge = smooth(0.84, 1.0, within)
        shadow = ramp(0.1, 0.9, within)
        shadow *= 1 - edge
        step = sheet + edge
        light = np.float32(0.1) + np.float32(0.085) * step
        light *= 1 - 0.72 * shadow
        light += (0.07 + 0.22 * moves.high) * glow(within - 0.93, 0.06)
        light += 0.1 * slope + 0.22 * gloss
        light += 0.2 * stage.trail
        tone = 0.12 * step + 0.12 + 0.16 * stage.tone
        return Layers(light, tone)

    def _lit(self, height: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return gloss and slope of a surface that is lit from above on the left."""
        slope = np.zeros_like(height)
        slope[1:, 1:] = height[1:, 1:] - height[:-1, :-1]
        slope[0], slope[:, 0] = slope[1], slope[:, 1]
        slope *= 9 * self._scale
        np.clip(slope, -1, 1, out=slope)
        gloss = ramp(0.25, 1.0, slope)
        gloss *= gloss
        gloss *= gloss
        return gloss, slope
