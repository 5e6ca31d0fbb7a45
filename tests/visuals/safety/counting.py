"""A flash counter that shares nothing with the limiter: plain, slow, after the guidelines' text.

WCAG 2.2, "general flash and red flash thresholds": a general flash is a pair of opposing changes of
relative luminance by 10 % of the maximum or more where the darker one is below 0.80; a red flash is
a pair that involves a saturated red. Opposing changes are counted one by one here: two are a flash.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CHANGE = 0.1
RED_CHANGE = 20.0
DARKER_BELOW = 0.8
FIELDS = 24  # at random places, and those of a tic-tac-toe board

Course = NDArray[np.float64]


@dataclass(frozen=True)
class Count:
    """Of a film, the worst that any second holds."""

    mean_changes: int  # of the mean of any field, or of the whole
    restless_share: float  # of any field: cells that change more often than `allowed`


def light_of(picture: NDArray[np.uint8], side: int) -> NDArray[np.float64]:
    """Linear red, green and blue, averaged over squares of `side` pixels."""
    levels = picture / 255.0
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    rows, columns = linear.shape[0] // side, linear.shape[1] // side
    cut = linear[: rows * side, : columns * side]
    return cut.reshape(rows, side, columns, side, 3).mean(axis=(1, 3))


def luminance_of(light: NDArray[np.float64]) -> NDArray[np.float64]:
    return light @ np.array([0.2126, 0.7152, 0.0722])


def redness_of(light: NDArray[np.float64]) -> NDArray[np.float64]:
    red, green, blue = light[..., 0], light[..., 1], light[..., 2]
    value = (red - green - blue) * 320.0
    return np.where(red >= 0.8 * (red + green + blue), np.maximum(value, 0.0), 0.0)


def changes(course: Course, least: float, darker_below: float = math.inf) -> NDArray[np.bool_]:
    """Mark where opposing changes are complete: (moments, readings), like `course`."""
    low, high = course[0].copy(), course[0].copy()
    heading = np.zeros(course.shape[1], int)  # of the last change; 0 while there was none
    marks = np.zeros(course.shape, bool)
    for moment, value in enumerate(course[1:], start=1):
        low, high = np.minimum(low, value), np.maximum(high, value)
        rose = (heading <= 0) & (value - low >= least) & (low < darker_below)
        fell = (heading >= 0) & (high - value >= least) & (value < darker_below) & ~rose
        turned = rose | fell
        heading = np.where(rose, 1, np.where(fell, -1, heading))
        low, high = np.where(turned, value, low), np.where(turned, value, high)
        marks[moment] = turned
    return marks


def most_in_a_second(marks: NDArray[np.bool_], moments: Sequence[float]) -> NDArray[np.intp]:
    """How many marks the second before each moment holds: (moments, readings)."""
    sums = np.concatenate([np.zeros((1, marks.shape[1]), int), np.cumsum(marks, axis=0)])
    first = np.searchsorted(np.asarray(moments), np.asarray(moments) - 1.0, side="right")
    return sums[1:] - sums[first]


def fields_of(rows: int, columns: int) -> list[tuple[slice, slice]]:
    """A third by a third of the picture, at many places; and the whole at last."""
    height, width = rows // 3, columns // 3
    places = [(row * height, column * width) for row in range(3) for column in range(3)]
    chance = np.random.default_rng(5)
    for _ in range(FIELDS):
        places.append((chance.integers(rows - height + 1), chance.integers(columns - width + 1)))
    fields = [(slice(t, t + height), slice(s, s + width)) for t, s in places]
    return [*fields, (slice(None), slice(None))]


def count(
    film: Sequence[NDArray[np.uint8]], moments: Sequence[float], *, side: int, allowed: int
) -> Count:
    """Count the changes of a film of one size, of luminance and of red alike."""
    light = np.stack([light_of(picture, side) for picture in film])
    mean_changes, restless_share = 0, 0.0
    for values, least, darker in (
        (luminance_of(light), CHANGE, DARKER_BELOW),
        (redness_of(light), RED_CHANGE, math.inf),
    ):
        fields = fields_of(*values.shape[1:])
        means = np.stack(
            [values[:, rows, columns].mean(axis=(1, 2)) for rows, columns in fields], 1
        )
        of_means = most_in_a_second(changes(means, least, darker), moments)
        mean_changes = max(mean_changes, int(of_means.max()))
        cells = changes(values.reshape(len(film), -1), least, darker)
        restless = (most_in_a_second(cells, moments) > allowed).reshape(values.shape)
        shares = [
            restless[:, rows, columns].mean(axis=(1, 2)).max() for rows, columns in fields[:-1]
        ]
        restless_share = max(restless_share, float(max(shares)))
    return Count(mean_changes, restless_share)
