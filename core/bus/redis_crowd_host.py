"""Lets one process, and only one, host the crowds of all that share Redis.

The process that holds the lease answers what is asked through `core.bus.redis_crowd`. When it dies
another takes over within `LEASE_SECONDS`; chat begins anew then, in a new epoch: nothing of it was
ever stored.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import uuid4

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.bus.redis_keys import (
    ANSWER_MARK,
    CROWD_ASKS,
    CROWD_HOST,
    crowd_answers,
    crowd_events,
    crowd_queue,
)
from core.bus.redis_publisher import RedisPublisher
from core.bus.redis_subscription import Subscription, keep_subscribed
from core.clock import Clock
from core.crowd import (
    Appeal,
    ChatRules,
    Cheer,
    Configure,
    CrowdDoor,
    CrowdEnvelope,
    CrowdReply,
    Join,
    Moderate,
    Queue,
    QueuedMessage,
    ReadMoments,
    ReadQueue,
    Refused,
    Say,
)
from core.crowd_codec import decode, encode
from core.errors import BadInput, BusUnavailable, LimitReached
from core.metrics import Metrics

LEASE_SECONDS: Final = 8.0
RENEW_SECONDS: Final = 2.5
POLL_SECONDS: Final = 1.0
CLOSE_SECONDS: Final = 2.0

WATCHED_SECONDS: Final = 15.0
"""A room that no process has asked for in so long is not told of any more."""

ANSWERING_MOST: Final = 1_000
"""Questions answered at once; more are refused as busy."""

OUTGOING_QUEUE: Final = "crowd_outgoing"
"""What waits to be told to other processes; the oldest gives way, and is asked for again."""

_REQUESTS: Final = (Join, Say, Cheer, Appeal, Moderate, Configure, ReadQueue, ReadMoments)

RENEW: Final = """
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 1
"""
"""Holds the lease a while longer, unless it is another's. A Redis that came back without it has had
no other host meanwhile, as long as ours has not run out: the chat goes on.
"""

LEAVE: Final = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""

log = structlog.get_logger(__name__)


def framed_answer(number: str, reply: CrowdReply) -> bytes:
    """Return an answer behind the number of what was asked; `core.bus.redis_crowd` takes both."""
    return number.encode() + ANSWER_MARK + encode(reply)


class RedisCrowdHost:
    """Offers this process's crowds to all others. Create it inside a running event loop.

    Parameters
    ----------
    door
        The crowds as this process hosts them.
    client, publishing
        For the lease and for what is told, with time-outs; closed by `close`.
    listening
        For the subscription, without a read time-out; closed by `close`.
    clock, metrics
        Time and figures.
    begin_anew
        Called when this process becomes the host: what it knew of rooms, another knows better.
    """

    def __init__(
        self,
        door: CrowdDoor,
        client: Redis,
        publishing: Redis,
        listening: Redis,
        *,
        clock: Clock,
        metrics: Metrics,
        begin_anew: Callable[[], None] = lambda: None,
    ) -> None:
        self._door = door
        self._begin_anew = begin_anew
        self._client = client
        self._listening = listening
        self._clock = clock
        self._name = uuid4().hex
        self.hosts = False
        self._hears = asyncio.Event()  # set while questions can come in
        self._watched: dict[str, float] = {}  # rooms and when they were last asked for
        self._ends: dict[str, list[Callable[[], None]]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._publisher = RedisPublisher(publishing, OUTGOING_QUEUE, metrics)
        self._tasks = [
            asyncio.create_task(self._hold(), name="crowd lease"),
            asyncio.create_task(keep_subscribed(listening, self._read), name="crowd asks"),
        ]

    async def close(self) -> None:
        """Let another process take over at once."""
        for task in (*self._tasks, *self._answering):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._answering, return_exceptions=True)
        self._stop_telling()
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                if self.hosts:
                    await self._client.eval(LEAVE, 1, CROWD_HOST, self._name)
        self.hosts = False
        await self._publisher.close()
        for client in (self._client, self._listening):
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await client.aclose()

    # The lease

    async def _hold(self) -> None:
        held_until = 0.0
        while True:
            if not self._hears.is_set():  # who cannot be asked must not keep others from hosting
                self._become(False)
                await self._hears.wait()
                held_until = 0.0
            began = self._clock.monotonic_seconds()
            self._become(self.hosts and began < held_until)  # after it, another may have hosted
            try:
                held_until = began + LEASE_SECONDS if await self._lease() else 0.0
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("crowd_lease_unknown", reason=repr(error))
            self._become(self._clock.monotonic_seconds() < held_until)
            self._forget_unwatched()
            await asyncio.sleep(RENEW_SECONDS)

    async def _lease(self) -> bool:
        """Return whether the lease is ours for another while."""
        milliseconds = round(LEASE_SECONDS * 1_000)
        if self.hosts:
            held = await self._client.eval(RENEW, 1, CROWD_HOST, self._name, milliseconds)
            return bool(held)
        taken = await self._client.set(CROWD_HOST, self._name, nx=True, px=milliseconds)
        return bool(taken)

    def _become(self, hosts: bool) -> None:
        if hosts == self.hosts:
            return
        self.hosts = hosts
        log.info("crowd_hosting", hosts=hosts)
        if hosts:
            self._begin_anew()
            for room in self._watched:
                self._begin_telling(room)
        else:
            self._stop_telling()

    # What others want to hear

    def _watch(self, rooms: Sequence[str]) -> None:
        now = self._clock.monotonic_seconds()
        for room in rooms:
            self._watched[room] = now
            if self.hosts and room not in self._ends:
                self._begin_telling(room)

    def _begin_telling(self, room: str) -> None:
        def tell(envelope: CrowdEnvelope) -> None:
            self._publisher.put(crowd_events(room), encode(envelope))

        def tell_queue(waiting: Sequence[QueuedMessage]) -> None:
            told = Queue(tuple(waiting), (), ChatRules())
            self._publisher.put(crowd_queue(room), encode(told))

        try:
            ends = [self._door.listen(room, tell), self._door.listen_queue(room, tell_queue)]
        except LimitReached as error:
            log.warning("crowd_room_not_told", room=room, reason=str(error))
            return
        self._ends[room] = ends

    def _stop_telling(self) -> None:
        for ends in self._ends.values():
            for end in ends:
                end()
        self._ends.clear()

    def _forget_unwatched(self) -> None:
        oldest = self._clock.monotonic_seconds() - WATCHED_SECONDS
        for room in [room for room, seen in self._watched.items() if seen < oldest]:
            del self._watched[room]
            for end in self._ends.pop(room, ()):
                end()

    # What others ask

    async def _read(self, subscription: Subscription) -> None:
        """Take in questions for as long as the connection holds."""
        try:
            await subscription.add(CROWD_ASKS)
            self._hears.set()
            while True:
                said = await subscription.next(POLL_SECONDS)
                if said is not None:
                    _, asked = said
                    self._take(asked)
        finally:
            self._hears.clear()

    def _take(self, data: bytes) -> None:
        try:
            process, number, asked = orjson.loads(data)
            rooms = [str(room) for room in asked] if number is None else []
        except (ValueError, TypeError):
            log.warning("crowd_ask_unreadable")
            return
        if number is None:
            self._watch(rooms)
        elif self.hosts:
            self._answer_soon(str(process), str(number), str(asked).encode())

    def _answer_soon(self, process: str, number: str, asked: bytes) -> None:
        if len(self._answering) >= ANSWERING_MOST:
            self._send_answer(process, number, Refused("busy", 1.0))
            return
        task = asyncio.create_task(self._answer(process, number, asked), name="crowd answer")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, process: str, number: str, asked: bytes) -> None:
        try:
            request: Any = decode(asked, *_REQUESTS)
            self._send_answer(process, number, await self._door.ask(request))
        except BadInput as error:
            log.warning("crowd_ask_unreadable", reason=str(error))
            return
        except BusUnavailable:
            return  # going away: whoever asked tries again, elsewhere
        except Exception as error:  # of one question; the asker's time runs out
            # By its kind alone: what it says may quote what people said.
            log.error("crowd_ask_failed", reason=type(error).__name__)

    def _send_answer(self, process: str, number: str, reply: CrowdReply) -> None:
        self._publisher.put(crowd_answers(process), framed_answer(number, reply))
