"""Batch sizes that a GPU is prepared for.

A CUDA graph and a TensorRT profile are made for one shape, so batches are padded to a few sizes.
The size also picks the GPU's kernels and with them the last bits of a result: it is recorded with
each score, and a replay asks for the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

BUCKETS: Final = (1, 8, 32, 128)


def bucket_for(items: int, at_least: int | None = None, buckets: Sequence[int] = BUCKETS) -> int:
    """Return the smallest bucket for `items`, or for `at_least` where that is more.

    Raises
    ------
    ValueError
        If no bucket is large enough.
    """
    needed = max(items, at_least or 0)
    for bucket in buckets:
        if bucket >= needed:
            return bucket
    raise ValueError(f"{needed} items do not fit the largest batch of {buckets[-1]}")


def pad(values: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return `values` with zeros appended along the first axis up to `size` rows."""
    missing = size - len(values)
    if missing == 0:
        return values
    padding = np.zeros((missing, *values.shape[1:]), values.dtype)
    return np.concatenate((values, padding))


def spans(items: int, largest: int) -> Iterator[slice]:
    """Cut `items` into consecutive slices of at most `largest`."""
    for start in range(0, items, largest):
        yield slice(start, min(start + largest, items))
