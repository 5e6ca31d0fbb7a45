"""What the eye's alarm reads from a picture: relative luminance and saturated red, cell by cell.

Every pixel counts. Light is averaged after it was made linear, so that a fine pattern weighs what
it weighs on the screen. Both readings are in *swings*: a change by 1.0 is one that counts as half
a flash, with a margin under the guidelines' own thresholds.

Sources: WCAG 2.2, "relative luminance" and "general flash and red flash thresholds"; ITU-R
BT.1702-3; IEC 61966-2-1 (sRGB).
"""

from __future__ import annotations

from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from visuals.picture import Picture, PictureSize
from visuals.safety.fields import Part
from visuals.safety.products import product

Readings: TypeAlias = NDArray[np.float32]
"""Shape (2, rows, columns): luminance, red; in swings."""

LUMINANCE_SWING: Final = 0.09
"""Of relative luminance, 0-1; the guidelines say 0.10. The meter errs by less than 0.006."""

RED_SWING: Final = 14.0
"""Of (R - G - B) * 320; the guidelines say 20. The meter errs by less than 6."""

SATURATED: Final = 4.0
"""R >= 4 (G + B) is R / (R + G + B) >= 0.8: a saturated red."""

LEAST: Final = PictureSize(30, 18)
"""Smaller pictures have no third-by-third to measure."""

_CELLS_ACROSS: Final = 160
_FULL: Final = 60_452  # what `_table` gives for 255
_TOE: Final = np.float32(0.0175)
"""What the curve takes from the darkest levels, weighed like them: where green and blue are dark,
a saturated red would else be seen too early."""

_UNSURE: Final = 0.04  # how near to the border of saturation the curve cannot tell
_WORTH_A_LOOK: Final = 0.5  # of a swing

_LEVELS: Final = np.arange(256) / 255.0
_EXACT: Final = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)
"""What `_table` comes near to."""

_WEIGHTS: Final = np.array(
    [  # luminance; (R - G - B) * 320; whether red is saturated
        [0.2126 / LUMINANCE_SWING, 320.0 / RED_SWING, 1.0],
        [0.7152 / LUMINANCE_SWING, -320.0 / RED_SWING, -SATURATED],
        [0.0722 / LUMINANCE_SWING, -320.0 / RED_SWING, -SATURATED],
    ],
    np.float32,
)


def _table() -> NDArray[np.uint16]:
    """Return what makes sRGB levels linear: 0 to 60,452 (`_FULL`).

    x^2 (a + b x) in whole steps: swings measured by it are wrong by 0.0058 of full scale at most.
    """
    x = np.arange(256)
    return ((x * x >> 8) * (69 * x + 43_400 >> 8)).astype(np.uint16)


class Meter:
    """Reads pictures of one size.

    Parameters
    ----------
    size
        Of the pictures. Cells are about a 160th of the width: 2 by 2 pixels at 320 by 180.

    Raises
    ------
    BadInput
        Where the size is under `LEAST`.
    """

    def __init__(self, size: PictureSize) -> None:
        if size.width < LEAST.width or size.height < LEAST.height:
            raise BadInput(
                f"A picture of {size.width} by {size.height} is too small to be made safe; "
                f"draw at least {LEAST.width} by {LEAST.height}.",
                code="picture_too_small",
            )
        self.size = size
        self.block = max(1, round(size.width / _CELLS_ACROSS))
        self.rows = size.height // self.block
        self.columns = size.width // self.block
        spare_bits = (self.block - 1).bit_length()  # that sums of rows need
        self._linear = _table() >> spare_bits
        full = _FULL * self.block**2 / 2**spare_bits
        self._weights = np.tile(_WEIGHTS / np.float32(full), (self.block, 1))

    def read(self, picture: Picture) -> Readings:
        """Return the readings of `picture`: shape (2, rows, columns), in swings."""
        readings = np.empty((2, self.rows, self.columns), np.float32)
        self.read_part(picture, Part(0, self.rows, 0, self.columns), readings)
        return readings

    def read_part(self, picture: Picture, part: Part, readings: Readings) -> None:
        """Put the readings of a part of `picture` in their places.

        Parameters
        ----------
        picture
            The whole.
        part
            What is read of it.
        readings
            Of the whole, shape (2, rows, columns); changed in place.
        """
        rows, columns = part.in_pixels(1)
        place = readings[:, rows, columns]
        height, width = place.shape[1] * self.block, place.shape[2] * self.block
        levels = picture[part.in_pixels(self.block)][:height, :width]
        luminance, red, saturation = self._weighed(levels).reshape(3, *place.shape[1:])
        np.copyto(place[0], luminance)
        place[1] = 0.0
        np.copyto(place[1], red, where=saturation >= _TOE)
        unsure = np.abs(saturation - _TOE) < _UNSURE
        unsure &= red > _WORTH_A_LOOK
        if unsure.any():
            row, column = unsure.nonzero()
            place[1, row, column] = self._red(picture, part.top + row, part.left + column)

    def _weighed(self, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the sums that `_WEIGHTS` are for, each in one piece: shape (3, cells)."""
        weighed = product(
            self._light(levels).astype(np.float32).reshape(-1, 3 * self.block), self._weights
        )
        return np.ascontiguousarray(weighed.T)

    def _light(self, levels: NDArray[np.uint8]) -> NDArray[np.uint16]:
        """Sum light over the rows of each cell: shape (rows, 3 * width).

        No more arrays live at once than must: the next one takes over memory that is warm.
        """
        linear = np.empty(levels.shape, np.uint16)
        cv2.LUT(levels, self._linear, dst=linear)
        lines = linear.reshape(-1, self.block, 3 * levels.shape[1])
        if self.block == 1:
            return lines[:, 0]
        sums = np.empty((len(lines), lines.shape[2]), np.uint16)
        cv2.add(lines[:, 0], lines[:, 1], dst=sums)
        for line in range(2, self.block):
            cv2.add(sums, lines[:, line], dst=sums)
        return sums

    def _red(
        self, picture: Picture, row: NDArray[np.intp], column: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Read the red of some cells exactly: there a level more or less makes all or nothing."""
        pixels, width = picture.reshape(-1, 3), picture.shape[1]
        first = (row * width + column) * self.block
        light = np.zeros((row.size, 3))
        for offset in np.add.outer(np.arange(self.block) * width, np.arange(self.block)).flat:
            levels = pixels.take(first + offset, axis=0, mode="clip")
            light += _EXACT.take(levels, mode="clip")
        light /= self.block**2
        red, green, blue = light.T
        saturated = red >= SATURATED * (green + blue)
        readings = np.where(saturated, (red - green - blue) * (320.0 / RED_SWING), 0.0)
        return readings.astype(np.float32)
