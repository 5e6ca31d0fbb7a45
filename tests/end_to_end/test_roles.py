import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.conftest import RedisServer
from tests.end_to_end.processes import ServerProcess, command, server_process
from tests.stream.publishing import Client

pytestmark = pytest.mark.redis


class Watching:
    """A viewer that keeps what it is told until it is told to stop."""

    def __init__(self) -> None:
        self.events: dict[int, dict[str, Any]] = {}
        self.media: list[bytes] = []

    async def run(self, server: ServerProcess) -> None:
        async with server.watch("ana") as viewer:
            async for message in viewer:
                if isinstance(message, bytes):
                    self.media.append(message)
                    continue
                event = orjson.loads(message)
                if event["seq"]:
                    self.events[event["seq"]] = event

    def scores(self) -> int:
        return sum(event["t"] == "score" for event in self.events.values())


@contextlib.asynccontextmanager
async def watching(server: ServerProcess) -> AsyncIterator[Watching]:
    watching = Watching()
    task = asyncio.create_task(watching.run(server))
    try:
        yield watching
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Any, seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


def without_latency(event: dict[str, Any]) -> dict[str, Any]:
    """An edge does not share the judge's clock, so it cannot tell the latency."""
    return {**event, "d": {k: v for k, v in event["d"].items() if k != "latency_ms"}}


async def test_an_edge_shows_the_picture_of_its_ingest_and_redis_may_go_and_come_back(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    bus = {"REDIS_URL": redis_server.url}
    ingest_dir = tmp_path / "ingest"
    key = (await command("key", "create", "Ana", data_dir=ingest_dir)).split()
    [key] = [word for word in key if word.startswith("djuv_")]
    async with (
        server_process("--role", "ingest", data_dir=ingest_dir, **bus) as ingest,
        server_process("--role", "edge", data_dir=tmp_path / "edge", **bus) as edge,
        watching(ingest) as at_ingest,
        watching(edge) as at_edge,
    ):
        client = Client(ingest, key)
        await client.start()
        await until(lambda: at_edge.scores() >= 2 and at_ingest.scores() >= 2)
        redis_server.stop()
        before = max(at_edge.events)
        await asyncio.sleep(2.0)
        assert (await edge.get("/health")).json()["status"] == "degraded"
        redis_server.start()
        await until(lambda: at_edge.scores() >= 8)
        last = max(at_edge.events)
        await client.resource("DELETE")
        await client.close()
        await until(lambda: max(at_ingest.events, default=0) >= last)

    assert last > before
    assert set(range(1, last + 1)) <= set(at_edge.events), "an event was lost"
    shared = [seq for seq in at_ingest.events if seq in at_edge.events]
    assert len(shared) >= last
    for seq in shared:
        assert without_latency(at_edge.events[seq]) == without_latency(at_ingest.events[seq])
    sound = set(at_edge.media) & set(at_ingest.media)
    assert len(sound) > 300


async def test_an_edge_sends_djs_on_to_ingest(tmp_path: Path, redis_server: RedisServer) -> None:
    async with server_process(
        "--role",
        "edge",
        data_dir=tmp_path,
        REDIS_URL=redis_server.url,
        DJUV_INGEST_URL="https://ingest.example",
    ) as edge:
        posted = await edge.post("v=0", "no-key")
        studio = await edge.get("/studio")
    assert (posted.status_code, posted.headers["location"]) == (307, "https://ingest.example/whip")
    assert (studio.status_code, studio.headers["location"]) == (
        307,
        "https://ingest.example/studio",
    )
