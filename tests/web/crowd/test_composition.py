"""What a process has of the crowds, whether it hosts them or not."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from battles.database import Database
from battles.keys import KeyStore
from core.bus.memory import MemoryBus
from core.clock import SystemClock
from core.crowd import Join, Refused
from core.errors import DjUniverseError
from core.metrics import Metrics
from tests.web.clips.made import INFO, envelopes, moment, packets, store
from web.clips import ClipMaker, ClipOutcome
from web.crowd.composition import crowd_elsewhere, crowd_here
from web.problems import answer_error
from web.settings import load_settings


@pytest.mark.parametrize(
    ("enabled", "code", "status"), [(True, "crowd_elsewhere", 503), (False, "chat_disabled", 404)]
)
async def test_a_process_that_hosts_none_says_so(
    tmp_path: Path, enabled: bool, code: str, status: int
):
    settings = load_settings(data_dir=tmp_path, chat={"enabled": enabled})
    async with AsyncExitStack() as stack:
        crowd = await crowd_elsewhere(settings, Metrics(), stack)
    assert await crowd.door.ask(Join("nova", None, None, "")) == Refused(code)
    assert crowd.check is None
    app = FastAPI()
    app.add_exception_handler(DjUniverseError, answer_error)
    for router in crowd.routers(str, "/static"):
        app.include_router(router)
    bearer = {"Authorization": "Bearer x"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        queue = await http.get("/api/rooms/nova/moderation", headers=bearer)
        assert (queue.status_code, queue.json()["code"]) == (status, code)
        assert (await http.get("/api/rooms/nova/moments")).json() == {"moments": []}
        (first, *_) = (await http.get("/api/rooms/nova/emotes")).json()["emotes"]
        assert first["src"] == "/static/emotes/fire.svg"
        assert (await http.get("/emotes/nova/ball")).status_code == 404
        moderators = await http.get("/api/rooms/nova/moderators", headers=bearer)
        assert moderators.json()["code"] == "crowd_elsewhere"


async def test_what_another_node_takes_in_has_clips_too(tmp_path: Path):
    """The set comes over the bus alone; the clip tells of it all the same."""
    metrics, clock = Metrics(), SystemClock()
    bus, database = MemoryBus(metrics), Database(f"sqlite:///{tmp_path}/x.db")
    clips = store(tmp_path / "clips")
    maker = ClipMaker(clips)

    async def clip() -> ClipOutcome:
        return await maker.make(INFO.room, moment(), packets(299.0, 331.0))

    async with AsyncExitStack() as stack:
        await database.open()
        stack.push_async_callback(database.close)
        crowd = await crowd_here(
            load_settings(data_dir=tmp_path),
            database=database,
            keys=KeyStore(database, clock),
            bus=bus,
            clips=maker,
            clock=clock,
            metrics=metrics,
            stack=stack,
        )
        crowd.door.listen(INFO.room, lambda _: None)
        assert await clip() == ClipOutcome(reason="clip_set_unknown")
        for envelope in envelopes(337.0):
            bus.publish(envelope)
        async with asyncio.timeout(10):
            while (outcome := await clip()).clip is None or not (
                await clips.facts(outcome.clip)
            ).scores:
                await asyncio.sleep(0.05)
        facts = await clips.facts(outcome.clip)
        assert (facts.dj_name, facts.epoch) == (INFO.dj_name, INFO.session)
    await clips.stop()
