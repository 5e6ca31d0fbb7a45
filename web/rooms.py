"""The HTTP API about rooms: who is on air, and how a set went so far.

A room's state is kept by the hub that serves its viewers. A room that nobody watches is followed
when it is first asked for, and for a while after.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote
from weakref import WeakKeyDictionary

import orjson
from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel

from battles.sets import LiveSet
from core.bus import Bus, RoomSummary
from core.errors import BusUnavailable, LimitReached, NotFound, StorageUnavailable
from core.messages import Component, Genre, Phase, Reading, Score, SessionState
from web.viewers import ViewerHub
from web.viewers.protocol import estimate_data, reading_data
from web.viewers.room import ViewedRoom
from web.viewers.timeline import MOST_POINTS

MOST_LISTED: Final = 200
MOST_LOOKED_INTO: Final = 24
"""Rooms of a listing whose scores are told; a page of rooms shows no more."""

LISTING_SECONDS: Final = 1.0
"""For how long a listing is given out again: many pages ask, few things change."""

STORED_SECONDS: Final = 2.0
"""Longest wait of a listing for the database; then it shows what it read last."""

ROOM_FORMAT: Final = re.compile(r"[a-z0-9-]{1,64}")

LEAST_POINTS: Final = 16
DEFAULT_POINTS: Final = 1_000
RESOLUTIONS_KEPT: Final = 4

NO_WINDOW_YET: Final = "too_short"
NOT_READ: Final = "not_read"

logger = logging.getLogger(__name__)

IfNoneMatch = Annotated[str | None, Header()]


class EstimateModel(BaseModel):
    """A score on 1-10, and the interval that holds it with 90 %."""

    value: float
    low: float
    high: float


class ReadingModel(BaseModel):
    """Something heard, or why it is not known."""

    value: float | str | None
    confidence: float
    reason: str | None


class SetModel(BaseModel):
    """The score of a set so far, or why it has none."""

    reason: str | None
    overall: EstimateModel | None
    components: dict[Component, EstimateModel | None]


class RoomModel(BaseModel):
    """A room that is, or was lately, on air."""

    room: str
    epoch: str
    phase: Phase
    reason: str | None
    dj_name: str
    title: str | None
    declared_genre: Genre | None
    started_unix_seconds: float
    viewers: int
    set: SetModel
    bpm: ReadingModel
    key: ReadingModel
    genre: ReadingModel


class RoomsModel(BaseModel):
    """The rooms known, those on air first."""

    rooms: list[RoomModel]


LastOfRooms = Callable[[int, str | None], Awaitable[Sequence[LiveSet]]]
"""Finds the last finished set of each room: so many at most, or the one of the room named."""


def rooms_router(bus: Bus, hub: ViewerHub, finished: LastOfRooms | None = None) -> APIRouter:
    """Return the routes below `/api/rooms`.

    Parameters
    ----------
    bus
        Knows which rooms there are.
    hub
        Knows how they look.
    finished
        Knows the sets of rooms that the bus has forgotten, where there is a database to ask.
    """
    router = APIRouter(prefix="/api/rooms", tags=["rooms"])
    lobby = Lobby(bus, hub, finished)
    timelines = Timelines()

    @router.get("", response_model=RoomsModel)
    async def list_rooms(if_none_match: IfNoneMatch = None) -> Response:
        """List rooms on air first, then those that were; at most 200."""
        body = await lobby.listing()
        return _answer(body, _digest(body), if_none_match, max_age_seconds=1)

    @router.get("/{room}", response_model=RoomModel)
    async def show_room(room: str, if_none_match: IfNoneMatch = None) -> Response:
        """Show one room as it is now."""
        body = orjson.dumps(await lobby.room(room))
        return _answer(body, _digest(body), if_none_match, max_age_seconds=0)

    @router.get("/{room}/timeline")
    async def show_timeline(
        room: str,
        resolution: Annotated[int, Query(ge=LEAST_POINTS, le=MOST_POINTS)] = DEFAULT_POINTS,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """Show the room's current set so far, in columns, with `resolution` points at most."""
        viewed = await lobby.viewed(room)
        tag = _timeline_tag(viewed, resolution)
        body = b"" if if_none_match == tag else timelines.body(viewed, resolution)
        return _answer(body, tag, if_none_match, max_age_seconds=0)

    return router


class Lobby:
    """Looks rooms up.

    Parameters
    ----------
    bus, hub, finished
        As for `rooms_router`.
    """

    def __init__(self, bus: Bus, hub: ViewerHub, finished: LastOfRooms | None = None) -> None:
        self._bus = bus
        self._hub = hub
        self._finished = finished
        self._stored: Sequence[LiveSet] = ()  # of all rooms, as last read
        self._looking = asyncio.Lock()
        self._listing = b""
        self._listed_seconds: float | None = None

    async def listing(self) -> bytes:
        """Return the listing as JSON, made at most once a second however many ask."""
        async with self._looking:
            now = self._hub.clock.monotonic_seconds()
            if self._listed_seconds is None or now - self._listed_seconds >= LISTING_SECONDS:
                self._listing = orjson.dumps({"rooms": await self._describe_all()})
                self._listed_seconds = now
            return self._listing

    async def _describe_all(self) -> list[dict[str, Any]]:
        summaries = list(await self._bus.rooms())[:MOST_LISTED]
        views = await asyncio.gather(*map(self._glance, summaries[:MOST_LOOKED_INTO]))
        unread: Sequence[ViewedRoom | None] = [None] * (len(summaries) - len(views))
        on_bus = [
            _described(summary.state, view, self._bus.viewers(summary.room))
            for summary, view in zip(summaries, [*views, *unread], strict=True)
        ]
        return await self._with_stored(on_bus)

    async def _with_stored(self, on_bus: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Add the rooms that only the database knows."""
        if self._finished is None:
            return on_bus
        try:
            async with asyncio.timeout(STORED_SECONDS):
                self._stored = await self._finished(MOST_LISTED, None)
        except (StorageUnavailable, TimeoutError) as error:
            logger.warning("rooms are listed without news of the database: %r", error)
        known = {each["room"] for each in on_bus}
        stored = [_stored(one, self._bus) for one in self._stored if one.room not in known]
        both = sorted([*on_bus, *filter(None, stored)], key=_by_liveness)
        return both[:MOST_LISTED]

    async def _glance(self, summary: RoomSummary) -> ViewedRoom | None:
        try:
            return await self._hub.room(summary.room)
        except (BusUnavailable, LimitReached):
            return None  # listed all the same, without what is not known

    async def room(self, name: str) -> dict[str, Any]:
        """Return one room's description.

        Raises
        ------
        NotFound
            If nobody has played there.
        BusUnavailable, LimitReached, StorageUnavailable
            If the room cannot be followed, or looked up, just now.
        """
        try:
            viewed = await self.viewed(name)
        except NotFound:
            return await self._stored_room(name)
        state = viewed.picture.state
        if state is None:
            return await self._stored_room(name)
        return _described(state, viewed, self._bus.viewers(name))

    async def _stored_room(self, name: str) -> dict[str, Any]:
        """Return what the database knows of a room that is not on the bus."""
        if self._finished is not None and ROOM_FORMAT.fullmatch(name):
            for one in await self._finished(1, name):
                described = _stored(one, self._bus)
                if described is not None:
                    return described
        raise _no_such_room(name)

    async def viewed(self, name: str) -> ViewedRoom:
        """Return a room in which somebody plays or has played; raises like `room`."""
        known = self._hub.known(name)
        was_played_in = known is not None and known.picture.state is not None
        # Ask the bus before following: names that are made up must not each cost a following.
        if not was_played_in and not await self._is_listed(name):
            raise _no_such_room(name)
        return await self._hub.room(name)

    async def _is_listed(self, name: str) -> bool:
        return any(summary.room == name for summary in await self._bus.rooms())


class Timelines:
    """Timelines as JSON, made once for each event and resolution however many ask."""

    def __init__(self) -> None:
        self._bodies: WeakKeyDictionary[ViewedRoom, dict[str, bytes]] = WeakKeyDictionary()

    def body(self, viewed: ViewedRoom, resolution: int) -> bytes:
        """Return the timeline of a room's current set."""
        kept = self._bodies.setdefault(viewed, {})
        tag = _timeline_tag(viewed, resolution)
        if tag not in kept:
            while len(kept) >= RESOLUTIONS_KEPT:
                del kept[next(iter(kept))]  # the oldest
            kept[tag] = _timeline_body(viewed, resolution)
        return kept[tag]


def _timeline_body(viewed: ViewedRoom, resolution: int) -> bytes:
    picture = viewed.picture
    head = {
        "room": viewed.name,
        "epoch": picture.epoch,
        "last_seq": picture.history.last_seq,
        "position_seconds": picture.position_microseconds / 1_000_000,
    }
    return orjson.dumps(head | picture.timeline.columns(resolution))


def _timeline_tag(viewed: ViewedRoom, resolution: int) -> str:
    picture = viewed.picture
    return f'W/"{quote(picture.epoch or "")}-{picture.history.last_seq}-{resolution}"'


def _described(state: SessionState, viewed: ViewedRoom | None, viewers: int) -> dict[str, Any]:
    picture = viewed.picture if viewed is not None else None
    if picture is not None and picture.state is not None:
        state = picture.state  # the bus's directory may lag
    info = state.info
    return {
        "room": info.room,
        "epoch": info.session,
        "phase": state.phase,
        "reason": state.reason,
        "dj_name": info.dj_name,
        "title": info.title,
        "declared_genre": info.declared_genre,
        "started_unix_seconds": info.started_unix_seconds,
        "viewers": viewers,
        **_judged(picture.score if picture else None, NO_WINDOW_YET if picture else NOT_READ),
    }


def _stored(stored: LiveSet, bus: Bus) -> dict[str, Any] | None:
    """Describe a room by its last set in the database, None while that is on air."""
    result = stored.result
    if result is None:
        return None
    components = result.components
    return {
        "room": stored.room,
        "epoch": stored.session,
        "phase": Phase.ENDED,
        "reason": result.reason,
        "dj_name": stored.dj_name,
        "title": stored.title,
        "declared_genre": stored.declared_genre,
        "started_unix_seconds": stored.started_unix_seconds,
        "viewers": bus.viewers(stored.room),
        **_judged(None, NOT_READ),
        "set": {
            "reason": result.score_reason,
            "overall": estimate_data(result.overall),
            "components": {part.value: estimate_data(components.get(part)) for part in Component},
        },
    }


def _by_liveness(room: Mapping[str, Any]) -> tuple[bool, float]:
    """Sort key, as `core.bus.interface.by_liveness`."""
    return (room["phase"] == Phase.ENDED, -room["started_unix_seconds"])


def _judged(score: Score | None, reason: str) -> Mapping[str, Any]:
    """Return what was heard; where nothing was, null everywhere with `reason`."""
    if score is None:
        unknown = reading_data(Reading(None, reason=reason))
        nothing = {part.value: None for part in Component}
        return {
            "set": {"reason": reason, "overall": None, "components": nothing},
            "bpm": unknown,
            "key": unknown,
            "genre": unknown,
        }
    components = score.set_components
    return {
        "set": {
            "reason": score.set_reason,
            "overall": estimate_data(score.set_overall),
            "components": {part.value: estimate_data(components.get(part)) for part in Component},
        },
        "bpm": reading_data(score.bpm),
        "key": reading_data(score.key),
        "genre": reading_data(score.genre),
    }


def _answer(body: bytes, tag: str, if_none_match: str | None, *, max_age_seconds: int) -> Response:
    caching = f"public, max-age={max_age_seconds}" if max_age_seconds else "no-cache"
    headers = {"ETag": tag, "Cache-Control": caching}
    if if_none_match == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _digest(body: bytes) -> str:
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def _no_such_room(name: str) -> NotFound:
    return NotFound(
        f"Nobody has played in a room named {name!r}; GET /api/rooms lists those that exist.",
        code="room_not_found",
        room=name,
    )
