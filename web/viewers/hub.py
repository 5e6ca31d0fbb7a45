"""The hub: every room that has viewers, and the limits of the audience as a whole."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from types import MappingProxyType
from typing import Final

from core.bus import Bus
from core.clock import Clock
from core.crowd import CrowdDoor
from core.errors import BusUnavailable, LimitReached
from core.messages import Component, Genre
from core.metrics import Metrics
from web.viewers.config import ViewerConfig
from web.viewers.follower import RoomFollower
from web.viewers.protocol import CloseCode
from web.viewers.room import ViewedRoom
from web.viewers.shut_door import ShutDoor
from web.viewers.viewer import Link

logger = logging.getLogger(__name__)

FOLLOWING_QUEUE: Final = "viewers_following"
"""Label of the envelopes that were lost because this process read the bus too slowly."""

MOST_FOLLOW_TIMEOUTS: Final = 4
"""Time-outs in a row that a room may take to be read, if events came in each."""

CANCEL_SECONDS: Final = 5.0
"""Longest wait for a cancelled task; closing a following is bounded below this."""

NO_WEIGHTS: Final[Mapping[Genre, Mapping[Component, float]]] = MappingProxyType({})


@dataclass(slots=True)
class _Followed:
    """A room and what keeps it going."""

    room: ViewedRoom
    follower: RoomFollower
    task: asyncio.Task[None]
    wanted_seconds: float  # monotonic, when it was last asked for


class ViewerHub:
    """Follows each room once, however many watch it.

    Parameters
    ----------
    bus
        Where the rooms are.
    clock, metrics, config
        Time, figures and limits.
    weights
        Genre weights, told to viewers in `hello`.
    same_host
        Whether publishers share this host's monotonic clock; False where the bus may carry
        envelopes of another host. Latency is measured only where it is True.
    crowd
        The way to the rooms' crowds; by default there are none.

    Notes
    -----
    For one event loop. `close` must be awaited before the loop ends.
    """

    def __init__(
        self,
        bus: Bus,
        *,
        clock: Clock,
        metrics: Metrics,
        config: ViewerConfig | None = None,
        weights: Mapping[Genre, Mapping[Component, float]] = NO_WEIGHTS,
        same_host: bool = True,
        crowd: CrowdDoor | None = None,
    ) -> None:
        self.config = config or ViewerConfig()
        self.clock = clock
        self.metrics = metrics
        self._bus = bus
        self._weights = weights
        self._same_host = same_host
        self._crowd = crowd or ShutDoor()
        self._address_key = token_bytes(16)
        self._rooms: dict[str, _Followed] = {}
        self._links: dict[Link, str] = {}
        self._addresses: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._housekeeping: asyncio.Task[None] | None = None
        self._closing = False

    async def room(self, name: str) -> ViewedRoom:
        """Return the room, followed and up to date; it stays so for a while.

        Raises
        ------
        LimitReached
            If too many rooms are followed already, or the hub is closing.
        BusUnavailable
            If the bus showed nothing more of the room for `follow_timeout_seconds`.
        """
        followed = self._follow(name)
        followed.wanted_seconds = self.clock.monotonic_seconds()
        if not followed.follower.settled.is_set():
            await self._settle(followed)
        followed.room.live = True
        return followed.room

    async def _settle(self, followed: _Followed) -> None:
        """Wait as long as the bus gets on: reading a long set may take a busy process a while."""
        follower = followed.follower
        for _ in range(MOST_FOLLOW_TIMEOUTS):
            read_before = follower.events
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.config.follow_timeout_seconds):
                    await follower.settled.wait()
                    return
            if follower.events == read_before:
                break
        raise BusUnavailable(
            f"Room {followed.room.name} cannot be read from the bus just now; try again."
        )

    def _follow(self, name: str) -> _Followed:
        followed = self._rooms.get(name)
        if followed is not None:
            return followed
        self._check_room_for(name)
        room = ViewedRoom(
            name,
            self._bus,
            clock=self.clock,
            metrics=self.metrics,
            config=self.config,
            weights=self._weights,
            same_host=self._same_host,
            door=self._crowd,
        )
        follower = RoomFollower(
            self._bus, name, room.accept, quiet_seconds=self.config.quiet_seconds
        )
        task = asyncio.create_task(follower.run(), name=f"follow {name}")
        followed = _Followed(room, follower, task, self.clock.monotonic_seconds())
        self._rooms[name] = followed
        if self._housekeeping is None:
            self._housekeeping = asyncio.create_task(self._keep_house(), name="viewers")
        return followed

    def _check_room_for(self, name: str) -> None:
        if self._closing:
            raise self._limit("The server is going away; try again.", "going_away")
        if name not in self._rooms and len(self._rooms) >= self.config.max_rooms:
            raise self._limit("Too many rooms are being watched; try again later.", "rooms_full")

    def _limit(self, message: str, code: str) -> LimitReached:
        return LimitReached(message, code=code, retry_after_seconds=self.config.retry_after_seconds)

    def known(self, name: str) -> ViewedRoom | None:
        """Return the room if it is followed and up to date already."""
        followed = self._rooms.get(name)
        return followed.room if followed and followed.follower.settled.is_set() else None

    def viewers_in(self, name: str) -> int:
        """How many watch a room through this process."""
        followed = self._rooms.get(name)
        return followed.room.viewers if followed else 0

    def address_digest(self, address: str) -> str:
        """Return what the crowd knows an address by: it counts alike, but names nobody."""
        return blake2b(address.encode(), key=self._address_key, digest_size=16).hexdigest()

    def admit(self, link: Link, address: str, room: str) -> None:
        """Count `link` among the viewers.

        Parameters
        ----------
        link
            The connection.
        address
            Where it comes from, as far as limits are concerned.
        room
            What it wants to watch.

        Raises
        ------
        LimitReached
            If there are too many viewers, of this address or at all, or too many rooms.
        """
        self._check_room_for(room)
        if len(self._links) >= self.config.max_viewers:
            raise self._limit("Too many viewers; try again later.", "viewers_full")
        if self._addresses[address] >= self.config.max_viewers_per_address:
            raise self._limit("Too many viewers from this address.", "address_full")
        self._links[link] = address
        self._addresses[address] += 1
        self._empty.clear()
        self.metrics.viewers.set(len(self._links))

    def release(self, link: Link) -> None:
        """Forget a connection that is gone; does nothing if it was never admitted."""
        address = self._links.pop(link, None)
        if address is None:
            return
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]
        if not self._links:
            self._empty.set()
        self.metrics.viewers.set(len(self._links))

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(self.config.edge_stats_seconds)
            for name, followed in tuple(self._rooms.items()):
                try:
                    followed.room.announce_audience()
                except Exception:  # of one room; the others are kept all the same
                    logger.exception("room %s could not be told of its audience", name)
                self._count_losses(followed)
                if self._is_idle(followed):
                    del self._rooms[name]
                    await _stop(followed)

    def _count_losses(self, followed: _Followed) -> None:
        dropped = followed.follower.take_dropped()
        if dropped:
            self.metrics.queue_dropped.labels(FOLLOWING_QUEUE).inc(dropped)
            logger.warning("room %s: %d envelopes lost", followed.room.name, dropped)

    def _is_idle(self, followed: _Followed) -> bool:
        now = self.clock.monotonic_seconds()
        if followed.room.viewers:
            followed.wanted_seconds = now
        # A name that somebody made up must not take the place of a room.
        known = followed.room.picture.epoch is not None
        longest = self.config.linger_seconds if known else self.config.follow_timeout_seconds
        return now - followed.wanted_seconds > longest

    async def close(self) -> None:
        """Tell every viewer that the server goes away, wait for them (bounded), and stop."""
        self._closing = True
        for link in tuple(self._links):
            link.end(CloseCode.GOING_AWAY, "going_away")
        await self._until_empty()
        if self._housekeeping is not None:
            await _cancel(self._housekeeping)
        while self._rooms:
            _, followed = self._rooms.popitem()
            await _stop(followed)

    async def _until_empty(self) -> None:
        if not self._links:
            return
        try:
            async with asyncio.timeout(self.config.close_seconds + 1.0):
                await self._empty.wait()
        except TimeoutError:
            logger.error("%d viewers did not go within the time", len(self._links))


async def _stop(followed: _Followed) -> None:
    followed.room.stop()
    await _cancel(followed.task)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task}, timeout=CANCEL_SECONDS)
