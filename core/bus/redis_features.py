"""The feature cache in Redis, shared by all processes."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import orjson
import structlog
from redis.exceptions import RedisError

from core.bus.redis_keys import features_key
from core.bus.redis_streams import connect
from core.features import LIFETIME_SECONDS, Features
from core.metrics import Metrics
from core.queues import BoundedQueue, DropPolicy, QueueClosed

WAITING: Final = 1_000
"""Entries that wait for Redis at most; the oldest give way, for this is a cache."""

BATCH: Final = 128
QUEUE: Final = "features"
DRAIN_SECONDS: Final = 2.0

log = structlog.get_logger(__name__)


class RedisFeatureCache:
    """Writes features in batches, off the judge's path. Create it inside a running event loop.

    Parameters
    ----------
    url
        Such as `redis://host:6379/0`.
    metrics
        Counts what was dropped.
    """

    def __init__(self, url: str, metrics: Metrics) -> None:
        self._client = connect(url)
        dropped = metrics.queue_dropped.labels(QUEUE)
        self._depth = metrics.queue_depth.labels(QUEUE)
        self._queue: BoundedQueue[tuple[str, bytes]] = BoundedQueue(
            WAITING, DropPolicy.OLDEST, lambda _: dropped.inc()
        )
        self._dropped = dropped
        self._writing = asyncio.create_task(self._write(), name="feature cache")

    def put(self, session: str, time_seconds: float, features: Features) -> None:
        """Queue `features` for writing."""
        if not self._queue.closed:
            self._queue.put((features_key(session, time_seconds), orjson.dumps(dict(features))))
            self._depth.set(len(self._queue))

    async def get(self, session: str, time_seconds: float) -> Features | None:
        """Return what Redis holds, or None if it has forgotten or is away."""
        try:
            encoded = await self._client.get(features_key(session, time_seconds))
        except (RedisError, OSError):
            return None
        if encoded is None:
            return None
        features: dict[str, Any] = orjson.loads(encoded)
        return features

    async def close(self) -> None:
        """Write what waits, for a bounded time."""
        self._queue.close()
        await asyncio.wait([self._writing], timeout=DRAIN_SECONDS)
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        await self._client.aclose()

    async def _write(self) -> None:
        while True:
            try:
                batch = [await self._queue.get()]
            except QueueClosed:
                return
            batch += self._queue.take_all()
            self._depth.set(0)
            for begin in range(0, len(batch), BATCH):
                await self._write_batch(batch[begin : begin + BATCH])

    async def _write_batch(self, batch: list[tuple[str, bytes]]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for key, encoded in batch:
            pipeline.set(key, encoded, ex=LIFETIME_SECONDS)
        try:
            await pipeline.execute()
        except (RedisError, OSError) as error:
            self._dropped.inc(len(batch))
            log.debug("features_not_cached", entries=len(batch), reason=str(error))
