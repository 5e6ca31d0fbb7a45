"""The routes that list what a room's crowd has to show: epic moments, and its emotes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from http import HTTPStatus
from typing import Final, Protocol

import orjson
from fastapi import APIRouter, Request, Response

from battles.emotes import NAME_FORMAT, Emote
from core.crowd import CrowdDoor, Moment, Moments, ReadMoments, Refused
from core.errors import NotFound, StorageUnavailable
from sentiment.text.emotes import STARTER_EMOTES
from web.crowd.bearer import error_of, require_room_name
from web.viewers.crowd_protocol import moment_data
from web.viewers.protocol import Json

ASK_AGAIN: Final = "no-cache"

EMOTE_CACHING: Final = "public, max-age=300"
"""An emote may be replaced under its name: five minutes later everybody sees the new one."""

STORE_SECONDS: Final = 2.0

logger = logging.getLogger(__name__)

MomentsOf = Callable[[str], Awaitable[Sequence[Moment]]]
"""Given a room, returns its latest moments, the newest first."""


class Emotes(Protocol):
    """Knows the rooms' own emotes: `battles.emotes.EmoteStore`."""

    async def list(self, room: str) -> tuple[Emote, ...]:
        """Return a room's own emotes by name."""
        ...

    async def image(self, room: str, name: str) -> tuple[Emote, bytes]:
        """Return an emote and its picture; raises NotFound."""
        ...


def listings_router(moments_of: MomentsOf, emotes: Emotes | None, starter_folder: str) -> APIRouter:
    """Return the routes `/api/rooms/{room}/moments`, `.../emotes` and `/emotes/{room}/{name}`.

    Parameters
    ----------
    moments_of
        Knows the moments.
    emotes
        Knows the rooms' own emotes; None where no database is at hand.
    starter_folder
        Address of the pictures that every room has.
    """
    router = APIRouter(tags=["crowd"])

    @router.get("/api/rooms/{room}/moments", summary="Epic moments, the newest first")
    async def moments(room: str, request: Request) -> Response:
        latest = await moments_of(require_room_name(room))
        return _listing({"moments": [moment_data(moment) for moment in latest]}, request)

    @router.get("/api/rooms/{room}/emotes", summary="Emotes that can be written as :name:")
    async def list_emotes(room: str, request: Request) -> Response:
        own = await _own(emotes, require_room_name(room))
        every = [_starter(name, starter_folder) for name in STARTER_EMOTES]
        return _listing({"emotes": [*every, *map(own_emote, own)]}, request)

    @router.get("/emotes/{room}/{name}", summary="The picture of a room's own emote")
    async def picture(room: str, name: str, request: Request) -> Response:
        if emotes is None or not NAME_FORMAT.fullmatch(name):
            raise NotFound("There is no such emote.", code="emote_not_found", room=room, name=name)
        emote, image = await emotes.image(require_room_name(room), name)
        headers = {"ETag": f'"{emote.digest[:24]}"', "Cache-Control": EMOTE_CACHING}
        if _is_known(request, headers["ETag"]):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        # It is a picture and nothing else, whatever a browser is told to do with its address.
        headers |= {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return Response(image, media_type=emote.media_type, headers=headers)

    return router


def moments_through(door: CrowdDoor) -> MomentsOf:
    """Return how to ask a crowd for its moments, wherever it is hosted."""

    async def moments(room: str) -> Sequence[Moment]:
        reply = await door.ask(ReadMoments(room))
        if isinstance(reply, Refused):
            raise error_of(reply)
        return reply.moments if isinstance(reply, Moments) else ()

    return moments


async def no_moments(_room: str) -> Sequence[Moment]:
    """Return the moments of a crowd that there is not."""
    return ()


async def _own(emotes: Emotes | None, room: str) -> Sequence[Emote]:
    """Return a room's own emotes; while the database is away there are only those of every room."""
    if emotes is None:
        return ()
    try:
        async with asyncio.timeout(STORE_SECONDS):
            return await emotes.list(room)
    except (StorageUnavailable, TimeoutError) as error:
        logger.warning("emotes are listed without those of room %s: %r", room, error)
        return ()


def _starter(name: str, folder: str) -> Json:
    return {"name": name, "src": f"{folder}/{name}.svg", "label_key": f"emote.{name}"}


def own_emote(emote: Emote) -> Json:
    """Return what is told of an emote of a room's own."""
    # Named by its content too, so that a replaced picture is fetched at once.
    src = f"/emotes/{emote.room}/{emote.name}?v={emote.digest[:12]}"
    return {"name": emote.name, "src": src, "label_key": None}


def _listing(listed: Json, request: Request) -> Response:
    body = orjson.dumps(listed)
    headers = {
        "ETag": f'"{blake2b(body, digest_size=12).hexdigest()}"',
        "Cache-Control": ASK_AGAIN,
    }
    if _is_known(request, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _is_known(request: Request, tag: str) -> bool:
    known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    return not known.isdisjoint({tag, f"W/{tag}", "*"})
