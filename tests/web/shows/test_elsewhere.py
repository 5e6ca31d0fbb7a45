"""Where the shows are not: on an edge, and where the operator wants none."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from pydantic import AnyHttpUrl

from core.errors import DjUniverseError
from tests.web.shows.conftest import PATH
from web.pages import StaticLibrary, pages_router
from web.problems import answer_error
from web.shows.elsewhere import shows_elsewhere
from web.shows.routes import no_shows_router

REQUESTS = [
    ("GET", PATH),
    ("PATCH", PATH),
    ("POST", f"{PATH}/blackout"),
    ("PUT", f"{PATH}/logo"),
    ("DELETE", f"{PATH}/logo"),
    ("GET", f"{PATH}/logo/{'0' * 64}"),
]


def client(*routers: object) -> httpx.AsyncClient:
    app = FastAPI()
    app.add_exception_handler(DjUniverseError, answer_error)
    for router in routers:
        app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://edge")


@pytest.mark.parametrize(("method", "path"), [*REQUESTS, ("GET", "/vj/nova")])
async def test_an_edge_sends_vjs_on_with_their_method(method: str, path: str):
    elsewhere = shows_elsewhere(AnyHttpUrl("https://ingest.example/"))
    async with client(elsewhere, pages_router(StaticLibrary())) as http:
        answer = await http.request(method, path)
    assert answer.status_code == 307
    assert answer.headers["location"] == f"https://ingest.example{path}"


async def test_an_edge_sends_nobody_to_addresses_that_somebody_made_up():
    async with client(shows_elsewhere(AnyHttpUrl("https://ingest.example/"))) as http:
        for room in ("No_Room", "%2e%2e", "a" * 65):
            answer = await http.get(f"/api/rooms/{room}/show")
            assert answer.status_code == 404


@pytest.mark.parametrize(
    ("elsewhere", "code"), [(False, "visuals_disabled"), (True, "visuals_elsewhere")]
)
@pytest.mark.parametrize(("method", "path"), REQUESTS)
async def test_a_server_without_shows_says_why(method: str, path: str, elsewhere: bool, code: str):
    async with client(no_shows_router(elsewhere=elsewhere)) as http:
        answer = await http.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
