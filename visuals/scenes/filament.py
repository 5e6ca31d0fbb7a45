"""A pen of light: a curve of swings, drawn anew each moment, that leaves silk behind."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import glow, scaled, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_POINTS = 2000
_STRANDS = 3
_INSTANTS = 3
"""Moments since the last picture that a curve is drawn at: silk instead of separate threads."""


class Filament(Scene):
    """Harmonograph curves, splatted onto the last light while that grows and fades."""

    slug = "filament"
    energy = 0.55
    brightness = 0.21

    def __init__(self, rng: np.random.Generator) -> None:
        self._ratio = rng.choice([2, 3, 4, 5], 2, replace=False)
        self._phases = rng.uniform(0, 2 * math.pi, (4, _STRANDS, 1)).astype(np.float32)
        self._sizes = np.array([[0.52], [0.65], [0.78]], np.float32)  # of the strands
        self._strengths = np.array([[0.6], [0.42], [0.3]], np.float32)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._shape = grid.x.shape
        self._aspect = grid.aspect
        self._hue = scaled(grid.radius, -0.36, 0.62)
        self._middle = scaled(glow(grid.radius, 0.7), 0.03)
        points = round(_POINTS * grid.x.shape[0] / 90)  # as close at any size
        along = np.linspace(0, 2 * math.pi, points, endpoint=False, dtype=np.float32)
        # Of the swings across, up, across once more, and of how far they swing.
        turns = np.array([self._ratio[0], self._ratio[1], 1, 9], np.float32)
        self._angles = turns[:, None, None] * along + self._phases
        self._ago = (np.arange(points) % _INSTANTS / _INSTANTS).astype(np.float32)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.8 * x, 0.8 * y, 0.7 * np.hypot(x, y), 0.4 * x)

    def currents(self, grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return which way light is pulled."""
        swirl = np.exp(-(grid.radius**2) / 0.8)
        return -grid.y * swirl, grid.x * swirl

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        spin = 0.12 * math.sin(0.13 * moves.sway)
        return Warp(
            zoom=1 + 0.2 * moves.stride + 0.01,
            turn=0.1 * moves.stride,
            pull=spin * moves.stride,
            drift=0.014 + 0.012 * moves.mid,
        )

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        fade = math.exp(-moves.seconds / (0.24 + 0.16 * moves.energy))
        light = scaled(stage.trail, 0.94 * fade)
        light += self._drawn(moves)
        np.minimum(light, 1.3, out=light)
        light += self._middle
        return Layers(light, weighed(self._hue, 1.0, stage.tone, 0.4))

    def _drawn(self, moves: Moves) -> NDArray[np.float32]:
        """Return the curves' light: points that are spread over the four pixels around them."""
        way = np.float32(0.32) * (np.float32(moves.travel) - self._ago * np.float32(moves.stride))
        grown = np.exp(self._ago * np.float32(math.log(self.warp(moves).zoom)))
        across, up, across_too, wave = (
            np.sin(angles + way * np.float32(pace))
            for angles, pace in zip(self._angles, (1, -0.7, -0.6, 2), strict=True)
        )
        wave = scaled(wave, 0.06 + 0.2 * moves.high, 1.0)
        across *= wave
        up *= wave
        x = weighed(across, 0.8, across_too, 0.5)
        size = (self._sizes + np.float32(0.1 * moves.low)) * grown
        x *= size
        up *= size
        height, width = self._shape
        column = scaled(x, 1.25 / self._aspect * width / 2, width / 2 - 0.5)
        row = scaled(up, -height / 2, height / 2 - 0.5)
        strength = self._strengths * np.float32(0.75 + 0.3 * moves.pulse)
        return _splatted(row, column, np.broadcast_to(strength, row.shape), self._shape)


def _splatted(
    row: NDArray[np.float32],
    column: NDArray[np.float32],
    strength: NDArray[np.float32],
    shape: tuple[int, ...],
) -> NDArray[np.float32]:
    height, width = shape
    inside = (row > 0) & (row < height - 1.001) & (column > 0) & (column < width - 1.001)
    row, column, strength = row[inside], column[inside], strength[inside]
    top, left = row.astype(np.int32), column.astype(np.int32)
    row -= top.astype(np.float32)
    column -= left.astype(np.float32)
    top *= width
    top += left
    places, shares = np.empty((4, len(top)), np.intp), np.empty((4, len(top)), np.float32)
    places[:] = top
    places += np.array([[0], [1], [width], [width + 1]])
    below = row * strength
    above = strength - below
    np.multiply(above, column, out=shares[1])
    np.subtract(above, shares[1], out=shares[0])
    np.multiply(below, column, out=shares[3])
    np.subtract(below, shares[3], out=shares[2])
    drawn = np.zeros(height * width, np.float32)
    np.add.at(drawn, places.reshape(-1), shares.reshape(-1))
    return np.minimum(drawn, 1.0, out=drawn).reshape(height, width)
