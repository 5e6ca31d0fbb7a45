"""The receiving half of the Redis bus: one room's streams, read in order, each envelope once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, TypeAlias, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.bus.codec import decode
from core.bus.directory import DirectoryEntry
from core.bus.memory import FOLLOWING_CAPACITY
from core.bus.progress import Progress
from core.bus.redis_keys import DIRECTORY, FIELD, events_stream, media_stream
from core.errors import BadInput
from core.messages import Envelope
from core.queues import BoundedQueue, DropPolicy, QueueClosed

BLOCK_MILLISECONDS: Final = 1_000
RETRY_SECONDS: Final = 0.25
READ_AT_ONCE: Final = 500
PATIENCE_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.01

Replies: TypeAlias = list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]
"""XREAD's reply under RESP2, undecoded: stream -> entries -> fields.

The library's own type also covers decoded replies and RESP3.
"""

log = structlog.get_logger(__name__)


class RedisFollowing:
    """A reader of one room, with a task of its own that `close` ends.

    Parameters
    ----------
    client
        Connections without a socket time-out: a blocking read outlasts any.
    room
        The room to follow.
    on_close
        Called once it is closed.
    """

    def __init__(
        self, client: Redis, room: str, on_close: Callable[[RedisFollowing], object]
    ) -> None:
        self._client = client
        self._on_close = on_close
        self._room = room
        self._queue: BoundedQueue[Envelope] = BoundedQueue(FOLLOWING_CAPACITY, DropPolicy.OLDEST)
        self._progress = Progress()
        self._positions = {events_stream(room): "0-0", media_stream(room): "$"}
        self._task = asyncio.create_task(self._run(), name=f"follow {room}")

    @property
    def dropped(self) -> int:
        """Envelopes lost to this reader because it was too slow."""
        return self._queue.dropped

    def __aiter__(self) -> AsyncIterator[Envelope]:
        return self

    async def __anext__(self) -> Envelope:
        try:
            return await self._queue.get()
        except QueueClosed:
            raise StopAsyncIteration from None

    async def close(self) -> None:
        """Stop following."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._queue.close()
        self._on_close(self)

    async def _run(self) -> None:
        started = False
        while True:
            try:
                if not started:
                    await self._start()
                    started = True
                await self._read()
            except (RedisError, OSError) as error:
                log.debug("bus_read_failed", room=self._room, reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _start(self) -> None:
        """Begin where the room's current epoch begins, and with the sound of just now."""
        encoded = await self._client.hget(DIRECTORY, self._room)
        entry = None if encoded is None else DirectoryEntry.decode(encoded)
        if entry is not None:
            self._positions[events_stream(self._room)] = _before(entry.first_id)
        newest = cast(
            "list[tuple[bytes, object]]",
            await self._client.xrevrange(media_stream(self._room), count=1),
        )
        self._positions[media_stream(self._room)] = newest[0][0].decode() if newest else "0-0"

    async def _read(self) -> None:
        positions: dict[Any, Any] = dict(self._positions)
        replies = cast(
            "Replies",
            await self._client.xread(positions, count=READ_AT_ONCE, block=BLOCK_MILLISECONDS),
        )
        for key, entries in replies:
            for entry_id, fields in entries:
                self._positions[key.decode()] = entry_id.decode()
                self._take(fields[FIELD])
        await self._let_the_reader_catch_up()

    async def _let_the_reader_catch_up(self) -> None:
        """Hold back the next read, for a while, so that a long history cannot overrun the queue."""
        for _ in range(int(PATIENCE_SECONDS / PAUSE_SECONDS)):
            if len(self._queue) <= FOLLOWING_CAPACITY - 2 * READ_AT_ONCE:
                return
            await asyncio.sleep(PAUSE_SECONDS)

    def _take(self, encoded: bytes) -> None:
        try:
            envelope = decode(encoded)
        except BadInput as error:
            # A newer or broken writer: one unreadable message must not end the room.
            log.warning("bus_message_unreadable", room=self._room, reason=str(error))
            return
        if self._progress.is_new(envelope):
            self._queue.put(envelope)


def _before(entry_id: str) -> str:
    """Return the greatest stream id below `entry_id`: XREAD's start is exclusive."""
    milliseconds, _, sequence = entry_id.partition("-")
    if int(sequence) > 0:
        return f"{milliseconds}-{int(sequence) - 1}"
    return f"{int(milliseconds) - 1}-{2**64 - 1}" if int(milliseconds) > 0 else "0-0"
