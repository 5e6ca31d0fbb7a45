"""From light and tone, at half size, to a picture: enlarged first, coloured last.

Colours are looked up where light is already fine, so that edges and lines come out crisp though the
scene was drawn at half its size.
"""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from visuals.enlarging import doubled
from visuals.palettes import LIGHTS, MOST_LIGHT, TONES
from visuals.picture import Picture

_PART_BITS: Final = 7
_PARTS: Final = 1 << _PART_BITS
"""Of a table's step, that are told apart while pictures are enlarged: the most for which the
largest step still fits into 16 bits."""


def packed(table: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return a palette's table as one number a colour: lookups of four bytes are the cheapest."""
    whole = cv2.convertScaleAbs(table)  # rounded
    return cv2.cvtColor(whole, cv2.COLOR_BGR2BGRA).view(np.uint32).ravel()


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
    index = _enlarged(tone, TONES - 1, TONES - 1)
    index *= np.uint16(LIGHTS)
    index += _enlarged(light, (LIGHTS - 1) / MOST_LIGHT, LIGHTS - 1)
    # Every index lies inside; but to be told so saves the lookup two thirds of its time.
    found = colours.take(index, mode="clip").view(np.uint8).reshape(*index.shape, 4)
    return cast(Picture, cv2.cvtColor(found, cv2.COLOR_BGRA2BGR))


def _enlarged(values: NDArray[np.float32], scale: float, most: int) -> NDArray[np.uint16]:
    """Return values as steps of the table, from 0 to `most`, at twice the height and width."""
    # Rounded, and brought to 0 or more, while it is converted: 16 bits are half of a float's.
    steps = cv2.addWeighted(values, scale * _PARTS, values, 0.0, 0.0, dtype=cv2.CV_16U)
    large = doubled(np.minimum(steps, np.uint16(most * _PARTS), dtype=np.uint16))
    large >>= _PART_BITS
    return large
