"""A session's feed: the one place where sequence numbers are given out.

The receiver, the judge and the recorder of a session share one feed, so that everything said of a
set stands in one order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from core.bus.interface import Bus
from core.media import samples_to_microseconds
from core.messages import AudioHop, Envelope, RoomMessage, SessionInfo, Track, track_of


class FeedListener(Protocol):
    """Someone in the same process who must see every envelope of a session, such as a recorder."""

    def envelope(self, envelope: Envelope) -> None:
        """Take one envelope; must return at once."""
        ...


class SessionFeed:
    """Numbers the messages of one session and publishes them.

    Parameters
    ----------
    info
        The session that the messages are about.
    bus
        Where they go.
    listeners
        Who else sees each envelope, before the bus does.
    """

    def __init__(self, info: SessionInfo, bus: Bus, listeners: Iterable[FeedListener] = ()) -> None:
        self.info = info
        self._bus = bus
        self._listeners = tuple(listeners)
        self._counts = dict.fromkeys(Track, 0)

    def publish(self, message: RoomMessage, position_samples: int) -> Envelope:
        """Publish `message` as said at `position_samples` on the media clock."""
        track = track_of(message)
        self._counts[track] += 1
        envelope = Envelope(
            room=self.info.room,
            epoch=self.info.session,
            seq=self._counts[track],
            pts_microseconds=samples_to_microseconds(position_samples),
            message=message,
        )
        for listener in self._listeners:
            listener.envelope(envelope)
        self._bus.publish(envelope)
        return envelope


class HopSink(Protocol):
    """Who judges: given a session's hops in order, publishes what it finds into the feed."""

    def open(self, feed: SessionFeed) -> None:
        """Begin a session."""
        ...

    def push(self, hop: AudioHop) -> None:
        """Take the next hop; must return at once, whatever the load."""
        ...

    async def close(self, session: str) -> None:
        """Judge what is still queued, publish it, and forget the session."""
        ...
