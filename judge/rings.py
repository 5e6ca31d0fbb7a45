"""What a session remembers of its last ten seconds, in arrays that never grow."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOPS_PER_WINDOW


class SlidingRows:
    """The last `length` rows of a stream of rows, oldest first, contiguous.

    Shifting a window's worth of memory costs microseconds; a ring with a seam would have to be
    copied together for the model anyway.

    Parameters
    ----------
    length, width
        Shape of what is kept.
    fill
        What stands where nothing came yet.
    """

    def __init__(self, length: int, width: int, fill: float) -> None:
        self.rows: Final = np.full((length, width), fill, np.float32)
        self._fill = np.float32(fill)

    def append(self, rows: NDArray[np.float32]) -> None:
        """Add rows at the end; as many fall off the front."""
        count = len(rows)
        if count == 0:
            return
        if count < len(self.rows):
            self.rows[:-count] = self.rows[count:]
        self.rows[-count:] = rows[-len(self.rows) :]

    def clear(self) -> None:
        """Forget everything."""
        self.rows[:] = self._fill


class HopRing:
    """One small array for each of the last window's hops.

    Parameters
    ----------
    width
        Numbers kept a hop.
    dtype
        Their type.
    fill
        What stands where no hop came yet.
    """

    def __init__(self, width: int, dtype: type[np.generic], fill: float) -> None:
        self._values: NDArray[Any] = np.full((HOPS_PER_WINDOW, width), fill, dtype)

    def put(self, hop: int, values: NDArray[Any] | float) -> None:
        """Keep `values` of hop number `hop`, in place of what the window no longer holds."""
        self._values[hop % HOPS_PER_WINDOW] = values

    def total(self) -> NDArray[Any]:
        """Return the sum over the window, added in the same order wherever the window ends."""
        total: NDArray[Any] = self._values.sum(axis=0)
        return total

    def all_below(self, limit: float) -> bool:
        """Return whether every number of every hop is below `limit`."""
        return bool((self._values < limit).all())
