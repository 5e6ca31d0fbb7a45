"""Follows what a room's set does, whatever becomes of the bus."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import structlog

from core.bus import Bus
from core.bus.progress import Progress
from core.errors import BusUnavailable
from core.messages import Envelope
from core.metrics import Metrics
from sentiment.hosting.failing import log_failure

FIRST_RETRY_SECONDS: Final = 0.25
LAST_RETRY_SECONDS: Final = 5.0
CLOSE_SECONDS: Final = 2.0
BREATH_ENVELOPES: Final = 64

QUEUE: Final = "crowd_following"
"""Label of the envelopes that were lost because the bus was read too slowly."""

_log = structlog.get_logger(__name__)


class SetFollower:
    """Keeps a following of one room open and hands over each envelope once.

    Parameters
    ----------
    bus, room
        What to follow.
    accept
        Takes an envelope at once; an error in it costs that envelope alone.
    metrics
        Counts what was lost.
    """

    def __init__(
        self, bus: Bus, room: str, accept: Callable[[Envelope], None], metrics: Metrics
    ) -> None:
        self._bus = bus
        self._room = room
        self._accept = accept
        self._lost = metrics.queue_dropped.labels(QUEUE)
        self._progress = Progress()
        self._retry_seconds = FIRST_RETRY_SECONDS

    async def run(self) -> None:
        """Follow until cancelled; whenever the bus lets go, follow again."""
        while True:
            try:
                await self._follow()
            except BusUnavailable as error:
                _log.warning("crowd_cannot_follow", room=self._room, reason=str(error))
            except Exception:
                _log.exception("crowd_following_failed", room=self._room)
            await asyncio.sleep(self._retry_seconds)
            self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)

    async def _follow(self) -> None:
        following = await self._bus.follow(self._room)
        read = dropped = 0
        try:
            async for envelope in following:
                self._retry_seconds = FIRST_RETRY_SECONDS
                self._hand_over(envelope)
                if following.dropped > dropped:
                    self._lost.inc(following.dropped - dropped)
                    dropped = following.dropped
                read += 1
                if read % BREATH_ENVELOPES == 0:  # a backlog must not hold up the chat
                    await asyncio.sleep(0)
        finally:
            # A time-out must not take the place of a cancellation, which `run` has to see.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await following.close()

    def _hand_over(self, envelope: Envelope) -> None:
        if not self._progress.is_new(envelope):
            return  # the bus tells again what it holds when it is followed again
        try:
            self._accept(envelope)
        except Exception as error:
            log_failure("crowd_envelope_failed", error)
