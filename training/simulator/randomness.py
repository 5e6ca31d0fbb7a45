"""Named streams of chance, so that one thing can be drawn anew while all else stays the same.

A matched pair (the same set, one flaw changed) needs tracks that do not notice how many numbers
the flaws drew. Every purpose therefore has a stream of its own, named by a path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import numpy as np

Choice = TypeVar("Choice")


def stream(seed: int, *path: str | int) -> np.random.Generator:
    """Return the generator of `path` under `seed`; equal arguments give equal numbers."""
    words = [crc32(part.encode()) if isinstance(part, str) else part for part in path]
    return np.random.default_rng([seed, *words])


def pick(
    rng: np.random.Generator, choices: Sequence[Choice], weights: Sequence[float] | None = None
) -> Choice:
    """Draw one of `choices`, whatever their type."""
    if weights is None:
        return choices[int(rng.integers(len(choices)))]
    shares = np.asarray(weights, dtype=np.float64)
    return choices[int(rng.choice(len(choices), p=shares / shares.sum()))]
