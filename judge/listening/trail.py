"""The recent past of something measured, kept in one array of constant size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Trail:
    """The newest rows of a growing table, oldest first.

    Parameters
    ----------
    capacity
        Rows kept.
    columns
        Values in a row.

    Notes
    -----
    Rows are moved instead of wrapped around: a contiguous view costs its readers nothing, and
    moving some tens of kilobytes twice a second costs microseconds.
    """

    def __init__(self, capacity: int, columns: int) -> None:
        self._rows = np.zeros((capacity, columns), dtype=np.float32)
        self._filled = 0

    def __len__(self) -> int:
        return self._filled

    def append(self, rows: NDArray[np.float32]) -> None:
        """Add `rows`, shape (n, columns), n not above the capacity; the oldest give way."""
        count = len(rows)
        self._rows[:-count] = self._rows[count:]
        self._rows[-count:] = rows
        self._filled = min(self._filled + count, len(self._rows))

    def newest(self, count: int | None = None) -> NDArray[np.float32]:
        """Return a view of the newest `count` rows (all by default), fewer where fewer came."""
        held = self._filled if count is None else min(count, self._filled)
        return self._rows[len(self._rows) - held :]
