"""From light and tone, at half size, to a picture: enlarged first, coloured last.

Colours are looked up where light is already fine, so that edges and lines come out crisp though the
scene was drawn at half its size.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from visuals.enlarging import doubled
from visuals.palettes import LIGHTS, MOST_LIGHT, TONES
from visuals.picture import Picture

_PART_BITS: Final = 3
PARTS: Final = 1 << _PART_BITS
"""Of a table's step, that are told apart while pictures are enlarged: sixteen times the largest
still fit in 16 bits."""


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
    height, width = light.shape
    steps = np.empty((2, height, width), np.uint16)
    steps[0] = _stepped(light, (LIGHTS - 1) / MOST_LIGHT, LIGHTS - 1)
    steps[1] = _stepped(tone, TONES - 1, TONES - 1)
    index, which = enlarged(steps)
    which *= np.uint16(LIGHTS)
    index += which
    # Every index lies inside; but to be told so saves the lookup two thirds of its time.
    found = colours.take(index, mode="clip").view(np.uint8).reshape(*index.shape, 4)
    picture = np.empty((*index.shape, 3), np.uint8)
    for channel in range(3):
        picture[..., channel] = found[..., channel]
    return picture


def _stepped(values: NDArray[np.float32], scale: float, most: int) -> NDArray[np.float32]:
    """Return values as steps of the table, from 0 to `most`, times `PARTS`."""
    steps = values * np.float32(scale * PARTS)
    np.maximum(steps, 0, out=steps)
    np.minimum(steps, most * PARTS, out=steps)
    return steps


def enlarged(half: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return whole steps at twice the height and width.

    Integers of 16 bits are half the bytes of floats.

    Parameters
    ----------
    half
        Shape (..., height, width), in steps times `PARTS`, below 2^12.
    """
    tall = doubled(half)
    tall >>= _PART_BITS + 4
    return tall
