"""Keeps one room's following open, whatever becomes of the bus."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from core.bus import Bus, Following
from core.errors import BusUnavailable
from core.messages import Envelope

logger = logging.getLogger(__name__)

BREATH_ENVELOPES: Final = 128
"""A backlog is read in gulps of this size, so that other rooms are served in between."""

FIRST_RETRY_SECONDS: Final = 0.25
LAST_RETRY_SECONDS: Final = 5.0
CLOSE_TIMEOUT_SECONDS: Final = 2.0


class RoomFollower:
    """Follows a room and hands over each envelope.

    Parameters
    ----------
    bus
        Where the room is.
    room
        Its name.
    accept
        Called with each envelope; an error in it costs that envelope alone.
    quiet_seconds
        Without an event for so long, a room that the bus has shown to its end has been read.
    """

    def __init__(
        self, bus: Bus, room: str, accept: Callable[[Envelope], None], *, quiet_seconds: float
    ) -> None:
        self._bus = bus
        self._room = room
        self._accept = accept
        self._quiet_seconds = quiet_seconds
        self._events = 0
        self._dropped = 0  # of all followings
        self._told_dropped = 0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self.settled = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled; whenever the bus lets go, follow again."""
        while True:
            try:
                await self._follow()
            except BusUnavailable as error:
                logger.warning("room %s cannot be followed just now: %s", self._room, error)
            except Exception:
                logger.exception("following room %s failed; trying again", self._room)
            await asyncio.sleep(self._retry_seconds)
            self._retry_seconds = min(self._retry_seconds * 2, LAST_RETRY_SECONDS)

    async def _follow(self) -> None:
        following = await self._bus.follow(self._room)
        watch = asyncio.create_task(self._settle(following), name=f"settle {self._room}")
        already_dropped = self._dropped
        read = 0
        try:
            async for envelope in following:
                self._dropped = already_dropped + following.dropped
                self._retry_seconds = FIRST_RETRY_SECONDS
                self._hand_over(envelope)
                read += 1
                if read % BREATH_ENVELOPES == 0:
                    await asyncio.sleep(0)
        finally:
            watch.cancel()
            # A time-out must not take the place of a cancellation, which `run` has to see.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                    await asyncio.gather(watch, following.close(), return_exceptions=True)

    def _hand_over(self, envelope: Envelope) -> None:
        self._events += not envelope.is_media
        try:
            self._accept(envelope)
        except Exception:
            logger.exception("event %d of set %s could not be shown", envelope.seq, envelope.epoch)

    async def _settle(self, following: Following) -> None:
        """Wait until what the bus held of the room has been read, and nothing more comes at once.

        But not before the first event of a room that the bus says has some: its source may be
        about to tell a bus that came back empty.
        """
        events_before = -1
        while events_before != self._events or await self._more_must_come(following):
            events_before = self._events
            await asyncio.sleep(self._quiet_seconds)
        self.settled.set()

    async def _more_must_come(self, following: Following) -> bool:
        if self._events:
            return not following.caught_up
        if not following.caught_up or not await self._bus.is_healthy():
            return True
        return any(summary.room == self._room for summary in await self._bus.rooms())

    @property
    def events(self) -> int:
        """Events read so far: while they grow, the bus answers."""
        return self._events

    def take_dropped(self) -> int:
        """Return how many envelopes were lost since the last call because we read too slowly."""
        fresh, self._told_dropped = self._dropped - self._told_dropped, self._dropped
        return fresh
