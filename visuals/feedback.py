"""The feedback: the last picture's light, moved on along zoom, turn, currents and drift."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.scenes.stage import Warp

EDGE: Final = 0.985
"""Farthest from the middle that light is looked up, of the way to the edge: the outermost points
would be smeared over the picture for as long as the light moves inwards."""


class Feedback:
    """Moves one scene's light.

    Parameters
    ----------
    grid
        Where the light lies.
    right, up
        The scene's currents, shape (height, width).
    """

    def __init__(self, grid: Grid, right: NDArray[np.float32], up: NDArray[np.float32]) -> None:
        self._height, self._width = grid.x.shape
        self._half = grid.x.shape[0] / 2  # points in a half height, in which lengths are given
        self._x, self._y = grid.x[0], grid.y[:, :1]
        still = not (right.any() or up.any())
        self._currents = None if still else (right * -_single(self._half), up * _single(self._half))

    def moved(
        self,
        light: NDArray[np.float32],
        warp: Warp,
        drift_x: NDArray[np.float32],
        drift_y: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return what arrives at each point; all arrays have one shape, (height, width).

        Parameters
        ----------
        light
            Of the last picture.
        warp
            How it moves.
        drift_x, drift_y
            Where the neural field bends the way to, -1 to 1.
        """
        column, row = self._sought(warp)
        if self._currents is not None:
            column += self._currents[0] * _single(warp.pull)
            row += self._currents[1] * _single(warp.pull)
        if warp.drift:
            column += drift_x * _single(warp.drift * self._width / 2)
            row += drift_y * _single(warp.drift * self._height / 2)
        return looked_up(light, _within(row, self._height), _within(column, self._width))

    def _sought(self, warp: Warp) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return which column and row each point's light comes from by zoom, turn and shift."""
        scale = self._half / warp.zoom
        cos, sin = _single(scale * math.cos(warp.turn)), _single(scale * math.sin(warp.turn))
        middle = (self._width - 1) / 2 - self._half * warp.right
        column = self._x * cos + _single(middle) + self._y * sin
        middle = (self._height - 1) / 2 + self._half * warp.up
        row = self._x * sin + (_single(middle) - self._y * cos)
        return column, row


def looked_up(
    light: NDArray[np.float32], row: NDArray[np.float32], column: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the light at places between its points, from the four around each.

    Parameters
    ----------
    light
        Shape (height, width), contiguous.
    row, column
        Places, from 0 to less than `height - 1` and `width - 1`; used up.
    """
    width = light.shape[1]
    top, left = row.astype(np.int32), column.astype(np.int32)
    row -= top.astype(np.float32)
    column -= left.astype(np.float32)
    top *= np.int32(width)
    top += left
    at, flat = top.astype(np.intp), light.reshape(-1)
    # Every place lies inside; but to be told so makes a lookup cheaper.
    above, right = flat.take(at, mode="clip"), flat[1:].take(at, mode="clip")
    right -= above
    right *= column
    above += right
    below, right = flat[width:].take(at, mode="clip"), flat[width + 1 :].take(at, mode="clip")
    right -= below
    right *= column
    below += right
    below -= above
    below *= row
    above += below
    return above


def _within(place: NDArray[np.float32], points: int) -> NDArray[np.float32]:
    """Bring places to where light is looked up, in place."""
    least = max(0.0, (1 - EDGE) * points / 2 - 0.5)
    np.maximum(place, _single(least), out=place)
    return np.minimum(place, _single(points - 1.001 - least), out=place)


def _single(value: float) -> np.float32:
    return np.float32(value)
