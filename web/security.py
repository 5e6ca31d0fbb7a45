"""What stands before every request: who may send it, how large it may be, what pages may do.

Plain ASGI, so that nothing is buffered or wrapped but what has to be. `security_middleware` puts
the parts in order for the application. Viewers' WebSockets do not pass here: they have a protocol
of their own, which checks origins itself (`web.viewers.handshake`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.sites import is_same_host

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY: Final = {
    "default-src": "'self'",
    "script-src": "'self' 'wasm-unsafe-eval'",  # the Opus decoder of browsers that have none
    "media-src": "'self' blob:",  # a file that the DJ plays as a test set
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
"""All from this server and nothing else, and from ingest where that is elsewhere."""

LARGER_BODIES: Final = {re.compile(r"/api/rooms/[^/]+/show/logo"): 524_288}
"""Addresses that take bodies beyond the common limit, in bytes: pictures of logos."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), display-capture=(self)",
}


def security_middleware(
    *,
    body_bytes: int,
    body_seconds: float = 10.0,
    allowed_origins: Collection[str] = (),
    trusted_hosts: Collection[str] = ("*",),
    connect_origins: Iterable[str] = (),
) -> list[Middleware]:
    """Return the middleware for the application, the outermost first.

    Parameters
    ----------
    body_bytes
        Largest request body, but for `LARGER_BODIES`.
    body_seconds
        Longest wait for a request body.
    allowed_origins
        Origins of other sites whose pages may send requests, such as `https://example.org`.
    trusted_hosts
        Names under which the server may be asked for; `*` is any.
    connect_origins
        Other servers that our pages talk to and take pictures from, such as ingest apart from its
        edges.
    """
    middleware = [Middleware(SecurityHeaders, connect_origins=tuple(connect_origins))]
    if "*" not in trusted_hosts:
        hosts = Middleware(
            TrustedHostMiddleware, allowed_hosts=[*trusted_hosts], www_redirect=False
        )
        middleware.append(hosts)
    if allowed_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=[*allowed_origins],
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "If-Match"],
                expose_headers=["Location", "ETag", "Link", "Retry-After", "Djuv-Room"],
            )
        )
    middleware.append(Middleware(OriginCheck, allowed_origins=frozenset(allowed_origins)))
    middleware.append(Middleware(BodyLimit, most_bytes=body_bytes, most_seconds=body_seconds))
    return middleware


class SecurityHeaders:
    """Adds to every response what browsers need to be strict."""

    def __init__(self, app: ASGIApp, connect_origins: Iterable[str] = ()) -> None:
        self._app = app
        elsewhere = " ".join(map(_origin_of, connect_origins))
        policy = POLICY
        if elsewhere:  # an edge sends requests for logos on to where they are kept
            allowed = f"'self' {elsewhere}"
            policy = POLICY | {"img-src": allowed, "connect-src": allowed}
        content_policy = "; ".join(f"{name} {value}" for name, value in policy.items())
        self._headers = HEADERS | {"Content-Security-Policy": content_policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class OriginCheck:
    """Refuses requests that a page of another site makes a browser send.

    Only browsers name an origin; OBS, GStreamer and ffmpeg pass. Requests that change nothing pass
    as well.
    """

    def __init__(self, app: ASGIApp, allowed_origins: Collection[str] = ()) -> None:
        self._app = app
        self._allowed = allowed_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and not self._admits(origin, headers.get("host", "")):
                refusal = _problem(
                    HTTPStatus.FORBIDDEN, "bad_origin", "A page of another site sent this request."
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _admits(self, origin: str, host: str) -> bool:
        return "*" in self._allowed or origin in self._allowed or is_same_host(origin, host)


class BodyLimit:
    """Takes a request's body in, whole, within a size and a time; the application gets it at once.

    Every body here is small, so holding it costs little, and the application never meets one that
    is too large, comes drop by drop, or breaks off.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, most_seconds: float) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._most_seconds):
                body = await self._body(scope, receive)
        except TimeoutError:
            late = "The request's body did not come in time."
            await _problem(HTTPStatus.REQUEST_TIMEOUT, "body_timeout", late)(scope, receive, send)
            return
        except _TooLarge:
            large = f"The request's body is larger than {self._most_at(scope['path'])} bytes."
            refusal = _problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", large)
            await refusal(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    def _most_at(self, path: str) -> int:
        larger = (most for where, most in LARGER_BODIES.items() if where.fullmatch(path))
        return max(self._most_bytes, next(larger, 0))

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the body, None if the client left before it was whole."""
        announced = Headers(scope=scope).get("content-length", "")
        most_bytes = self._most_at(scope["path"])
        if announced.isdigit() and int(announced) > most_bytes:
            raise _TooLarge
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            if len(body) > most_bytes:
                raise _TooLarge
            if not message.get("more_body", False):
                return bytes(body)


def _origin_of(address: str) -> str:
    """Return the origin of an address: in a policy, a path would allow that path alone."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


class _TooLarge(Exception):
    """A body over its limit."""


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that hands out `body` once, and then what really comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


def _problem(status: HTTPStatus, code: str, detail: str) -> Response:
    """Return a problem document (RFC 9457)."""
    problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return Response(
        orjson.dumps(problem | {"code": code}),
        status_code=status,
        headers={"Connection": "close"} if status in _BODY_UNREAD else None,
        media_type="application/problem+json",
    )


_BODY_UNREAD: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
"""Answers given before the body was read: the connection cannot be used for another request."""
