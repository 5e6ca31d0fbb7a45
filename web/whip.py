"""WHIP (RFC 9725) over HTTP: how a DJ's browser, OBS, GStreamer or ffmpeg goes live.

POST an SDP offer with the stream key as Bearer token, get the answer and the URL of the WHIP
session, which takes further ICE candidates (PATCH) and the end (DELETE). Every failure is a
`application/problem+json` body whose `code` the pages translate.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from core.errors import (
    BadInput,
    DjUniverseError,
    NotAuthorised,
    TooLarge,
    UnsupportedMedia,
)
from core.messages import Genre, Publisher
from core.metrics import Metrics
from stream.config import IceServer
from stream.offer import LARGEST_OFFER_BYTES
from stream.sessions import Ingest
from stream.trickle import LARGEST_FRAGMENT_BYTES
from web.problems import problem_response

OFFER_TYPE: Final = "application/sdp"
FRAGMENT_TYPE: Final = "application/trickle-ice-sdpfrag"
BODY_SECONDS: Final = 10.0
"""How long a body may take to arrive."""

LONGEST_TITLE: Final = 120
EXPOSED_HEADERS: Final = "Location, ETag, Link, Retry-After, WWW-Authenticate, Djuv-Room"

Authenticate = Callable[[str], Awaitable[Publisher]]
Handler = Callable[[Request], Awaitable[Response]]


def whip_router(
    ingest: Ingest,
    authenticate: Authenticate,
    *,
    metrics: Metrics,
    allowed_origins: Collection[str] = (),
    ice_servers: Sequence[IceServer] = (),
) -> APIRouter:
    """Return the routes `/whip` and `/whip/{resource}`.

    Parameters
    ----------
    ingest
        Where offers go.
    authenticate
        Turns a stream key into who may publish with it; raises `NotAuthorised`.
    metrics
        Counts the requests.
    allowed_origins
        Web origins, besides the server's own, whose pages may go live; `"*"` allows all.
    ice_servers
        STUN and TURN servers that clients are told to use.
    """
    endpoint = _WhipEndpoint(ingest, authenticate, ice_servers)
    edge = _Edge(metrics, allowed_origins)
    router = APIRouter(tags=["whip"])
    for path, method, handler, summary in (
        ("/whip", "POST", endpoint.offer, "Go live with an SDP offer"),
        ("/whip", "OPTIONS", endpoint.options, "Ask what may be posted"),
        ("/whip", "GET", endpoint.nothing, "Nothing to see"),
        ("/whip/{resource}", "PATCH", endpoint.trickle, "Add ICE candidates"),
        ("/whip/{resource}", "DELETE", endpoint.stop, "Stop being live"),
        ("/whip/{resource}", "OPTIONS", endpoint.options, "Ask what may be done"),
    ):
        router.add_api_route(
            path, edge.wrap(handler), methods=[method], summary=summary, response_class=Response
        )
    return router


class _WhipEndpoint:
    """What each request does where all goes well."""

    def __init__(
        self, ingest: Ingest, authenticate: Authenticate, ice_servers: Sequence[IceServer]
    ) -> None:
        self._ingest = ingest
        self._authenticate = authenticate
        self._links = [_ice_link(server) for server in ice_servers]
        self._public_links = [_ice_link(one) for one in ice_servers if one.credential is None]

    async def offer(self, request: Request) -> Response:
        publisher = await self._publisher(request)
        _check_type(request, OFFER_TYPE)
        title, genre, resume = _about_the_set(request)
        answer = await self._ingest.start(
            await _read_text(request, LARGEST_OFFER_BYTES),
            publisher,
            address=request.client.host if request.client else "",
            title=title,
            declared_genre=genre,
            resume=resume,
        )
        response = Response(answer.sdp, HTTPStatus.CREATED, media_type=OFFER_TYPE)
        # OBS takes an absolute path or URL and nothing else.
        response.headers["Location"] = f"{request.url.path.rstrip('/')}/{answer.resource}"
        response.headers["ETag"] = answer.etag
        response.headers["Djuv-Room"] = publisher.room  # where the DJ's own page follows the set
        for link in self._links:  # one header each: OBS would take a comma for the next server
            response.headers.append("Link", link)
        return response

    async def trickle(self, request: Request) -> Response:
        publisher = await self._publisher(request)
        _check_type(request, FRAGMENT_TYPE)
        await self._ingest.trickle(
            request.path_params["resource"],
            publisher,
            await _read_text(request, LARGEST_FRAGMENT_BYTES),
            if_match=request.headers.get("if-match"),
        )
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def stop(self, request: Request) -> Response:
        publisher = await self._publisher(request)
        await self._ingest.stop(request.path_params["resource"], publisher)
        return Response(status_code=HTTPStatus.OK)

    async def options(self, request: Request) -> Response:
        """Answer without credentials, which a browser's preflight does not carry.

        For the same reason it names no relay's: those are for whoever may publish, in the answer.
        """
        on_resource = "resource" in request.path_params
        methods = "PATCH, DELETE, OPTIONS" if on_resource else "POST, GET, OPTIONS"
        response = Response(status_code=HTTPStatus.OK)
        response.headers["Allow"] = response.headers["Access-Control-Allow-Methods"] = methods
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-Match"
        response.headers["Access-Control-Max-Age"] = "600"
        if on_resource:
            response.headers["Accept-Patch"] = FRAGMENT_TYPE
        else:
            response.headers["Accept-Post"] = OFFER_TYPE
            for link in self._public_links:
                response.headers.append("Link", link)
        return response

    async def nothing(self, request: Request) -> Response:
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _publisher(self, request: Request) -> Publisher:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            message = "Send the stream key: Authorization: Bearer KEY."
            raise NotAuthorised(message, code="key_missing")
        return await self._authenticate(key.strip())


class _Edge:
    """What all requests have in common: errors as problem+json, CORS, counting."""

    def __init__(self, metrics: Metrics, allowed_origins: Collection[str]) -> None:
        self._metrics = metrics
        self._allowed_origins = frozenset(allowed_origins)

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            try:
                response = await handler(request)
            except DjUniverseError as error:
                response = problem_response(error)
            self._allow_origin(request, response)
            status = str(response.status_code)
            self._metrics.whip_requests.labels(request.method, status).inc()
            return response

        handle.__name__ = handler.__name__
        return handle

    def _allow_origin(self, request: Request, response: Response) -> None:
        origin = request.headers.get("origin")
        response.headers["Vary"] = "Origin"
        if origin is None or not {origin, "*"} & self._allowed_origins:
            return
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS


def _check_type(request: Request, wanted: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        message = f"Send Content-Type: {wanted}."
        raise UnsupportedMedia(message, code="wrong_content_type", wanted=wanted)


async def _read_text(request: Request, limit: int) -> str:
    """Read a body without ever holding more than `limit` bytes of it."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise TooLarge(f"The body may have {limit} bytes.", limit=limit)
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("The body is no UTF-8 text.", code="not_text") from error
    except TimeoutError as error:
        raise BadInput("The body took too long to arrive.", code="body_too_slow") from error


def _about_the_set(request: Request) -> tuple[str | None, Genre | None, bool]:
    """Read `?title=`, `?genre=` and `?resume=` of an offer's URL."""
    asked = " ".join(request.query_params.get("title", "").split())
    title = "".join(filter(str.isprintable, asked))[:LONGEST_TITLE]  # no database takes a NUL
    genre = request.query_params.get("genre", "").strip().lower()
    if genre and genre not in tuple(Genre):
        known = ", ".join(Genre)
        raise BadInput(f"The genre is one of {known}.", code="unknown_genre", genres=known)
    resume = request.query_params.get("resume", "true").lower() not in ("0", "false", "no")
    return title or None, Genre(genre) if genre else None, resume


def _ice_link(server: IceServer) -> str:
    """Return a server as RFC 9725, section 4.6, wants it told."""
    link = f'<{server.url}>; rel="ice-server"'
    if server.username is not None and server.credential is not None:
        link += (
            f'; username="{server.username}"; credential="{server.credential}"'
            '; credential-type="password"'
        )
    return link
