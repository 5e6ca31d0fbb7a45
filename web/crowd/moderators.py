"""The routes by which a DJ hands out moderators' passes and takes them back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import orjson
from fastapi import APIRouter, Request, Response

from battles.moderators import MODERATOR_ID_CHARACTERS, PASS_FORMAT, Moderator, ModeratorStore
from core.errors import ConfigurationInvalid, NotFound
from core.messages import Publisher
from web.crowd.bearer import credential_of, not_allowed
from web.crowd.models import ModeratorBody
from web.crowd.moderation import PRIVATE
from web.viewers.protocol import Json
from web.viewers.shut_door import CROWD_ELSEWHERE

Authenticate = Callable[[str], Awaitable[Publisher]]

PATH = "/api/rooms/{room}/moderators"


def moderators_router(store: ModeratorStore, authenticate: Authenticate) -> APIRouter:
    """Return the routes `/api/rooms/{room}/moderators` and `.../moderators/{moderator}`.

    Parameters
    ----------
    store
        Has the passes.
    authenticate
        Turns a stream key into whose it is; raises `NotAuthorised`.
    """
    router = APIRouter(prefix=PATH, tags=["moderation"])

    async def require_dj(room: str, request: Request) -> None:
        key = credential_of(request)
        # A moderator is somebody here, but not the one who chooses moderators.
        if PASS_FORMAT.fullmatch(key) or (await authenticate(key)).room != room:
            raise not_allowed()

    @router.get("", summary="Who moderates the room's chat; the DJ alone may ask")
    async def show(room: str, request: Request) -> Response:
        await require_dj(room, request)
        listed = {"moderators": [moderator_data(each) for each in await store.list(room)]}
        return Response(orjson.dumps(listed), media_type="application/json", headers=PRIVATE)

    @router.post("", summary="Make a pass, shown this once", status_code=HTTPStatus.CREATED)
    async def create(room: str, body: ModeratorBody, request: Request) -> Response:
        await require_dj(room, request)
        secret, moderator = await store.create(room, body.name)
        made = {"pass": secret, "moderator": moderator_data(moderator)}
        return Response(
            orjson.dumps(made), HTTPStatus.CREATED, headers=PRIVATE, media_type="application/json"
        )

    @router.delete("/{moderator}", summary="Take a pass back", status_code=HTTPStatus.NO_CONTENT)
    async def revoke(room: str, moderator: str, request: Request) -> Response:
        await require_dj(room, request)
        if len(moderator) != MODERATOR_ID_CHARACTERS:
            raise NotFound("There is no such moderator.", code="pass_not_found", prefix=moderator)
        await store.revoke(room, moderator)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def moderators_elsewhere_router() -> APIRouter:
    """Return what a process without a database answers at the same addresses."""
    router = APIRouter(include_in_schema=False)

    async def refuse() -> Response:
        raise ConfigurationInvalid(
            "This server does not keep moderators; ask the one that takes DJs in.",
            code=CROWD_ELSEWHERE,
        )

    for path in (PATH, PATH + "/{moderator}"):
        router.add_api_route(path, refuse, methods=["GET", "POST", "DELETE"])
    return router


def moderator_data(moderator: Moderator) -> Json:
    """Return what a DJ is shown of a pass."""
    return {
        "id": moderator.moderator_id,
        "name": moderator.name,
        "created_unix_seconds": moderator.created_unix_seconds,
        "last_used_unix_seconds": moderator.last_used_unix_seconds,
        "revoked_unix_seconds": moderator.revoked_unix_seconds,
    }
