"""Silence, straight from the samples."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SILENCE_BLOCK_SAMPLES: Final = 480
SILENCE_POWER: Final = 1e-6
"""Mean power of a 10 ms block below which a mix is silent: -60 dBFS."""


def _loud_blocks(samples: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return which blocks of 10 ms are not silent."""
    blocks = samples.reshape(-1, SILENCE_BLOCK_SAMPLES * samples.shape[1])
    power = np.einsum("bs,bs->b", blocks, blocks)
    return np.flatnonzero(power >= SILENCE_POWER * blocks.shape[1])


def leading_silence_samples(samples: NDArray[np.float32]) -> int:
    """Return how long a hop, shape (n, 2), stays silent from its beginning."""
    loud = _loud_blocks(samples)
    return int(loud[0]) * SILENCE_BLOCK_SAMPLES if len(loud) else len(samples)


class SilenceMeter:
    """Length of the silence that lasts until now."""

    def __init__(self) -> None:
        self._run_samples = 0

    def hear(self, samples: NDArray[np.float32]) -> int:
        """Return the run of silence in samples that ends with `samples`, shape (n, 2)."""
        loud = _loud_blocks(samples)
        if len(loud):
            ended_at = (int(loud[-1]) + 1) * SILENCE_BLOCK_SAMPLES
            self._run_samples = len(samples) - ended_at
        else:
            self._run_samples += len(samples)
        return self._run_samples
