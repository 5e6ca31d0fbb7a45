"""Keeps a subscription to Redis's channels open, whatever becomes of the connection.

A connection can die without a word: a router forgets it, a machine loses its power. Whoever only
listens would never know. So the connection is asked for a sign of life when nothing comes, and
given up when none is given.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

RETRY_SECONDS: Final = 0.5
CLOSE_SECONDS: Final = 2.0

CALL_SECONDS: Final = 3.0
"""Longest wait for Redis to take what is sent, connecting included."""

QUIET_SECONDS: Final = 2.0
"""A connection on which nothing came for so long is asked whether it is alive."""

LOST_SECONDS: Final = 5.0
"""A connection on which nothing came for so long, asked or not, is dead.

Less than a lease of a crowd's host (`core.bus.redis_crowd_host`), so that one who hears nobody
does not keep another from hosting."""

TURN_SECONDS: Final = 0.002
"""After so much work on what came, the loop's other tasks have a turn: Redis hands over a wave of
messages at once, and reading what is there already waits for nobody."""

log = structlog.get_logger(__name__)


class Subscription:
    """Channels that are listened to on one connection.

    Parameters
    ----------
    pubsub
        The connection.
    """

    def __init__(self, pubsub: PubSub) -> None:
        self._pubsub = pubsub
        self._quiet_seconds = 0.0  # that were waited for nothing, on end
        self._asked = False  # for a sign of life
        self._turn_began_seconds = 0.0  # on the loop's clock

    async def add(self, *channels: str) -> None:
        """Listen to more channels."""
        async with asyncio.timeout(CALL_SECONDS):
            await self._pubsub.subscribe(*channels)

    async def drop(self, *channels: str) -> None:
        """Listen to some channels no more."""
        async with asyncio.timeout(CALL_SECONDS):
            await self._pubsub.unsubscribe(*channels)

    async def next(self, timeout_seconds: float) -> tuple[str, bytes] | None:
        """Return the next message and its channel; None where there is none in time.

        Raises
        ------
        TimeoutError
            If nothing came for `LOST_SECONDS`, not even the sign of life that was asked for.
        """
        await self._breathe()
        async with asyncio.timeout(timeout_seconds + CALL_SECONDS):
            message = await self._pubsub.get_message(timeout=timeout_seconds)
        if message is None:
            self._turn_began_seconds = asyncio.get_running_loop().time()
            await self._grow_quiet(timeout_seconds)
            return None
        self._quiet_seconds, self._asked = 0.0, False
        return _said(message)

    async def _breathe(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._turn_began_seconds >= TURN_SECONDS:
            await asyncio.sleep(0)
            self._turn_began_seconds = loop.time()

    async def _grow_quiet(self, seconds: float) -> None:
        # Time that was waited, not time that went by: a loop that was held up has heard nothing
        # either, and what came meanwhile is still to be read.
        self._quiet_seconds += seconds
        if self._quiet_seconds >= LOST_SECONDS:
            raise TimeoutError(f"nothing came through for {LOST_SECONDS:.0f} s, no answer either")
        if self._quiet_seconds >= QUIET_SECONDS and not self._asked:
            self._asked = True
            async with asyncio.timeout(CALL_SECONDS):
                await self._pubsub.ping()


def _said(message: dict[str, Any]) -> tuple[str, bytes] | None:
    """Return what somebody published; None for Redis's own words."""
    if message["type"] != "message":
        return None
    channel = message["channel"]
    return channel.decode() if isinstance(channel, bytes) else str(channel), message["data"]


async def keep_subscribed(client: Redis, read: Callable[[Subscription], Awaitable[None]]) -> None:
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
            log.warning("crowd_subscription_lost", reason=repr(error))
        except Exception as error:  # whatever it was, others must be heard again
            # By its kind alone: what it says may quote what people said.
            log.error("crowd_reading_failed", reason=type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def _subscribed(client: Redis, read: Callable[[Subscription], Awaitable[None]]) -> None:
    pubsub = client.pubsub()
    try:
        await read(Subscription(pubsub))
    finally:
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await pubsub.aclose()  # type: ignore[no-untyped-call]
