"""What all shows of a process share, and how they see their workers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from core.clock import Clock
from core.crowd import CrowdEnvelope
from core.messages import RoomMessage
from core.metrics import Metrics
from visuals.hosting.config import VisualsConfig
from visuals.worker.wire import FromWorker, Sound, ToWorker

Publish: TypeAlias = Callable[[str, RoomMessage, int], None]
"""Puts a message into a set's feed: session, message, position on the media clock."""

Listen: TypeAlias = Callable[[str, Callable[[CrowdEnvelope], None]], Callable[[], None]]
"""Hears a room's crowd; returns what ends that (`core.crowd.CrowdDoor.listen`)."""


class Audience(Protocol):
    """Who hears what a worker says."""

    def said(self, message: FromWorker) -> None:
        """Take a message; must return at once."""
        ...


class Worker(Protocol):
    """What is asked of a worker's process (`visuals.hosting.process`)."""

    ended: asyncio.Future[int | None]

    def tell(self, message: ToWorker) -> None:
        """Tell it something that it must not miss."""
        ...

    def tell_sound(self, sound: Sound) -> None:
        """Tell it sound."""
        ...

    def tell_past(self, messages: Iterable[ToWorker]) -> None:
        """Tell it what it missed."""
        ...

    def hangs(self, now_seconds: float) -> bool:
        """Whether it should have spoken long ago."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    async def close(self) -> None:
        """Let it end."""
        ...


Launch: TypeAlias = Callable[[str, Audience], Awaitable[Worker]]
"""Starts a worker for a session; the audience is told what it says."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all shows of a process share."""

    publish: Publish
    launch: Launch
    clock: Clock
    metrics: Metrics
    config: VisualsConfig
    listen: Listen | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
