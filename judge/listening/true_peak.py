"""True peak: how far the sound rises between its samples (ITU-R BS.1770-5, annex 2)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

TAPS: Final = 12

# Annex 2: the interpolator's first two phases; the other two are these, reversed.
_FIRST: Final = (
    *(0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000),
    *(-0.0594482421875, 0.1373291015625, 0.9721679687500, -0.1022949218750),
    *(0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500),
)
_SECOND: Final = (
    *(-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250),
    *(-0.1665039062500, 0.4650878906250, 0.7797851562500, -0.2003173828125),
    *(0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375),
)
_PHASES: Final = np.array([_FIRST, _SECOND, _SECOND[::-1], _FIRST[::-1]], dtype=np.float32).T
"""Shape (TAPS, 4), for windows of samples in the order of time."""

_CENTRE: Final = TAPS // 2
_NEAR_PEAK: Final = 0.7
"""Music rises by at most some 3 dB between samples, so lower samples hide no new peak."""


class TruePeakMeter:
    """Keeps the highest true peak of a set.

    Only where the sound comes near the highest peak so far are the samples between the samples
    worked out.
    """

    def __init__(self) -> None:
        self._tail = np.zeros((TAPS - 1, 2), dtype=np.float32)
        self._peak = 0.0

    def hear(self, samples: NDArray[np.float32]) -> float | None:
        """Take a hop, shape (n, 2); return the highest peak so far in dBTP, None for silence."""
        heard = np.concatenate((self._tail, samples))
        self._tail = heard[-(TAPS - 1) :]
        magnitudes = np.abs(heard)
        self._peak = max(self._peak, float(magnitudes.max()))
        for channel in (0, 1):
            self._hear_channel(heard[:, channel], magnitudes[:, channel])
        return 20 * math.log10(self._peak) if self._peak > 0 else None

    def _hear_channel(self, signal: NDArray[np.float32], magnitudes: NDArray[np.float32]) -> None:
        windows = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(signal), TAPS)
        # The window that starts at k holds what lies around sample k + centre.
        centres = magnitudes[_CENTRE - 1 : _CENTRE - 1 + len(windows)]
        near = np.flatnonzero(
            np.maximum(centres, magnitudes[_CENTRE : _CENTRE + len(windows)])
            > _NEAR_PEAK * self._peak
        )
        if len(near):
            self._peak = max(self._peak, float(np.abs(windows[near] @ _PHASES).max()))
