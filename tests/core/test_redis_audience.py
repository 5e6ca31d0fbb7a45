"""Viewers of several processes, counted together over a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from redis import Redis

from core.bus import redis_audience
from core.bus.redis_audience import (
    FORGET_SECONDS,
    LOST_AFTER_SECONDS,
    SWEPT_AFTER_SECONDS,
    Share,
)
from core.bus.redis_keys import viewers_hash
from core.bus.redis_streams import RedisBus
from core.clock import ManualClock
from core.metrics import Metrics
from tests.conftest import RedisServer

pytestmark = pytest.mark.redis


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_audience, "EXCHANGE_SECONDS", 0.05)
    monkeypatch.setattr(redis_audience, "PAUSE_SECONDS", 0.01)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(redis_server.url) as client:
        yield client


@asynccontextmanager
async def buses_on(
    server: RedisServer, clock: ManualClock, count: int = 2
) -> AsyncIterator[list[RedisBus]]:
    async with AsyncExitStack() as stack:
        buses = []
        for _ in range(count):
            bus = RedisBus(server.url, clock=clock, metrics=Metrics())
            stack.push_async_callback(bus.close)
            buses.append(bus)
        yield buses


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def die(bus: RedisBus) -> None:
    """Let `bus` confirm nothing more, and take nothing back."""
    task = bus._audience._task
    task.cancel()
    await asyncio.wait([task])


async def test_every_process_knows_the_viewers_of_all(
    redis_server: RedisServer, clock: ManualClock
) -> None:
    async with buses_on(redis_server, clock, 3) as buses:
        for bus, viewers in zip(buses, (3, 4, 0), strict=True):
            bus.report_viewers("ana", viewers)
            bus.report_viewers("bea", 1)
        assert buses[0].viewers("ana") >= 3  # the own ones at once
        await until(lambda: [bus.viewers("ana") for bus in buses] == [7, 7, 7])
        await until(lambda: [bus.viewers("bea") for bus in buses] == [3, 3, 3])
        buses[0].report_viewers("ana", 1)
        buses[1].report_viewers("ana", 0)
        await until(lambda: [bus.viewers("ana") for bus in buses] == [1, 1, 1])


async def test_who_only_asks_is_told_too(redis_server: RedisServer, clock: ManualClock) -> None:
    async with buses_on(redis_server, clock) as (edge, other):
        edge.report_viewers("ana", 2)
        await until(lambda: other.viewers("ana") == 2)


async def test_a_process_that_dies_without_a_word_is_soon_not_counted(
    redis_server: RedisServer, clock: ManualClock, redis: Redis
) -> None:
    async with buses_on(redis_server, clock) as (dying, edge):
        dying.report_viewers("ana", 5)
        edge.report_viewers("ana", 2)
        await until(lambda: edge.viewers("ana") == 7)
        await die(dying)
        clock.advance(LOST_AFTER_SECONDS - 1)
        assert edge.viewers("ana") == 7
        clock.advance(2)
        assert edge.viewers("ana") == 2
        async with buses_on(redis_server, clock, 1) as (newcomer,):
            await until(lambda: newcomer.viewers("ana") == 2)  # it lives, and has confirmed
        assert redis.hlen(viewers_hash("ana")) == 2
        clock.advance(SWEPT_AFTER_SECONDS)
        await until(lambda: redis.hlen(viewers_hash("ana")) == 1)
        assert 0 < redis.ttl(viewers_hash("ana")) <= SWEPT_AFTER_SECONDS
        assert edge.viewers("ana") == 2


async def test_a_process_that_closes_takes_its_viewers_with_it(
    redis_server: RedisServer, clock: ManualClock, redis: Redis
) -> None:
    async with buses_on(redis_server, clock) as (closing, edge):
        closing.report_viewers("ana", 5)
        await until(lambda: edge.viewers("ana") == 5)
        await closing.close()
        assert not redis.exists(viewers_hash("ana"))
        await until(lambda: edge.viewers("ana") == 0)


async def test_while_redis_is_away_the_own_viewers_still_count(
    redis_server: RedisServer, clock: ManualClock
) -> None:
    async with buses_on(redis_server, clock) as (first, second):
        first.report_viewers("ana", 5)
        second.report_viewers("ana", 2)
        await until(lambda: first.viewers("ana") == second.viewers("ana") == 7)
        redis_server.stop()
        first.report_viewers("ana", 6)
        assert first.viewers("ana") == 8
        clock.advance(LOST_AFTER_SECONDS + 1)
        assert (first.viewers("ana"), second.viewers("ana")) == (6, 2)
        redis_server.start()  # empty
        await until(lambda: first.viewers("ana") == second.viewers("ana") == 8)


async def test_a_room_that_nobody_asks_for_is_no_longer_read(
    redis_server: RedisServer, clock: ManualClock
) -> None:
    async with buses_on(redis_server, clock, 1) as (edge,):
        edge.report_viewers("ana", 1)
        edge.report_viewers("bea", 0)
        await until(lambda: not edge._audience._changed)
        clock.advance(FORGET_SECONDS + 1)
        await until(lambda: list(edge._audience._rooms) == ["ana"])


async def test_rooms_that_are_read_are_bounded_and_the_watched_ones_stay(
    redis_server: RedisServer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_audience, "ROOMS_MINDED", 3)
    async with buses_on(redis_server, clock, 1) as (edge,):
        edge.report_viewers("ana", 1)
        for room in ("bea", "cai", "bea", "dov"):
            edge.viewers(room)
        assert set(edge._audience._rooms) == {"ana", "bea", "dov"}


async def test_more_rooms_than_a_batch_are_all_exchanged(
    redis_server: RedisServer, clock: ManualClock
) -> None:
    rooms = [f"room-{number}" for number in range(2 * redis_audience.BATCH + 1)]
    async with buses_on(redis_server, clock) as (edge, other):
        for number, room in enumerate(rooms):
            edge.report_viewers(room, number)
        await until(
            lambda: [other.viewers(room) for room in rooms] == list(range(len(rooms))),
        )


async def test_a_field_that_cannot_be_read_costs_only_itself(
    redis_server: RedisServer, clock: ManualClock, redis: Redis
) -> None:
    async with buses_on(redis_server, clock) as (edge, other):
        for number, field in enumerate((b"\xff", b"{}", b"[-4, 1.0]", b'["1", 2]')):
            redis.hset(viewers_hash("ana"), f"other-{number}", field)
        edge.report_viewers("ana", 2)
        await until(lambda: other.viewers("ana") == 2)


def test_a_share_is_read_back_as_it_was_written() -> None:
    share = Share(7, 1_700_000_000.25)
    assert Share.decode(share.encode()) == share
