"""Enlarging: twice the size for every picture, any size where pictures change theirs."""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.float32, np.uint16)

TIMES: Final = 16
"""By so much more than they were do values come out of `doubled`: whole numbers stay whole."""


def doubled(half: NDArray[Number]) -> NDArray[Number]:
    """Return images at twice their height and width, their values `TIMES` as large.

    They are interpolated between centres of pixels: three quarters of the near one, a quarter of
    the far one. Across first, where there are still few rows to stride over.

    Parameters
    ----------
    half
        Shape (..., height, width), contiguous.
    """
    *images, height, width = half.shape
    wide = np.empty((*images, height, 2 * width), half.dtype)  # times 4
    _between(half.reshape(-1), wide.reshape(-1, 2))
    np.multiply(half[..., 0], 4, out=wide[..., 0])
    np.multiply(half[..., -1], 4, out=wide[..., -1])
    tall = np.empty((*images, 2 * height, 2 * width), half.dtype)
    _between(wide.reshape(-1, 2 * width), tall.reshape(-1, 2, 2 * width))
    np.multiply(wide[..., 0, :], 4, out=tall[..., 0, :])
    np.multiply(wide[..., -1, :], 4, out=tall[..., -1, :])
    return tall


def _between(values: NDArray[Number], pairs: NDArray[Number]) -> None:
    """Fill pairs with what lies before and after each value, all rows as if they were one.

    So an image's edges mix with the next one's, and are set anew; yet one long row is far cheaper
    than many short ones, and so is a sum that is spread only when it is there.
    """
    near = values * values.dtype.type(3)
    pairs[1:, 0] = near[1:] + values[:-1]
    pairs[:-1, 1] = near[:-1] + values[1:]


def enlarging(large: int, small: int) -> NDArray[np.float32]:
    """Return the product, shape (large, small), that interpolates between centres of pixels."""
    wanted = np.clip((np.arange(large) + 0.5) * small / large - 0.5, 0, small - 1)
    distance = np.abs(wanted[:, None] - np.arange(small)[None, :])
    product: NDArray[np.float32] = np.maximum(0, 1 - distance).astype(np.float32)
    return product
