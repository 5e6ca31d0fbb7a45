"""The bus of several processes, on Redis Streams: ingest and edge nodes grow apart.

Streams rather than pub/sub, because what was published while a reader was away must reach it.
Redis may go and come back at any time: publishers keep what was not acknowledged and readers go on
where they were; what is told twice is recognised by its epoch and sequence number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.bus.directory import DirectoryEntry
from core.bus.interface import RoomSummary, by_liveness
from core.bus.redis_audience import RedisAudience
from core.bus.redis_following import RedisFollowing
from core.bus.redis_keys import DIRECTORY
from core.bus.redis_writer import RedisWriter
from core.clock import Clock
from core.errors import BusUnavailable
from core.messages import Envelope
from core.metrics import Metrics

TIMEOUT_SECONDS: Final = 3.0
DRAIN_SECONDS: Final = 5.0


def connect(url: str, *, timeout_seconds: float | None = TIMEOUT_SECONDS) -> Redis:
    """Return a client that answers or fails within `timeout_seconds` (None: may block).

    Retries are switched off: each caller here has its own, which knows what to keep meanwhile.
    """
    return Redis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


class RedisBus:
    """Carries envelopes between processes. Create it inside a running event loop.

    Parameters
    ----------
    url
        Such as `redis://host:6379/0`.
    clock, metrics
        Time and figures.
    """

    def __init__(self, url: str, *, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._commands = connect(url)
        # redis-py's default socket time-out would cut a blocking XREAD short.
        self._reads = connect(url, timeout_seconds=None)
        self._writer_client = connect(url)
        self._writer = RedisWriter(self._writer_client, clock, metrics)
        self._writing = asyncio.create_task(self._writer.run(), name="bus writer")
        self._audience = RedisAudience(connect(url), clock)
        self._followings: set[RedisFollowing] = set()
        self._last_rooms: Sequence[RoomSummary] = ()

    def publish(self, envelope: Envelope) -> None:
        """Accept an envelope for delivery; see `core.bus.interface.Bus`."""
        self._writer.publish(envelope)

    async def follow(self, room: str) -> RedisFollowing:
        """Follow a room; see `core.bus.interface.Bus`."""
        following = RedisFollowing(self._reads, room, self._followings.discard)
        self._followings.add(following)
        return following

    async def rooms(self) -> Sequence[RoomSummary]:
        """Return the rooms known; while Redis is away, as they last were."""
        try:
            entries = await self._commands.hgetall(DIRECTORY)
        except (RedisError, OSError):
            return self._last_rooms
        now = self._clock.wall_seconds()
        known = filter(None, map(DirectoryEntry.decode, entries.values()))
        self._last_rooms = sorted((entry.summary(now) for entry in known), key=by_liveness)
        return self._last_rooms

    def report_viewers(self, room: str, viewers: int) -> None:
        """Tell the other processes how many watch `room` through this one."""
        self._audience.report(room, viewers)

    def viewers(self, room: str) -> int:
        """Return how many watch `room`; see `core.bus.interface.Bus`."""
        return self._audience.viewers(room)

    async def is_healthy(self) -> bool:
        """Return whether Redis answers and the writer gets through."""
        try:
            await self._commands.ping()
        except (RedisError, OSError):
            return False
        return self._writer.up

    async def check(self) -> None:
        """Fail if Redis cannot be reached, for a start-up that should not go on without it.

        Raises
        ------
        BusUnavailable
            With what to do.
        """
        try:
            await self._commands.ping()
        except (RedisError, OSError) as error:
            raise BusUnavailable(
                f"Redis does not answer ({error}). Start it, or correct REDIS_URL, or leave "
                "REDIS_URL empty to run as one process.",
                reason=str(error),
            ) from error

    async def close(self) -> None:
        """Deliver what was accepted, for a bounded time, and release all readers."""
        self._writer.finish()
        await asyncio.wait([self._writing], timeout=DRAIN_SECONDS)
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        for following in list(self._followings):
            await following.close()
        await self._audience.close()
        for client in (self._commands, self._reads, self._writer_client):
            await client.aclose()
