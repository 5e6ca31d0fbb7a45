"""Puts a process's half of the crowd together: its host, what is stored for it, its routes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter

from battles.chat_rules import ChatRulesStore
from battles.database import Database
from battles.emotes import EmoteStore
from battles.keys import KeyStore
from battles.moderation_log import ModerationLog
from battles.moderators import ModeratorStore
from core.bus import Bus
from core.clock import Clock
from core.crowd import AuditEntry, CrowdDoor, Moment
from core.messages import Envelope
from core.metrics import Metrics
from sentiment.classifier import Classifier
from sentiment.hosting.clipping import ClipMaker as CutClip
from sentiment.hosting.stores import EmotesOf
from sentiment.live import LiveCrowd
from sentiment.moderation import Lexicon, Moderator
from sentiment.moderation.names import Names
from sentiment.moments import CrowdSenses
from sentiment.text.emotes import STARTER_EMOTES
from web.clips import ClipMaker, ClipOutcome
from web.crowd.credentials import Credentials
from web.crowd.desk import Desk
from web.crowd.emotes import emotes_elsewhere_router, emotes_router
from web.crowd.listings import MomentsOf, listings_router, moments_through, no_moments
from web.crowd.moderation import moderation_router
from web.crowd.moderators import moderators_elsewhere_router, moderators_router
from web.crowd.retention import LogRetention
from web.operations import Health, PartCheck, PartHealth
from web.settings import Settings
from web.viewers.shut_door import CHAT_DISABLED, CROWD_ELSEWHERE, ShutDoor

STARTER_FOLDER: Final = "emotes"
"""Below the pages' static files."""


@dataclass(frozen=True, slots=True)
class Stores:
    """What the database holds of the crowds."""

    keys: KeyStore
    moderators: ModeratorStore
    emotes: EmoteStore


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a process has of the crowds."""

    door: CrowdDoor
    moments_of: MomentsOf = no_moments
    stores: Stores | None = None  # None where no database is at hand
    check: PartCheck | None = None  # None where it hosts none
    emotes_changed: Callable[[str], None] = lambda _: None  # of a room

    def routers(self, address: Callable[[str], str], static_folder: str) -> Sequence[APIRouter]:
        """Return its routes.

        Parameters
        ----------
        address
            Makes the digest of a client's address that the crowd may know.
        static_folder
            Address of the pages' static files.
        """
        stores = self.stores
        return (
            moderation_router(Desk(self.door, address)),
            moderators_elsewhere_router()
            if stores is None
            else moderators_router(stores.moderators, stores.keys.authenticate),
            emotes_elsewhere_router()
            if stores is None
            else emotes_router(
                stores.emotes,
                Credentials(stores.keys, stores.moderators).appointment,
                self.emotes_changed,
            ),
            listings_router(
                self.moments_of,
                None if stores is None else stores.emotes,
                f"{static_folder}/{STARTER_FOLDER}",
            ),
        )


async def crowd_elsewhere(settings: Settings, metrics: Metrics, stack: AsyncExitStack) -> Crowd:
    """Return what a process has that hosts no crowds: a way through Redis to the one that does.

    Parameters
    ----------
    settings, metrics, stack
        As for `crowd_here`.
    """
    if not settings.chat.enabled:
        return Crowd(ShutDoor(CHAT_DISABLED))
    if settings.redis_address is None:
        return Crowd(ShutDoor(CROWD_ELSEWHERE))
    door = _door_through_redis(settings.redis_address, metrics, stack)
    return Crowd(door, moments_through(door))


async def crowd_here(
    settings: Settings,
    *,
    database: Database,
    keys: KeyStore,
    bus: Bus,
    clips: ClipMaker | None,
    clock: Clock,
    metrics: Metrics,
    stack: AsyncExitStack,
) -> Crowd:
    """Host the crowds of all rooms in this process, unless the operator wants no chat.

    Parameters
    ----------
    settings
        What the operator has set.
    database, keys, bus
        Where things are stored, who the DJs are, and where their sets are.
    clips
        Makes clips of moments; None where none are wanted.
    clock, metrics
        Time and figures.
    stack
        Closes what is started here.

    Raises
    ------
    core.errors.ModelInvalid
        If the crowd's model cannot be loaded.
    """
    log = ModerationLog(database, clock)
    retention = LogRetention(log, settings.chat.audit_days)
    retention.start()  # without a chat as well: what is in the log must go in time
    stack.push_async_callback(retention.stop)
    stores = Stores(
        keys, ModeratorStore(database, clock), EmoteStore(database, STARTER_EMOTES, clock)
    )
    if not settings.chat.enabled:
        return Crowd(ShutDoor(CHAT_DISABLED), stores=stores)
    classifier = await asyncio.to_thread(Classifier.load)
    lexicon = await asyncio.to_thread(Lexicon.shipped)
    host = LiveCrowd(
        classifier,
        lambda: Moderator(lexicon),
        lambda _room: CrowdSenses(clock),
        listen=lexicon.read,
        names=Names(),
        clock=clock,
        metrics=metrics,
        bus=bus,
        authenticate=Credentials(keys, stores.moderators).appointment,
        audit=log if settings.chat.audit_days > 0 else NoRecord(),
        rules_store=ChatRulesStore(database, clock),
        emotes_of=_names_of(stores.emotes),
        clip_maker=None if clips is None else _cut(clips, lambda: host),
        hear_set=_deaf if clips is None else clips.hear,
        config=settings.crowd_config(),
    )
    host.start()
    stack.push_async_callback(host.stop)

    async def check() -> PartHealth:
        return PartHealth(Health.OK, None, {"version": classifier.version})

    if settings.redis_address is not None:
        # Of several that could host, one does: even this one comes in by the common door.
        _offer(host, settings.redis_address, clock, metrics, stack)
        door = _door_through_redis(settings.redis_address, metrics, stack)
        return Crowd(door, moments_through(door), stores, check, host.read_emotes)

    async def moments_of(room: str) -> Sequence[Moment]:
        return host.recent_moments(room)

    return Crowd(host, moments_of, stores, check, host.read_emotes)


def _offer(
    host: LiveCrowd, address: str, clock: Clock, metrics: Metrics, stack: AsyncExitStack
) -> None:
    """Let all processes that share Redis reach the crowds that are hosted here."""
    # Imported only where it is asked for: the default needs no Redis client.
    from core.bus.redis_crowd_host import RedisCrowdHost  # noqa: PLC0415
    from core.bus.redis_streams import connect  # noqa: PLC0415

    offered = RedisCrowdHost(
        host,
        connect(address),
        connect(address),
        connect(address, timeout_seconds=None),
        clock=clock,
        metrics=metrics,
        begin_anew=host.begin_anew,
    )
    stack.push_async_callback(offered.close)


def _door_through_redis(address: str, metrics: Metrics, stack: AsyncExitStack) -> CrowdDoor:
    from core.bus.redis_crowd import RedisCrowd  # noqa: PLC0415
    from core.bus.redis_streams import connect  # noqa: PLC0415

    door = RedisCrowd(connect(address), connect(address, timeout_seconds=None), metrics)
    stack.push_async_callback(door.close)
    return door


class NoRecord:
    """An audit sink of an operator who wants no log: decisions are forgotten at once."""

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        """Store nothing."""


def _names_of(emotes: EmoteStore) -> EmotesOf:
    async def names(room: str) -> Collection[str]:
        return [emote.name for emote in await emotes.list(room)]

    return names


def _deaf(_: Envelope) -> None:
    """Take what nobody wants to hear."""


def _cut(clips: ClipMaker, host: Callable[[], LiveCrowd]) -> CutClip:
    async def cut(room: str, moment: Moment) -> ClipOutcome:
        return await clips.make(room, moment, host().recent_audio(room, moment.epoch))

    return cut
