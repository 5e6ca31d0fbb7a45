"""A flight through an endless corridor with eight sides, lit by rings and lanes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, glow, ramp, scaled, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp


class Tunnel(Scene):
    """Depth from an octagon's distance; panels light up as the field says."""

    slug = "tunnel"
    energy = 0.8

    def __init__(self, rng: np.random.Generator) -> None:
        self._sides = int(rng.choice([3, 4]))
        self._wander = rng.uniform(0, 2 * math.pi, 2)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._x, self._y = grid.x, grid.y
        self._corners = scaled(ramp(2.4, 1.3, grid.radius), 0.25, 0.75)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        radius = np.hypot(grid.small_x, grid.small_y) + 0.05
        x, y = grid.small_x / radius, grid.small_y / radius
        return stacked(x, y, 1.4 * np.log(radius), 0.6 * x * y)

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.22 * moves.stride, turn=0.04 * moves.stride)

    def _from_axis(self, moves: Moves) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how far points are from the tunnel's axis, seen straight and at a slant."""
        reach = 0.12 + 0.1 * moves.mid
        x = reach * math.sin(0.21 * moves.sway + self._wander[0])
        y = 0.6 * reach * math.sin(0.17 * moves.sway + self._wander[1])
        cos, sin = math.cos(0.06 * moves.sway), math.sin(0.06 * moves.sway)
        wide = np.abs(weighed(self._x, cos, self._y, sin, -x * cos - y * sin))
        tall = np.abs(weighed(self._y, cos, self._x, -sin, x * sin - y * cos))
        straight: NDArray[np.float32] = np.maximum(wide, tall)
        return straight, weighed(wide, 0.7071, tall, 0.7071)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        straight, slanted = self._from_axis(moves)
        near = np.maximum(straight, slanted)
        near += np.float32(0.02)
        depth = np.reciprocal(near)
        # Lanes: 0 in the middle of each side of the octagon, 1 in its corners.
        lane = np.minimum(straight, slanted)
        lane *= depth
        lane = ramp(0.924, 0.72, lane)
        along = weighed(
            depth, 1.15, stage.drift_x, 0.04 + 0.1 * moves.mid, float(0.7 * moves.travel)
        )
        number = np.floor(along)
        within = along
        within -= number
        within -= np.float32(0.5)
        far = ramp(0.12, 0.5, near)  # rings that are too many to see are not drawn
        light = glow(within, 0.07 + 0.03 * moves.low)
        light *= scaled(ramp(0.4, 1.1, near), -0.8, 1.0)
        is_straight = (straight > slanted).astype(np.float32)
        panel = weighed(number, 2.3, is_straight, 2.6, -1.3)
        add(panel, stage.tone, 2.0)
        panel = ramp(-0.4, 1.0, np.sin(panel, out=panel))
        panel *= scaled(lane, -0.75, 1.0)
        panel *= scaled(ramp(0.5, 1.3, near), -0.6, 1.0)
        add(light, panel, 0.3 + 0.15 * moves.energy)
        add(light, glow(scaled(lane, -1.0, 1.0), 0.12), 0.12 + 0.35 * moves.high)
        light *= far
        add(light, glow(near, 0.085), 0.62 + 0.5 * moves.low)
        light *= self._corners
        add(light, stage.trail, 0.3)
        wave = np.sin(number * np.float32(0.9))
        return Layers(light, weighed(wave, 0.4, stage.tone, 0.35, 0.5))
