"""The places that a picture is computed at: half its size, and half of that for the field.

Lengths are in half heights: y runs from -1 at the bottom to 1 at the top, x as far as the picture
is wide. So a scene looks the same at any size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visuals.picture import PictureSize


@dataclass(frozen=True, slots=True)
class Grid:
    """Places, and what follows from them alone; all arrays are float32."""

    size: PictureSize  # of the picture
    x: NDArray[np.float32]  # shape (height / 2, width / 2), as all but the next ones
    y: NDArray[np.float32]
    radius: NDArray[np.float32]
    angle: NDArray[np.float32]  # radians
    small_x: NDArray[np.float32]  # shape (height / 4, width / 4), rounded up
    small_y: NDArray[np.float32]

    @property
    def aspect(self) -> float:
        """Return width over height."""
        return self.size.width / self.size.height

    @classmethod
    def of(cls, size: PictureSize) -> Grid:
        """Return the grid of pictures of `size`."""
        height, width = size.height // 2, size.width // 2
        aspect = size.width / size.height
        x, y = _places(height, width, aspect)
        small_x, small_y = _places(height / 2, width / 2, aspect)
        return cls(
            size=size,
            x=x,
            y=y,
            radius=np.hypot(x, y),
            angle=np.arctan2(y, x),
            small_x=small_x,
            small_y=small_y,
        )


def _places(
    height: float, width: float, aspect: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the centres of so many rows and columns; the last ones may be halves."""
    across = ((np.arange(math.ceil(width)) + 0.5) / width * 2 - 1) * aspect
    up = 1 - (np.arange(math.ceil(height)) + 0.5) / height * 2
    x, y = np.meshgrid(across, up)
    return x.astype(np.float32), y.astype(np.float32)
