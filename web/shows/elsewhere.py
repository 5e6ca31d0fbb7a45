"""What an edge answers about shows: they are drawn, and their VJs heard, where the sets come in.

The VJ's page is sent on whole: a browser that follows a redirect to another site takes the pass out
of the request. A logo is sent on as well; the pages' policy (`web.security`) allows pictures from
there.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AnyHttpUrl

from web.crowd.bearer import require_room_name
from web.shows.routes import PATH


def shows_elsewhere(ingest_url: AnyHttpUrl) -> APIRouter:
    """Return routes that send VJs and logos on with 307, which keeps method and body.

    They have to come before those of the pages, which have a VJ's page of their own.

    Parameters
    ----------
    ingest_url
        Where the ingest node is reached from outside.
    """
    router = APIRouter(include_in_schema=False)
    base = str(ingest_url).rstrip("/")

    async def send_on(request: Request, room: str) -> Response:
        require_room_name(room)
        return RedirectResponse(f"{base}{request.url.path}", HTTPStatus.TEMPORARY_REDIRECT)

    for path, methods in (
        (PATH, ["GET", "PATCH"]),
        (PATH + "/blackout", ["POST"]),
        (PATH + "/logo", ["PUT", "DELETE"]),
        (PATH + "/logo/{digest}", ["GET", "HEAD"]),
        ("/vj/{room}", ["GET", "HEAD"]),
    ):
        router.add_api_route(path, send_on, methods=methods)
    return router
