"""What an edge answers about clips: they are kept where the sets are judged, and played from there.

A page is sent on whole, not its sound alone: our pages take media from their own site only.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AnyHttpUrl

from web.clips.facts import ID_FORMAT
from web.clips.folder import no_such_clip


def clips_elsewhere(ingest_url: AnyHttpUrl) -> APIRouter:
    """Return routes that send whoever asks for a clip on with 307, which keeps the method.

    Parameters
    ----------
    ingest_url
        Where the ingest node is reached from outside.
    """
    router = APIRouter(include_in_schema=False)
    base = str(ingest_url).rstrip("/")

    async def send_on(request: Request, clip: str) -> Response:
        if not ID_FORMAT.fullmatch(clip):
            raise no_such_clip(clip)
        return RedirectResponse(f"{base}{request.url.path}", HTTPStatus.TEMPORARY_REDIRECT)

    router.add_api_route("/clips/{clip}.ogg", send_on, methods=["GET", "HEAD"])
    router.add_api_route("/clips/{clip}", send_on, methods=["GET", "HEAD"])
    router.add_api_route("/api/clips/{clip}", send_on, methods=["GET", "HEAD", "DELETE"])
    return router
