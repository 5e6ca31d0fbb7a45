"""Clouds of gas with dust in front of them and stars that come nearer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, glow, scaled, smooth, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_STARS = 110


class Nebula(Scene):
    """The field as clouds, bent twice; stars are points in space, flown through."""

    slug = "nebula"
    energy = 0.3
    brightness = 0.26

    def __init__(self, rng: np.random.Generator) -> None:
        self._stars = rng.random((_STARS, 4))
        self._sizes = 0.2 + 0.8 * self._stars[:, 3] ** 3
        self._phase = rng.uniform(0, 6.28, 4)
        self._core = rng.uniform(-0.35, 0.35, 2)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._x, self._y = grid.x, grid.y
        self._spots = _star(grid.x.shape[0])
        self._heart = glow(
            np.hypot(
                grid.x - np.float32(self._core[0]), 1.3 * (grid.y - np.float32(self._core[1]))
            ),
            0.42,
        )
        self._glowing = 0.02 + 0.2 * self._heart * self._heart

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.95 * x + 0.4 * y, 0.95 * y - 0.4 * x, 0.9 * np.sin(1.7 * x + y), 0.9 * y)

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.05 * moves.stride, turn=0.01 * moves.stride, drift=0.008)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        way, high = 0.25 * moves.travel, moves.high
        bend = 1.1 + 0.5 * moves.mid
        phase = weighed(self._x, 1.9, stage.drift_x, bend, way + float(self._phase[0]))
        gas = np.sin(phase, out=phase)
        phase = weighed(self._y, 2.6, stage.drift_y, bend, -0.8 * way)
        phase += gas
        gas += np.sin(phase, out=phase)
        wisps = weighed(self._x, 5.1, stage.drift_y, 2.0, float(self._phase[1]))
        add(wisps, gas, 1.7)
        np.sin(wisps, out=wisps)
        phase = weighed(self._y, 4.3, stage.drift_x, 2.0, -way)
        add(phase, gas, -1.5)
        wisps *= np.sin(phase, out=phase)
        cloud = weighed(gas, 0.3, stage.tone, 0.34)
        add(cloud, wisps, 0.2 + 0.16 * high)
        thick = smooth(-0.9, 1.0, cloud)
        light = self._veiled(gas, wisps, thick, stage)
        light *= scaled(self._heart, 0.75 + 0.4 * moves.low, 0.42)
        light += self._glowing
        trail = scaled(thick, 0.65 * 0.42, 0.35 * 0.42)
        trail *= stage.trail
        light += trail
        self._shine(light, moves)
        tone = weighed(cloud, -0.5, stage.tone, 0.25, 0.62)
        add(tone, self._heart, -0.2)
        return Layers(light, tone)

    def _veiled(
        self,
        gas: NDArray[np.float32],
        wisps: NDArray[np.float32],
        thick: NDArray[np.float32],
        stage: Stage,
    ) -> NDArray[np.float32]:
        """Return the gas's light: bright where a fold of it is seen edge-on."""
        phase = weighed(gas, 1.3, wisps, 0.9)
        add(phase, stage.tone, 1.4)
        veil = scaled(np.abs(np.sin(phase, out=phase), out=phase), -1.0, 1.0)
        veil *= veil
        veil *= veil
        light = weighed(thick, 0.3, veil, 0.55, 0.16)
        light *= thick
        return light

    def _shine(self, light: NDArray[np.float32], moves: Moves) -> None:
        """Add the stars, each at its own depth on the way."""
        height, width = light.shape
        far = (self._stars[:, 2] - 0.07 * moves.travel) % 1
        scale = 0.32 / (far + 0.12) * 1.6
        column = ((self._stars[:, 0] - 0.5) * scale + 0.5) * width
        row = ((self._stars[:, 1] - 0.5) * scale + 0.5) * height
        fade = np.minimum(1, 5 * (1 - far)) * np.minimum(1, far * 8)
        bright = self._sizes * fade / (0.4 + 1.4 * far)
        bright *= 0.75 + 0.4 * moves.high
        down, across, share = self._spots
        rows, columns = np.rint(row + down), np.rint(column + across)
        seen = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        at = (rows * width + columns)[seen].astype(np.intp)
        np.add.at(light.reshape(-1), at, (share * bright)[seen].astype(np.float32))


def _star(rows: int) -> NDArray[np.float64]:
    """Return a star's pixels in a picture of so many rows: how far down, across, how bright.

    Shape (3, pixels, 1).
    """
    reach = max(1, round(rows / 110))
    steps = range(-reach, reach + 1)
    near = {(down, across): math.hypot(down, across) / reach for down in steps for across in steps}
    spots = [(*at, 0.9 / (1 + 5 * far * far)) for at, far in near.items() if far <= 1]
    return np.array(spots).T[..., None]
