"""Several processes, one crowd: through a real Redis, with hosts that die and a Redis that goes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.bus.redis_crowd import RedisCrowd
from core.bus.redis_crowd_host import LEASE_SECONDS, RENEW_SECONDS, RedisCrowdHost
from core.bus.redis_keys import CROWD_HOST
from core.bus.redis_streams import connect
from core.clock import SystemClock
from core.crowd import (
    Action,
    ChatRemoved,
    CrowdEnvelope,
    CrowdReply,
    CrowdRequest,
    Join,
    QueuedMessage,
    Refused,
    Said,
    Say,
)
from core.errors import BusUnavailable
from core.metrics import Metrics

pytestmark = [pytest.mark.redis, pytest.mark.timeout(60)]

WAITING = QueuedMessage("m", "u", "n", "t", Action.HOLD, ("insult",), False, 1, 2)


class Crowd:
    """A crowd of a test: answers with its own name, and tells what it is made to tell."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.accepts: dict[str, list[Callable[[CrowdEnvelope], None]]] = {}
        self.beginnings = 0
        self.queues: dict[str, list[Callable[[Sequence[QueuedMessage]], None]]] = {}

    def begin_anew(self) -> None:
        self.beginnings += 1

    async def ask(self, request: CrowdRequest) -> CrowdReply:
        if isinstance(request, Say):
            return Said(request.key, Action.ALLOW, f"{self.name} {request.text}")
        return Refused(self.name)

    def listen(self, room: str, accept: Callable[[CrowdEnvelope], None]) -> Callable[[], None]:
        self.accepts.setdefault(room, []).append(accept)
        return lambda: self.accepts[room].remove(accept)

    def listen_queue(
        self, room: str, accept: Callable[[Sequence[QueuedMessage]], None]
    ) -> Callable[[], None]:
        self.queues.setdefault(room, []).append(accept)
        return lambda: self.queues[room].remove(accept)

    def tell(self, room: str, seq: int) -> None:
        for accept in self.accepts.get(room, []):
            accept(CrowdEnvelope(room, self.name, seq, 0, ChatRemoved((str(seq),), "deleted")))


@asynccontextmanager
async def hosting(url: str, crowd: Crowd) -> AsyncIterator[RedisCrowdHost]:
    host = RedisCrowdHost(
        crowd,
        connect(url),
        connect(url),
        connect(url, timeout_seconds=None),
        clock=SystemClock(),
        metrics=Metrics(),
        begin_anew=crowd.begin_anew,
    )
    try:
        yield host
    finally:
        await host.close()


@asynccontextmanager
async def door_to(url: str) -> AsyncIterator[RedisCrowd]:
    door = RedisCrowd(connect(url), connect(url, timeout_seconds=None), Metrics())
    try:
        yield door
    finally:
        await door.close()


async def until(ready: Callable[[], Any], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not ready():
            await asyncio.sleep(0.02)


async def test_what_is_asked_anywhere_is_answered_by_the_host(redis_server: Any) -> None:
    async with hosting(redis_server.url, Crowd("one")) as host, door_to(redis_server.url) as door:
        await until(lambda: host.hosts)
        assert await door.ask(Say("room", "p", "k", "hola")) == Said("k", Action.ALLOW, "one hola")
        assert await door.ask(Join("room", None, None, "a")) == Refused("one")
        many = await asyncio.gather(
            *(door.ask(Say("room", "p", str(number), "x")) for number in range(200))
        )
        assert [reply.key for reply in many if isinstance(reply, Said)] == list(
            map(str, range(200))
        )


async def test_events_reach_every_process_that_listens_and_no_other_room(redis_server: Any) -> None:
    crowd = Crowd("one")
    async with (
        hosting(redis_server.url, crowd) as host,
        door_to(redis_server.url) as here,
        door_to(redis_server.url) as there,
    ):
        await until(lambda: host.hosts)
        heard: dict[str, list[int]] = {"here": [], "there": [], "other": []}
        queue: list[QueuedMessage] = []
        end = here.listen("room", lambda envelope: heard["here"].append(envelope.seq))
        there.listen("room", lambda envelope: heard["there"].append(envelope.seq))
        there.listen("another", lambda envelope: heard["other"].append(envelope.seq))
        there.listen_queue("room", queue.extend)
        await until(lambda: crowd.accepts.get("room") and crowd.queues.get("room"))
        await asyncio.sleep(0.5)  # both have subscribed
        for seq in range(1, 51):
            crowd.tell("room", seq)
        crowd.queues["room"][0]([WAITING])
        await until(lambda: len(heard["there"]) == 50 and len(heard["here"]) == 50 and queue)
        assert heard == {"here": [*range(1, 51)], "there": [*range(1, 51)], "other": []}
        assert queue == [WAITING]
        end()
        await asyncio.sleep(0.5)
        crowd.tell("room", 51)
        await until(lambda: len(heard["there"]) == 51)
        assert heard["here"][-1] == 50


async def test_another_takes_over_when_the_host_goes(redis_server: Any) -> None:
    first, second = Crowd("one"), Crowd("two")
    async with door_to(redis_server.url) as door:
        heard: list[str] = []
        door.listen("room", lambda envelope: heard.append(envelope.epoch))
        async with hosting(redis_server.url, first) as host:
            await until(lambda: host.hosts)
            async with hosting(redis_server.url, second) as other:
                await asyncio.sleep(0.3)
                assert not other.hosts
                assert await door.ask(Join("room", None, None, "a")) == Refused("one")
                await host.close()
                assert second.beginnings == 0
                await until(lambda: other.hosts, LEASE_SECONDS + 5)
                assert (first.beginnings, second.beginnings) == (1, 1)
                assert await door.ask(Join("room", None, None, "a")) == Refused("two")
                await until(lambda: second.accepts.get("room"))
                await asyncio.sleep(0.3)
                second.tell("room", 1)
                await until(lambda: heard)
                assert heard == ["two"]


async def test_who_learns_that_another_hosts_stops_at_once(redis_server: Any) -> None:
    url, crowd = redis_server.url, Crowd("one")
    client = connect(url)
    async with hosting(url, crowd) as host:
        await until(lambda: host.hosts)
        await client.set(CROWD_HOST, "another", px=60_000)
        await until(lambda: not host.hosts, RENEW_SECONDS + 1)
    assert await client.get(CROWD_HOST) == b"another"
    await client.aclose()


async def test_a_lease_that_redis_lost_is_taken_again_and_the_chat_goes_on(
    redis_server: Any,
) -> None:
    url, crowd = redis_server.url, Crowd("one")
    client = connect(url)
    async with hosting(url, crowd) as host:
        await until(lambda: host.hosts)
        await client.delete(CROWD_HOST)
        async with asyncio.timeout(RENEW_SECONDS + 1):
            while not await client.exists(CROWD_HOST):
                await asyncio.sleep(0.02)
        assert host.hosts
        assert crowd.beginnings == 1
    await client.aclose()


async def test_without_a_host_asking_fails_in_time(redis_server: Any) -> None:
    async with door_to(redis_server.url) as door:
        with pytest.raises(BusUnavailable):
            async with asyncio.timeout(10):
                await door.ask(Join("room", None, None, "a"))


async def test_redis_may_go_and_come_back(redis_server: Any) -> None:
    crowd = Crowd("one")
    url = redis_server.url
    async with hosting(url, crowd) as host, door_to(url) as door:
        heard: list[int] = []
        door.listen("room", lambda envelope: heard.append(envelope.seq))
        await until(lambda: host.hosts and crowd.accepts.get("room"))
        redis_server.stop()
        with pytest.raises(BusUnavailable):
            await door.ask(Join("room", None, None, "a"))
        redis_server.start()
        await until(lambda: host.hosts, 25)

        async def answered() -> bool:
            try:
                return await door.ask(Join("room", None, None, "a")) == Refused("one")
            except BusUnavailable:
                return False

        async with asyncio.timeout(25):
            while not await answered():
                await asyncio.sleep(0.2)
        await until(lambda: crowd.accepts.get("room"))
        seq = 1
        async with asyncio.timeout(20):
            while not heard:  # told again and again, as the pulse is
                crowd.tell("room", seq)
                seq += 1
                await asyncio.sleep(0.2)
