"""A process's shows put together: they run, they say how they are, and they end with the stack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from battles.database import Database
from battles.keys import KeyStore
from battles.moderators import ModeratorStore
from core.bus import MemoryBus
from core.clock import SystemClock
from core.errors import DjUniverseError
from core.feed import SessionFeed
from core.metrics import Metrics
from core.show import PictureFormat, ShowSettings, watched_as
from tests.core.sample_messages import info, packet
from visuals.hosting import process
from web.operations import Health
from web.problems import answer_error
from web.settings import load_settings
from web.shows.composition import Shows, hands_elsewhere, hands_here, shows_here
from web.shows.routes import PATH
from web.viewers.shut_door import ShutDoor

PATIENCE_SECONDS = 60.0


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


def composed(stack: AsyncExitStack, bus: MemoryBus, data_dir: Path, **visuals: object) -> Shows:
    return shows_here(
        load_settings(data_dir=data_dir, visuals=visuals),
        bus=bus,
        publish=lambda *_: None,
        crowd=ShutDoor,
        clock=SystemClock(),
        metrics=Metrics(),
        stack=stack,
    )


async def test_a_show_that_fails_degrades_the_health_and_no_more(
    stack: AsyncExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process, "MODULE", "visuals.no_such_worker")
    bus = MemoryBus()
    shows = composed(stack, bus, tmp_path)
    assert shows.host is not None
    assert shows.check is not None
    well = await shows.check()
    assert (well.status, dict(well.figures)) == (Health.OK, {"playing": 0, "failing": 0})
    feed = SessionFeed(info(), bus, [shows.host])
    feed.publish(packet(0), 0)
    bus.report_viewers(watched_as("ana", PictureFormat.VP9), 1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (found := await shows.check()).status is Health.OK:
            await asyncio.sleep(0.02)
    assert (found.status, found.reason) == (Health.DEGRADED, "show_failed")
    assert found.figures["failing"] == 1


async def test_an_operator_may_want_none(stack: AsyncExitStack, tmp_path: Path):
    assert composed(stack, MemoryBus(), tmp_path, enabled=False) == Shows()


async def test_what_vjs_set_comes_back_and_without_shows_there_is_nothing_to_set(
    stack: AsyncExitStack, tmp_path: Path
):
    database = Database(f"sqlite:///{tmp_path / 'shows.db'}")
    await database.open()
    stack.push_async_callback(database.close)
    clock = SystemClock()
    keys, moderators = KeyStore(database, clock), ModeratorStore(database, clock)
    key, _ = await keys.create("Ana")
    headers = {"Authorization": f"Bearer {key}"}
    for calm in (True, None):  # the second time the process has been started again
        shows = composed(stack, MemoryBus(), tmp_path)
        app = FastAPI()
        app.include_router(
            await hands_here(
                shows, database=database, keys=keys, moderators=moderators, clock=clock
            )
        )
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            if calm is not None:
                await http.patch("/api/rooms/ana/show", json={"calm": calm}, headers=headers)
            told = (await http.get("/api/rooms/ana/show", headers=headers)).json()
        assert told["settings"]["calm"] is True
        assert shows.host is not None
        assert shows.host.settings("ana") == ShowSettings(calm=True)
    without = await hands_here(
        Shows(), database=database, keys=keys, moderators=moderators, clock=clock
    )
    assert PATH in {getattr(route, "path", "") for route in without.routes}


@pytest.mark.parametrize(
    ("enabled", "code"), [(True, "visuals_elsewhere"), (False, "visuals_disabled")]
)
async def test_an_edge_that_knows_no_way_says_whether_there_are_shows(
    enabled: bool, code: str, tmp_path: Path
):
    app = FastAPI()
    app.add_exception_handler(DjUniverseError, answer_error)
    settings = load_settings(data_dir=tmp_path, visuals={"enabled": enabled})
    app.include_router(hands_elsewhere(settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://edge"
    ) as http:
        answer = await http.get("/api/rooms/ana/show")
    assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize(
    ("given", "sends_on"), [({"ingest_url": "https://in.example"}, True), ({}, False)]
)
def test_an_edge_sends_vjs_on_where_it_knows_to(
    given: dict[str, str], sends_on: bool, tmp_path: Path
):
    router = hands_elsewhere(load_settings(data_dir=tmp_path, **given))
    paths = {getattr(route, "path", "") for route in router.routes}
    assert ("/vj/{room}" in paths) is sends_on
