"""The way to the rooms' crowds where several processes share Redis.

One process hosts all crowds (`core.bus.redis_crowd_host`); every process, the host's too, comes in
by this door. Pub/sub rather than streams: what people say must not stay in Redis, and what is lost
on the way is noticed by its sequence number and asked for again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final, cast
from uuid import uuid4

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.bus.redis_keys import (
    ANSWER_MARK,
    CROWD_ASKS,
    crowd_answers,
    crowd_events,
    crowd_queue,
)
from core.bus.redis_publisher import RedisPublisher
from core.bus.redis_subscription import Subscription, keep_subscribed
from core.crowd import (
    CrowdEnvelope,
    CrowdReply,
    CrowdRequest,
    Done,
    Joined,
    Moments,
    Queue,
    QueuedMessage,
    Refused,
    Said,
)
from core.crowd_codec import decode, encode
from core.errors import BadInput, BusUnavailable
from core.metrics import Metrics

ANSWER_SECONDS: Final = 4.0
"""Longest wait for the host; what takes longer is asked again by the client, with the same key."""

ASKS_MOST: Final = 4_000
"""Questions on their way at once; more are refused as busy."""

WATCH_SECONDS: Final = 5.0
"""So often the host is told which rooms are listened to from here."""

POLL_SECONDS: Final = 0.1
"""Longest wait of a new listener to be subscribed."""

CLOSE_SECONDS: Final = 2.0

ASKS_QUEUE: Final = "crowd_asks"
"""Label of questions that were not sent because too many were on their way."""

_REPLIES: Final = (Joined, Said, Queue, Moments, Done, Refused)

log = structlog.get_logger(__name__)

Accept = Callable[[CrowdEnvelope], None]
AcceptQueue = Callable[[Sequence[QueuedMessage]], None]


class RedisCrowd:
    """A `core.crowd.CrowdDoor` through Redis. Create it inside a running event loop.

    Parameters
    ----------
    client
        For publishing, with time-outs; closed by `close`.
    listening
        For subscriptions, without a read time-out; closed by `close`.
    metrics
        Counts what was dropped.
    """

    def __init__(self, client: Redis, listening: Redis, metrics: Metrics) -> None:
        self._publisher = RedisPublisher(client, ASKS_QUEUE, metrics)
        self._listening = listening
        self._metrics = metrics
        self._process = uuid4().hex
        self._asked: dict[str, asyncio.Future[CrowdReply]] = {}
        self._events: dict[str, list[Accept]] = {}
        self._queues: dict[str, list[AcceptQueue]] = {}
        self._wanted = asyncio.Event()  # set when a subscription has to change
        self._news = asyncio.Event()  # set when the host has to know of a room
        self._ready = asyncio.Event()  # set while answers can come in
        self._tasks = [
            asyncio.create_task(keep_subscribed(listening, self._read), name="crowd answers"),
            asyncio.create_task(self._watch(), name="crowd watching"),
        ]

    async def ask(self, request: CrowdRequest) -> CrowdReply:
        """Ask the host; see `core.crowd.CrowdDoor`.

        Raises
        ------
        BusUnavailable
            If Redis or the host does not answer in time.
        """
        if len(self._asked) >= ASKS_MOST:
            self._metrics.queue_dropped.labels(ASKS_QUEUE).inc()
            return Refused("busy", 1.0)
        number = uuid4().hex
        answer: asyncio.Future[CrowdReply] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._ready.wait()
                head = [self._process, number, encode(request).decode()]
                self._publisher.put(CROWD_ASKS, orjson.dumps(head))
                return await answer
        except TimeoutError as error:
            raise BusUnavailable(
                "The chat's host does not answer just now; try again in a moment."
            ) from error
        finally:
            self._asked.pop(number, None)

    def listen(self, room: str, accept: Accept) -> Callable[[], None]:
        """Hear a room's crowd from now on; see `core.crowd.CrowdDoor`."""
        return self._add(self._events, room, accept)

    def listen_queue(self, room: str, accept: AcceptQueue) -> Callable[[], None]:
        """Hear what waits for a room's moderators; see `core.crowd.CrowdDoor`."""
        return self._add(self._queues, room, accept)

    def _add(self, among: dict[str, list[Any]], room: str, accept: Any) -> Callable[[], None]:  # noqa: ANN401 - both sorts of listeners
        among.setdefault(room, []).append(accept)
        self._wanted.set()
        self._news.set()

        def end() -> None:
            listeners = among.get(room, [])
            if accept in listeners:
                listeners.remove(accept)
            if not listeners:
                among.pop(room, None)
                self._wanted.set()

        return end

    async def close(self) -> None:
        """Give everything up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for answer in self._asked.values():
            answer.cancel()
        await self._publisher.close()
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._listening.aclose()

    # Reading

    def _channels(self) -> set[str]:
        events = {crowd_events(room) for room in self._events}
        return events | {crowd_queue(room) for room in self._queues}

    async def _read(self, subscription: Subscription) -> None:
        """Take in answers and events for as long as the connection holds."""
        try:
            await subscription.add(crowd_answers(self._process))
            self._ready.set()
            current: set[str] = set()
            while True:
                current = await self._resubscribe(subscription, current)
                said = await subscription.next(POLL_SECONDS)
                if said is not None:
                    self._take(*said)
        finally:
            self._ready.clear()

    async def _resubscribe(self, subscription: Subscription, current: set[str]) -> set[str]:
        if not self._wanted.is_set() and current:
            return current
        self._wanted.clear()
        wanted = self._channels()
        if new := wanted - current:
            await subscription.add(*new)
        if gone := current - wanted:
            await subscription.drop(*gone)
        return wanted

    def _take(self, channel: str, data: bytes) -> None:
        try:
            if channel == crowd_answers(self._process):
                self._take_answer(data)
            else:
                self._tell(channel, data)
        except BadInput as error:
            log.warning("crowd_message_unreadable", reason=str(error))
        except Exception as error:  # of one listener or one message; the others must get through
            # By its kind alone: what it says may quote what people said.
            log.error("crowd_message_failed", reason=type(error).__name__)

    def _take_answer(self, data: bytes) -> None:
        number, reply = _pair(data)
        answer = self._asked.get(number)
        if answer is not None and not answer.done():
            answer.set_result(cast(CrowdReply, decode(reply, *_REPLIES)))

    def _tell(self, channel: str, data: bytes) -> None:
        for room, listeners in tuple(self._events.items()):
            if channel == crowd_events(room):
                envelope = decode(data, CrowdEnvelope)
                for accept in tuple(listeners):
                    accept(envelope)
        for room, waiting in tuple(self._queues.items()):
            if channel == crowd_queue(room):
                queue = decode(data, Queue)
                for accept_queue in tuple(waiting):
                    accept_queue(queue.waiting)

    # Telling the host what is wanted

    async def _watch(self) -> None:
        while True:
            rooms = sorted(self._events.keys() | self._queues.keys())
            if rooms:
                self._publisher.put(CROWD_ASKS, orjson.dumps([self._process, None, rooms]))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._news.wait()  # a room that is new here is told of at once
            self._news.clear()


def _pair(data: bytes) -> tuple[str, bytes]:
    number, mark, reply = data.partition(ANSWER_MARK)
    if not mark:
        raise BadInput("This is no answer of a crowd's host.", code="crowd_malformed")
    return number.decode("ascii", "replace"), reply
