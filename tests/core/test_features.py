import asyncio

import pytest

from core.bus.redis_features import RedisFeatureCache
from core.clock import ManualClock
from core.features import LIFETIME_SECONDS, MemoryFeatureCache
from core.metrics import Metrics
from tests.conftest import RedisServer


async def test_memory_forgets_after_an_hour() -> None:
    clock = ManualClock()
    cache = MemoryFeatureCache(clock)
    cache.put("set-1", 10.5, {"bpm": 128.0})
    assert await cache.get("set-1", 10.5) == {"bpm": 128.0}
    assert await cache.get("set-1", 11.0) is None
    clock.advance(LIFETIME_SECONDS)
    assert await cache.get("set-1", 10.5) is None
    cache.put("set-1", 3610.5, {})
    assert len(cache._entries) == 1


@pytest.mark.redis
async def test_redis_keeps_features_for_an_hour_under_the_documented_key(
    redis_server: RedisServer,
) -> None:
    cache = RedisFeatureCache(redis_server.url, Metrics())
    cache.put("set-1", 10.5, {"bpm": 128.0, "key": None})
    async with asyncio.timeout(5):
        while await cache.get("set-1", 10.5) is None:
            await asyncio.sleep(0.02)
    assert await cache.get("set-1", 10.5) == {"bpm": 128.0, "key": None}
    lifetime = await cache._client.ttl("features:set-1:10.500")
    assert 3_590 < lifetime <= 3_600
    await cache.close()


@pytest.mark.redis
async def test_a_redis_that_is_away_costs_the_cache_and_nothing_else(
    redis_server: RedisServer,
) -> None:
    metrics = Metrics()
    cache = RedisFeatureCache(redis_server.url, metrics)
    redis_server.stop()
    cache.put("set-1", 10.5, {"bpm": 128.0})
    assert await cache.get("set-1", 10.5) is None
    await cache.close()
    assert metrics.queue_dropped.labels("features")._value.get() == 1
