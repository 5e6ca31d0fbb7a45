"""What was published but not yet acknowledged by a remote bus.

Pure bookkeeping without I/O: events are kept as long as possible, encoded audio gives way early,
because sound that arrives a minute late is worth nothing while a lost finding is a lost reason.
Pictures give way earlier still and go last, so that they never hold up sound.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from core.messages import Envelope, Phase, SessionState, Track
from core.show import EncodedPicture

EVENTS_WAITING: Final = 50_000
"""Events that wait for a remote bus at most: ten minutes of twenty live sets."""

MEDIA_WAITING: Final = 4_000
"""Packets that wait for a remote bus at most: four seconds of twenty live sets."""

PICTURES_WAITING: Final = 1_600
"""Pictures that wait for a remote bus at most: two seconds of twenty shows in two formats."""

PICTURE_BYTES_AT_ONCE: Final = 65_536
"""Pictures sent in one batch at most: sound and events that come meanwhile wait for no more."""

EVENTS_RETAINED: Final = 4_096
"""Acknowledged events kept a room, to be told again to a bus that came back empty."""

EVENTS_RETAINED_AFTER_END: Final = 256
"""The same, once the set has ended; the writer forgets them some minutes later."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many envelopes of each sort gave way."""

    events: int = 0
    media: int = 0
    pictures: int = 0

    @property
    def all(self) -> int:
        """Of whatever sort."""
        return self.events + self.media + self.pictures


class _Waiting:
    """Envelopes of one sort, oldest first, within a bound."""

    def __init__(self, most: int) -> None:
        self._envelopes: deque[Envelope] = deque()
        self._most = most
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._envelopes)

    def __iter__(self) -> Iterator[Envelope]:
        return iter(self._envelopes)

    def add(self, envelope: Envelope) -> None:
        self._envelopes.append(envelope)
        if len(self._envelopes) > self._most:
            self._envelopes.popleft()
            self.dropped += 1

    def discard_first(self, envelope: Envelope) -> None:
        if self._envelopes and self._envelopes[0] is envelope:
            self._envelopes.popleft()

    @property
    def space(self) -> int:
        return self._most - len(self._envelopes)

    def put_back(self, envelopes: Sequence[Envelope]) -> None:
        fitting = envelopes[max(0, len(envelopes) - self.space) :]
        self.dropped += len(envelopes) - len(fitting)
        self._envelopes.extendleft(reversed(fitting))


class Outbox:
    """Envelopes on their way, in order, and those lately acknowledged.

    Parameters
    ----------
    events_waiting, media_waiting, pictures_waiting
        Bounds; past them the oldest of the sort goes, counted in `dropped`.
    """

    def __init__(
        self,
        events_waiting: int = EVENTS_WAITING,
        media_waiting: int = MEDIA_WAITING,
        pictures_waiting: int = PICTURES_WAITING,
    ) -> None:
        self._events = _Waiting(events_waiting)
        self._media = _Waiting(media_waiting)
        self._pictures = _Waiting(pictures_waiting)
        self._retained: dict[str, deque[Envelope]] = {}

    def __len__(self) -> int:
        return len(self._events) + len(self._media) + len(self._pictures)

    @property
    def dropped(self) -> Dropped:
        """What gave way so far."""
        return Dropped(self._events.dropped, self._media.dropped, self._pictures.dropped)

    def _waiting_of(self, envelope: Envelope) -> _Waiting:
        if envelope.track is Track.EVENTS:
            return self._events
        return self._media if envelope.track is Track.SOUND else self._pictures

    def add(self, envelope: Envelope) -> None:
        """Take an envelope; the oldest of its sort gives way when there are too many."""
        self._waiting_of(envelope).add(envelope)

    def next_batch(self, limit: int) -> Sequence[Envelope]:
        """Return up to `limit` envelopes, events first and pictures last; leave them in place.

        There are no more pictures among them than `PICTURE_BYTES_AT_ONCE` hold, or one.
        """
        batch: list[Envelope] = []
        for waiting in (self._events, self._media):
            batch += islice(waiting, limit - len(batch))
        batch += _at_once(islice(self._pictures, limit - len(batch)))
        return batch

    def acknowledge(self, batch: Sequence[Envelope]) -> None:
        """Take a delivered batch out and retain its events.

        The bounds may have dropped some of the batch while it was on its way, so each envelope is
        looked for at the front rather than counted.
        """
        for envelope in batch:
            self._waiting_of(envelope).discard_first(envelope)
            if not envelope.is_media:
                self._retain(envelope)

    def retained_epochs(self) -> dict[str, str]:
        """Return the rooms of which events are retained, and of which set."""
        return {room: kept[-1].epoch for room, kept in self._retained.items()}

    def forget(self, room: str) -> None:
        """Retain nothing more of what was acknowledged of a room."""
        self._retained.pop(room, None)

    def tell_again(self, rooms: Iterable[str]) -> None:
        """Put the retained events of `rooms` back in front: the bus forgot what it acknowledged.

        Where there is no place for all, the oldest of each room gives way.
        """
        retained = [self._retained.pop(room) for room in list(rooms) if room in self._retained]
        share = self._events.space // max(1, len(retained))
        for kept in retained:
            newest = list(kept)[max(0, len(kept) - share) :]
            self._events.dropped += len(kept) - len(newest)
            self._events.put_back(newest)

    def _retain(self, envelope: Envelope) -> None:
        kept = self._retained.get(envelope.room)
        if kept is None or kept[-1].epoch != envelope.epoch:
            kept = self._retained[envelope.room] = deque(maxlen=EVENTS_RETAINED)
        kept.append(envelope)
        message = envelope.message
        if isinstance(message, SessionState) and message.phase is Phase.ENDED:
            self._retained[envelope.room] = deque(kept, maxlen=EVENTS_RETAINED_AFTER_END)


def _at_once(pictures: Iterable[Envelope]) -> Iterator[Envelope]:
    taken = 0
    for envelope in pictures:
        size = len(envelope.message.payload) if isinstance(envelope.message, EncodedPicture) else 0
        if taken and taken + size > PICTURE_BYTES_AT_ONCE:
            return
        taken += size
        yield envelope
