"""People at two processes, joined by a real Redis, talk as if they were at one."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.conftest import RedisServer
from tests.web.crowd.test_live_server import EVA, LUZ, SOL, Venue, files_with, venue
from web.app import running
from web.settings import load_settings

pytestmark = [pytest.mark.redis, pytest.mark.timeout(180)]


async def edge_of(place: Venue, folder: Path, stack: AsyncExitStack) -> Venue:
    """Another process of the same house, which hosts nothing and has no database."""
    settings = load_settings(
        port=0, role="edge", data_dir=folder / "edge", redis_url=place.settings.redis_address
    )
    addresses = await stack.enter_async_context(running(settings))
    http = await stack.enter_async_context(httpx.AsyncClient(base_url=addresses.home, timeout=10))
    return Venue(settings, place.key, http, httpx.URL(addresses.home).port or 0)


async def hosted(place: Venue) -> None:
    """Wait until a process has taken the crowds on."""
    async with asyncio.timeout(20):
        while (await place.http.get("/api/rooms/nova/moments")).status_code != 200:
            await asyncio.sleep(0.05)


async def test_an_edge_and_its_host_are_one_crowd(redis_server: RedisServer, tmp_path: Path):
    async with (
        venue(tmp_path, role="ingest", redis_url=redis_server.url) as place,
        AsyncExitStack() as stack,
    ):
        edge = await edge_of(place, tmp_path, stack)
        await hosted(edge)
        luz, sol = await place.enter(LUZ, "Luz"), await edge.enter(SOL, "Sol")
        assert (await luz.say("k1", "desde la sala"))["action"] == "allow"
        assert (await sol.next("chat", kind="message"))["text"] == "desde la sala"
        said = await sol.say("k2", "desde el borde")
        assert (await luz.next("chat", id=said["message"]))["text"] == "desde el borde"
        sol.socket.transport.abort()
        assert (await luz.say("k3", "¿sigues ahí?"))["action"] == "allow"
        sol.socket = await edge.connect()
        await sol.join(SOL, name="Sol")
        assert (await sol.next("chat", kind="message", name="Luz"))["text"] == "¿sigues ahí?"
        eva = await edge.enter(EVA, "Eva", credential=place.key)
        assert (await eva.next("queue"))["waiting"] == []
        path, deed = "/api/rooms/nova/moderation", {"deed": "delete", "message": said["message"]}
        assert (await edge.http.post(path, json=deed, headers=place.dj)).status_code == 204
        for talker in (luz, sol):
            removed = await talker.next("chat", kind="removed")
            assert removed["messages"] == [said["message"]]
        moderators = await edge.http.get("/api/rooms/nova/moderators", headers=place.dj)
        assert moderators.json()["code"] == "crowd_elsewhere"
    assert files_with("desde la sala", tmp_path) == []


async def test_a_host_that_goes_is_followed_by_one_that_comes(
    redis_server: RedisServer, tmp_path: Path
):
    async with AsyncExitStack() as stack:
        async with venue(tmp_path, role="ingest", redis_url=redis_server.url) as first:
            edge = await edge_of(first, tmp_path, stack)
            await hosted(edge)
            sol = await edge.enter(SOL, "Sol")
            assert (await sol.say("k1", "antes"))["action"] == "allow"
            old_epoch = sol.epoch
        await sol.send("say", key="k2", text="¿hay alguien?")
        assert (await sol.next("refused", key="k2"))["retry_after_seconds"] > 0
        settings = load_settings(
            port=0, role="ingest", data_dir=tmp_path / "data", redis_url=redis_server.url
        )
        await stack.enter_async_context(running(settings))
        await hosted(edge)
        await sol.send("say", key="k2", text="¿hay alguien?")
        joined = await sol.next("joined")
        assert joined["epoch"] != old_epoch and joined["name"] == "Sol"
        sol.seq = 0
        assert (await sol.next("said", key="k2"))["action"] == "allow"
