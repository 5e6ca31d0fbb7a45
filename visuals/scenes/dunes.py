"""Hills of paper, one behind the other, under a low sun: they roll at their own paces."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import glow, ramp, stacked
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_HILLS = 6
_DRIFT = 0.12  # most that the field moves a crest by


class Dunes(Scene):
    """Each hill is a curve over x; the near ones are dark, and their crests catch the light."""

    slug = "dunes"
    energy = 0.25

    def __init__(self, rng: np.random.Generator) -> None:
        self._phases = rng.uniform(0, 6.28, (_HILLS, 3)).astype(np.float32)
        self._waves = rng.uniform(0.8, 1.2, (_HILLS, 3)).astype(np.float32)
        self._sun_x = float(rng.uniform(-0.7, 0.7))

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._x, self._y = grid.x[0], grid.y
        self._sun = np.hypot(grid.x - np.float32(self._sun_x), grid.y - np.float32(0.42))
        self._sky = ramp(-0.4, 1.3, grid.y)
        self._pixel = np.float32(2 / grid.x.shape[0])

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.5 * x, 1.1 * y, 0.4 * x + 0.5 * y, 0.2 * x)

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(right=-0.05 * moves.stride, up=0.01 * moves.stride)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        size = 0.3 + 0.05 * moves.low
        light = 0.52 - 0.36 * self._sky
        light += (0.6 + 0.25 * self._sky) * ramp(size + 0.02, size - 0.02, self._sun)
        light += (0.2 + 0.25 * moves.low) * glow(self._sun, 0.42)
        tone = 0.95 - 0.5 * self._sky + 0.12 * stage.tone
        for index in range(_HILLS):
            self._hill(index, stage, Layers(light, tone))
        light += 0.1 * stage.trail
        return Layers(light, tone)

    def _hill(self, index: int, stage: Stage, layers: Layers) -> None:
        """Paint one hill over what is behind it, from its highest row down."""
        near = (index + 1) / _HILLS
        high = stage.moves.high
        crest = self._crest(index, stage.moves)
        top = math.floor((1 - float(crest.max()) - _DRIFT) / self._pixel) - 1
        rows = slice(max(0, top), None)
        depth = crest[None] - self._y[rows]
        depth += np.float32(0.05 + 0.06 * near) * stage.drift_y[rows]
        mask = ramp(-1.0, 1.0, depth * (1 / self._pixel))
        shade = glow(depth, 0.2 + 0.14 * near)
        shade *= np.float32(0.44 - 0.25 * near)
        shade += np.float32(0.10 * (1 - near))
        rim = glow(depth, 0.016 + 0.01 * high)
        rim *= np.float32(0.16 + 0.3 * high * near)
        shade += rim
        layers.light[rows] += (shade - layers.light[rows]) * mask
        colour = np.float32(0.85 - 0.8 * near) + 0.2 * stage.tone[rows]
        layers.tone[rows] += (colour - layers.tone[rows]) * mask

    def _crest(self, index: int, moves: Moves) -> NDArray[np.float32]:
        """Return a hill's height over x: near hills are lower, larger and faster."""
        near = (index + 1) / _HILLS
        phase, wave, x = self._phases[index], self._waves[index], self._x
        way = np.float32((0.12 + 0.5 * near) * moves.travel)
        tall = 0.07 + (0.09 + 0.07 * moves.mid) * near
        crest = np.sin(1.4 * wave[0] * x + way + phase[0])
        crest += 0.5 * np.sin(3.0 * wave[1] * x + 1.4 * way + phase[1])
        crest += (0.1 + 0.2 * moves.high) * np.sin(6.5 * wave[2] * x + 2.2 * way + phase[2])
        return np.asarray(0.38 - 1.25 * near + tall * crest, np.float32)
