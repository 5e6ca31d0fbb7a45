"""How dense, how bright and how driven the sound is: onset rate, brightness, kick."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from judge.listening.onsets import FRAME_RATE_HZ, KICK_BANDS, OnsetHop, amplitudes

RATE_SECONDS: Final = 4
_RATE_FRAMES: Final = round(RATE_SECONDS * FRAME_RATE_HZ)
_PEAK_FRAMES: Final = 2 * round(0.03 * FRAME_RATE_HZ) + 1
_AROUND_FRAMES: Final = 2 * round(0.1 * FRAME_RATE_HZ) + 1
_ABOVE_AROUND: Final = 0.07
"""An onset is the highest within 30 ms and stands out of 0.1 s to either side by so much of the
strongest: the rule and the figure of librosa's picker."""

_FAINTEST_STRONGEST: Final = 1.0
"""What held tones ripple, up to 0.05, is no onset; drums reach 0.5 to 2."""

_SMOOTHING: Final = 0.3

_RISE_FRAMES: Final = round(0.02 * FRAME_RATE_HZ)
_KICK_HOPS: Final = 4
"""Half-time has a kick every 1.7 s."""
_FORGOTTEN_DB: Final = 0.02
"""How fast the usual kick is forgotten, each hop: 2.4 dB a minute."""
_FAINTEST_DB: Final = -80.0


def onset_rate_hz(flux: NDArray[np.float32]) -> float | None:
    """Count onsets a second over the newest 4 s of onset bands, shape (n, ONSET_BANDS).

    None where less was heard.
    """
    if len(flux) < _RATE_FRAMES:
        return None
    strength = flux[-_RATE_FRAMES:].mean(axis=1)
    highest = ndimage.maximum_filter1d(strength, _PEAK_FRAMES, mode="nearest")
    around = ndimage.uniform_filter1d(strength, _AROUND_FRAMES, mode="nearest")
    strongest = max(float(strength.max()), _FAINTEST_STRONGEST)
    picked = (strength == highest) & (strength > around + _ABOVE_AROUND * strongest)
    return int(np.count_nonzero(picked)) / RATE_SECONDS


class BrightnessMeter:
    """Spectral centroid, smoothed over some two seconds."""

    def __init__(self) -> None:
        self._hz: float | None = None

    def hear(self, onsets: OnsetHop, *, silent: bool) -> float | None:
        """Take one hop; return the brightness in Hz, None in silence."""
        if silent or onsets.centroid_hz is None:
            self._hz = None
        elif self._hz is None:
            self._hz = onsets.centroid_hz
        else:
            self._hz += _SMOOTHING * (onsets.centroid_hz - self._hz)
        return self._hz


class KickMeter:
    """How hard the low end is struck, against the hardest the set usually has."""

    def __init__(self) -> None:
        self._before = np.zeros(_RISE_FRAMES)
        self._rises: deque[float] = deque(maxlen=_KICK_HOPS)
        self._top_db = _FAINTEST_DB

    def hear(self, onsets: OnsetHop, *, silent: bool) -> float | None:
        """Take one hop; return the kick in dB, 0 or less, None in silence."""
        level = np.concatenate((self._before, amplitudes(onsets.fine[:, :KICK_BANDS])))
        self._before = level[-_RISE_FRAMES:]
        self._rises.append(float((level[_RISE_FRAMES:] - level[:-_RISE_FRAMES]).max()))
        kick_db = max(20 * math.log10(max(*self._rises, 1e-12)), _FAINTEST_DB)
        self._top_db = max(kick_db, self._top_db - _FORGOTTEN_DB)
        return None if silent else kick_db - self._top_db
