"""From light and tone, at half size, to a picture: enlarged first, coloured last.

Colours are looked up where light is already fine, so that edges and lines come out crisp though the
scene was drawn at half its size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visuals.palettes import LIGHTS, MOST_LIGHT, TONES
from visuals.picture import Picture


def packed(table: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return a palette's table as one number a colour: lookups of four bytes are the cheapest."""
    colours = np.zeros((TONES * LIGHTS, 4), np.uint8)
    colours[:, :3] = np.rint(table).reshape(-1, 3)
    return colours.view(np.uint32).ravel()


def coloured(
    light: NDArray[np.float32],
    tone: NDArray[np.float32],
    colours: NDArray[np.uint32],
) -> Picture:
    """Return the picture.

    Parameters
    ----------
    light, tone
        Shape (height / 2, width / 2), light from 0 to `MOST_LIGHT`, tone from 0 to 1; what is
        beyond is cut off.
    colours
        A palette, from `packed`.
    """
    half = np.empty((2, *light.shape), np.float32)
    np.multiply(light, np.float32((LIGHTS - 1) / MOST_LIGHT), out=half[0])
    np.minimum(half[0], LIGHTS - 1, out=half[0])
    np.multiply(tone, np.float32(TONES - 1), out=half[1])
    np.minimum(half[1], TONES - 1, out=half[1])
    np.maximum(half, 0, out=half)
    index, which = enlarged(half).astype(np.uint16)
    which *= np.uint16(LIGHTS)
    index += which
    found = colours.take(index).view(np.uint8).reshape(*index.shape, 4)
    picture = np.empty((*index.shape, 3), np.uint8)
    for channel in range(3):
        picture[..., channel] = found[..., channel]
    return picture


def enlarged(half: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return images, shape (..., height, width), at twice their height and width.

    They are interpolated between centres of pixels: three quarters of the near one, a quarter of
    the far one. Across first, where there are still few rows to stride over.
    """
    *images, height, width = half.shape
    wide = np.empty((*images, height, 2 * width), np.float32)
    near, far = half * np.float32(0.75), half * np.float32(0.25)
    np.add(near[..., 1:], far[..., :-1], out=wide[..., 2::2])
    np.add(near[..., :-1], far[..., 1:], out=wide[..., 1:-1:2])
    wide[..., 0], wide[..., -1] = half[..., 0], half[..., -1]
    tall = np.empty((*images, 2 * height, 2 * width), np.float32)
    near, far = wide * np.float32(0.75), wide * np.float32(0.25)
    np.add(near[..., 1:, :], far[..., :-1, :], out=tall[..., 2::2, :])
    np.add(near[..., :-1, :], far[..., 1:, :], out=tall[..., 1:-1:2, :])
    tall[..., 0, :], tall[..., -1, :] = wide[..., 0, :], wide[..., -1, :]
    return tall
