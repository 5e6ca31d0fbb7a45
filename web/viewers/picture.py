"""What a room looks like just now, for viewers who join and for the API."""

from __future__ import annotations

from collections import deque
from typing import Final

from core.messages import Envelope, Score, SessionState
from web.viewers.history import CatchUp, Resume, RoomHistory
from web.viewers.timeline import RoomTimeline
from web.viewers.units import EventUnit

PAST_EPOCHS: Final = 8
"""Epochs remembered, so that a straggler of an old set does not take the room back to it."""


class RoomPicture:
    """Everything known of a room's current epoch.

    Parameters
    ----------
    history_events, fresh_seconds
        See `RoomHistory`.
    """

    def __init__(self, history_events: int, fresh_seconds: float) -> None:
        self._history_events = history_events
        self._fresh_seconds = fresh_seconds
        self._past: deque[str] = deque(maxlen=PAST_EPOCHS)
        self._begin(None)

    def _begin(self, epoch: str | None) -> None:
        self.epoch = epoch
        self.state: SessionState | None = None
        self.score: Score | None = None  # the latest
        self.position_microseconds = 0  # the latest heard of the media clock
        self.history = RoomHistory(self._history_events, self._fresh_seconds)
        self.timeline = RoomTimeline()
        self._last_media_seq = 0

    def is_news(self, envelope: Envelope) -> bool:
        """Whether `envelope` is neither of an epoch gone by nor a repetition.

        A bus that lost its connection may deliver again what it had delivered before.
        """
        if envelope.epoch != self.epoch:
            return envelope.epoch not in self._past
        last = self._last_media_seq if envelope.is_media else self.history.last_seq
        return envelope.seq > last

    def _advance(self, envelope: Envelope) -> None:
        if envelope.epoch != self.epoch:
            if self.epoch is not None:
                self._past.append(self.epoch)
            self._begin(envelope.epoch)
        self.position_microseconds = max(self.position_microseconds, envelope.pts_microseconds)

    def hear(self, envelope: Envelope) -> None:
        """Take note of a packet of sound; sound itself is not remembered."""
        self._advance(envelope)
        self._last_media_seq = envelope.seq

    def add_event(self, envelope: Envelope, latency_seconds: float | None) -> EventUnit:
        """Take in an event and return what viewers get of it.

        Parameters
        ----------
        envelope
            Holds any message but encoded audio.
        latency_seconds
            See `protocol.envelope_payload`.
        """
        self._advance(envelope)
        message = envelope.message
        if isinstance(message, SessionState):
            self.state = message
        elif isinstance(message, Score):
            self.score = message
        unit = EventUnit(envelope, latency_seconds)
        self.history.add(envelope, unit)
        self.timeline.add(message)
        return unit

    def catch_up(self, resume: Resume | None) -> CatchUp:
        """Return what a joining viewer is sent, `resume` being the last event it has seen."""
        if resume is None or resume.epoch != self.epoch:
            return self.history.catch_up(None)
        return self.history.catch_up(resume.seq)
