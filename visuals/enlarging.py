"""Enlarging: twice the size for every picture, any size where pictures change theirs."""

from __future__ import annotations

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.float32, np.uint16)


def doubled(half: NDArray[Number]) -> NDArray[Number]:
    """Return an image at twice its height and width.

    It is interpolated between centres of pixels: three quarters of the near one, a quarter of the
    far one.

    Parameters
    ----------
    half
        Shape (height, width).
    """
    height, width = half.shape
    large = cv2.resize(half, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR)
    return cast("NDArray[Number]", large)


def enlarging(large: int, small: int) -> NDArray[np.float32]:
    """Return the product, shape (large, small), that interpolates between centres of pixels."""
    wanted = np.clip((np.arange(large) + 0.5) * small / large - 0.5, 0, small - 1)
    distance = np.abs(wanted[:, None] - np.arange(small)[None, :])
    product: NDArray[np.float32] = np.maximum(0, 1 - distance).astype(np.float32)
    return product
