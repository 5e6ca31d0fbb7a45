"""How a DJ hands out moderators' passes."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from battles.moderators import PASS_FORMAT
from core.errors import DjUniverseError, NotAuthorised
from tests.web.crowd.conftest import Site
from web.crowd.moderators import moderators_elsewhere_router
from web.problems import answer_error

PATH = "/api/rooms/nova/moderators"


async def test_a_pass_is_made_shown_once_listed_and_taken_back(site: Site):
    bearer = {"Authorization": f"Bearer {site.key}"}
    made = await site.http.post(PATH, json={"name": "Luz"}, headers=bearer)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    secret, moderator = made.json()["pass"], made.json()["moderator"]
    assert PASS_FORMAT.fullmatch(secret)
    assert (await site.moderators.authenticate(secret)).name == "Luz"
    listed = await site.http.get(PATH, headers=bearer)
    (one,) = listed.json()["moderators"]
    assert one == moderator | {"last_used_unix_seconds": site.clock.wall_seconds()}
    assert secret[len(one["id"]) :] not in listed.text
    assert (await site.http.delete(f"{PATH}/{one['id']}", headers=bearer)).status_code == 204
    with pytest.raises(NotAuthorised):
        await site.moderators.authenticate(secret)
    (one,) = (await site.http.get(PATH, headers=bearer)).json()["moderators"]
    assert one["revoked_unix_seconds"] == site.clock.wall_seconds()
    again = await site.http.delete(f"{PATH}/{one['id']}", headers=bearer)
    assert (again.status_code, again.json()["code"]) == (404, "pass_not_found")


async def test_only_the_rooms_dj_may(site: Site):
    other, _ = await site.keys.create("Eva")
    luz, moderator = await site.moderators.create("nova", "Luz")
    for credential, status, code in (
        (None, 401, "pass_missing"),
        (other, 403, "not_allowed"),
        (luz, 403, "not_allowed"),
        ("djuv_" + "0" * 64, 401, "key_unknown"),
        ("geheim", 401, "key_malformed"),
    ):
        headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
        for answer in (
            await site.http.get(PATH, headers=headers),
            await site.http.post(PATH, json={"name": "Sol"}, headers=headers),
            await site.http.delete(f"{PATH}/{moderator.moderator_id}", headers=headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert "geheim" not in answer.text
    (only,) = await site.moderators.list("nova")
    assert only.revoked_unix_seconds is None


async def test_what_cannot_be_is_a_problem(site: Site):
    bearer = {"Authorization": f"Bearer {site.key}"}
    for body, code in (
        ({}, "request_invalid"),
        ({"name": ""}, "request_invalid"),
        ({"name": "x" * 40}, "moderator_name_invalid"),
        ({"name": "a\u202eb"}, "moderator_name_invalid"),
    ):
        answer = await site.http.post(PATH, json=body, headers=bearer)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    _, moderator = await site.moderators.create("nova", "Luz")
    answer = await site.http.delete(f"{PATH}/{moderator.moderator_id[:9]}", headers=bearer)
    assert answer.status_code == 404  # a beginning is for people who type


async def test_a_process_without_a_database_says_so():
    app = FastAPI()
    app.add_exception_handler(DjUniverseError, answer_error)
    app.include_router(moderators_elsewhere_router())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        for answer in (await http.get(PATH), await http.delete(f"{PATH}/djum_00000000")):
            assert (answer.status_code, answer.json()["code"]) == (503, "crowd_elsewhere")
