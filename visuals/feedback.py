"""The feedback: the last picture's light, moved on along zoom, turn, currents and drift."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.scenes.shapes import add, weighed
from visuals.scenes.stage import Warp


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
        self._half = np.float32(self._height / 2)  # points in a half height, as lengths are given
        down, across = np.arange(self._height), np.arange(self._width)
        self._columns, self._rows = (each.astype(np.float32) for each in np.meshgrid(across, down))
        still = not (right.any() or up.any())
        self._currents = None if still else (right * -self._half, up * self._half)

    def moved(
        self,
        light: NDArray[np.float32],
        warp: Warp,
        drift_x: NDArray[np.float32],
        drift_y: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return what arrives at each point; all arrays have one shape, (height, width).

        Light comes from between four points, and from beyond the edge as it is at the edge.

        Parameters
        ----------
        light
            Of the last picture.
        warp
            How it moves.
        drift_x, drift_y
            Where the neural field bends the way to, -1 to 1.
        """
        affine = self._affine(warp)
        if self._currents is None and warp.drift == 0:
            size, flags = (self._width, self._height), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            straight = cv2.warpAffine(
                light, affine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
            )
            return np.asarray(straight, np.float32)
        column, row = (
            weighed(self._columns, across, self._rows, down, shift)
            for across, down, shift in affine.tolist()
        )
        if self._currents is not None:
            add(column, self._currents[0], warp.pull)
            add(row, self._currents[1], warp.pull)
        add(column, drift_x, warp.drift * self._width / 2)
        add(row, drift_y, warp.drift * self._height / 2)
        trail = cv2.remap(light, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(trail, np.float32)

    def _affine(self, warp: Warp) -> NDArray[np.float32]:
        """Return the product, shape (2, 3), that makes of a column, a row and 1 a point's origin.

        Zoom and turn are around the middle; rows run down, lengths upwards.
        """
        cos, sin = math.cos(warp.turn) / warp.zoom, math.sin(warp.turn) / warp.zoom
        middle_column, middle_row = (self._width - 1) / 2, (self._height - 1) / 2
        across = [cos, -sin, middle_column * (1 - cos) + middle_row * sin]
        down = [sin, cos, middle_row * (1 - cos) - middle_column * sin]
        across[2] -= float(self._half) * warp.right
        down[2] += float(self._half) * warp.up
        return np.array([across, down], np.float32)
