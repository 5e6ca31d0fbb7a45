"""How loud what arrives is, how hard it clips, and whether its two channels differ at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SILENCE_DBFS: Final = -120.0
"""Levels stop here: minus infinity is neither JSON nor a place on a meter."""

CLIP_LEVEL: Final = 1.0 - 2.0**-15
"""From here on a 16-bit converter has no more room."""

STEREO_SIDE_RATIO: Final = 1e-5
"""Power of the difference over the power of the sum (-50 dB) above which two channels differ: well
above what a lossy codec adds to two equal channels, well below the narrowest of real mixes."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Facts about a stretch of audio."""

    left_dbfs: float  # RMS; a full-scale square wave is 0
    right_dbfs: float
    peak_dbfs: float
    clipped_samples: int
    channels: int  # 2 only when the two channels differ


def measure_levels(stretches: Sequence[NDArray[np.float32]]) -> Levels:
    """Measure consecutive stretches of PCM, each of shape (samples, 2), as one."""
    samples = sum(len(stretch) for stretch in stretches)
    if samples == 0:
        return Levels(SILENCE_DBFS, SILENCE_DBFS, SILENCE_DBFS, 0, 1)
    left = right = side = peak = 0.0
    clipped = 0
    for stretch in stretches:
        # einsum makes no copies and starts no threads, which BLAS would for so little.
        powers = np.einsum("ij,ij->j", stretch, stretch, dtype=np.float64)
        difference = stretch[:, 0] - stretch[:, 1]
        left += float(powers[0])
        right += float(powers[1])
        side += float(np.einsum("i,i", difference, difference, dtype=np.float64))
        highest = max(float(stretch.max()), -float(stretch.min()))
        peak = max(peak, highest)
        if highest >= CLIP_LEVEL:
            clipped += int(np.count_nonzero(np.abs(stretch) >= CLIP_LEVEL))
    middle = max(0.0, 2.0 * (left + right) - side)
    return Levels(
        left_dbfs=_dbfs(left / samples),
        right_dbfs=_dbfs(right / samples),
        peak_dbfs=_dbfs(peak * peak),
        clipped_samples=clipped,
        channels=2 if side > STEREO_SIDE_RATIO * middle + samples * 1e-12 else 1,
    )


def _dbfs(power: float) -> float:
    return max(SILENCE_DBFS, 10.0 * float(np.log10(power))) if power > 0.0 else SILENCE_DBFS
