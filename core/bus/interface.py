"""What every bus can do. `core.bus.memory` is the default, `core.bus.redis_streams` scales out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.messages import Envelope, Phase, SessionState


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """A room that is, or was lately, on air."""

    room: str
    state: SessionState  # the latest


def by_liveness(summary: RoomSummary) -> tuple[bool, float]:
    """Sort key: rooms on air first, then the latest started."""
    state = summary.state
    return (state.phase is Phase.ENDED, -state.info.started_unix_seconds)


class Following(Protocol):
    """One reader's view of a room: first what it missed, then what comes.

    Bounded; when the reader is too slow the oldest pictures go first, then the oldest encoded
    audio, then the oldest events. Whoever needs each picture of a track has to look at `seq`.
    """

    @property
    def dropped(self) -> int:
        """Envelopes lost to this reader because it was too slow."""
        ...

    @property
    def caught_up(self) -> bool:
        """Whether the reader was handed all that the bus held of the room when it was asked."""
        ...

    def __aiter__(self) -> AsyncIterator[Envelope]: ...

    async def __anext__(self) -> Envelope: ...

    async def close(self) -> None:
        """Stop following; a reader that waits is released with StopAsyncIteration."""
        ...


class Bus(Protocol):
    """Carries envelopes from one publisher a room to any number of readers."""

    def publish(self, envelope: Envelope) -> None:
        """Accept an envelope for delivery, in order, without ever waiting.

        What is accepted while a remote bus is away is kept (bounded) and delivered when it is back.
        """
        ...

    async def follow(self, room: str) -> Following:
        """Follow a room, on air or not yet.

        The reader first gets the events of the room's current epoch that the bus still holds (no
        encoded audio), then everything as it is published. Pictures of the last few seconds may
        come before as well. No envelope comes twice.
        """
        ...

    async def rooms(self) -> Sequence[RoomSummary]:
        """Return the rooms known, those on air first."""
        ...

    def report_viewers(self, room: str, viewers: int) -> None:
        """Say how many watch `room` through this process, without ever waiting.

        Who watches its pictures is counted besides, by format (`core.show.watched_as`). The last
        word counts, for as long as this process lives; the bus confirms it by itself.
        """
        ...

    def viewers(self, room: str) -> int:
        """Return how many watch `room` through all processes, without ever waiting.

        Other processes' viewers are counted as last heard: soon after `room` is first reported or
        asked for, and until a while after such a process or a remote bus fell silent.
        """
        ...

    async def is_healthy(self) -> bool:
        """Whether messages are getting through just now."""
        ...

    async def close(self) -> None:
        """Deliver what was accepted, within a bounded time, and release all readers."""
        ...
