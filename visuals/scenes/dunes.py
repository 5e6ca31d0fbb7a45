"""Hills of paper, one behind the other, under a low sun: they roll at their own paces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, cover, glow, limited, ramp, scaled, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_HILLS = 6
_DRIFT = 0.12  # most that the field moves a crest by
_PACES = np.array([1.0, 1.4, 2.2], np.float32)[:, None, None]  # of a crest's swings


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
        self._y = grid.y
        slopes = self._waves * np.array([1.4, 3.0, 6.5], np.float32)
        self._angles = slopes.T[..., None] * grid.x[0] + self._phases.T[..., None]
        self._sun = np.hypot(grid.x - np.float32(self._sun_x), grid.y - np.float32(0.42))
        sky = ramp(-0.4, 1.3, grid.y)
        self._light, self._tone = scaled(sky, -0.36, 0.52), scaled(sky, -0.5, 0.95)
        self._disc, self._halo = scaled(sky, 0.25, 0.6), glow(self._sun, 0.42)
        self._pixel = 2 / grid.x.shape[0]

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
        light = ramp(size + 0.02, size - 0.02, self._sun)
        light *= self._disc
        light += self._light
        add(light, self._halo, 0.2 + 0.25 * moves.low)
        tone = weighed(self._tone, 1.0, stage.tone, 0.12)
        crests = self._crests(moves)
        for index, crest in enumerate(crests):
            # No higher than its own crest, no lower than where the next hill covers all.
            top = self._row(float(crest.max()) + _DRIFT)
            nearer = float(crests[index + 1].min()) - _DRIFT if index + 1 < _HILLS else -1.0
            rows = slice(max(0, top - 1), max(0, self._row(nearer) + 2))
            if light[rows].size:
                self._hill(index, crest, rows, stage, Layers(light, tone))
        add(light, stage.trail, 0.1)
        return Layers(light, tone)

    def _row(self, y: float) -> int:
        return int((1 - y) // self._pixel)

    def _hill(
        self,
        index: int,
        crest: NDArray[np.float32],
        rows: slice,
        stage: Stage,
        layers: Layers,
    ) -> None:
        """Paint some rows of one hill over what is behind it."""
        near = (index + 1) / _HILLS
        high = stage.moves.high
        depth = crest[None] - self._y[rows]
        add(depth, stage.drift_y[rows], 0.05 + 0.06 * near)
        mask = limited(scaled(depth, 0.5 / self._pixel, 0.5))
        shade = glow(depth, 0.2 + 0.14 * near)
        rim = glow(depth, 0.016 + 0.01 * high)
        shade = weighed(shade, 0.44 - 0.25 * near, rim, 0.16 + 0.3 * high * near, 0.10 * (1 - near))
        cover(layers.light[rows], shade, mask)
        cover(layers.tone[rows], scaled(stage.tone[rows], 0.2, 0.85 - 0.8 * near), mask)

    def _crests(self, moves: Moves) -> NDArray[np.float32]:
        """Return the hills' heights over x: near hills are lower, larger and faster."""
        near = (np.arange(_HILLS, dtype=np.float32)[:, None] + 1) / _HILLS
        way = (np.float32(0.12) + np.float32(0.5) * near) * np.float32(moves.travel)
        swings = np.sin(self._angles + way * _PACES)
        crests = swings[0] + 0.5 * swings[1] + np.float32(0.1 + 0.2 * moves.high) * swings[2]
        crests *= np.float32(0.07) + np.float32(0.09 + 0.07 * moves.mid) * near
        crests += np.float32(0.38) - np.float32(1.25) * near
        return np.asarray(crests, np.float32)
