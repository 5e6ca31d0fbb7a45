"""How long a channel's crowd takes from a moment to the top of its reaction, learnt as it goes.

Every crowd hears late and writes slowly in its own way: a phone's player holds seconds of sound, a
room of friends answers at once. The lag that fits best is where hype, laid over all that the sound
announced, is highest.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

LONGEST_SECONDS: Final = 40
BEFORE_SECONDS: Final = 10
"""Hype right before an event, above which a reaction has to rise."""

LISTENED_SECONDS: Final = 120
EVENTS_MOST: Final = 16
"""Events that wait until their time has passed; the oldest gives way."""

FORGET: Final = 0.95
"""What is known counts so much after the next event: half after some 14."""

GAIN: Final = 8.0
"""Nats for a full swing of the index: with three clear reactions the channel outweighs the prior
two deviations from it."""

HYPE_MOST: Final = 100.0

_LAGS: Final = np.arange(LONGEST_SECONDS + 1, dtype=np.float64)
_KNOWN_SHARE: Final = 0.8


class LagLearner:
    """The cross-correlation of one channel's hype with what its sets do.

    Parameters
    ----------
    lag_seconds, spread_seconds
        What is expected of any channel, and how unsure that is.

    Notes
    -----
    With events as unit impulses, the cross-correlation at a lag is the sum of the hype that
    followed each event after that lag (event-triggered average; Knapp and Carter, "The generalized
    correlation method for estimation of time delay", 1976, for the method with continuous signals).
    Added to the logarithm of a normal prior, its top is the most likely lag.
    """

    def __init__(self, lag_seconds: float, spread_seconds: float) -> None:
        self._log_prior = -0.5 * ((_LAGS - lag_seconds) / spread_seconds) ** 2
        self._correlation = np.zeros(len(_LAGS))
        self._heard: deque[tuple[float, float]] = deque(maxlen=LISTENED_SECONDS)
        self._events: deque[tuple[float, float]] = deque(maxlen=EVENTS_MOST)
        self.seconds = lag_seconds
        self.events = 0  # learnt from

    def expect(self, at_seconds: float, strength: float) -> None:
        """Take an event of the set: when, and how strong."""
        self._events.append((at_seconds, strength))

    def forget_set(self) -> None:
        """Let go of positions on a media clock that has ended; the lag stays the channel's."""
        self._heard.clear()
        self._events.clear()

    def hear(self, position_seconds: float, hype: float | None) -> None:
        """Take the index at a position on the media clock, about once a second."""
        if hype is not None:
            self._heard.append((position_seconds, hype))
        while self._events and self._events[0][0] + LONGEST_SECONDS <= position_seconds:
            self._learn(*self._events.popleft())

    def _learn(self, at_seconds: float, strength: float) -> None:
        heard = np.array(self._heard)
        if not len(heard):
            return
        positions, hypes = heard.T
        after = (positions >= at_seconds) & (positions <= at_seconds + LONGEST_SECONDS)
        before = (positions >= at_seconds - BEFORE_SECONDS) & (positions < at_seconds)
        if after.sum() < _KNOWN_SHARE * LONGEST_SECONDS or not before.any():
            return  # nobody was there, or it was not listened to
        course = np.interp(at_seconds + _LAGS, positions, hypes) - hypes[before].mean()
        rise = strength * np.maximum(course, 0.0) / HYPE_MOST
        self._correlation = FORGET * self._correlation + GAIN * rise
        self.events += 1
        self.seconds = _top(self._correlation + self._log_prior)


def _top(curve: Values) -> float:
    """Return the place of the highest value, between samples (a parabola through three)."""
    place = int(np.argmax(curve))
    if not 0 < place < len(curve) - 1:
        return float(_LAGS[place])
    left, top, right = curve[place - 1 : place + 2]
    bend = left - 2 * top + right
    return float(_LAGS[place] + (0.5 * (left - right) / bend if bend < 0 else 0.0))
