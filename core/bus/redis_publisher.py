"""Publishes to Redis's channels in order, by one task and one connection, never waiting."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final, TypeAlias

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.metrics import Metrics
from core.queues import BoundedQueue, DropPolicy, QueueClosed

WAITING_MOST: Final = 20_000
BATCH_MOST: Final = 512
RETRY_SECONDS: Final = 0.5
CLOSE_SECONDS: Final = 2.0

log = structlog.get_logger(__name__)

_Message: TypeAlias = tuple[str, bytes]


class RedisPublisher:
    """Sends what it is given; create it inside a running event loop.

    What cannot be sent is lost: its readers notice the gap, or their time running out.

    Parameters
    ----------
    client
        A connection of its own, with time-outs; closed by `close`.
    queue
        Label of what was dropped because too much waited; the oldest goes first.
    metrics
        Counts it.
    """

    def __init__(self, client: Redis, queue: str, metrics: Metrics) -> None:
        self._client = client
        dropped = metrics.queue_dropped.labels(queue)
        self._waiting: BoundedQueue[_Message] = BoundedQueue(
            WAITING_MOST, DropPolicy.OLDEST, lambda _: dropped.inc()
        )
        self._task = asyncio.create_task(self._run(), name=f"publish {queue}")

    def put(self, channel: str, payload: bytes) -> None:
        """Send `payload` soon; does nothing once closed."""
        if not self._waiting.closed:
            self._waiting.put((channel, payload))

    async def close(self) -> None:
        """Send what waits, within a bounded time."""
        self._waiting.close()
        await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._client.aclose()

    async def _run(self) -> None:
        while True:
            try:
                batch = [await self._waiting.get()]
            except QueueClosed:
                return
            while len(self._waiting) and len(batch) < BATCH_MOST:
                batch.append(await self._waiting.get())
            try:
                async with self._client.pipeline(transaction=False) as pipeline:
                    for channel, payload in batch:
                        pipeline.publish(channel, payload)
                    await pipeline.execute()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("crowd_messages_lost", messages=len(batch), reason=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
