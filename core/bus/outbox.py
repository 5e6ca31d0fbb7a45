"""What was published but not yet acknowledged by a remote bus.

Pure bookkeeping without I/O: events are kept as long as possible, encoded audio gives way early,
because sound that arrives a minute late is worth nothing while a lost finding is a lost reason.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from core.messages import Envelope, Phase, SessionState

EVENTS_WAITING: Final = 50_000
"""Events that wait for a remote bus at most: ten minutes of twenty live sets."""

MEDIA_WAITING: Final = 4_000
"""Packets that wait for a remote bus at most: four seconds of twenty live sets."""

EVENTS_RETAINED: Final = 4_096
"""Acknowledged events kept a room, to be told again to a bus that came back empty."""

EVENTS_RETAINED_AFTER_END: Final = 256
"""The same, once the set has ended."""


class Outbox:
    """Envelopes on their way, in order, and those lately acknowledged.

    Parameters
    ----------
    events_waiting, media_waiting
        Bounds; past them the oldest goes, counted in `dropped_events` and `dropped_media`.
    """

    def __init__(
        self, events_waiting: int = EVENTS_WAITING, media_waiting: int = MEDIA_WAITING
    ) -> None:
        self._events: deque[Envelope] = deque()
        self._media: deque[Envelope] = deque()
        self._events_waiting = events_waiting
        self._media_waiting = media_waiting
        self._retained: dict[str, deque[Envelope]] = {}
        self.dropped_events = 0
        self.dropped_media = 0

    def __len__(self) -> int:
        return len(self._events) + len(self._media)

    def add(self, envelope: Envelope) -> None:
        """Take an envelope; the oldest of its sort gives way when there are too many."""
        if envelope.is_media:
            self._media.append(envelope)
            if len(self._media) > self._media_waiting:
                self._media.popleft()
                self.dropped_media += 1
            return
        self._events.append(envelope)
        if len(self._events) > self._events_waiting:
            self._events.popleft()
            self.dropped_events += 1

    def next_batch(self, limit: int) -> Sequence[Envelope]:
        """Return up to `limit` envelopes, events first, and leave them in place."""
        batch = [self._events[i] for i in range(min(limit, len(self._events)))]
        batch += [self._media[i] for i in range(min(limit - len(batch), len(self._media)))]
        return batch

    def acknowledge(self, batch: Sequence[Envelope]) -> None:
        """Take a delivered batch out and retain its events.

        The bounds may have dropped some of the batch while it was on its way, so each envelope is
        looked for at the front rather than counted.
        """
        for envelope in batch:
            waiting = self._media if envelope.is_media else self._events
            if waiting and waiting[0] is envelope:
                waiting.popleft()
            if not envelope.is_media:
                self._retain(envelope)

    def tell_again(self) -> None:
        """Put all retained events back in front: the bus forgot what it had acknowledged."""
        retained = [envelope for events in self._retained.values() for envelope in events]
        self._retained.clear()
        self._events.extendleft(reversed(retained))

    def _retain(self, envelope: Envelope) -> None:
        kept = self._retained.get(envelope.room)
        if kept is None or kept[-1].epoch != envelope.epoch:
            kept = self._retained[envelope.room] = deque(maxlen=EVENTS_RETAINED)
        kept.append(envelope)
        message = envelope.message
        if isinstance(message, SessionState) and message.phase is Phase.ENDED:
            self._retained[envelope.room] = deque(kept, maxlen=EVENTS_RETAINED_AFTER_END)
