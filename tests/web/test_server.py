"""The HTTP server against clients that take their time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from core.bus import MemoryBus
from core.clock import SystemClock
from core.metrics import Metrics
from web import server as server_module
from web.server import HttpServer, listen_on
from web.viewers import ViewerHub, viewer_protocol_class

SLOW_SECONDS = 0.6


async def slow_application(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(SLOW_SECONDS)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HttpServer]:
    monkeypatch.setattr(server_module, "REQUEST_SECONDS", SLOW_SECONDS / 3)
    hub = ViewerHub(MemoryBus(), clock=SystemClock(), metrics=Metrics())
    running = HttpServer(
        slow_application, viewer_protocol_class(hub), listening=listen_on("127.0.0.1", 0)
    )
    await running.start()
    yield running
    await running.stop()
    await hub.close()


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
async def test_whoever_never_finishes_a_request_is_cut_off(server: HttpServer, said: bytes):
    port = int(server.origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 5)
    writer.close()


async def test_an_answer_may_take_longer_and_a_connection_may_be_used_again(server: HttpServer):
    async with httpx.AsyncClient() as client:
        for _ in range(2):
            assert (await client.get(server.origin)).status_code == 204


async def test_a_later_request_has_to_arrive_in_time_as_well(server: HttpServer):
    port = int(server.origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"204" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 2)  # uvicorn would wait for ever
    writer.close()
