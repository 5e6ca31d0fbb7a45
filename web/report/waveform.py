"""The shape of a set's sound, as wide as a screen however long the set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, samples_to_seconds

MOST_COLUMNS: Final = 4096
"""Beyond this, each two columns become one."""

_HOP_COLUMNS: Final = 10
"""Columns of a hop as long as none had to be joined."""


class Waveform:
    """Peak and root mean square of a set, column by column, taken while it is judged.

    Memory stays bounded: a set of any length has between half of `MOST_COLUMNS` and all of them.
    """

    def __init__(self) -> None:
        self._joined = 1  # columns of the finest sort in one that is kept
        self._peaks: list[float] = []
        self._squares: list[float] = []
        self._waiting: list[tuple[float, float]] = []  # finest columns of one not yet whole

    def add(self, samples: NDArray[np.float32]) -> None:
        """Take the next hop, shape (HOP_SAMPLES, channels), full scale 1."""
        columns = np.reshape(samples, (_HOP_COLUMNS, -1)).astype(np.float64)
        peaks, squares = np.abs(columns).max(axis=1), np.square(columns).mean(axis=1)
        for peak, square in zip(peaks.tolist(), squares.tolist(), strict=True):
            self._waiting.append((peak, square))
            if len(self._waiting) == self._joined:
                self._keep()

    def _keep(self) -> None:
        self._peaks.append(max(peak for peak, _ in self._waiting))
        self._squares.append(sum(square for _, square in self._waiting) / len(self._waiting))
        self._waiting.clear()
        if len(self._peaks) == MOST_COLUMNS:
            self._peaks = [max(pair) for pair in _pairs(self._peaks)]
            self._squares = [sum(pair) / 2 for pair in _pairs(self._squares)]
            self._joined *= 2

    @property
    def column_seconds(self) -> float:
        """How long a column is."""
        return samples_to_seconds(HOP_SAMPLES) / _HOP_COLUMNS * self._joined

    def peaks(self) -> NDArray[np.float64]:
        """Return the highest sample of each column, shape (columns,), 0 and up."""
        return np.array(self._peaks, np.float64)

    def levels(self) -> NDArray[np.float64]:
        """Return the root mean square of each column, shape (columns,), 0 and up."""
        return np.sqrt(np.array(self._squares, np.float64))


def _pairs(columns: list[float]) -> Iterator[tuple[float, float]]:
    return zip(columns[::2], columns[1::2], strict=True)
