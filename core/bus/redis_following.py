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
from core.bus.redis_keys import (
    DIRECTORY,
    FIELD,
    events_stream,
    media_stream,
    pictures_stream,
)
from core.bus.worth import worth
from core.errors import BadInput
from core.messages import Envelope, Track
from core.queues import QueueClosed, RankedQueue
from core.show import EncodedPicture

BLOCK_MILLISECONDS: Final = 1_000
RETRY_SECONDS: Final = 0.25
READ_AT_ONCE: Final = 500

READ_WITH_PICTURES: Final = 8
"""Of each stream when pictures are read too: on a slow line, what comes next waits for so many."""

BREATH_ENTRIES: Final = 16
"""Entries decoded in a row: five hundred would hold up all other rooms for tenths of a second."""

PATIENCE_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.01

PICTURES_LOOKED_BACK: Final = 160
"""Where a new reader looks for a key picture: four seconds of both formats."""

_Entries: TypeAlias = list[tuple[bytes, dict[bytes, bytes]]]

Replies: TypeAlias = list[tuple[bytes, _Entries]]
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
        self._queue: RankedQueue[Envelope] = RankedQueue(FOLLOWING_CAPACITY, worth)
        self._progress = Progress()
        self._taken = 0  # envelopes put into the queue, and
        self._handed = 0  # out of it
        self._held: int | None = None  # of the former, what the bus held; None until that is read
        self._is_behind = True  # whether more sound or events lie ready, which go before pictures
        # In the order in which they are read: what the pictures belong to comes before them.
        self._positions = {
            events_stream(room): "0-0",
            media_stream(room): "$",
            pictures_stream(room): "$",
        }
        self._task = asyncio.create_task(self._run(), name=f"follow {room}")

    @property
    def dropped(self) -> int:
        """Envelopes lost to this reader because it was too slow."""
        return self._queue.dropped

    @property
    def caught_up(self) -> bool:
        """Whether a read has come to the end of the room, and all before it was handed over."""
        return self._held is not None and self._handed + self._queue.dropped >= self._held

    def __aiter__(self) -> AsyncIterator[Envelope]:
        return self

    async def __anext__(self) -> Envelope:
        try:
            envelope = await self._queue.get()
        except QueueClosed:
            raise StopAsyncIteration from None
        self._handed += 1
        return envelope

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
        """Begin where the room's epoch begins, with the sound and the pictures of just now."""
        encoded = await self._client.hget(DIRECTORY, self._room)
        entry = None if encoded is None else DirectoryEntry.decode(encoded)
        if entry is not None:
            self._positions[events_stream(self._room)] = _before(entry.first_id)
        newest = await self._newest(media_stream(self._room), 1)
        self._positions[media_stream(self._room)] = newest[0][0].decode() if newest else "0-0"
        pictures = await self._newest(pictures_stream(self._room), PICTURES_LOOKED_BACK)
        self._positions[pictures_stream(self._room)] = _before_the_last_key(pictures)

    async def _newest(self, stream: str, count: int) -> _Entries:
        """Return the latest entries of a stream, the newest first."""
        return cast("_Entries", await self._client.xrevrange(stream, count=count))

    async def _read(self) -> None:
        positions: dict[Any, Any] = dict(self._positions)
        count, wait = READ_WITH_PICTURES, True
        if self._is_behind:
            del positions[pictures_stream(self._room)]
            count, wait = READ_AT_ONCE, False
        block = BLOCK_MILLISECONDS if wait else None
        replies = cast("Replies", await self._client.xread(positions, count=count, block=block))
        self._is_behind = False
        for key, entries in replies:
            if len(entries) == count and key.decode() != pictures_stream(self._room):
                self._is_behind = True
            for place, (entry_id, fields) in enumerate(entries, start=1):
                if place % BREATH_ENTRIES == 0:
                    await asyncio.sleep(0)
                self._positions[key.decode()] = entry_id.decode()
                self._take(fields[FIELD])
        if self._held is None and not self._is_behind:
            self._held = self._taken
        await self._let_the_reader_catch_up()

    async def _let_the_reader_catch_up(self) -> None:
        """Hold back the next read, for a while, so that a long history cannot overrun the queue."""
        for _ in range(int(PATIENCE_SECONDS / PAUSE_SECONDS)):
            if len(self._queue) <= FOLLOWING_CAPACITY - 3 * READ_AT_ONCE:
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
            self._taken += 1


def _before_the_last_key(pictures: _Entries) -> str:
    """Return where to read on, so that the latest key picture of the video comes first.

    Without one, everything comes that comes later.
    """
    for entry_id, fields in pictures:
        try:
            envelope = decode(fields[FIELD])
        except BadInput:
            continue  # it is told of when it is read
        picture = envelope.message
        if envelope.track is Track.VIDEO and isinstance(picture, EncodedPicture) and picture.key:
            return _before(entry_id.decode())
    return pictures[0][0].decode() if pictures else "0-0"


def _before(entry_id: str) -> str:
    """Return the greatest stream id below `entry_id`: XREAD's start is exclusive."""
    milliseconds, _, sequence = entry_id.partition("-")
    if int(sequence) > 0:
        return f"{milliseconds}-{int(sequence) - 1}"
    return f"{int(milliseconds) - 1}-{2**64 - 1}" if int(milliseconds) > 0 else "0-0"
