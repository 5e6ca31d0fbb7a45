"""The rooms that are hosted just now, and the tasks that keep each of them going."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from core.bus import Bus
from core.clock import Clock
from core.errors import LimitReached
from core.metrics import Metrics
from sentiment.chat import checked_rules
from sentiment.hosting.config import CrowdConfig
from sentiment.hosting.failing import log_failure
from sentiment.hosting.following import SetFollower
from sentiment.hosting.hosted import HostedRoom
from sentiment.hosting.stores import EmotesOf, RulesStore
from sentiment.text.emotes import STARTER_EMOTES

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Kept:
    room: HostedRoom
    following: asyncio.Task[None]
    reading: asyncio.Task[None] | None = None


class HostedRooms:
    """Hosts rooms on demand and forgets those that nobody would miss.

    Parameters
    ----------
    make
        Makes a room.
    bus
        Where the rooms' sets are.
    rules_store, emotes_of
        What is stored of rooms; None of the latter where rooms have no emotes of their own.
    clock, metrics, config
        Time, figures and limits.
    """

    def __init__(
        self,
        make: Callable[[str], HostedRoom],
        *,
        bus: Bus,
        rules_store: RulesStore,
        emotes_of: EmotesOf | None,
        clock: Clock,
        metrics: Metrics,
        config: CrowdConfig,
    ) -> None:
        self._make = make
        self._bus = bus
        self._rules_store = rules_store
        self._emotes_of = emotes_of
        self._clock = clock
        self._metrics = metrics
        self._config = config
        self._kept: dict[str, _Kept] = {}
        self._ending: set[asyncio.Task[None]] = set()  # of rooms that were forgotten

    def __len__(self) -> int:
        return len(self._kept)

    def all(self) -> tuple[HostedRoom, ...]:
        """Return the rooms as they are now."""
        return tuple(kept.room for kept in self._kept.values())

    def get(self, name: str) -> HostedRoom | None:
        """Return a room if it is hosted."""
        kept = self._kept.get(name)
        return kept.room if kept else None

    def host(self, name: str) -> HostedRoom:
        """Return a room, hosted from now on if it was not.

        Raises
        ------
        LimitReached
            If there are too many, and none that could be forgotten.
        """
        kept = self._kept.get(name)
        if kept is not None:
            return kept.room
        if len(self._kept) >= self._config.rooms_most and not self._forget_one():
            raise LimitReached(
                f"There are {len(self._kept)} rooms with a chat already; try again later.",
                code="rooms_full",
                retry_after_seconds=60,
            )
        room = self._make(name)
        follower = SetFollower(self._bus, name, room.accept, self._metrics)
        task = asyncio.create_task(follower.run(), name=f"crowd follows {name}")
        self._kept[name] = _Kept(room, task)
        self._read_stores(self._kept[name])
        return room

    async def ready(self, room: HostedRoom) -> None:
        """Wait until it is known what is stored of a room, but not for ever."""
        kept = self._kept.get(room.name)
        if kept is not None and kept.reading is not None and not room.rules_known:
            await asyncio.wait({kept.reading}, timeout=self._config.store_seconds)

    def keep_house(self) -> None:
        """Forget the idle, and look again at what is stored of the others."""
        for kept in tuple(self._kept.values()):
            if kept.room.is_idle:
                self._forget(kept)
            elif kept.room.listeners and self._is_stale(kept.room):
                self._read_stores(kept)

    def read_again(self, name: str) -> None:
        """Look again at what is stored of a room, if it is hosted."""
        kept = self._kept.get(name)
        if kept is not None:
            kept.room.read_seconds = float("-inf")  # should a look be under way just now
            self._read_stores(kept)

    def _is_stale(self, room: HostedRoom) -> bool:
        config = self._config
        longest = config.emotes_seconds if room.rules_known else config.ask_seconds
        return self._clock.monotonic_seconds() - room.read_seconds >= longest

    def _read_stores(self, kept: _Kept) -> None:
        if kept.reading is not None and not kept.reading.done():
            return
        kept.room.read_seconds = self._clock.monotonic_seconds()
        kept.reading = asyncio.create_task(
            self._read(kept.room), name=f"crowd reads of {kept.room.name}"
        )

    async def _read(self, room: HostedRoom) -> None:
        if not room.rules_known:
            try:
                await self._read_rules(room)
            except Exception as error:  # until they can be read, the usual rules hold
                log_failure("crowd_rules_unreadable", error)
        if self._emotes_of is None:
            return
        try:
            async with asyncio.timeout(self._config.store_seconds):
                own = await self._emotes_of(room.name)
        except Exception as error:  # those known before are kept
            log_failure("crowd_emotes_unreadable", error)
        else:
            room.emotes = frozenset(STARTER_EMOTES) | frozenset(own)

    async def _read_rules(self, room: HostedRoom) -> None:
        async with asyncio.timeout(self._config.store_seconds):
            stored = await self._rules_store.load(room.name)
        if room.rules_known:  # somebody changed them meanwhile
            return
        if stored is not None:
            room.chat.configure(checked_rules(stored))
        room.rules_known = True

    def _forget_one(self) -> bool:
        """Forget the room that was idle for longest, though not for long enough yet."""
        unheard = [
            kept
            for kept in self._kept.values()
            if not kept.room.listeners and not kept.room.waiting_messages
        ]
        if not unheard:
            return False
        self._forget(max(unheard, key=lambda kept: _dispensability(kept.room)))
        return True

    def _forget(self, kept: _Kept) -> None:
        del self._kept[kept.room.name]
        kept.room.close()
        for task in (kept.following, kept.reading):
            if task is not None and not task.done():
                task.cancel()
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)

    def forget_all(self) -> None:
        """Forget all rooms: what they were is over."""
        for kept in tuple(self._kept.values()):
            self._forget(kept)

    async def stop(self) -> None:
        """Forget all rooms, and wait until their tasks have ended."""
        self.forget_all()
        await asyncio.gather(*self._ending, return_exceptions=True)


def _dispensability(room: HostedRoom) -> tuple[bool, bool, float]:
    """Rank who goes first: names that somebody made up, then rooms where nobody is silenced."""
    return not room.has_lived, not room.keeps_silence, room.chat.idle_seconds
