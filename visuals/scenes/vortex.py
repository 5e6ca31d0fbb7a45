"""Ink in a drain: arms that wind themselves up around an eye."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, glow, ramp, scaled, smooth, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp


class Vortex(Scene):
    """Logarithmic spirals, tilted like a galaxy, torn by the field and smeared by feedback."""

    slug = "vortex"
    energy = 0.9
    brightness = 0.26

    def __init__(self, rng: np.random.Generator) -> None:
        self._arms = int(rng.choice([2, 3]))
        self._side = float(rng.choice([-1.0, 1.0]))
        self._lean = float(rng.uniform(-0.35, 0.35))
        self._phase = float(rng.uniform(0, 6.28))

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        radius, angle = self._disc(grid.x, grid.y)
        self._radius = radius
        self._wound = (angle * self._side * self._arms + 3.4 * np.log(radius + 0.06)).astype(
            np.float32
        )
        self._eye = glow(radius, 0.14)
        self._rim = ramp(2.1, 0.5, radius)
        self._lit = scaled(self._rim, 0.3, 0.25)

    def _disc(
        self, x: NDArray[np.float32], y: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        cos, sin = math.cos(self._lean), math.sin(self._lean)
        along, across = x * cos + y * sin, (y * cos - x * sin) * 1.55
        return np.hypot(along, across).astype(np.float32), np.arctan2(across, along)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        radius, angle = self._disc(grid.small_x, grid.small_y)
        twist = angle + 1.6 * self._side * np.log(radius + 0.1)
        return stacked(
            radius * np.cos(twist), radius * np.sin(twist), 0.9 * np.log(radius + 0.1), 0.5 * radius
        )

    def currents(self, grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return which way light is pulled."""
        fall = np.float32(-self._side) / (0.35 + grid.radius)
        return -grid.y * fall, grid.x * fall

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 - 0.05 * moves.stride, pull=0.11 * moves.stride, drift=0.01)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        tear = 0.55 + 0.35 * moves.mid
        phase = weighed(self._wound, 1.0, stage.drift_x, tear, 0.62 * moves.travel + self._phase)
        fine = np.sin(weighed(phase, 3.0, stage.drift_y, 2.2))
        arms = np.sin(phase, out=phase)
        add(arms, fine, 0.4 + 0.25 * moves.high)
        ink = smooth(-0.7, 1.35, arms)
        light = ink
        light *= ink
        light *= self._lit
        light *= scaled(stage.tone, 0.45, 0.8)
        add(light, self._eye, 0.45 + 0.5 * moves.low)
        add(light, stage.trail * self._rim, 0.5)
        tone = weighed(arms, 0.28, stage.tone, 0.3, 0.5)
        add(tone, self._eye, -0.35)
        return Layers(light, tone)
