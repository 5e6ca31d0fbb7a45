"""Clouds of gas with dust in front of them and stars that come nearer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import glow, smooth, stacked
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_STARS = 110


class Nebula(Scene):
    """The field as clouds, bent twice; stars are points in space, flown through."""

    slug = "nebula"
    energy = 0.3
    brightness = 0.26

    def __init__(self, rng: np.random.Generator) -> None:
        self._stars = rng.random((_STARS, 4))
        self._phase = rng.uniform(0, 6.28, 4).astype(np.float32)
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
        way = np.float32(0.25 * moves.travel)
        bend = np.float32(1.1 + 0.5 * moves.mid)
        gas = np.sin(self._x * 1.9 + bend * stage.drift_x + way + self._phase[0])
        gas += np.sin(self._y * 2.6 + bend * stage.drift_y + gas - way * 0.8)
        wisps = np.sin(self._x * 5.1 + gas * 1.7 + 2 * stage.drift_y + self._phase[1])
        wisps *= np.sin(self._y * 4.3 - gas * 1.5 + 2 * stage.drift_x - way)
        cloud = gas * np.float32(0.3) + 0.34 * stage.tone
        cloud += (0.2 + 0.16 * moves.high) * wisps
        thick = smooth(-0.9, 1.0, cloud)
        # Veils: bright where a fold of the gas is seen edge-on.
        veil = 1 - np.abs(np.sin(gas * 1.3 + wisps * 0.9 + stage.tone * 1.4))
        veil *= veil
        veil *= veil
        light = thick * (0.16 + 0.3 * thick + 0.55 * veil)
        light *= 0.42 + (0.75 + 0.4 * moves.low) * self._heart
        light += 0.02 + 0.2 * self._heart * self._heart
        light += 0.42 * stage.trail * (0.35 + 0.65 * thick)
        self._shine(light, moves)
        tone = 0.62 - 0.5 * cloud + 0.25 * stage.tone - 0.2 * self._heart
        return Layers(light, tone)

    def _shine(self, light: NDArray[np.float32], moves: Moves) -> None:
        """Add the stars, each at its own depth on the way."""
        height, width = light.shape
        far = (self._stars[:, 2] - 0.07 * moves.travel) % 1
        scale = 0.32 / (far + 0.12)
        column = ((self._stars[:, 0] - 0.5) * scale * 1.6 + 0.5) * width
        row = ((self._stars[:, 1] - 0.5) * scale * 1.6 + 0.5) * height
        fade = np.minimum(1, 5 * (1 - far)) * np.minimum(1, far * 8)
        bright = (0.2 + 0.8 * self._stars[:, 3] ** 3) * fade / (0.4 + 1.4 * far)
        bright *= 0.75 + 0.4 * moves.high
        for down, across, share in self._spots:
            rows = np.rint(row + down).astype(np.intp)
            columns = np.rint(column + across).astype(np.intp)
            seen = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
            light[rows[seen], columns[seen]] += (share * bright[seen]).astype(np.float32)


def _star(rows: int) -> list[tuple[int, int, float]]:
    """Return a star's pixels in a picture of so many rows: how far down, across, how bright."""
    reach = max(1, round(rows / 110))
    steps = range(-reach, reach + 1)
    near = {(down, across): math.hypot(down, across) / reach for down in steps for across in steps}
    return [(*at, 0.9 / (1 + 5 * far * far)) for at, far in near.items() if far <= 1]
