"""Shapes that scenes are made of; all take and return float32 arrays."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def glow(distance: NDArray[np.float32], width: float) -> NDArray[np.float32]:
    """Return 1 on a line and a soft fall beside it."""
    scaled = distance * np.float32(1 / width)
    scaled *= scaled
    scaled += 1
    np.reciprocal(scaled, out=scaled)
    return scaled


def ramp(low: float, high: float, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 0 below `low`, 1 above `high` (or the other way round), straight between."""
    scale = 1 / (high - low)
    return between(0.0, 1.0, scaled(value, scale, -low * scale))


def scaled(value: NDArray[np.float32], scale: float, shift: float) -> NDArray[np.float32]:
    """Return `value * scale + shift`, in one pass where NumPy needs two."""
    return np.asarray(cv2.addWeighted(value, scale, value, 0.0, shift), np.float32)


def between(low: float, high: float, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring values to 0 or more, where `low` is 0, and to at most `high`, in place.

    NumPy has no vector instructions for a limit that is one number.
    """
    cv2.threshold(value, low, 0.0, cv2.THRESH_TOZERO, dst=value)
    cv2.threshold(value, high, 0.0, cv2.THRESH_TRUNC, dst=value)
    return value


def smooth(low: float, high: float, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the same with soft ends."""
    straight = ramp(low, high, value)
    bent = straight * -2
    bent += 3
    bent *= straight
    bent *= straight
    return bent


def fraction(value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what is beyond the integer below."""
    return value - np.floor(value)


def over(
    below: NDArray[np.float32], above: NDArray[np.float32] | float, mask: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return `below`, covered by `above` where the mask is 1."""
    difference = above - below
    difference *= mask
    difference += below
    return difference


def stacked(*places: NDArray[Any]) -> NDArray[np.float32]:
    """Return coordinates as the neural field takes them."""
    return np.stack(places).astype(np.float32)
