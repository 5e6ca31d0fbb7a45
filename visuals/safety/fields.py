"""Fields of view: the areas of the picture over which flashes add up.

The guidelines speak of a quarter of any 10 degrees of the viewer's sight. People watch full screen,
at a distance that nobody knows; so any third by third of the picture is taken for such a field, at
every place of a grid of tiles, and so is the picture as a whole.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

TILE: Final = 5
"""Cells, in height and in width: 32 by 18 tiles at 320 by 180."""


class Fields:
    """The tiles of a grid of cells, and the fields over them.

    Parameters
    ----------
    rows, columns
        Of cells. Where they do not fill the last tiles, those at the edge count again.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.down, self.across = -(-rows // TILE), -(-columns // TILE)
        self._missing = (self.down * TILE - rows, self.across * TILE - columns)
        self.height, self.width = -(-self.down // 3), -(-self.across // 3)  # of a field, in tiles

    @property
    def places(self) -> tuple[int, int]:
        """Where fields can lie: how many from top to bottom, and from left to right."""
        return self.down - self.height + 1, self.across - self.width + 1

    def _filled(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._missing == (0, 0):
            return cells
        below, beside = self._missing
        sides = [(0, 0)] * (cells.ndim - 2) + [(0, below), (0, beside)]
        return np.pad(cells, sides, mode="edge")

    def tiles(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average cells (..., rows, columns) over tiles: shape (..., down, across)."""
        cells = self._filled(cells)
        rows = cells[..., 0::TILE, :] + cells[..., 1::TILE, :]
        for offset in range(2, TILE):
            rows += cells[..., offset::TILE, :]
        tiles = rows[..., 0::TILE] + rows[..., 1::TILE]
        for offset in range(2, TILE):
            tiles += rows[..., offset::TILE]
        tiles *= np.float32(1.0 / TILE**2)
        return tiles

    def least(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the least of each tile's cells: (..., rows, columns) to (..., down, across)."""
        cells = self._filled(cells)
        rows = np.minimum(cells[..., 0::TILE, :], cells[..., 1::TILE, :])
        for offset in range(2, TILE):
            np.minimum(rows, cells[..., offset::TILE, :], out=rows)
        tiles = np.minimum(rows[..., 0::TILE], rows[..., 1::TILE])
        for offset in range(2, TILE):
            np.minimum(tiles, rows[..., offset::TILE], out=tiles)
        return tiles

    def means(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average tiles (n, down, across) over fields: shape (n, fields), the whole at last."""
        sums = _running_sums(tiles)
        parts = _differences(sums, self.height, self.width)
        parts *= 1.0 / (self.height * self.width)
        whole = sums[:, -1, -1] / (self.down * self.across)
        means = np.concatenate([parts.reshape(len(tiles), -1), whole[:, None]], axis=1)
        return means.astype(np.float32)

    def covered(self, fields: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which tiles lie in any marked field: (n, fields) to (n, down, across)."""
        down, across = self.places
        room = (down + 2 * (self.height - 1), across + 2 * (self.width - 1))
        marks = np.zeros((len(fields), *room), np.float32)
        parts = fields[:, :-1].reshape(-1, down, across)
        marks[:, self.height - 1 :, self.width - 1 :][:, :down, :across] = parts
        covered: NDArray[np.bool_] = (
            _differences(_running_sums(marks), self.height, self.width) > 0.5
        )
        covered |= fields[:, -1, None, None]
        return covered

    def nearest(self, others: Fields) -> NDArray[np.intp]:
        """Return, for every field of another grid, the one of this at its place."""
        (down, across), (others_down, others_across) = self.places, others.places
        top = np.arange(others_down) * down // others_down
        left = np.arange(others_across) * across // others_across
        parts = (top[:, None] * across + left[None, :]).ravel()
        return np.concatenate([parts, [down * across]])


def _running_sums(grid: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sum (n, rows, columns) from the first corner on: shape (n, rows + 1, columns + 1)."""
    sums = np.zeros((grid.shape[0], grid.shape[1] + 1, grid.shape[2] + 1))
    inner = sums[:, 1:, 1:]
    np.cumsum(grid, axis=1, out=inner)
    np.cumsum(inner, axis=2, out=inner)
    return sums


def _differences(sums: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Sum over every rectangle of a size, from running sums."""
    rows = sums[:, height:] - sums[:, :-height]
    return rows[..., width:] - rows[..., :-width]
