"""A pen of light: a curve of swings, drawn anew each moment, that leaves silk behind."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import glow, stacked
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
        self._ratio = rng.choice([2, 3, 4, 5], 2, replace=False).astype(np.float32)
        self._phases = rng.uniform(0, 2 * math.pi, (4, _STRANDS, 1)).astype(np.float32)
        self._sizes = np.array([[0.52], [0.65], [0.78]], np.float32)  # of the strands
        self._strengths = np.array([[0.6], [0.42], [0.3]], np.float32)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._shape = grid.x.shape
        self._aspect = grid.aspect
        self._radius = grid.radius
        self._middle = glow(grid.radius, 0.7)
        points = round(_POINTS * grid.x.shape[0] / 90)  # as close at any size
        self._along = np.linspace(0, 2 * math.pi, points, endpoint=False, dtype=np.float32)
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
        light = stage.trail * np.float32(0.94 * fade)
        light += self._drawn(moves)
        np.minimum(light, 1.3, out=light)
        light += 0.03 * self._middle
        tone = 0.62 - 0.36 * self._radius + 0.4 * stage.tone
        return Layers(light, tone)

    def _drawn(self, moves: Moves) -> NDArray[np.float32]:
        """Return the curves' light: points that are spread over the four pixels around them."""
        along = self._along
        way = np.float32(0.32) * (np.float32(moves.travel) - self._ago * np.float32(moves.stride))
        grown = np.exp(self._ago * np.float32(math.log(self.warp(moves).zoom)))
        size = self._sizes + np.float32(0.1 * moves.low)
        first, second, third, fourth = self._phases
        wave = np.sin(9 * along + 2 * way + fourth)
        wave *= np.float32(0.06 + 0.2 * moves.high)
        wave += 1
        x = np.float32(0.8) * wave * np.sin(self._ratio[0] * along + way + first)
        x += np.float32(0.5) * np.sin(along - np.float32(0.6) * way + third)
        y = wave * np.sin(self._ratio[1] * along - np.float32(0.7) * way + second)
        size = size * grown
        height, width = self._shape
        column = (x * size * np.float32(1.25 / self._aspect) + 1) * np.float32(width / 2) - 0.5
        row = (1 - y * size) * np.float32(height / 2) - 0.5
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
    top, left = np.floor(row), np.floor(column)
    down, right = row - top, column - left
    at = top.astype(np.intp) * width + left.astype(np.intp)
    below, above = down * strength, (1 - down) * strength
    places = np.concatenate([at, at + 1, at + width, at + width + 1])
    shares = np.concatenate(
        [above * (1 - right), above * right, below * (1 - right), below * right]
    )
    drawn = np.bincount(places, shares, height * width).reshape(height, width)
    return np.minimum(drawn, 1.0).astype(np.float32)
