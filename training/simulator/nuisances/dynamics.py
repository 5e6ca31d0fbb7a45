"""What a venue or a broadcaster does to the level: a compressor, and a limiter driven hard."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from training.simulator.mastering import Limiter
from training.simulator.rendering import HEADROOM_DB
from training.simulator.synthesis import Audio

CELL_SAMPLES: Final = 120
"""The compressor measures every 2.5 ms."""

THRESHOLD_DBFS: Final = -14.0 - HEADROOM_DB
ATTACK_SECONDS: Final = 0.03
RELEASE_SECONDS: Final = 0.25
_FLOOR: Final = 1e-10


class Compressor:
    """A feed-forward compressor that measures power and makes up half of what it takes.

    Parameters
    ----------
    ratio
        Decibels in for one decibel out, above the threshold; more than 1.
    """

    delay_samples: Final = 0

    def __init__(self, ratio: float) -> None:
        self._slope = 1 - 1 / ratio
        cell_seconds = CELL_SAMPLES / SAMPLE_RATE_HZ
        self._attack = float(np.exp(-cell_seconds / ATTACK_SECONDS))
        self._release = float(np.exp(-cell_seconds / RELEASE_SECONDS))
        self._reduction_db = 0.0

    def __call__(self, block: Audio) -> Audio:
        """Compress a block, shape (a multiple of CELL_SAMPLES, 2)."""
        power = (block**2).mean(axis=1).reshape(-1, CELL_SAMPLES).mean(axis=1)
        excess_db = 10 * np.log10(power + _FLOOR) - THRESHOLD_DBFS
        wanted_db = (self._slope * np.maximum(excess_db, 0.0)).tolist()
        reductions = [self._reduction_db]
        for wanted in wanted_db:
            kept = self._attack if wanted > reductions[-1] else self._release
            reductions.append(wanted + kept * (reductions[-1] - wanted))
        self._reduction_db = reductions[-1]
        cells = np.arange(len(block), dtype=np.float32) / CELL_SAMPLES
        curve = np.interp(cells, np.arange(len(reductions)), reductions)
        gain = 10 ** ((self._slope * 3.0 - curve) / 20)
        return np.asarray(block * gain.astype(np.float32)[:, None])


class DrivenLimiter:
    """The limiter of a club's loudspeakers, which a mixer's peaks just reach at a drive of 0 dB.

    Parameters
    ----------
    drive_db
        Gain into it; the music comes out as much louder, its peaks where they were.
    """

    delay_samples: Final = Limiter.delay_samples

    def __init__(self, drive_db: float) -> None:
        self._limiter = Limiter()
        self._into = np.float32(10 ** ((drive_db + HEADROOM_DB) / 20))
        self._out_of = np.float32(10 ** (-HEADROOM_DB / 20))

    def __call__(self, block: Audio) -> Audio:
        """Limit a block, shape (a multiple of the limiter's cell, 2)."""
        return self._limiter(block * self._into) * self._out_of
