"""Shapes that scenes are made of; all take and return float32 arrays of shape (height, width).

OpenCV does in one pass what NumPy needs two or three for, and has vector instructions for limits
that are one number, which NumPy has not.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def scaled(value: NDArray[np.float32], scale: float, shift: float = 0.0) -> NDArray[np.float32]:
    """Return `value * scale + shift`."""
    return np.asarray(cv2.addWeighted(value, scale, value, 0.0, shift), np.float32)


def weighed(
    one: NDArray[np.float32],
    scale: float,
    other: NDArray[np.float32],
    other_scale: float,
    shift: float = 0.0,
) -> NDArray[np.float32]:
    """Return `one * scale + other * other_scale + shift`."""
    return np.asarray(cv2.addWeighted(one, scale, other, other_scale, shift), np.float32)


def add(to: NDArray[np.float32], value: NDArray[np.float32], scale: float) -> None:
    """Add `value * scale` in place."""
    cv2.scaleAdd(value, scale, to, dst=to)


def limited(value: NDArray[np.float32], most: float = 1.0) -> NDArray[np.float32]:
    """Bring values to no less than 0 and no more than `most`, in place."""
    cv2.threshold(value, 0.0, 0.0, cv2.THRESH_TOZERO, dst=value)
    cv2.threshold(value, most, 0.0, cv2.THRESH_TRUNC, dst=value)
    return value


def glow(distance: NDArray[np.float32], width: float) -> NDArray[np.float32]:
    """Return 1 on a line and a soft fall beside it."""
    squares = np.asarray(cv2.multiply(distance, distance, scale=1 / (width * width)), np.float32)
    squares += 1
    return np.reciprocal(squares, out=squares)


def ramp(low: float, high: float, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 0 below `low`, 1 above `high` (or the other way round), straight between."""
    scale = 1 / (high - low)
    return limited(scaled(value, scale, -low * scale))


def smooth(low: float, high: float, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the same with soft ends."""
    straight = ramp(low, high, value)
    bent = scaled(straight, -2.0, 3.0)
    bent *= straight
    bent *= straight
    return bent


def fraction(value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what is beyond the integer below."""
    return value - np.floor(value)


def cover(
    below: NDArray[np.float32], above: NDArray[np.float32], mask: NDArray[np.float32]
) -> None:
    """Cover `below` by `above` where the mask is 1, in place."""
    difference = above - below
    difference *= mask
    below += difference


def stacked(*places: NDArray[Any]) -> NDArray[np.float32]:
    """Return coordinates as the neural field takes them."""
    return np.stack(places).astype(np.float32)
