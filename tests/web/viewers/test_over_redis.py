"""Viewers of an edge see over a real Redis what viewers of one process see."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from core.bus import redis_audience
from core.bus.redis_streams import RedisBus
from core.clock import SystemClock
from core.metrics import Metrics
from tests.conftest import RedisServer
from tests.web.test_rooms import application
from tests.web.viewers.material import Set, all_events
from tests.web.viewers.serving import QUICK, event, serve
from web.viewers.protocol import HEADER

pytestmark = pytest.mark.redis


def bus_on(server: RedisServer) -> RedisBus:
    return RedisBus(server.url, clock=SystemClock(), metrics=Metrics())


async def messages(viewer, count):
    async with asyncio.timeout(10):
        return [await viewer.recv() for _ in range(count)]


async def a_set(bus, viewer):
    """Play a little; return everything that the viewer got of it."""
    dj = Set(bus)
    dj.start()
    received = await messages(viewer, 1)
    for number, said in enumerate(all_events()[1:]):
        dj.play()
        received += await messages(viewer, 1)
        dj.say(said, position_samples=number)
        received += await messages(viewer, 1)
    return received


async def test_an_edge_gives_the_same_picture_as_one_process(redis_server):
    async with serve(same_host=False) as served, served.watch() as viewer:
        await event(viewer, "hello")
        in_one_process = await a_set(served.bus, viewer)
    ingest = bus_on(redis_server)
    edge = serve(bus=bus_on(redis_server), same_host=False)
    async with edge as served, served.watch() as viewer:
        await event(viewer, "hello")
        assert await a_set(ingest, viewer) == in_one_process
    await ingest.close()


async def test_the_first_viewer_of_an_edge_is_greeted_when_the_room_has_been_read(redis_server):
    ingest = bus_on(redis_server)
    dj = Set(ingest)
    dj.start()
    for _ in range(700):  # more than one read of the stream
        last = dj.judge().seq
    async with serve(bus=bus_on(redis_server), same_host=False) as served:
        while not await served.bus.rooms():
            await asyncio.sleep(0.02)
        async with served.watch() as viewer:
            hello = await event(viewer, "hello")
            assert hello["d"]["phase"] == "live"
            assert hello["d"]["last_seq"] == last
    await ingest.close()


async def test_a_late_edge_shows_the_pictures_since_the_last_key_picture(redis_server):
    ingest = bus_on(redis_server)
    dj = Set(ingest)
    dj.start()
    for number in range(30):
        dj.draw(key=number % 20 == 0)
    while ingest._writer.outbox:
        await asyncio.sleep(0.02)
    async with serve(bus=bus_on(redis_server), same_host=False) as served:
        while not await served.bus.rooms():
            await asyncio.sleep(0.02)
        await served.hub.room("nova")
        async with served.watch("/rooms/nova/live?video=vp9") as viewer:
            await event(viewer, "hello")
            await event(viewer, "state")
            burst = [HEADER.unpack(message[:16]) for message in await messages(viewer, 10)]
            dj.draw()
            (live,) = await messages(viewer, 1)
        assert [(seq, flags & 9) for _, flags, _, seq, _ in burst] == [
            (21, 9), *((seq, 8) for seq in range(22, 31)),
        ]  # fmt: skip
        assert HEADER.unpack(live[:16])[:4] == (2, 0, 1, 31)
    await ingest.close()


async def test_the_audience_of_all_edges_is_shown_at_each(redis_server, monkeypatch):
    monkeypatch.setattr(redis_audience, "EXCHANGE_SECONDS", 0.05)
    config = replace(QUICK, edge_stats_seconds=0.05)
    ingest = bus_on(redis_server)
    Set(ingest).start()

    def edge():
        return serve(config, application, bus_on(redis_server), same_host=False)

    async def told(viewer, viewers):
        async with asyncio.timeout(5):
            while True:
                data = (await event(viewer, "stats"))["d"]
                if (data["source"], data["viewers"]) == ("edge", viewers):
                    return

    async with edge() as first, edge() as second:
        watchers = [await served.watch() for served in (first, second, second)]
        for viewer in watchers:
            await told(viewer, 3)
        for served in (first, second):
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as http:
                assert (await http.get("/api/rooms/nova")).json()["viewers"] == 3
                assert (await http.get("/api/rooms")).json()["rooms"][0]["viewers"] == 3
        await watchers[0].close()
        await told(watchers[1], 2)
        for viewer in watchers[1:]:
            await viewer.close()
    await ingest.close()
