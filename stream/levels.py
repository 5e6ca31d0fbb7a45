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
    left = right = cross = peak = 0.0
    clipped = 0
    for stretch in stretches:
        one, other = stretch[:, 0], stretch[:, 1]
        left += float(np.dot(one, one))
        right += float(np.dot(other, other))
        cross += float(np.dot(one, other))
        magnitude = np.abs(stretch)
        peak = max(peak, float(magnitude.max()))
        clipped += int(np.count_nonzero(magnitude >= CLIP_LEVEL))
    side, total = left + right - 2.0 * cross, left + right + 2.0 * cross
    return Levels(
        left_dbfs=_dbfs(left / samples),
        right_dbfs=_dbfs(right / samples),
        peak_dbfs=_dbfs(peak * peak),
        clipped_samples=clipped,
        channels=2 if side > STEREO_SIDE_RATIO * max(total, 0.0) + samples * 1e-12 else 1,
    )


def _dbfs(power: float) -> float:
    return max(SILENCE_DBFS, 10.0 * float(np.log10(power))) if power > 0.0 else SILENCE_DBFS
