"""A flight through an endless corridor with eight sides, lit by rings and lanes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import glow, ramp, stacked
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
        self._corners = ramp(2.4, 1.3, grid.radius)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        radius = np.hypot(grid.small_x, grid.small_y) + 0.05
        x, y = grid.small_x / radius, grid.small_y / radius
        return stacked(x, y, 1.4 * np.log(radius), 0.6 * x * y)

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.22 * moves.stride, turn=0.04 * moves.stride)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        reach = 0.12 + 0.1 * moves.mid
        x = self._x - np.float32(reach * math.sin(0.21 * moves.sway + self._wander[0]))
        y = self._y - np.float32(0.6 * reach * math.sin(0.17 * moves.sway + self._wander[1]))
        turn = 0.06 * moves.sway
        turned = x * np.float32(math.cos(turn)) + y * np.float32(math.sin(turn))
        y = y * np.float32(math.cos(turn)) - x * np.float32(math.sin(turn))
        wide, tall = np.abs(turned), np.abs(y)
        straight = np.maximum(wide, tall)
        slanted = (wide + tall) * np.float32(0.7071)
        near = np.maximum(straight, slanted)
        near += 0.02
        depth = np.reciprocal(near)
        # Lanes: 0 in the middle of each side of the octagon, 1 in its corners.
        lane = np.minimum(straight, slanted) * depth
        lane = ramp(0.924, 0.72, lane)
        along = depth * np.float32(1.15) + np.float32(0.7 * moves.travel)
        along += (0.04 + 0.1 * moves.mid) * stage.drift_x
        number = np.floor(along)
        within = along - number
        within -= 0.5
        far = ramp(0.12, 0.5, near)  # rings that are too many to see are not drawn
        light = glow(within, 0.07 + 0.03 * moves.low)
        light *= far * (1 - 0.8 * ramp(0.4, 1.1, near))
        side = np.sign(straight - slanted)
        panel = np.sin(number * np.float32(2.3) + side * np.float32(1.3) + 2 * stage.tone)
        panel = ramp(-0.4, 1.0, panel)
        panel *= 1 - 0.75 * lane
        panel *= 1 - 0.6 * ramp(0.5, 1.3, near)
        light += (0.3 + 0.15 * moves.energy) * panel * far
        corners = glow(1 - lane, 0.12)
        light += (0.12 + 0.35 * moves.high) * corners * far
        light += (0.62 + 0.5 * moves.low) * glow(near, 0.085)
        light *= 0.75 + 0.25 * self._corners
        light += 0.3 * stage.trail
        tone = 0.5 + 0.4 * np.sin(number * np.float32(0.9))
        tone += 0.35 * stage.tone
        return Layers(light, tone)
