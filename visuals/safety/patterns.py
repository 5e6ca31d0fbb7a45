"""Softens regular stripes: they can do harm although nothing flashes.

ITU-R BT.1702-3 warns of more than five pairs of light and dark bars, of any direction, straight or
curved, over a quarter of the screen or more. Every ninth of the picture is looked at by itself, so
that rings and spirals are seen for the bars that they are from near; it is striped where most of
its contrast lies in one spatial frequency. Where too many ninths are, the contrast of the whole
picture is taken back, slowly, and slowly given again.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from visuals.picture import Picture

LOOK_SECONDS: Final = 0.5
"""From one look to the next: stripes that are gone sooner are the flash limiter's."""

STRIPED_NINTHS: Final = 3
"""Of nine; two are less than a quarter of the picture."""

LEAST_CYCLES: Final = 2
"""Across a ninth: six pairs of bars across the picture."""

REGULAR_SHARE: Final = 0.3
"""Of a ninth's contrast that one frequency holds, where it is striped: bars have 0.8, a
checkerboard has 0.33 in either diagonal, noise 0.01."""

STRIPED_CONTRAST: Final = 0.20
"""Of luminance, root mean square: bars that differ by 0.4 of the maximum."""

SOFT_CONTRAST: Final = 0.15

RAMP_SECONDS: Final = 0.6
"""In which contrast would go from full to none."""

_SURELY_LESS: Final = 0.999 * STRIPED_CONTRAST
"""Computed the short way, a contrast under this is under `STRIPED_CONTRAST` the long way too."""

_SAMPLED_ROWS: Final = 90
_WHOLE: Final = 128


class PatternSoftener:
    """Takes back the contrast of pictures that are striped; belongs before the flash limiter."""

    def __init__(self) -> None:
        self._contrast = 1.0  # that pictures keep
        self._goal = 1.0
        self._since_look_seconds = LOOK_SECONDS
        self._middle = np.int16(0)  # the level about which contrast is taken back

    @property
    def contrast(self) -> float:
        """How much of their contrast pictures keep just now, 0-1."""
        return self._contrast

    def soften(self, picture: Picture, pause_seconds: float) -> Picture:
        """Return the picture, softer where it is striped; itself where it is not.

        Parameters
        ----------
        picture
            The next picture.
        pause_seconds
            Time since the one before.
        """
        self._since_look_seconds += pause_seconds
        if self._since_look_seconds >= LOOK_SECONDS:
            self._since_look_seconds = 0.0
            self._look(picture)
        way = pause_seconds / RAMP_SECONDS
        self._contrast += min(max(self._goal - self._contrast, -way), way)
        if self._contrast >= 1.0:
            return picture
        softer = picture.astype(np.int16)
        softer -= self._middle
        softer *= np.int16(round(self._contrast * _WHOLE))
        softer >>= 7
        softer += self._middle
        return softer.astype(np.uint8)

    def _look(self, picture: Picture) -> None:
        step = max(1, round(picture.shape[0] / _SAMPLED_ROWS))
        sample = _levels(picture[::step, ::step])
        light = sample * np.float32(1 / 255)
        light *= light  # near enough to linear light
        contrast = striped_contrast(light @ np.array([0.2126, 0.7152, 0.0722], np.float32))
        if contrast < STRIPED_CONTRAST:
            self._goal = 1.0
            return
        self._goal = SOFT_CONTRAST / contrast
        if self._contrast >= 1.0:  # a middle that wandered would be seen
            self._middle = np.int16(sample.mean())


def _levels(picture: Picture) -> NDArray[np.float32]:
    """Return levels as numbers, channel by channel: pixel by pixel it takes three times as long."""
    levels = np.empty(picture.shape, np.float32)
    for channel in range(3):
        levels[..., channel] = picture[..., channel]
    return levels


def striped_contrast(luminance: NDArray[np.float32]) -> float:
    """Return the contrast of the stripes in a picture; 0 where it is not striped.

    Parameters
    ----------
    luminance
        Shape (rows, columns), 0-1.

    Returns
    -------
    float
        Root mean square about the mean: that of the least of the `STRIPED_NINTHS` ninths whose
        stripes have the most. What is under `STRIPED_CONTRAST` may be given as 0.
    """
    height, width = luminance.shape[0] // 3, luminance.shape[1] // 3
    thirds = luminance[: 3 * height, : 3 * width].reshape(3, height, 3, width).swapaxes(1, 2)
    width -= width % 6  # lengths without large factors are transformed faster
    ninths = thirds[..., :width].reshape(9, height, width)
    centred = ninths - ninths.mean(axis=(1, 2), keepdims=True)
    flat = centred.reshape(9, -1)
    if np.sqrt(np.sort(np.vecdot(flat, flat))[-STRIPED_NINTHS] / flat.shape[1]) < _SURELY_LESS:
        return 0.0
    contrasts = centred.std(axis=(1, 2))
    if np.sort(contrasts)[-STRIPED_NINTHS] < STRIPED_CONTRAST:
        return 0.0
    power = np.abs(scipy.fft.rfft2(centred * _window(height, width))) ** 2
    power[:, :, 1:] *= 2.0  # the half that is not computed
    regular = _peaks(power) >= REGULAR_SHARE * power.sum(axis=(1, 2))
    contrasts = np.where(regular, contrasts, 0.0)
    return float(np.sort(contrasts)[-STRIPED_NINTHS])


@functools.lru_cache(maxsize=8)
def _window(height: int, width: int) -> NDArray[np.float32]:
    return np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)


def _peaks(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power about the strongest frequency of each spectrum; 0 where that is too slow."""
    rows, columns = power.shape[1:]
    down = np.abs(np.fft.fftfreq(rows, 1 / rows))
    cycles = np.hypot(down[:, None], np.arange(columns)[None, :])
    where = (power * (cycles >= 1)).reshape(len(power), -1).argmax(axis=1)
    row, column = where // columns, where % columns
    peaks = np.zeros(len(power), power.dtype)
    every = np.arange(len(power))
    for across in (-1, 0, 1):
        beside = np.abs(column + across)
        inside = beside < columns
        for along in (-1, 0, 1):
            values = power[every, (row + along) % rows, np.minimum(beside, columns - 1)]
            peaks += np.where(inside, values, 0.0)
    return np.where(cycles[row, column] >= LEAST_CYCLES, peaks, 0.0)
