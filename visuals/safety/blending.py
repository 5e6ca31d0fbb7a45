"""Draws a picture nearer to the one before it, tile by tile, without edges between the tiles."""

from __future__ import annotations

from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from visuals.picture import Picture, PictureSize
from visuals.safety.fields import TILE, Fields, Part
from visuals.safety.products import product

Shares: TypeAlias = NDArray[np.float32]
"""Shape (down, across), of tiles: how much of the way to the new picture each tile goes, 0-1."""

_BEYOND: Final = 1 << 16  # more cells than there are: to the picture's edge, where no cell may lie
_SQUARE: Final = np.ones((3, 3), np.uint8)
_BITS: Final = 7  # of the shares that pixels are blended by: products still fit in 16


def resampled(picture: Picture, size: PictureSize) -> Picture:
    """Return `picture` at another size, each pixel the nearest one."""
    rows = np.arange(size.height) * picture.shape[0] // size.height
    columns = np.arange(size.width) * picture.shape[1] // size.width
    other: Picture = picture[rows[:, None], columns[None, :]]
    return other


class Blender:
    """Blends pictures of one size.

    Parameters
    ----------
    size
        Of the pictures.
    block
        Pixels to a cell, in height and in width.
    fields
        Whose tiles the shares are for.
    """

    def __init__(self, size: PictureSize, block: int, fields: Fields) -> None:
        self._block = block
        tile_pixels = block * TILE
        self._vertical = _interpolation(fields.down, size.height, tile_pixels)
        self._horizontal = _interpolation(fields.across, size.width, tile_pixels).T.copy()

    def blend(self, before: Picture, after: Picture, shares: Shares) -> tuple[Picture, Part]:
        """Return a picture between `before` and `after`, and the part of it that is not `after`.

        No pixel goes further than the share of its tile: shares are spread to the tiles around,
        where those go further, and drawn smoothly from there.

        Parameters
        ----------
        before, after
            Two pictures of one size.
        shares
            How far each tile may go from one to the other, 0 to 1.
        """
        spread = _least_around(shares)
        part = self._touched(spread)
        rows, columns = part.in_pixels(self._block)
        weights = product(product(self._vertical[rows], spread), self._horizontal[:, columns])
        weights *= 1 << _BITS
        weights += np.float32(0.01)  # what the products lose
        levels = weights.astype(np.int16)
        way = after[rows, columns].astype(np.int16)
        way -= before[rows, columns]
        np.multiply(way, cv2.merge([levels] * 3), out=way)
        way += 1 << (_BITS - 1)
        way >>= _BITS
        way += before[rows, columns]
        blended = after.copy()
        blended[rows, columns] = way
        return blended, part

    def _touched(self, spread: NDArray[np.float32]) -> Part:
        """Return the rectangle in which anything is held, with the tiles around it."""
        left, top, width, height = cv2.boundingRect((spread < 1.0).view(np.uint8))
        down, across = spread.shape
        return Part(
            *_cells(top - 1, top + height + 1, down), *_cells(left - 1, left + width + 1, across)
        )


def _cells(first: int, end: int, tiles: int) -> tuple[int, int]:
    """Return the cells of some tiles in one direction, to the very edge of the picture."""
    return max(0, first) * TILE, _BEYOND if end >= tiles else end * TILE


def around(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the marked tiles, shape (down, across), and those that touch them."""
    return _least_around(np.where(marked, np.float32(0.0), np.float32(1.0))) < 1.0


def _least_around(grid: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the least of each tile and the eight around it."""
    least = np.empty_like(grid)
    cv2.erode(grid, _SQUARE, dst=least)  # beyond the edge it takes everything for larger
    return least


def _interpolation(tiles: int, length: int, tile_pixels: int) -> NDArray[np.float32]:
    """Return weights (length, tiles) that draw straight lines between the middles of tiles."""
    places = (np.arange(length) + 0.5) / tile_pixels - 0.5
    places = np.clip(places, 0, tiles - 1)
    distance = np.abs(places[:, None] - np.arange(tiles)[None, :])
    return np.maximum(0.0, 1.0 - distance).astype(np.float32)
