"""The bus of a single process: no service to install."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from core.bus.interface import RoomSummary, by_liveness
from core.bus.progress import Progress
from core.bus.worth import KINDS, worth
from core.messages import Envelope, Finding, Phase, SessionState, Transition
from core.metrics import Metrics
from core.queues import QueueClosed, RankedQueue

HISTORY_EVENTS: Final = 40_000
"""Events kept of a room's current epoch: 2.1 hours at 5.2 a second, which a set with beats has."""

WHOLE_ENDED_ROOMS: Final = 4
"""Rooms whose sets ended last, of which all events stay: many come to look just after the end. An
event takes some 2.8 kB, so the whole of every set played would take all memory."""

BRIEF_ENDED_ROOMS: Final = 100
"""Rooms whose sets ended before those: the findings, the transitions and the last moments stay. Of
the others, only how they ended."""

BRIEF_EVENTS: Final = 400
"""Last moments of an ended set: more than the minute that a new viewer is sent without a gap."""

FOLLOWING_CAPACITY: Final = 4_096
"""Envelopes that wait for one slow reader: forty seconds of sound, events and pictures."""

ROOMS_REMEMBERED: Final = 1_000
"""Rooms listed at most. Names under which nobody ever played go first, then the longest unused."""


class MemoryFollowing:
    """A reader's bounded queue."""

    def __init__(self, room: _Room, on_close: Callable[[_Room], None]) -> None:
        self._room = room
        self._on_close = on_close
        self._backlog: deque[Envelope] = deque(room.history)
        self._queue: RankedQueue[Envelope] = RankedQueue(FOLLOWING_CAPACITY, worth)

    @property
    def dropped(self) -> int:
        """Envelopes lost to this reader because it was too slow."""
        return self._queue.dropped

    @property
    def caught_up(self) -> bool:
        """Whether the room's history was handed over."""
        return not self._backlog

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
        self._on_close(self._room)


class _Room:
    """What is known of one room."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.epoch: str | None = None
        self.progress = Progress()
        self.history: deque[Envelope] = deque(maxlen=HISTORY_EVENTS)
        self.followings: set[MemoryFollowing] = set()
        self.state: SessionState | None = None

    @property
    def is_on_air(self) -> bool:
        return self.state is not None and self.state.phase is not Phase.ENDED

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

    def shorten(self) -> None:
        """Keep the milestones and the last moments."""
        brief_from = len(self.history) - BRIEF_EVENTS
        self.history = deque(
            (
                envelope
                for place, envelope in enumerate(self.history)
                if place >= brief_from or isinstance(envelope.message, Finding | Transition)
            ),
            maxlen=HISTORY_EVENTS,
        )

    def forget(self) -> None:
        """Keep how the set ended."""
        states = [one for one in self.history if isinstance(one.message, SessionState)]
        self.history = deque(states[-1:], maxlen=HISTORY_EVENTS)


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
        self._rooms: OrderedDict[str, _Room] = OrderedDict()  # the longest unused first
        self._whole: OrderedDict[str, _Room] = OrderedDict()  # ended, the longest ago first
        self._brief: OrderedDict[str, _Room] = OrderedDict()  # the same, shortened
        self._viewers: dict[str, int] = {}  # of rooms that have any
        self._closed = False

    def publish(self, envelope: Envelope) -> None:
        """Deliver at once to every reader's queue."""
        if not self._closed:
            self._published[worth(envelope)].inc()
            room = self._room(envelope.room)
            room.accept(envelope)
            if isinstance(envelope.message, SessionState):
                self._note_end(room)

    async def follow(self, room: str) -> MemoryFollowing:
        """Follow a room; see `core.bus.interface.Bus`."""
        known = self._room(room)
        following = MemoryFollowing(known, self._left)
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
            self._make_place()
            room = self._rooms[name] = _Room(name)
        self._rooms.move_to_end(name)
        return room

    def _note_end(self, room: _Room) -> None:
        """Keep less of the sets that ended longest ago."""
        if room.is_on_air:
            self._whole.pop(room.name, None)
            self._brief.pop(room.name, None)
        elif room.name not in self._whole:
            self._brief.pop(room.name, None)
            self._whole[room.name] = room
        if len(self._whole) > WHOLE_ENDED_ROOMS:
            name, longest_ago = self._whole.popitem(last=False)
            longest_ago.shorten()
            self._brief[name] = longest_ago
        if len(self._brief) > BRIEF_ENDED_ROOMS:
            _, longest_ago = self._brief.popitem(last=False)
            longest_ago.forget()

    def _left(self, room: _Room) -> None:
        """Forget a name under which nobody played, once nobody waits for that either."""
        if room.epoch is None and not room.followings and self._rooms.get(room.name) is room:
            del self._rooms[room.name]

    def _make_place(self) -> None:
        if len(self._rooms) < ROOMS_REMEMBERED:
            return
        idle = [one for one in self._rooms.values() if not one.is_on_air and not one.followings]
        room = next((one for one in idle if one.state is None), next(iter(idle), None))
        if room is not None:
            for rooms in (self._rooms, self._whole, self._brief):
                rooms.pop(room.name, None)
