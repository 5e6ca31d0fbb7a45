"""Pictures to encode: a chart of known colours, and smooth movement as shows have it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COLOURS = np.array(
    [
        [16, 16, 16],
        [128, 128, 128],
        [240, 240, 240],
        [200, 40, 40],
        [40, 180, 60],
        [50, 70, 210],
        [230, 200, 40],
        [120, 60, 160],
    ],
    np.uint8,
)
"""Left to right, top to bottom."""


def chart(width: int = 320, height: int = 180) -> NDArray[np.uint8]:
    """Four colours across and two down."""
    columns = np.arange(width) * 4 // width
    rows = np.arange(height) * 2 // height
    return COLOURS[rows[:, None] * 4 + columns[None, :]]


def moving(number: int, width: int = 320, height: int = 180) -> NDArray[np.uint8]:
    """Soft waves of colour that drift and breathe with a beat of 128 BPM, 20 pictures a second."""
    seconds = number / 20
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) * (320 / width)
    a = np.sin(x / 40 + seconds * 1.3 + 2 * np.sin(y / 60 + seconds))
    b = np.cos(y / 30 - seconds * 1.7 + 2 * np.sin(x / 50 - seconds * 0.6))
    c = np.sin((x + y) / 70 + seconds)
    breath = 1 + 0.1 * np.exp(-4 * (seconds * 128 / 60 % 1))
    picture = np.stack([128 + 100 * a * b, 110 + 90 * c * a, 140 + 100 * b * c], axis=-1) * breath
    return np.clip(picture, 0, 255).astype(np.uint8)
