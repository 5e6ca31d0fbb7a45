"""What an edge answers to DJs: it takes nobody in, but knows who does."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AnyHttpUrl

from core.errors import ConfigurationInvalid
from web.problems import problem_response

METHODS = ["GET", "POST", "OPTIONS", "PATCH", "DELETE"]


def ingest_redirects(ingest_url: AnyHttpUrl | None) -> APIRouter:
    """Return routes that send DJs to the ingest node with 307, which keeps method and body.

    Parameters
    ----------
    ingest_url
        Where the ingest node is reached from outside; None answers 503 and says what to set.
    """
    router = APIRouter(include_in_schema=False)
    base = None if ingest_url is None else str(ingest_url).rstrip("/")

    async def send_on(request: Request) -> Response:
        if base is None:
            return problem_response(
                ConfigurationInvalid(
                    "This server takes no DJs in. Its operator should set ingest_url.",
                    code="no_ingest_here",
                )
            )
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{base}{request.url.path}{query}", status_code=307)

    router.add_api_route("/whip", send_on, methods=METHODS)
    router.add_api_route("/whip/{resource}", send_on, methods=METHODS)
    router.add_api_route("/studio", send_on, methods=["GET"])
    return router
