import asyncio
from dataclasses import replace
from functools import partial

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from battles.sets import LiveSet, SetResult
from core.errors import NotFound, StorageUnavailable
from core.messages import Component, Estimate, Phase
from tests.web.viewers.material import Set, finding, state, transition
from tests.web.viewers.serving import QUICK, event, serve, until
from web import rooms as rooms_module
from web.rooms import MOST_LOOKED_INTO, rooms_router
from web.viewers import timeline as timeline_module


def application(bus, hub, finished=None):
    app = FastAPI()
    app.include_router(rooms_router(bus, hub, finished))

    @app.exception_handler(NotFound)
    async def not_found(request: Request, error: NotFound) -> JSONResponse:
        return JSONResponse({"code": error.slug}, status_code=404)

    return app


def client(served):
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", timeout=5)


def played(room, session, started, overall=8.0):
    estimate = Estimate(overall, overall - 0.5, overall + 0.5)
    result = SetResult("dj_left", 600.0, estimate, {Component.ENERGY: estimate})
    return LiveSet(session, room, room.title(), None, None, started, started + 600, None, result)


async def test_sets_that_only_the_database_knows_are_listed_after_those_on_air():
    stored = [played("nova", "set-0", 900.0), played("eva", "set-9", 800.0)]

    async def finished(limit, room):
        if isinstance(stored[0], Exception):
            raise stored[0]
        return [one for one in stored if room in (None, one.room)][:limit]

    async with serve(app=partial(application, finished=finished)) as served, client(served) as http:
        Set(served.bus, "set-1", "nova").start()
        first, second = (await http.get("/api/rooms")).json()["rooms"]
        assert (first["room"], first["phase"], first["epoch"]) == ("nova", "live", "set-1")
        assert (second["room"], second["phase"], second["reason"]) == ("eva", "ended", "dj_left")
        assert second["set"]["overall"] == {"value": 8.0, "low": 7.5, "high": 8.5}
        assert second["set"]["components"]["energy"]["value"] == 8.0
        assert second["set"]["components"]["technical"] is None
        assert second.keys() == first.keys()
        assert second == (await http.get("/api/rooms/eva")).json()
        assert (await http.get("/api/rooms/nova")).json()["epoch"] == "set-1"
        for made_up in ("ana", "%00", "EVA"):
            assert (await http.get(f"/api/rooms/{made_up}")).status_code == 404
        stored.insert(0, StorageUnavailable("away"))
        await asyncio.sleep(rooms_module.LISTING_SECONDS)
        assert [one["room"] for one in (await http.get("/api/rooms")).json()["rooms"]] == [
            "nova",
            "eva",
        ]


async def test_nobody_has_played_yet():
    async with serve(app=application) as served, client(served) as http:
        assert (await http.get("/api/rooms")).json() == {"rooms": []}
        for path in ("/api/rooms/nova", "/api/rooms/nova/timeline"):
            response = await http.get(path)
            assert (response.status_code, response.json()) == (404, {"code": "room_not_found"})
        assert not served.hub._rooms  # a made-up name costs no following


async def test_rooms_on_air_come_first_with_score_and_viewers():
    async with serve(app=application) as served, client(served) as http:
        ended = Set(served.bus, "set-0", "ada")
        ended.start()
        ended.say(state(ended.info, Phase.ENDED, "dj_left"))
        live = Set(served.bus, "set-1", "nova")
        live.start()
        live.judge(7.25)
        async with served.watch() as viewer:
            await event(viewer, "score")
            first, second = (await http.get("/api/rooms")).json()["rooms"]
        assert (first["room"], first["phase"], first["viewers"]) == ("nova", "live", 1)
        assert (first["dj_name"], first["title"]) == ("Nova", "Night drive")
        assert (first["declared_genre"], first["epoch"]) == ("techno", "set-1")
        assert first["set"]["overall"] == {"value": 7.25, "low": 6.75, "high": 7.75}
        assert first["bpm"]["value"] == 126.0
        assert (second["room"], second["phase"], second["reason"]) == ("ada", "ended", "dj_left")
        assert second["set"]["overall"] is None
        assert second["set"]["reason"] == "too_short"
        assert second["bpm"] == {"value": None, "confidence": 0.0, "reason": "too_short"}


async def test_a_score_that_is_not_known_is_null_with_the_judge_s_reason():
    async with serve(app=application) as served, client(served) as http:
        dj = Set(served.bus)
        dj.start()
        dj.judge(None)
        room = (await http.get("/api/rooms/nova")).json()
        assert room["set"]["overall"] is None
        assert room["set"]["reason"] == "listening"


async def test_many_ask_and_the_bus_is_asked_once(monkeypatch):
    async with serve(app=application) as served, client(served) as http:
        Set(served.bus).start()
        asked = []
        rooms = served.bus.rooms

        async def counting():
            asked.append(1)
            return await rooms()

        monkeypatch.setattr(rooms_module, "LISTING_SECONDS", 60.0)
        await served.hub.room("nova")
        monkeypatch.setattr(served.bus, "rooms", counting)
        responses = await asyncio.gather(*(http.get("/api/rooms") for _ in range(20)))
        assert all(len(response.json()["rooms"]) == 1 for response in responses)
        assert len(asked) == 1


async def test_rooms_beyond_a_page_are_listed_without_being_read():
    async with serve(app=application) as served, client(served) as http:
        for number in range(MOST_LOOKED_INTO + 2):
            Set(served.bus, f"set-{number}", f"dj-{number}").start()
        rooms = (await http.get("/api/rooms")).json()["rooms"]
        reasons = [room["set"]["reason"] for room in rooms]
        assert reasons == ["too_short"] * MOST_LOOKED_INTO + ["not_read"] * 2
        assert len(served.hub._rooms) == MOST_LOOKED_INTO


async def test_a_room_that_nobody_asks_for_is_let_go():
    config = replace(QUICK, edge_stats_seconds=0.05, linger_seconds=0.1)
    async with serve(config, app=application) as served, client(served) as http:
        Set(served.bus).start()
        assert (await http.get("/api/rooms/nova")).status_code == 200
        assert served.hub.known("nova") is not None
        await until(lambda: served.hub.known("nova") is None)
        async with served.watch() as viewer:
            await event(viewer, "stats")
            await asyncio.sleep(0.3)
            assert served.hub.known("nova") is not None  # as long as somebody watches


async def test_the_timeline_has_columns_of_equal_length_and_all_marks():
    async with serve(app=application) as served, client(served) as http:
        dj = Set(served.bus)
        dj.start()
        for overall in (None, 6.0, 7.0):
            dj.judge(overall)
        dj.say(transition(0))
        dj.say(transition(0, settled=True))
        dj.say(finding())
        timeline = (await http.get("/api/rooms/nova/timeline")).json()
        assert (timeline["room"], timeline["epoch"]) == ("nova", "set-1")
        assert timeline["step_seconds"] == 0.5
        assert timeline["time_seconds"] == [0.5, 1.0, 1.5]
        assert timeline["set_overall"] == [None, 6.0, 7.0]
        assert timeline["set_low"] == [None, 5.5, 6.5]
        assert timeline["set_high"] == [None, 6.5, 7.5]
        assert timeline["window_overall"] == [None, 6.0, 7.0]
        assert timeline["energy"] == [0.6, 0.6, 0.6]
        assert [each["settled"] for each in timeline["transitions"]] == [True]
        assert [each["code"] for each in timeline["findings"]] == ["tempo_drift"]


async def test_entity_tags_spare_the_body_until_something_happens(monkeypatch):
    async with serve(app=application) as served, client(served) as http:
        dj = Set(served.bus)
        dj.start()
        made = []
        columns = timeline_module.RoomTimeline.columns
        monkeypatch.setattr(
            timeline_module.RoomTimeline,
            "columns",
            lambda self, resolution: (made.append(1), columns(self, resolution))[1],
        )
        for path in ("/api/rooms", "/api/rooms/nova", "/api/rooms/nova/timeline?resolution=100"):
            first = await http.get(path)
            again = await http.get(path, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
        await http.get("/api/rooms/nova/timeline?resolution=100")
        assert len(made) == 1
        tag = first.headers["ETag"]
        dj.judge()
        await until(lambda: served.hub.known("nova").picture.history.last_seq == 2)
        changed = await http.get(path, headers={"If-None-Match": tag})
        assert (changed.status_code, len(changed.json()["time_seconds"])) == (200, 1)


@pytest.mark.parametrize("resolution", ["0", "15", "2001", "many"])
async def test_a_resolution_out_of_bounds_is_refused(resolution):
    async with serve(app=application) as served, client(served) as http:
        Set(served.bus).start()
        path = f"/api/rooms/nova/timeline?resolution={resolution}"
        assert (await http.get(path)).status_code == 422
