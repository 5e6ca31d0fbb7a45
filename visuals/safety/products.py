"""Matrix products on the thread that asks.

A picture's matrices are small. Beyond this many multiplications OpenBLAS wakes its other threads,
and waking them costs more than the product, by a hundred times where the machine is busy.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_MULTIPLICATIONS: Final = 262_144


def product(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `a @ b`, made some rows at a time."""
    rows = max(1, MOST_MULTIPLICATIONS // b.size)
    result = np.empty((a.shape[0], b.shape[1]), np.float32)
    for start in range(0, a.shape[0], rows):
        np.matmul(a[start : start + rows], b, out=result[start : start + rows])
    return result
