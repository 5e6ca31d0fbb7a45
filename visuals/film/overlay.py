"""A still layer over the film's pictures, such as a caption."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visuals.picture import Picture


@dataclass(frozen=True, slots=True)
class Overlay:
    """Laid over every picture after it was made safe: what stands still does not flash.

    Attributes
    ----------
    top, left
        Where its first row and column lie, in pixels.
    colour
        Shape (height, width, 3), sRGB, multiplied by its coverage.
    clear
        Shape (height, width, 1), 0-1: how much of the picture is left.
    """

    top: int
    left: int
    colour: NDArray[np.float32]
    clear: NDArray[np.float32]

    def over(self, picture: Picture) -> Picture:
        """Return a picture with the layer on it; the one given stays as it is."""
        height, width = self.colour.shape[:2]
        rows, columns = slice(self.top, self.top + height), slice(self.left, self.left + width)
        shown = picture.copy()
        part = shown[rows, columns]
        part[:] = np.rint(part * self.clear + self.colour)
        return shown


def overlay_of(rgba: NDArray[np.uint8]) -> Overlay | None:
    """Return a layer as large as the picture, cut down to what is not empty; None if all is.

    Parameters
    ----------
    rgba
        Shape (height, width, 4), sRGB and coverage, not multiplied.
    """
    covered = rgba[:, :, 3] > 0
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    part = rgba[top : rows[-1] + 1, left : columns[-1] + 1].astype(np.float32)
    coverage = part[:, :, 3:] / np.float32(255.0)
    return Overlay(top, left, part[:, :, :3] * coverage, 1.0 - coverage)
