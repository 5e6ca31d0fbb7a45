"""What is usual in a channel, and how far from it this second is.

Rooms differ more than moments do: what is a storm among twelve people is silence among a thousand.
So every number is measured against the same room's own, by medians, which a storm of half a minute
does not move (Hampel, "The influence curve and its role in robust estimation", 1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RECENT_SECONDS: Final = 300
GAP_SECONDS: Final = 20
"""The newest seconds are left out: a moment must not be measured against itself."""

LONG_STEP_SECONDS: Final = 10
LONG_SECONDS: Final = 3_600
"""How far back the channel is remembered, one second in ten: a set's calm and wild stretches are
longer than five minutes, and within a wild one the crowd is not calm."""

PRIOR_SECONDS: Final = 60
"""The spread that is expected of any room counts as so many seconds of this one."""

CENTRE_SECONDS: Final = 30
"""So many known seconds tell a centre by themselves, those of an hour ago included; with fewer,
what is expected of any room fills in. A prior that never fades would make every busy room a
storm."""

REFRESH_SECONDS: Final = 5
"""How often medians are taken anew; they hardly move within."""

SPREAD: Final = 1.4826
"""From a normal distribution's median absolute deviation to its standard deviation."""

Z_MOST: Final = 4.0


class Usual:
    """Robust centre and spread of several numbers over one channel's time.

    Parameters
    ----------
    centres
        What they are in a room of which nothing is known.
    least_spreads
        Below these no spread is believed; twice as much is expected of an unknown room. In a
        room where nothing happens the first word must not be a storm.
    """

    def __init__(self, centres: Sequence[float], least_spreads: Sequence[float]) -> None:
        self._prior = np.array(centres, dtype=np.float64)
        self._least = np.array(least_spreads, dtype=np.float64)
        size = len(self._prior)
        self._recent = np.full((RECENT_SECONDS + GAP_SECONDS, size), np.nan)
        self._long = np.full((LONG_SECONDS // LONG_STEP_SECONDS, size), np.nan)
        self._taken = 0
        self._centre = self._prior.copy()
        self._spread = 2 * self._least

    @property
    def known_seconds(self) -> int:
        """For how many seconds numbers have been taken that count by now."""
        return max(0, min(self._taken, len(self._recent)) - GAP_SECONDS)

    @property
    def centre(self) -> Values:
        """What is usual, shape (numbers,)."""
        return self._centre

    def take(self, values: Values) -> None:
        """Take the numbers of the next second, shape (numbers,); NaN where one is not known."""
        self._recent[self._taken % len(self._recent)] = values
        if self._taken % LONG_STEP_SECONDS == 0:
            self._long[self._taken // LONG_STEP_SECONDS % len(self._long)] = values
        self._taken += 1
        if self._taken % REFRESH_SECONDS == 0:
            self._refresh()

    def skip(self, seconds: int) -> None:
        """Let seconds pass of which nothing is known."""
        nothing = np.full(len(self._prior), np.nan)
        for _ in range(min(seconds, len(self._recent))):
            self.take(nothing)

    def z(self, values: Values) -> Values:
        """Return how many spreads `values` are from usual, within +-`Z_MOST`; NaN stays NaN."""
        return np.clip((values - self._centre) / self._spread, -Z_MOST, Z_MOST)

    def _refresh(self) -> None:
        recent = self._older()
        known = np.isfinite(recent).sum(axis=0)
        remembered = LONG_STEP_SECONDS * np.isfinite(self._long).sum(axis=0)
        hour = _median(self._long, self._prior)
        middle = _median(recent, hour)
        spread = SPREAD * _median(np.abs(recent - middle), 2 * self._least)
        told = np.minimum((known + remembered) / CENTRE_SECONDS, 1.0)
        self._centre = told * (middle + hour) / 2 + (1 - told) * self._prior
        share = known / (known + PRIOR_SECONDS)
        believed = share * spread + (1 - share) * 2 * self._least
        self._spread = np.maximum(believed, self._least)

    def _older(self) -> Values:
        """Return what was taken before the gap, in no order."""
        size = len(self._recent)
        newest = (self._taken - 1 - np.arange(GAP_SECONDS)) % size
        keep = np.ones(size, dtype=np.bool_)
        keep[newest] = False
        return self._recent[keep]


def _median(values: Values, otherwise: Values) -> Values:
    """Return the columns' medians over what is known; `otherwise` where nothing is."""
    known = np.isfinite(values)
    ordered = np.sort(values, axis=0)  # what is not known comes last
    count = known.sum(axis=0)
    places = np.arange(values.shape[1])
    low = ordered[np.maximum(count - 1, 0) // 2, places]
    high = ordered[np.minimum(count // 2, len(values) - 1), places]
    return np.where(count > 0, (low + high) / 2, otherwise)
