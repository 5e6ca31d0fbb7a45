"""What a process has of the crowds that hosts none."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from core.crowd import Join, Refused
from core.errors import DjUniverseError
from core.metrics import Metrics
from web.crowd.composition import crowd_elsewhere
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
