"""A plain of light under a setting sun, driven towards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import fraction, glow, over, ramp, smooth, stacked
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_EYE = -0.12  # height of the horizon


class Horizon(Scene):
    """A grid in perspective below, mountains and a sun with slits above."""

    slug = "horizon"
    energy = 0.75

    def __init__(self, rng: np.random.Generator) -> None:
        self._ridge = rng.uniform(0, 6.28, 6)
        self._sun_x = float(rng.uniform(-0.25, 0.25))

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        x, y = grid.x, grid.y
        below = np.maximum(_EYE - y, 0.004)
        self._ground = smooth(0.0, 0.012, _EYE - y)
        self._depth = 0.34 / below
        self._across = x * self._depth * np.float32(1.35)
        self._near = ramp(0.045, 0.5, below)
        self._sun_y = y - np.float32(0.22)
        self._sun = np.hypot(x - np.float32(self._sun_x), self._sun_y)
        self._dusk = ramp(1.1, _EYE, y)
        self._mirror = glow(x - np.float32(self._sun_x), 0.3) * ramp(0.9, 0.0, below)
        self._mountains = self._ranges(x[0], y)
        self._haze = glow(y - np.float32(_EYE), 0.07)

    def _ranges(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where mountains stand: high at the sides, a gap in the middle."""
        sharp = 1 - np.abs(np.sin(2.1 * x + self._ridge[0]))
        sharp += 0.5 * (1 - np.abs(np.sin(4.7 * x + self._ridge[1])))
        sharp += 0.25 * (1 - np.abs(np.sin(10.3 * x + self._ridge[2])))
        crest = _EYE + 0.02 + 0.26 * sharp * np.clip(np.abs(x) - 0.35, 0, 1)
        return smooth(0.012, -0.012, y - crest.astype(np.float32)[None])

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.45 * x, 0.9 * y, 0.3 * x + 0.4 * y, 0.4 * np.abs(y - _EYE))

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.05 * moves.stride)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        size = 0.44 + 0.03 * moves.low
        disc = smooth(size + 0.012, size - 0.012, self._sun)
        slit = fraction(self._sun_y * np.float32(9.5) + np.float32(0.3 * moves.travel))
        open_share = ramp(0.12, -0.42, self._sun_y)
        disc *= ramp(-0.04, 0.04, slit - open_share * np.float32(0.62))
        clouds = ramp(-0.2, 1.0, stage.tone)
        light = 0.06 + 0.26 * self._dusk + 0.22 * clouds * self._dusk
        light += (0.3 + 0.2 * moves.low) * glow(self._sun, 0.3)
        light = over(light, 0.9 - 0.3 * ramp(0.4, -0.4, self._sun_y), disc)
        tone = 0.12 + 0.42 * self._dusk + 0.2 * stage.tone
        tone = over(tone, 0.72 + 0.28 * ramp(-0.4, 0.4, self._sun_y), disc)
        light = over(light, 0.07, self._mountains)
        ground, ground_tone = self._plain(stage)
        light = over(light, ground, self._ground)
        tone = over(tone, ground_tone, self._ground)
        light += (0.16 + 0.2 * moves.low) * self._haze
        light += 0.2 * stage.trail
        return Layers(light, tone)

    def _plain(self, stage: Stage) -> Layers:
        moves = stage.moves
        bend = np.float32(0.1 + 0.2 * moves.mid)
        along = fraction(self._depth * np.float32(2.0) + np.float32(0.75 * moves.travel)) - 0.5
        across = fraction(self._across + bend * stage.drift_x) - 0.5
        width = 0.05 + 0.015 * moves.low
        # Lines widen with their distance: farther than that they would be a regular pattern.
        lines = glow(along, width) * self._near
        lines = np.maximum(lines, glow(across, width) * self._near)
        light = (0.5 + 0.35 * moves.energy) * lines
        light += (0.25 + 0.2 * moves.low) * self._mirror
        light += 0.05
        return Layers(light, 0.3 + 0.35 * self._near + 0.25 * stage.tone)
