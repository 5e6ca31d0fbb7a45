"""What one set has had of events and moments so far."""

from __future__ import annotations

from collections import deque
from typing import Final

from sentiment.moments.audio import AudioEvent
from sentiment.moments.joining import fit
from sentiment.moments.watched import Watched

EVENTS_MOST: Final = 32
"""Events that are remembered; the oldest gives way."""

_NEVER: Final = float("-inf")


class Course:
    """The memory of one set.

    Parameters
    ----------
    epoch
        The set; None while nobody plays.
    """

    def __init__(self, epoch: str | None) -> None:
        self.epoch = epoch
        self.position_seconds = _NEVER
        self.current: Watched | None = None  # the latest moment that is not withdrawn
        self.start_seconds = _NEVER  # of the last confirmed moment
        self.is_armed = True  # the crowd has been calm since the last reaction
        self._events: deque[AudioEvent] = deque(maxlen=EVENTS_MOST)

    @property
    def open(self) -> Watched | None:
        """The moment that may still change, if there is one."""
        current = self.current
        return current if current is not None and current.is_open else None

    def remember(self, event: AudioEvent) -> None:
        """Keep an event that the crowd may yet answer."""
        self._events.append(event)

    def forget(self, at_seconds: float) -> None:
        """Let go of events that the crowd did not answer."""
        kept = [event for event in self._events if event.at_seconds != at_seconds]
        self._events = deque(kept, maxlen=EVENTS_MOST)

    def is_rested(self, start_seconds: float, rest_seconds: float) -> bool:
        """Whether a moment may begin then: long enough after the last, and not before it."""
        last = self.start_seconds
        if self.current is not None:
            last = max(last, self.current.start_seconds)
        return start_seconds >= last + rest_seconds

    def answered(self, lag_seconds: float) -> tuple[AudioEvent | None, float]:
        """Return the event that a reaction now would best fit, and its strength as it fits."""
        best: tuple[AudioEvent | None, float] = (None, 0.0)
        for event in self._events:
            fits = fit(self.position_seconds, event.at_seconds, lag_seconds)
            if event.strength * fits > best[1]:
                best = (event, event.strength * fits)
        return best
