"""What a room looks like just now, for viewers who join and for the API."""

from __future__ import annotations

from collections import deque
from typing import Final

from core.messages import Envelope, Phase, Score, SessionState, Track
from core.show import EncodedPicture, ShowState
from web.viewers.config import ViewerConfig
from web.viewers.history import CatchUp, Resume, RoomHistory
from web.viewers.reel import PictureReel
from web.viewers.timeline import RoomTimeline
from web.viewers.units import EventUnit, PictureUnit

PAST_EPOCHS: Final = 8
"""Epochs remembered, so that a straggler of an old set does not take the room back to it."""


class RoomPicture:
    """Everything known of a room's current epoch.

    Parameters
    ----------
    config
        How much is kept.
    """

    def __init__(self, config: ViewerConfig) -> None:
        self._config = config
        self._past: deque[str] = deque(maxlen=PAST_EPOCHS)
        self._begin(None)

    def _begin(self, epoch: str | None) -> None:
        self.epoch = epoch
        self.state: SessionState | None = None
        self.score: Score | None = None  # the latest
        self.position_microseconds = 0  # the latest heard of the media clock
        self.history = RoomHistory(self._config.history_events, self._config.fresh_seconds)
        self.timeline = RoomTimeline()
        self.reels = {
            track: PictureReel(self._config.reel_units, self._config.reel_bytes)
            for track in (Track.VIDEO, Track.STILLS)
        }
        self._last_seqs: dict[Track, int] = {}  # of media

    def is_news(self, envelope: Envelope) -> bool:
        """Whether `envelope` is neither of an epoch gone by nor a repetition.

        A bus that lost its connection may deliver again what it had delivered before.
        """
        if envelope.epoch != self.epoch:
            return envelope.epoch not in self._past
        if envelope.is_media:
            return envelope.seq > self._last_seqs.get(envelope.track, 0)
        return envelope.seq > self.history.last_seq

    def _advance(self, envelope: Envelope) -> None:
        if envelope.epoch != self.epoch:
            if self.epoch is not None:
                self._past.append(self.epoch)
            self._begin(envelope.epoch)

    def hear(self, envelope: Envelope) -> None:
        """Take note of a packet of sound; sound itself is not remembered."""
        self._advance(envelope)
        self._move_on(envelope)
        self._last_seqs[Track.SOUND] = envelope.seq

    def see(self, envelope: Envelope, picture: EncodedPicture) -> PictureUnit | None:
        """Take in a picture and return what viewers get; None where nobody could decode it.

        It does not move the room on: it may be drawn for a moment that is still to come.
        """
        self._advance(envelope)
        self._last_seqs[envelope.track] = envelope.seq
        unit = PictureUnit(envelope, picture)
        return unit if self.reels[envelope.track].admit(unit) else None

    def add_event(self, envelope: Envelope, latency_seconds: float | None) -> EventUnit:
        """Take in an event and return what viewers get of it.

        Parameters
        ----------
        envelope
            Holds an event.
        latency_seconds
            See `protocol.envelope_payload`.
        """
        self._advance(envelope)
        self._move_on(envelope)
        message = envelope.message
        if isinstance(message, SessionState):
            self.state = message
            self._end_show(over=message.phase is Phase.ENDED)
        elif isinstance(message, ShowState):
            self._end_show(over=not message.running)
        elif isinstance(message, Score):
            self.score = message
        unit = EventUnit(envelope, latency_seconds)
        self.history.add(envelope, unit)
        self.timeline.add(message)
        return unit

    def _move_on(self, envelope: Envelope) -> None:
        self.position_microseconds = max(self.position_microseconds, envelope.pts_microseconds)

    def _end_show(self, *, over: bool) -> None:
        """Forget the pictures of a show that is over: nobody who joins is to see an old one."""
        if over:
            for reel in self.reels.values():
                reel.end()

    def catch_up(self, resume: Resume | None) -> CatchUp:
        """Return what a joining viewer is sent, `resume` being the last event it has seen."""
        if resume is None or resume.epoch != self.epoch:
            return self.history.catch_up(None)
        return self.history.catch_up(resume.seq)
