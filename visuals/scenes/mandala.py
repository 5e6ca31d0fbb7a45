"""A lotus that never stops opening: petals in rings, mirrored around the middle."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, cover, glow, ramp, scaled, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_RING = 0.42  # from one ring of petals to the next, in logarithms of the radius
_LENGTH = 1.75  # of a petal, in rings
_HUE = 1.1  # from one ring to the next, as an angle


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
        ring = scaled(self._rings, 1.0, -0.34 * moves.travel)
        add(ring, stage.drift_x, -(0.12 + 0.14 * moves.mid))
        number = np.floor(ring)
        inside = ring
        inside -= number
        turn = 0.05 * moves.sway
        cos, sin = math.cos(turn), math.sin(turn)
        even = np.abs(weighed(self._cos, cos, self._sin, sin))
        odd = np.abs(weighed(self._sin, cos, self._cos, -sin))
        is_odd = scaled(number, 0.5)
        is_odd -= np.floor(is_odd)  # 0 or a half
        odd_here = odd - even
        odd_here *= is_odd
        odd_here *= 2
        odd_here += even
        even_here = even
        even_here += odd
        even_here -= odd_here
        around = scaled(number, 1.1, 6.28 * self._hue)
        veins = glow(even_here, 0.1), glow(odd_here, 0.1)
        light, _ = self._ring(odd_here, inside, -1, veins[1], moves)
        sine, cosine = np.sin(around), np.cos(around)
        tone = weighed(sine, math.cos(_HUE), cosine, math.sin(_HUE))
        for back, hue in enumerate((sine, weighed(sine, math.cos(_HUE), cosine, -math.sin(_HUE)))):
            sides = (even_here, odd_here)[back]
            above, tip = self._ring(sides, inside, back, veins[back], moves)
            mask = ramp(0.0, 0.09, tip)
            cover(light, above, mask)
            cover(tone, hue, mask)
        light *= self._edge
        add(light, self._middle, 0.22 + 0.3 * moves.low)
        add(light, stage.trail, 0.28)
        return Layers(light, weighed(tone, 0.42, stage.tone, 0.3, 0.5))

    def _ring(
        self,
        sides: NDArray[np.float32],
        inside: NDArray[np.float32],
        back: int,
        vein: NDArray[np.float32],
        moves: Moves,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return one ring's petals, dark where they come from, and how far their edges are."""
        tip = weighed(sides, -_LENGTH, inside, -1.0, _LENGTH - back)  # 0 at the edge, then growing
        light = glow(tip, 0.55)
        light *= light
        line = weighed(glow(tip, 0.07), 0.12 + 0.2 * moves.high, vein, 0.16)
        return weighed(light, 0.5, line, 1.0), tip
