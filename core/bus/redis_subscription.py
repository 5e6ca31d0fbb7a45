"""Keeps a subscription to Redis's channels open, whatever becomes of the connection."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

RETRY_SECONDS: Final = 0.5
CLOSE_SECONDS: Final = 2.0

log = structlog.get_logger(__name__)


async def keep_subscribed(client: Redis, read: Callable[[PubSub], Awaitable[None]]) -> None:
    """Run `read` on a fresh subscription, again and again, until cancelled.

    Parameters
    ----------
    client
        For subscriptions, without a read time-out.
    read
        Subscribes and takes messages in until the connection fails.
    """
    while True:
        try:
            await _subscribed(client, read)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("crowd_subscription_lost", reason=str(error))
        except Exception as error:  # whatever it was, others must be heard again
            # By its kind alone: what it says may quote what people said.
            log.error("crowd_reading_failed", reason=type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def _subscribed(client: Redis, read: Callable[[PubSub], Awaitable[None]]) -> None:
    pubsub = client.pubsub(ignore_subscribe_messages=True)
    try:
        await read(pubsub)
    finally:
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await pubsub.aclose()  # type: ignore[no-untyped-call]
