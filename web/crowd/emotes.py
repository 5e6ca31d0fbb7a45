"""The routes by which a room's DJ and moderators give it emotes of its own, and take them away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Protocol

import orjson
from fastapi import APIRouter, Request, Response

from battles.emotes import Emote
from core.errors import ConfigurationInvalid
from web.crowd.bearer import credential_of, not_allowed, require_room_name
from web.crowd.listings import own_emote
from web.crowd.moderation import PRIVATE
from web.viewers.shut_door import CROWD_ELSEWHERE

Appointed = Callable[[str, str], Awaitable[object]]
"""Given a room and a credential, returns what that is worth there; None where nothing
(`web.crowd.credentials.Credentials.appointment`)."""

PATH = "/api/rooms/{room}/emotes/{name}"


class KeptEmotes(Protocol):
    """Keeps the rooms' own emotes: `battles.emotes.EmoteStore`."""

    async def add(self, room: str, name: str, image: bytes) -> Emote:
        """Store a checked picture under a name, in place of the one that had it."""
        ...

    async def remove(self, room: str, name: str) -> None:
        """Remove an emote."""
        ...


def emotes_router(
    emotes: KeptEmotes, appointed: Appointed, changed: Callable[[str], None]
) -> APIRouter:
    """Return the route `/api/rooms/{room}/emotes/{name}`.

    Parameters
    ----------
    emotes
        Keeps them.
    appointed
        Knows who may.
    changed
        Called with a room whose emotes are others now.
    """
    router = APIRouter(tags=["moderation"])

    async def admit(room: str, request: Request) -> None:
        credential = credential_of(request)
        if await appointed(require_room_name(room), credential) is None:
            raise not_allowed()

    @router.put(PATH, summary="Add an emote: PNG, WebP or GIF, 128 x 128 and 64 KB at most")
    async def put(room: str, name: str, request: Request) -> Response:
        await admit(room, request)
        emote = await emotes.add(room, name, await request.body())
        changed(room)
        body = orjson.dumps(own_emote(emote))
        return Response(body, media_type="application/json", headers=PRIVATE)

    @router.delete(PATH, summary="Take an emote away", status_code=HTTPStatus.NO_CONTENT)
    async def remove(room: str, name: str, request: Request) -> Response:
        await admit(room, request)
        await emotes.remove(room, name)
        changed(room)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def emotes_elsewhere_router() -> APIRouter:
    """Return what a process without a database answers at the same address."""
    router = APIRouter(include_in_schema=False)

    async def refuse() -> Response:
        raise ConfigurationInvalid(
            "This server does not keep emotes; ask the one that takes DJs in.",
            code=CROWD_ELSEWHERE,
        )

    router.add_api_route(PATH, refuse, methods=["PUT", "DELETE"])
    return router
