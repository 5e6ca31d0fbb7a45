"""The recent past of something measured, kept in one array of constant size."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

Number = TypeVar("Number", np.float32, np.float64)


class Trail(Generic[Number]):
    """The newest rows of a growing table, oldest first.

    Parameters
    ----------
    capacity
        Rows kept.
    columns
        Values in a row.
    dtype
        Of the values.

    Notes
    -----
    Rows are moved instead of wrapped around: a contiguous view costs its readers nothing, and
    moving some tens of kilobytes twice a second costs microseconds.
    """

    def __init__(self, capacity: int, columns: int, dtype: DTypeLike) -> None:
        self._rows: NDArray[Number] = np.zeros((capacity, columns), dtype=dtype)
        self._filled = 0

    def __len__(self) -> int:
        return self._filled

    def append(self, rows: NDArray[Number]) -> None:
        """Add `rows`, shape (n, columns), n from 1 to the capacity; the oldest give way."""
        count = len(rows)
        self._rows[:-count] = self._rows[count:]
        self._rows[-count:] = rows
        self._filled = min(self._filled + count, len(self._rows))

    def newest(self, count: int | None = None) -> NDArray[Number]:
        """Return a view of the newest `count` rows (all by default), fewer where fewer came.

        The view changes with the next `append`.
        """
        held = self._filled if count is None else min(count, self._filled)
        return self._rows[len(self._rows) - held :]

    def forget_before(self, keep: int) -> None:
        """Keep only the newest `keep` rows."""
        self._filled = min(self._filled, keep)
