from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from battles.logos import MOST_BYTES
from web.security import LARGER_BODIES, BodyLimit, security_middleware
from web.sites import is_same_host, is_trusted_host

ALLOWED = "https://club.example"


def _app(**settings: Any) -> FastAPI:
    app = FastAPI(middleware=security_middleware(**({"body_bytes": 1_000} | settings)))

    @app.api_route("/", methods=["GET", "POST", "PATCH", "DELETE"])
    async def echo(request: Request) -> Response:
        return Response(await request.body(), media_type="application/octet-stream")

    return app


def _client(app: FastAPI, base: str = "http://127.0.0.1:8000") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base)


async def test_every_answer_makes_browsers_strict():
    async with _client(_app()) as client:
        answers = [
            await client.get("/"),
            await client.get("/nothing"),
            await client.post("/", headers={"Origin": "https://evil.example"}),
            await client.post("/", content=b"x" * 2_000),
        ]
    assert [answer.status_code for answer in answers] == [200, 404, 403, 413]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self'; ")
        assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")  # a decoder is WebAssembly
        assert "*" not in policy and "http" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "microphone=(self)" in answer.headers["permissions-policy"]


async def test_pages_may_talk_to_ingest_and_show_its_logos_where_it_is_elsewhere():
    async with _client(_app(connect_origins=["https://ingest.example:8443/whip"])) as client:
        policy = (await client.get("/")).headers["content-security-policy"]
    here_and_there = "'self' https://ingest.example:8443"
    assert policy.endswith(f"; img-src {here_and_there}; connect-src {here_and_there}")


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),  # OBS, GStreamer, ffmpeg
        ("http://127.0.0.1:8000", 200),
        (ALLOWED, 200),
        ("http://127.0.0.1:8001", 403),
        ("http://127.0.0.1:8000.evil.example", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("", 403),
        ("http://[", 403),
        ("file://", 403),
    ],
)
async def test_pages_of_other_sites_change_nothing(method: str, origin: str | None, status: int):
    headers = {} if origin is None else {"Origin": origin}
    async with _client(_app(allowed_origins=[ALLOWED])) as client:
        answer = await client.request(method, "/", headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "bad_origin"


async def test_reading_is_free_for_all():
    async with _client(_app()) as client:
        answer = await client.get("/", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://live.example", "live.example", True),
        ("https://live.example", "live.example:443", True),
        ("http://live.example:80", "live.example", True),
        ("https://live.example:8443", "live.example:8443", True),
        ("https://LIVE.example", "live.EXAMPLE", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("https://live.example", "live.example:80", False),
        ("https://live.example", "", False),
        ("ftp://live.example", "live.example", False),
        ("https://live.example:x", "live.example", False),
    ],
)
def test_a_site_is_its_host_and_port(origin: str, host: str, same: bool):
    assert is_same_host(origin, host) is same


@pytest.mark.parametrize(
    ("host", "trusted", "is_trusted"),
    [
        ("rebound.example", ["*"], True),
        ("live.example:8000", ["live.example"], True),
        ("LIVE.example", ["live.example"], True),
        ("[::1]:8000", ["::1"], True),
        ("a.live.example", ["*.live.example"], True),
        ("live.example", ["*.live.example"], False),
        ("notlive.example", ["live.example"], False),
        ("live.example.evil.example", ["live.example"], False),
        ("", ["live.example"], False),
        ("[broken", ["live.example"], False),
    ],
)
def test_a_server_has_the_names_it_was_given(host: str, trusted: list[str], is_trusted: bool):
    assert is_trusted_host(host, trusted) is is_trusted


async def test_allowed_sites_can_read_what_a_publisher_needs():
    preflight = {
        "Origin": ALLOWED,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,if-match",
    }
    async with _client(_app(allowed_origins=[ALLOWED])) as client:
        asked = await client.options("/", headers=preflight)
        posted = await client.post("/", headers={"Origin": ALLOWED})
        refused = await client.options("/", headers=preflight | {"Origin": "https://evil.example"})
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == ALLOWED
    assert {"Location", "ETag", "Link"} <= set(
        posted.headers["access-control-expose-headers"].split(", ")
    )
    assert refused.status_code == 400


async def test_other_names_of_the_server_are_refused_where_names_are_given():
    app = _app(trusted_hosts=["live.example"])
    async with _client(app, "http://live.example") as client:
        assert (await client.get("/")).status_code == 200
    async with _client(app, "http://rebound.example") as client:
        assert (await client.get("/")).status_code == 400


@pytest.mark.parametrize("size", [0, 1, 999, 1_000])
async def test_a_body_within_the_limit_arrives_whole(size: int):
    async with _client(_app()) as client:
        answer = await client.post("/", content=b"x" * size)
    assert answer.content == b"x" * size


async def _in_pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 100


async def test_a_body_without_a_length_is_counted_as_it_comes():
    async with _client(_app()) as client:
        assert (await client.post("/", content=_in_pieces(10))).content == b"x" * 1_000
        refused = await client.post("/", content=_in_pieces(11))
    assert refused.status_code == 413
    assert refused.json()["code"] == "too_large"
    assert refused.headers["connection"] == "close"


async def test_a_logo_may_be_larger_than_everything_else():
    ((where, most),) = LARGER_BODIES.items()
    assert most == MOST_BYTES
    app = _app()

    @app.put("/api/rooms/{room}/show/logo")
    async def put(room: str, request: Request) -> Response:
        return Response(str(len(await request.body())))

    async with _client(app) as client:
        for size, status in ((MOST_BYTES, 200), (MOST_BYTES + 1, 413)):
            answer = await client.put("/api/rooms/ana/show/logo", content=b"x" * size)
            assert answer.status_code == status
        assert answer.json()["detail"].endswith(f"{MOST_BYTES} bytes.")
        assert (await client.post("/", content=b"x" * 1_001)).status_code == 413
    for path in (
        "/api/rooms/a/b/show/logo",
        "/api/rooms/a/show/logo/x",
        "/x/api/rooms/a/show/logo",
    ):
        assert not where.fullmatch(path)


class _Exchange:
    """A request of which the test says what comes and when."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = list(messages)
        self.sent: list[dict[str, Any]] = []
        self.reached = 0
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "headers": [(b"transfer-encoding", b"chunked")],
        }

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached += 1

    async def receive(self) -> Any:
        if self._messages:
            return self._messages.pop(0)
        return await asyncio.Event().wait()

    async def send(self, message: Any) -> None:
        self.sent.append(message)


async def test_a_body_that_comes_drop_by_drop_is_cut():
    exchange = _Exchange({"type": "http.request", "body": b"x", "more_body": True})
    limit = BodyLimit(exchange.app, most_bytes=10, most_seconds=0.01)
    await limit(exchange.scope, exchange.receive, exchange.send)
    assert exchange.reached == 0
    assert exchange.sent[0]["status"] == 408
    assert json.loads(exchange.sent[1]["body"])["code"] == "body_timeout"


async def test_a_client_that_leaves_half_way_reaches_nothing():
    exchange = _Exchange(
        {"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}
    )
    limit = BodyLimit(exchange.app, most_bytes=10, most_seconds=5)
    await limit(exchange.scope, exchange.receive, exchange.send)
    assert exchange.reached == 0 and exchange.sent == []


async def test_the_application_still_hears_when_the_client_leaves():
    exchange = _Exchange({"type": "http.request", "body": b"abc"}, {"type": "http.disconnect"})
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.extend([await receive(), await receive()])

    await BodyLimit(app, 10, 5)(exchange.scope, exchange.receive, exchange.send)
    assert [message["type"] for message in heard] == ["http.request", "http.disconnect"]
    assert heard[0]["body"] == b"abc"
