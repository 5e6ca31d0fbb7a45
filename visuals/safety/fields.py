"""Fields of view: the areas of the picture over which flashes add up.

The guidelines speak of a quarter of any 10 degrees of the viewer's sight. People watch full screen,
at a distance that nobody knows; so any third by third of the picture is taken for such a field, at
every place of a grid of tiles, and so is the picture as a whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

TILE: Final = 5
"""Cells, in height and in width: 32 by 18 tiles at 320 by 180."""


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a picture, in cells; it may reach beyond the last ones."""

    top: int
    bottom: int  # the first row below it
    left: int
    right: int  # the first column beside it

    def in_pixels(self, length: int) -> tuple[slice, slice]:
        """Return its rows and columns of pixels, `length` by `length` of which are a cell."""
        return (
            slice(self.top * length, self.bottom * length),
            slice(self.left * length, self.right * length),
        )


class Fields:
    """The tiles of a grid of cells, and the fields over them.

    Parameters
    ----------
    rows, columns
        Of cells. Where they do not fill the last tiles, those at the edge count again.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.down, self.across = -(-rows // TILE), -(-columns // TILE)
        below, beside = self.down * TILE - rows, self.across * TILE - columns
        self._missing = (below, beside)
        self.height, self.width = -(-self.down // 3), -(-self.across // 3)  # of a field, in tiles
        self._vertical = _bands(self.down, self.height)
        self._horizontal = _bands(self.across, self.width).T.copy()
        tiles = np.arange(self.down * self.across).reshape(self.down, self.across)
        row, column = np.arange(rows), np.arange(columns)
        every = tiles[row[:, None] // TILE, column[None, :] // TILE]
        times = np.outer(1 + below * (row == rows - 1), 1 + beside * (column == columns - 1))
        # Of cells' readings, counted through: the tile each lies in, and how often it counts there.
        self._tile_of = np.concatenate([every, every + tiles.size], axis=None)
        self._times = np.concatenate([times, times], axis=None)

    @property
    def places(self) -> tuple[int, int]:
        """Where fields can lie: how many from top to bottom, and from left to right."""
        return self.down - self.height + 1, self.across - self.width + 1

    def tiles(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average cells (n, rows, columns) over tiles: shape (n, down, across)."""
        if self._missing != (0, 0):
            below, beside = self._missing
            cells = np.pad(cells, [(0, 0), (0, below), (0, beside)], mode="edge")
        rows = np.add.reduce(cells.reshape(-1, TILE, self.across * TILE), axis=1)
        tiles: NDArray[np.float32] = np.add.reduce(rows.reshape(-1, TILE).T.copy(), axis=0)
        tiles *= np.float32(1.0 / TILE**2)
        return tiles.reshape(-1, self.down, self.across)

    def shares(self, which: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return which share of each tile's cells is in `which`: shape (2, down, across).

        Parameters
        ----------
        which
            Readings of cells, shape (2, rows, columns), counted through.
        """
        tile, times = self._tile_of.take(which), self._times.take(which)
        counts = np.bincount(tile, times, minlength=2 * self.down * self.across)
        shares = counts.astype(np.float32)
        shares *= np.float32(1.0 / TILE**2)
        return shares.reshape(2, self.down, self.across)

    def fewest(self, share: float) -> int:
        """Return how many cells make up a field's share at least; fewer never do."""
        cells = self.height * self.width * TILE**2
        rounding = 0.999  # shares are compared as means in single precision
        return math.floor(rounding * share * cells / int(self._times.max()))

    def least(self, which: NDArray[np.intp], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the least value in each tile, 1.0 at most: shape (2, down, across).

        Parameters
        ----------
        which, values
            Readings of cells, shape (2, rows, columns), counted through, and what each has.
        """
        least = np.ones(2 * self.down * self.across, np.float32)
        np.minimum.at(least, self._tile_of.take(which), values)
        return least.reshape(2, self.down, self.across)

    def means(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average tiles (n, down, across) over fields: shape (n, fields), the whole at last."""
        down, across = self.places
        sums = self._vertical @ (tiles.astype(np.float64) @ self._horizontal)
        means = np.empty((len(tiles), down * across + 1), np.float32)
        parts = means[:, :-1].reshape(-1, down, across)
        share = 1.0 / (self.height * self.width)
        np.multiply(sums[:, :-1, :-1], share, out=parts, casting="same_kind")
        means[:, -1] = sums[:, -1, -1] / (self.down * self.across)
        return means

    def covered(self, fields: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which tiles lie in any marked field: (n, fields) to (n, down, across)."""
        down, across = self.places
        marks = fields[:, :-1].reshape(-1, down, across).astype(np.float64)
        counts = self._vertical[:-1].T @ (marks @ self._horizontal[:, :-1].T)
        covered: NDArray[np.bool_] = counts > 0.5
        covered |= fields[:, -1, None, None]
        return covered

    def nearest(self, others: Fields) -> NDArray[np.intp]:
        """Return, for every field of another grid, the one of this at its place."""
        (down, across), (others_down, others_across) = self.places, others.places
        top = np.arange(others_down) * down // others_down
        left = np.arange(others_across) * across // others_across
        parts = (top[:, None] * across + left[None, :]).ravel()
        return np.concatenate([parts, [down * across]])


def _bands(tiles: int, length: int) -> NDArray[np.float64]:
    """Return what sums tiles along one direction: over every stretch of a length, and over all.

    Shape (places + 1, tiles). At 320x180 products with it are exact: readings have 24 bits, and
    none but 0 is so small that sums would need more than double precision has. Of larger pictures
    tiles can be darker; what is lost then is far below what single precision keeps.
    """
    first = np.arange(tiles - length + 1)[:, None]
    tile = np.arange(tiles)[None, :]
    bands = (first <= tile) & (tile < first + length)
    return np.concatenate([bands, np.ones((1, tiles), bool)]).astype(np.float64)
