"""How many watch each room, through all processes together.

Each process keeps one field in a hash of the room: its own count, and when it last confirmed it.
Nobody has to undo what another did: who dies is no longer counted once its field is too old.

One task exchanges the counts with Redis. What it read last is kept, so that nobody waits for an
answer; while Redis is away the others' counts grow old and vanish, and the own one stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast
from uuid import uuid4

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.bus.redis_keys import viewers_hash
from core.clock import Clock

LOST_AFTER_SECONDS: Final = 30.0
"""A count that was not confirmed for so long is of a process that died."""

SWEPT_AFTER_SECONDS: Final = 600.0
"""A field so old is deleted; later than it is lost, lest a host whose clock is wrong deletes the
others'."""

EXCHANGE_SECONDS: Final = 2.0
"""All rooms are confirmed and read so often; one whose count changes, sooner."""

PAUSE_SECONDS: Final = 0.25
"""Least time between two exchanges, however fast an audience comes and goes."""

FORGET_SECONDS: Final = 60.0
"""A room that nobody watches or asks for is no longer read."""

ROOMS_MINDED: Final = 6_000
"""Names read at most, three a room: its viewers, and those of its pictures by format; what is asked
for longest ago and has no viewers here goes first."""

BATCH: Final = 50
WITHDRAW_SECONDS: Final = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a room's audience that one process has."""

    viewers: int
    confirmed_unix_seconds: float

    def encode(self) -> bytes:
        """Return the share as JSON."""
        return orjson.dumps([self.viewers, self.confirmed_unix_seconds])

    @classmethod
    def decode(cls, encoded: bytes) -> Share:
        """Read a share back.

        Raises
        ------
        ValueError
            If it is not one.
        """
        match orjson.loads(encoded):
            case [int(viewers), float() | int() as confirmed] if viewers >= 0:
                return cls(viewers, float(confirmed))
        raise ValueError("a count and a time were expected")

    def age_seconds(self, now_unix_seconds: float) -> float:
        """Return how far from now it was confirmed; hosts' clocks may differ either way."""
        return abs(now_unix_seconds - self.confirmed_unix_seconds)


@dataclass(slots=True)
class _Minded:
    """A room that somebody here watches or asks for."""

    asked_seconds: float  # monotonic
    own: int = 0
    others: Sequence[Share] = ()


class RedisAudience:
    """Tells other processes of this one's viewers and knows theirs. Create it in a running loop.

    Parameters
    ----------
    client
        A connection of its own, with time-outs; closed by `close`.
    clock
        Wall seconds date a count for other processes, monotonic ones say who is still asked for.
    """

    def __init__(self, client: Redis, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._process = uuid4().hex.encode()
        self._rooms: dict[str, _Minded] = {}  # the longest not asked for first
        self._changed: dict[str, None] = {}
        self._work = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="bus audience")

    def report(self, room: str, viewers: int) -> None:
        """Say how many watch `room` through this process; never waits."""
        minded = self._mind(room)
        if minded.own != viewers:
            minded.own = viewers
            self._exchange_soon(room)

    def viewers(self, room: str) -> int:
        """Return the own count and what is known of the others'; never waits."""
        minded = self._mind(room)
        now = self._clock.wall_seconds()
        return minded.own + sum(
            share.viewers for share in minded.others if share.age_seconds(now) <= LOST_AFTER_SECONDS
        )

    async def close(self) -> None:
        """Take the own counts back, within a bounded time."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        try:
            async with asyncio.timeout(WITHDRAW_SECONDS):
                await self._withdraw()
        except (TimeoutError, RedisError, OSError) as error:
            log.debug("audience_not_withdrawn", reason=repr(error))  # it grows old instead
        await self._client.aclose()

    def _mind(self, room: str) -> _Minded:
        minded = self._rooms.pop(room, None)
        now = self._clock.monotonic_seconds()
        if minded is None:
            self._make_space()
            minded = _Minded(now)
            self._exchange_soon(room)
        minded.asked_seconds = now
        self._rooms[room] = minded
        return minded

    def _make_space(self) -> None:
        if len(self._rooms) < ROOMS_MINDED:
            return
        for room, minded in self._rooms.items():
            if not minded.own:
                self._forget(room)
                return

    def _forget(self, room: str) -> None:
        del self._rooms[room]
        self._changed.pop(room, None)

    def _exchange_soon(self, room: str) -> None:
        self._changed[room] = None
        self._work.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        all_due_seconds = loop.time()
        while True:
            if loop.time() >= all_due_seconds:
                self._forget_the_unasked()
                self._changed = dict.fromkeys(self._rooms)
                all_due_seconds = loop.time() + EXCHANGE_SECONDS
            await self._exchange_changed()
            await asyncio.sleep(PAUSE_SECONDS)
            await self._wait_for_work(all_due_seconds - loop.time())

    async def _wait_for_work(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._work.wait()
        except TimeoutError:
            return

    def _forget_the_unasked(self) -> None:
        now = self._clock.monotonic_seconds()
        for room, minded in tuple(self._rooms.items()):
            if not minded.own and now - minded.asked_seconds > FORGET_SECONDS:
                self._forget(room)

    async def _exchange_changed(self) -> None:
        """Exchange what is due; what Redis does not take now, the next round of all brings."""
        self._work.clear()
        rooms = tuple(self._changed)
        self._changed.clear()
        try:
            for begin in range(0, len(rooms), BATCH):
                await self._exchange(rooms[begin : begin + BATCH])
        except (RedisError, OSError) as error:
            log.debug("audience_not_exchanged", reason=str(error))

    async def _exchange(self, rooms: Sequence[str]) -> None:
        """Confirm the own counts of some rooms and read everybody's."""
        now = self._clock.wall_seconds()
        pipeline = self._client.pipeline(transaction=False)
        for room in rooms:
            key = viewers_hash(room)
            minded = self._rooms.get(room)
            if minded is not None and minded.own:
                pipeline.hset(key, self._process, Share(minded.own, now).encode())
                pipeline.expire(key, int(SWEPT_AFTER_SECONDS))
            else:
                pipeline.hdel(key, self._process)
            pipeline.hgetall(key)
        replies = await pipeline.execute()
        fields = (reply for reply in replies if isinstance(reply, dict))  # of HGETALL alone
        for room, shares in zip(rooms, fields, strict=True):
            await self._learn(room, cast("Mapping[bytes, bytes]", shares), now)

    async def _learn(self, room: str, fields: Mapping[bytes, bytes], now: float) -> None:
        others, swept = [], []
        for process, encoded in fields.items():
            share = _share(room, encoded)
            if share is None or process == self._process:
                continue
            if share.age_seconds(now) > SWEPT_AFTER_SECONDS:
                swept.append(process)
            others.append(share)
        minded = self._rooms.get(room)
        if minded is not None:
            minded.others = others
        if swept:
            await self._client.hdel(viewers_hash(room), *swept)

    async def _withdraw(self) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for room in self._rooms:  # all: that a room is empty may not have been told yet
            pipeline.hdel(viewers_hash(room), self._process)
        await pipeline.execute()


def _share(room: str, encoded: bytes) -> Share | None:
    try:
        return Share.decode(encoded)
    except ValueError as error:  # of a newer or broken writer; the others count all the same
        log.debug("audience_unreadable", room=room, reason=str(error))
        return None
