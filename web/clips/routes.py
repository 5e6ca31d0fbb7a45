"""The routes of clips: their page, their sound, their facts, and their end by the DJ's wish."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from http import HTTPStatus
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from core.errors import NotAuthorised, NotFound
from core.messages import Publisher
from core.plain import to_plain
from web.clips.page import ClipPages
from web.clips.store import ClipStore
from web.clips.sweeping import DAY_SECONDS
from web.pages import StaticLibrary

SOUND_TYPE: Final = "audio/ogg; codecs=opus"

SOUND_CACHING: Final = "public, max-age=3600"
"""A clip never changes, but its DJ may delete it: an hour later no cache has it."""

ASK_AGAIN: Final = "no-cache"

Authenticate = Callable[[str], Awaitable[Publisher]]


def clips_router(store: ClipStore, authenticate: Authenticate, library: StaticLibrary) -> APIRouter:
    """Return the routes `/clips/{id}`, `/clips/{id}.ogg` and `/api/clips/{id}`.

    Parameters
    ----------
    store
        Has the clips.
    authenticate
        Turns a stream key into whose it is; raises `NotAuthorised`.
    library
        Has the page.
    """
    endpoint = _Clips(store, authenticate, ClipPages(library, store.keep_days))
    router = APIRouter(tags=["clips"])
    for path, methods, handler, summary in (
        ("/clips/{clip}.ogg", ["GET", "HEAD"], endpoint.sound, "A clip's sound"),
        ("/api/clips/{clip}", ["GET", "HEAD"], endpoint.facts, "What is known of a clip"),
        ("/api/clips/{clip}", ["DELETE"], endpoint.delete, "Delete a clip"),
    ):
        router.add_api_route(
            path, handler, methods=methods, summary=summary, response_class=Response
        )
    router.add_api_route(
        "/clips/{clip}", endpoint.page, methods=["GET", "HEAD"], include_in_schema=False
    )
    return router


@dataclass(frozen=True, slots=True)
class _Clips:
    store: ClipStore
    authenticate: Authenticate
    pages: ClipPages

    async def sound(self, request: Request, clip: str) -> Response:
        path, about = await self.store.sound(clip)
        tag = f'"{clip}"'  # the sound of an id never changes
        headers = {"ETag": tag, "Cache-Control": SOUND_CACHING}
        if _is_known(request, tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return FileResponse(path, headers=headers, media_type=SOUND_TYPE, stat_result=about)

    async def facts(self, request: Request, clip: str) -> Response:
        facts = await self.store.facts(clip)
        days = self.store.keep_days
        expires = facts.created_unix_seconds + days * DAY_SECONDS if days > 0 else None
        body = orjson.dumps(to_plain(facts) | {"expires_unix_seconds": expires})
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": ASK_AGAIN}
        if _is_known(request, tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    async def page(self, request: Request, clip: str) -> Response:
        try:
            facts = await self.store.facts(clip)
        except NotFound:
            return self.pages.gone(request)
        return self.pages.show(facts, request)

    async def delete(self, request: Request, clip: str) -> Response:
        publisher = await self._publisher(request)
        facts = await self.store.facts(clip)
        if facts.room != publisher.room:
            raise NotAuthorised(
                "This clip is of another DJ's set. Use the stream key of its room.",
                code="clip_of_another",
            )
        await self.store.delete(clip)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _publisher(self, request: Request) -> Publisher:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            message = "Send the stream key: Authorization: Bearer KEY."
            raise NotAuthorised(message, code="key_missing")
        return await self.authenticate(key.strip())


def _is_known(request: Request, tag: str) -> bool:
    known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    return not known.isdisjoint({tag, "*"})
