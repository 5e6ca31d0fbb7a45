"""A lotus that never stops opening: petals in rings, mirrored around the middle."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import fraction, glow, over, ramp, stacked
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_RING = 0.42  # from one ring of petals to the next, in logarithms of the radius
_LENGTH = 1.75  # of a petal, in rings


class Mandala(Scene):
    """Rings of pointed petals, each over the one outside it; the rings grow outwards."""

    slug = "mandala"
    energy = 0.5

    def __init__(self, rng: np.random.Generator) -> None:
        self._petals = int(rng.choice([6, 8, 10]))
        self._hue = float(rng.uniform(0, 1))

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        half = grid.angle * np.float32(self._petals / 2)
        self._cos, self._sin = np.cos(half), np.sin(half)
        self._rings = np.log(grid.radius + 0.015) * np.float32(1 / _RING)
        self._middle = np.exp(-((grid.radius / 0.2) ** 2))
        self._edge = ramp(2.3, 0.9, grid.radius) * ramp(0.04, 0.42, grid.radius)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        radius = np.hypot(grid.small_x, grid.small_y)
        around = np.arctan2(grid.small_y, grid.small_x) * self._petals
        near = radius / (radius + 0.3)
        return stacked(
            1.6 * radius, 0.7 * near * np.cos(around), 0.8 * radius * radius, np.log(radius + 0.2)
        )

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.11 * moves.stride, turn=0.05 * moves.stride)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        ring = self._rings - np.float32(0.34 * moves.travel)
        ring -= (0.12 + 0.14 * moves.mid) * stage.drift_x
        number = np.floor(ring)
        inside = ring - number
        turn = 0.05 * moves.sway
        even = np.abs(self._cos * math.cos(turn) + self._sin * math.sin(turn))
        odd = np.abs(self._sin * math.cos(turn) - self._cos * math.sin(turn))
        is_odd = fraction(number * np.float32(0.5)) * 2
        odd_here = even + (odd - even) * is_odd
        even_here = even + odd - odd_here
        light, tone = self._ring(inside - 1, odd_here, number + 1, stage)
        for back in (0, 1):
            sides = (even_here, odd_here)[back]
            above, above_tone = self._ring(inside + back, sides, number - back, stage)
            mask = ramp(0.0, 0.09, (1 - sides) * np.float32(_LENGTH) - (inside + back))
            light, tone = over(light, above, mask), over(tone, above_tone, mask)
        light *= self._edge
        light += (0.22 + 0.3 * moves.low) * self._middle
        light += 0.28 * stage.trail
        return Layers(light, tone)

    def _ring(
        self,
        along: NDArray[np.float32],
        sides: NDArray[np.float32],
        number: NDArray[np.float32],
        stage: Stage,
    ) -> Layers:
        """Return one ring's petals: dark where they come from, bright at their tips."""
        tip = (1 - sides) * np.float32(_LENGTH) - along  # 0 at the edge, growing inwards
        light = glow(tip, 0.55)
        light *= light
        light *= 0.5
        light += (0.12 + 0.2 * stage.moves.high) * glow(tip, 0.07)
        light += 0.16 * glow(sides, 0.1)  # the vein
        tone = 0.5 + 0.42 * np.sin(number * np.float32(1.1) + np.float32(6.28 * self._hue))
        tone += 0.3 * stage.tone
        return Layers(light, tone)
