"""From the size of a flaw to how much it takes away: what listeners notice, and from when on.

Thresholds: asynchrony between grooves is just noticed at 19-24 ms for drums and 31-35 ms for bass
and guitar (PsyArXiv jsg94); a displaced beat at 2.5 % of the interval, 12 ms at 125 BPM (Friberg
and Sundberg); most DJs change tempo by less than 5 % (Kim et al., 1,557 mixes); live loudness is
kept within 1 LU (EBU R128). A tempo difference of x percent drifts by 10 x ms a second.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

OFFSET_MS: Final = (12.0, 60.0)
DRIFT_MS_PER_SECOND: Final = (1.0, 10.0)
LEVEL_STEP_LU: Final = (1.0, 6.0)
BASS_EXCESS_DB: Final = (1.0, 4.0)
PHRASE_ERROR_BEATS: Final = (0.0, 4.0)
SILENCE_SECONDS: Final = (0.0, 2.0)
CLIP_DRIVE_DB: Final = (0.0, 6.0)
KEY_DISTANCE_FIFTHS: Final = (1.0, 5.0)
TEMPO_RATIO_PERCENT: Final = (5.0, 12.0)
AUDIBLE_DIFFERENCE_DB: Final = (6.0, 25.0)
"""How far one track may lie under the other before a clash of the two is no longer heard."""


def goodness(size: ArrayLike, limits: tuple[float, float]) -> NDArray[np.float64]:
    """Return 1 up to the first limit, 0 from the second on, and a straight line in between."""
    good, bad = limits
    return np.clip((bad - np.asarray(size, dtype=np.float64)) / (bad - good), 0.0, 1.0)


def level_audibility(first_gain: ArrayLike, second_gain: ArrayLike) -> NDArray[np.float64]:
    """Return how well two sounds of these gains are heard beside each other, 0-1."""
    gains = np.maximum(np.stack(np.broadcast_arrays(first_gain, second_gain)), 1e-6)
    difference_db = 20 * np.log10(gains.max(axis=0) / gains.min(axis=0))
    return goodness(difference_db, AUDIBLE_DIFFERENCE_DB)


def saturating(amount: float) -> float:
    """Return 0 for nothing, about 0.63 for 1, never more than 1: more adds ever less."""
    return float(1 - np.exp(-amount))
