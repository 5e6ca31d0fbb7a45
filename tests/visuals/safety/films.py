"""Films that no one should have to see, and harmless ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from visuals.picture import Picture, PictureSize

Film = Callable[[float], Picture]
"""The picture of a moment, in seconds."""

SMALL = PictureSize(96, 54)


def _grey(levels: NDArray[np.float64]) -> Picture:
    return np.repeat(np.clip(levels, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _places(size: PictureSize) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[0 : size.height, 0 : size.width]
    return y / size.height, x / size.height


def calm_gradient(size: PictureSize = SMALL) -> Film:
    y, x = _places(size)

    def picture(seconds: float) -> Picture:
        wave = np.sin(2 * x + seconds / 3) * np.cos(2 * y - seconds / 4)
        return np.stack([130 + 60 * wave, 110 - 40 * wave, 150 + 50 * wave], -1).astype(np.uint8)

    return picture


def level_of(luminance: float) -> float:
    """The sRGB level of a grey of this relative luminance."""
    if luminance <= 0.0031308:
        return 255 * 12.92 * luminance
    return 255 * (1.055 * luminance ** (1 / 2.4) - 0.055)


def pulsing(depth: float, bpm: float, size: PictureSize = SMALL) -> Film:
    """A grey that pulses by `depth` of luminance on each beat, and fades until the next."""

    def picture(seconds: float) -> Picture:
        pulse = np.exp(-3 * (seconds * bpm / 60 % 1))
        return _grey(np.full((size.height, size.width), level_of(0.35 + depth * pulse)))

    return picture


def strobe(
    hertz: float,
    dark: tuple[int, int, int] = (0, 0, 0),
    light: tuple[int, int, int] = (255, 255, 255),
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
    size: PictureSize = SMALL,
) -> Film:
    """Two colours in turn, in a part of the picture (left, top, right, bottom; 0-1)."""
    calm = calm_gradient(size)
    left, top, right, bottom = part
    rows = slice(round(top * size.height), round(bottom * size.height))
    columns = slice(round(left * size.width), round(right * size.width))

    def picture(seconds: float) -> Picture:
        shown = calm(seconds)
        shown[rows, columns] = light if seconds * hertz % 1 >= 0.5 else dark
        return shown

    return picture


def checkerboard(side: int, hertz: float, size: PictureSize = SMALL) -> Film:
    """Squares that change places."""
    y, x = np.mgrid[0 : size.height, 0 : size.width]
    board = (x // side + y // side) % 2

    def picture(seconds: float) -> Picture:
        return _grey(255.0 * ((board + int(2 * seconds * hertz)) % 2))

    return picture


def stripes(width: int, speed: float, size: PictureSize = SMALL) -> Film:
    """Black and white stripes that run across at `speed` pixels a second."""
    x = np.arange(size.width)

    def picture(seconds: float) -> Picture:
        row = (x + int(speed * seconds)) // width % 2
        return _grey(np.tile(255.0 * row, (size.height, 1)))

    return picture


def noise(side: int, seed: int, size: PictureSize = SMALL) -> Film:
    """Squares of any colour, others in every picture."""
    chance = np.random.default_rng(seed)
    rows, columns = -(-size.height // side), -(-size.width // side)

    def picture(seconds: float) -> Picture:
        coarse = chance.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
        fine = coarse.repeat(side, axis=0).repeat(side, axis=1)
        return np.ascontiguousarray(fine[: size.height, : size.width])

    return picture


def ramps(hertz: float, low: float, high: float, size: PictureSize = SMALL) -> Film:
    """A grey that swells and fades, luminance `low` to `high`."""

    def picture(seconds: float) -> Picture:
        swell = 0.5 - 0.5 * np.cos(2 * np.pi * hertz * seconds)
        return _grey(np.full((size.height, size.width), level_of(low + (high - low) * swell)))

    return picture


def one_after_another(*films: Film, seconds_each: float) -> Film:
    """Cuts from film to film, again and again."""
    return lambda seconds: films[int(seconds / seconds_each) % len(films)](seconds)


def still(level: int, size: PictureSize = SMALL) -> Film:
    """One grey."""
    return lambda seconds: np.full((size.height, size.width, 3), level, np.uint8)
