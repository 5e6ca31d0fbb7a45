"""A plain of light under a setting sun, driven towards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, cover, fraction, glow, ramp, scaled, smooth, stacked, weighed
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
        self._ground = smooth(0.0, 0.012, _EYE - y)
        down = self._ground.max(1) > 0  # where the ground shows, and where it hides the sky
        self._lower = slice(int(np.argmax(down)) if down.any() else len(y), None)
        self._upper = slice(0, int((self._ground.min(1) < 1).sum()))
        below = np.maximum(_EYE - y[self._lower], 0.004)
        self._depth = 0.34 / below
        self._across = x[self._lower] * self._depth * np.float32(1.35)
        self._near = ramp(0.045, 0.5, below)
        self._mirror = glow(x[self._lower] - np.float32(self._sun_x), 0.3) * ramp(0.9, 0.0, below)
        self._fit_sky(x[self._upper], y[self._upper])
        self._haze = glow(y - np.float32(_EYE), 0.07)

    def _fit_sky(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> None:
        sun_y = y - np.float32(0.22)
        self._sun = np.hypot(x - np.float32(self._sun_x), sun_y)
        self._shine = glow(self._sun, 0.3)
        self._slits, self._closed = scaled(sun_y, 9.5), scaled(ramp(0.12, -0.42, sun_y), 0.62)
        self._disc_light = scaled(ramp(0.4, -0.4, sun_y), -0.3, 0.9)
        self._disc_tone = scaled(ramp(-0.4, 0.4, sun_y), 0.28, 0.72)
        dusk = ramp(1.1, _EYE, y)
        self._dim, self._cloud_light = scaled(dusk, 0.26, 0.06), scaled(dusk, 0.22)
        self._dusk_tone = scaled(dusk, 0.42, 0.12)
        mountains = self._ranges(x[0], y)
        self._clear, self._mountains = scaled(mountains, -1.0, 1.0), scaled(mountains, 0.07)

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
        light, tone = np.empty_like(stage.tone), np.empty_like(stage.tone)
        light[self._upper], tone[self._upper] = self._sky(stage)
        light[self._upper.stop :] = tone[self._upper.stop :] = 0.0
        ground, ground_tone = self._plain(stage)
        mask = self._ground[self._lower]
        cover(light[self._lower], ground, mask)
        cover(tone[self._lower], ground_tone, mask)
        add(light, self._haze, 0.16 + 0.2 * moves.low)
        add(light, stage.trail, 0.2)
        return Layers(light, tone)

    def _sky(self, stage: Stage) -> Layers:
        """Paint what is above the plain: clouds, the sun and its slits, mountains before it."""
        moves, field = stage.moves, stage.tone[self._upper]
        size = 0.44 + 0.03 * moves.low
        disc = smooth(size + 0.012, size - 0.012, self._sun)
        slit = fraction(scaled(self._slits, 1.0, 0.3 * moves.travel))
        slit -= self._closed
        disc *= ramp(-0.04, 0.04, slit)
        light = ramp(-0.2, 1.0, field)
        light *= self._cloud_light
        light += self._dim
        add(light, self._shine, 0.3 + 0.2 * moves.low)
        cover(light, self._disc_light, disc)
        light *= self._clear
        light += self._mountains
        tone = weighed(self._dusk_tone, 1.0, field, 0.2)
        cover(tone, self._disc_tone, disc)
        return Layers(light, tone)

    def _plain(self, stage: Stage) -> Layers:
        moves, lower = stage.moves, self._lower
        bend = 0.1 + 0.2 * moves.mid
        along = fraction(scaled(self._depth, 2.0, 0.75 * moves.travel))
        across = fraction(weighed(self._across, 1.0, stage.drift_x[lower], bend))
        along -= np.float32(0.5)
        across -= np.float32(0.5)
        width = 0.05 + 0.015 * moves.low
        # Lines widen with their distance: farther than that they would be a regular pattern.
        light = np.maximum(glow(along, width), glow(across, width))
        light *= self._near
        light = weighed(
            light, 0.5 + 0.35 * moves.energy, self._mirror, 0.25 + 0.2 * moves.low, 0.05
        )
        return Layers(light, weighed(self._near, 0.35, stage.tone[lower], 0.25, 0.3))
