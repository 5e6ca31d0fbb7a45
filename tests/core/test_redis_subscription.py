"""Connections that die without a word: through a proxy that stops forwarding and closes nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.bus.redis_crowd import RedisCrowd
from core.bus.redis_crowd_host import RedisCrowdHost
from core.bus.redis_streams import connect
from core.bus.redis_subscription import LOST_SECONDS, Subscription, keep_subscribed
from core.clock import SystemClock
from core.crowd import Join, Refused
from core.errors import BusUnavailable
from core.metrics import Metrics
from tests.core.test_redis_crowd import Crowd, until

pytestmark = [pytest.mark.redis, pytest.mark.timeout(60)]


class Proxy:
    """Forwards connections to a port; while it `stalls` it swallows what comes, both ways."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.stalls = False
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        redis_reader, redis_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await asyncio.gather(self._pump(reader, redis_writer), self._pump(redis_reader, writer))
        finally:
            for each in (writer, redis_writer):
                each.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if not self.stalls:
                writer.write(data)
        writer.close()


@asynccontextmanager
async def proxied(port: int) -> AsyncIterator[tuple[Proxy, str]]:
    proxy = Proxy(port)
    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    try:
        yield proxy, f"redis://{address[0]}:{address[1]}/0"
    finally:
        server.close()


def work(seconds: float) -> None:
    """Hold the loop up, as a message does that has to be read."""
    time.sleep(seconds)


async def publish(url: str, channel: str, text: str) -> None:
    client = connect(url)
    await client.publish(channel, text)
    await client.aclose()


async def test_a_subscription_on_which_nothing_comes_through_is_begun_anew(
    redis_server: Any,
) -> None:
    heard: list[bytes] = []

    async def read(subscription: Subscription) -> None:
        await subscription.add("channel")
        while True:
            said = await subscription.next(0.1)
            if said is not None:
                heard.append(said[1])

    async with proxied(redis_server.port) as (proxy, url):
        client = connect(url, timeout_seconds=None)
        keeping = asyncio.create_task(keep_subscribed(client, read))
        await asyncio.sleep(0.5)
        await publish(redis_server.url, "channel", "before")
        await until(lambda: heard == [b"before"])
        proxy.stalls = True
        known = proxy.connections
        await publish(redis_server.url, "channel", "lost")
        await until(lambda: proxy.connections > known, LOST_SECONDS + 4)
        proxy.stalls = False

        async def heard_again() -> bool:
            await publish(redis_server.url, "channel", "after")
            await asyncio.sleep(0.2)
            return b"after" in heard

        async with asyncio.timeout(15):
            while not await heard_again():
                pass
        assert b"lost" not in heard
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await client.aclose()


async def test_a_wave_of_messages_leaves_turns_to_others(redis_server: Any) -> None:
    """What is there already is read without waiting; the loop belongs to others as well."""
    turns = heard = 0

    async def read(subscription: Subscription) -> None:
        nonlocal heard
        await subscription.add("channel")
        while True:
            if await subscription.next(0.1) is not None:
                heard += 1
                work(0.0005)

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            if 0 < heard < 300:
                turns += 1

    client = connect(redis_server.url, timeout_seconds=None)
    tasks = [asyncio.create_task(keep_subscribed(client, read)), asyncio.create_task(others())]
    await asyncio.sleep(0.5)
    publisher = connect(redis_server.url)
    pipeline = publisher.pipeline(transaction=False)
    for _ in range(300):
        pipeline.publish("channel", "x")
    await pipeline.execute()
    await until(lambda: heard == 300)
    assert turns >= 20
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.aclose()
    await publisher.aclose()


async def test_a_quiet_subscription_lives_as_long_as_redis_answers(redis_server: Any) -> None:
    ends: list[BaseException] = []

    async def read(subscription: Subscription) -> None:
        await subscription.add("channel")
        try:
            while True:
                await subscription.next(0.1)
        except BaseException as error:
            ends.append(error)
            raise

    client = connect(redis_server.url, timeout_seconds=None)
    keeping = asyncio.create_task(keep_subscribed(client, read))
    await asyncio.sleep(LOST_SECONDS + 2.5)
    assert ends == []
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await client.aclose()


async def test_a_host_that_hears_nobody_lets_another_host(redis_server: Any) -> None:
    first, second = Crowd("deaf"), Crowd("two")

    def host(crowd: Crowd, listening_url: str) -> RedisCrowdHost:
        return RedisCrowdHost(
            crowd,
            connect(redis_server.url),
            connect(redis_server.url),
            connect(listening_url, timeout_seconds=None),
            clock=SystemClock(),
            metrics=Metrics(),
        )

    async with proxied(redis_server.port) as (proxy, url):
        deaf = host(first, url)
        door = RedisCrowd(
            connect(redis_server.url), connect(redis_server.url, timeout_seconds=None), Metrics()
        )
        await until(lambda: deaf.hosts)
        other = host(second, redis_server.url)
        assert await door.ask(Join("room", None, None, "a")) == Refused("deaf")
        proxy.stalls = True
        await until(lambda: not deaf.hosts and other.hosts, 25)
        assert await door.ask(Join("room", None, None, "a")) == Refused("two")
        for each in (door, other, deaf):
            await each.close()


async def test_a_door_hears_answers_again_after_its_connection_died(redis_server: Any) -> None:
    host = RedisCrowdHost(
        Crowd("one"),
        connect(redis_server.url),
        connect(redis_server.url),
        connect(redis_server.url, timeout_seconds=None),
        clock=SystemClock(),
        metrics=Metrics(),
    )
    async with proxied(redis_server.port) as (proxy, url):
        door = RedisCrowd(connect(redis_server.url), connect(url, timeout_seconds=None), Metrics())
        await until(lambda: host.hosts)
        assert await door.ask(Join("room", None, None, "a")) == Refused("one")
        proxy.stalls = True
        known = proxy.connections
        await until(lambda: proxy.connections > known, LOST_SECONDS + 4)
        proxy.stalls = False

        async def answered() -> bool:
            try:
                return await door.ask(Join("room", None, None, "a")) == Refused("one")
            except BusUnavailable:
                return False

        async with asyncio.timeout(20):
            while not await answered():
                await asyncio.sleep(0.2)
        await door.close()
        await host.close()
