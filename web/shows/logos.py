"""The routes of a room's logo: put by those who may, shown to everybody."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from weakref import WeakValueDictionary

import orjson
from fastapi import APIRouter, Request, Response

from battles.logos import LogoStore, no_such_logo
from web.crowd.bearer import require_room_name
from web.shows.hands import NO_STORE, Hands

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""It is named by its content: under this name there is never another."""

DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def logos_router(hands: Hands, logos: LogoStore) -> APIRouter:
    """Return the routes `/api/rooms/{room}/show/logo` and `.../show/logo/{digest}`.

    Parameters
    ----------
    hands
        Changes the show.
    logos
        Has the pictures.
    """
    router = APIRouter(prefix="/api/rooms/{room}/show/logo", tags=["show"])

    # A picture and the show that names it change together: else one hand's removal could take the
    # picture away that another has just put.
    changing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def alone(room: str) -> asyncio.Lock:
        return changing.setdefault(room, asyncio.Lock())

    async def show_logo(room: str, digest: str | None) -> None:
        await hands.change(room, lambda settings: replace(settings, logo=digest))

    @router.put("", summary="Put a picture into the overlay: PNG, JPEG or WebP, 512 KB at most")
    async def put(room: str, request: Request) -> Response:
        await hands.admit(room, request)
        image = await request.body()
        async with alone(room):
            logo = await logos.put(room, image)
            await show_logo(room, logo.digest)
        return Response(
            orjson.dumps({"logo": logo.digest}), media_type="application/json", headers=NO_STORE
        )

    @router.delete("", summary="Take it away", status_code=HTTPStatus.NO_CONTENT)
    async def remove(room: str, request: Request) -> Response:
        await hands.admit(room, request)
        async with alone(room):
            await show_logo(room, None)
            await logos.remove(room)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def picture(room: str, digest: str, request: Request) -> Response:
        if not DIGEST.fullmatch(digest):
            raise no_such_logo(room)
        require_room_name(room)
        headers = {"ETag": f'"{digest[:24]}"', "Cache-Control": IMMUTABLE}
        if _is_known(headers["ETag"], request):
            await logos.logo(room, digest)  # it is still the room's
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        # It is a picture and nothing else, whatever a browser is told to do with its address.
        headers |= {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if request.method == "HEAD":
            logo, size_bytes = await logos.logo(room, digest)
            headers["Content-Length"] = str(size_bytes)
            return Response(media_type=logo.media_type, headers=headers)
        logo, image = await logos.image(room, digest)
        return Response(image, media_type=logo.media_type, headers=headers)

    router.add_api_route(
        "/{digest}",
        picture,
        methods=["GET", "HEAD"],
        summary="The picture of a room's logo",
        response_class=Response,
    )
    return router


def _is_known(etag: str, request: Request) -> bool:
    asked = request.headers.get("if-none-match", "").split(",")
    return not {etag, "*"}.isdisjoint(each.strip().removeprefix("W/") for each in asked)
