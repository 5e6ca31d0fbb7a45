"""The bus of a single process: no service to install."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final

from core.bus.interface import RoomSummary, by_liveness
from core.bus.progress import Progress
from core.bus.worth import KINDS, worth
from core.messages import Envelope, Phase, SessionState
from core.metrics import Metrics
from core.queues import QueueClosed, RankedQueue

HISTORY_EVENTS: Final = 40_000
"""Events kept of a room's current epoch: four hours of two scores and a beat a second."""

FOLLOWING_CAPACITY: Final = 4_096
"""Envelopes that wait for one slow reader: forty seconds of sound, events and pictures."""

ROOMS_REMEMBERED: Final = 1_000
"""Rooms listed at most; the longest silent is forgotten first."""


class MemoryFollowing:
    """A reader's bounded queue."""

    def __init__(self, room: _Room) -> None:
        self._room = room
        self._backlog: deque[Envelope] = deque(room.history)
        self._queue: RankedQueue[Envelope] = RankedQueue(FOLLOWING_CAPACITY, worth)

    @property
    def dropped(self) -> int:
        """Envelopes lost to this reader because it was too slow."""
        return self._queue.dropped

    def __aiter__(self) -> AsyncIterator[Envelope]:
        return self

    async def __anext__(self) -> Envelope:
        if self._backlog:
            return self._backlog.popleft()
        try:
            return await self._queue.get()
        except QueueClosed:
            raise StopAsyncIteration from None

    def deliver(self, envelope: Envelope) -> None:
        """Hand over one envelope; never waits."""
        if not self._queue.closed:
            self._queue.put(envelope)

    async def close(self) -> None:
        """Stop following."""
        self._room.followings.discard(self)
        self._queue.close()


class _Room:
    """What is known of one room."""

    def __init__(self) -> None:
        self.epoch: str | None = None
        self.progress = Progress()
        self.history: deque[Envelope] = deque(maxlen=HISTORY_EVENTS)
        self.followings: set[MemoryFollowing] = set()
        self.state: SessionState | None = None

    def accept(self, envelope: Envelope) -> None:
        if not self.progress.is_new(envelope):
            return  # what is left of a set that gave way must not clear the next one's history
        if envelope.epoch != self.epoch:
            self.epoch = envelope.epoch
            self.history.clear()
        if not envelope.is_media:
            self.history.append(envelope)
        if isinstance(envelope.message, SessionState):
            self.state = envelope.message
        for following in self.followings:
            following.deliver(envelope)


class MemoryBus:
    """Hands envelopes to the readers in the same process.

    Parameters
    ----------
    metrics
        Counts the envelopes; its own by default.
    """

    def __init__(self, metrics: Metrics | None = None) -> None:
        self._metrics = metrics or Metrics()
        self._metrics.bus_up.set(1)
        self._published = {
            value: self._metrics.bus_messages.labels(kind) for value, kind in KINDS.items()
        }
        self._rooms: dict[str, _Room] = {}
        self._viewers: dict[str, int] = {}  # of rooms that have any
        self._closed = False

    def publish(self, envelope: Envelope) -> None:
        """Deliver at once to every reader's queue."""
        if not self._closed:
            self._published[worth(envelope)].inc()
            self._room(envelope.room).accept(envelope)

    async def follow(self, room: str) -> MemoryFollowing:
        """Follow a room; see `core.bus.interface.Bus`."""
        known = self._room(room)
        following = MemoryFollowing(known)
        known.followings.add(following)
        return following

    async def rooms(self) -> Sequence[RoomSummary]:
        """Return the rooms that ever had a session, those on air first."""
        summaries = [
            RoomSummary(name, room.state)
            for name, room in self._rooms.items()
            if room.state is not None
        ]
        return sorted(summaries, key=by_liveness)

    def report_viewers(self, room: str, viewers: int) -> None:
        """Note how many watch `room`."""
        if viewers:
            self._viewers[room] = viewers
        else:
            self._viewers.pop(room, None)

    def viewers(self, room: str) -> int:
        """Return how many watch `room`: there is no other process."""
        return self._viewers.get(room, 0)

    async def is_healthy(self) -> bool:
        """Return whether the bus still accepts messages."""
        return not self._closed

    async def close(self) -> None:
        """Release all readers."""
        self._closed = True
        self._metrics.bus_up.set(0)
        for room in self._rooms.values():
            for following in list(room.followings):
                await following.close()

    def _room(self, name: str) -> _Room:
        room = self._rooms.get(name)
        if room is None:
            self._forget_the_stalest()
            room = self._rooms[name] = _Room()
        return room

    def _forget_the_stalest(self) -> None:
        if len(self._rooms) < ROOMS_REMEMBERED:
            return
        for name, room in self._rooms.items():
            on_air = room.state is not None and room.state.phase is not Phase.ENDED
            if not on_air and not room.followings:
                del self._rooms[name]
                return
