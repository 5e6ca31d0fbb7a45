"""What moderators read and do over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from core.crowd import ChatRules, Configure, Deed, Join, Moderate, ReadQueue, Refused
from core.errors import BusUnavailable
from tests.web.crowd.conftest import Site
from tests.web.viewers.crowd import queued
from web.viewers.speaker import person_of

PATH = "/api/rooms/nova/moderation"
PASS = "a-moderator"  # noqa: S105 - of the fake crowd
BEARER = {"Authorization": f"Bearer {PASS}"}
RULES: dict[str, Any] = {
    "levels": {"insult": 4, "flood": 0},
    "slow_seconds": 2.5,
    "allowed_sites": ["soundcloud.com"],
    "blocked_words": ["ñu"],
    "emotes_only": False,
}


async def test_the_queue_is_read_as_whoever_holds_the_pass(site: Site):
    site.door.waiting = [queued(1, "¿?")]
    answer = await site.http.get(PATH, headers=BEARER)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    queue = answer.json()
    assert queue["waiting"][0]["text"] == "¿?"
    assert queue["decisions"] == []
    assert queue["rules"]["levels"] == ChatRules().levels
    assert queue["rules"]["blocked_words"] == []
    person = person_of(PASS)
    assert site.door.asked == [
        ReadQueue("nova", person),
        Join("nova", person, None, "digest of 127.0.0.1", credential=PASS),
        ReadQueue("nova", person),
    ]
    assert PASS not in person
    await site.http.get(PATH, headers=BEARER)
    assert site.door.asked[3:] == [ReadQueue("nova", person)]  # it is known by now


async def test_deeds_and_rules_reach_the_crowd(site: Site):
    await site.http.get(PATH, headers=BEARER)
    person = person_of(PASS)
    for body, deed in (
        ({"deed": "approve", "message": "m1"}, Moderate("nova", person, Deed.APPROVE, "m1")),
        (
            {"deed": "time_out", "user": "u1", "seconds": 30, "message": None},
            Moderate("nova", person, Deed.TIME_OUT, None, "u1", 30.0),
        ),
        ({"deed": "clear"}, Moderate("nova", person, Deed.CLEAR)),
    ):
        answer = await site.http.post(PATH, json=body, headers=BEARER)
        assert (answer.status_code, answer.content) == (204, b"")
        assert site.door.asked[-1] == deed
    answer = await site.http.put(f"{PATH}/rules", json=RULES, headers=BEARER)
    assert answer.status_code == 204
    rules = ChatRules({"insult": 4, "flood": 0}, 2.5, ("soundcloud.com",), ("ñu",))
    assert site.door.asked[-1] == Configure("nova", person, rules)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "pass_missing"),
        ({"Authorization": "Bearer "}, 401, "pass_missing"),
        ({"Authorization": "Basic abc"}, 401, "pass_missing"),
        ({"Authorization": "Bearer guessed"}, 403, "not_allowed"),
        ({"Authorization": "Bearer " + "x" * 1_000}, 403, "not_allowed"),
    ],
)
async def test_without_a_pass_nothing_is_done(
    site: Site, headers: dict[str, str], status: int, code: str
):
    for answer in (
        await site.http.get(PATH, headers=headers),
        await site.http.post(PATH, json={"deed": "clear"}, headers=headers),
        await site.http.put(f"{PATH}/rules", json=RULES, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
    assert site.door.roles == {}  # nobody got in


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"deed": "ban"},
        {"deed": "time_out", "user": "u1", "seconds": 0},
        {"deed": "time_out", "user": "u1", "seconds": 100_000},
        {"deed": "time_out", "user": "u1", "seconds": "NaN"},
        {"deed": "delete", "message": ""},
        {"deed": "delete", "message": "m" * 65},
        {"deed": "delete", "message": 7},
        [],
        "geheim",
    ],
)
async def test_a_deed_that_is_none_is_named(site: Site, body: object):
    answer = await site.http.post(PATH, json=body, headers=BEARER)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "request_invalid")
    assert problem["details"]["where"].startswith("body")
    assert "geheim" not in answer.text
    assert site.door.asked == []


@pytest.mark.parametrize(
    "change",
    [
        {"levels": {"insult": 5}},
        {"levels": {"insult": True}},
        {"levels": {"rudeness": 1}},
        {"slow_seconds": -1},
        {"slow_seconds": 1e9},
        {"blocked_words": ["x" * 41]},
        {"blocked_words": ["x"] * 1_000},
        {"allowed_sites": ["x"] * 1_000},
        {"emotes_only": "yes"},
        {"blocked_words": None},
    ],
)
async def test_rules_that_cannot_be_are_named(site: Site, change: dict[str, Any]):
    answer = await site.http.put(f"{PATH}/rules", json=RULES | change, headers=BEARER)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert site.door.asked == []


async def test_rules_are_given_whole(site: Site):
    for missing in RULES:
        partial = {name: value for name, value in RULES.items() if name != missing}
        answer = await site.http.put(f"{PATH}/rules", json=partial, headers=BEARER)
        assert answer.status_code == 422
        assert answer.json()["details"]["where"] == f"body.{missing}"


@pytest.mark.parametrize(
    ("refused", "status", "retry"),
    [
        (Refused("unknown_message"), 404, None),
        (Refused("unknown_user"), 404, None),
        (Refused("chat_disabled"), 404, None),
        (Refused("not_allowed"), 403, None),
        (Refused("busy", 4.2), 503, "5"),
        (Refused("crowd_elsewhere"), 503, "5"),
        (Refused("rules_invalid"), 422, None),
        (BusUnavailable("away"), 503, "5"),
    ],
)
async def test_what_the_crowd_refuses_is_a_problem_with_its_code(
    site: Site, refused: Refused | BusUnavailable, status: int, retry: str | None
):
    await site.http.get(PATH, headers=BEARER)
    site.door.answers = [refused]
    answer = await site.http.post(PATH, json={"deed": "deny", "message": "m"}, headers=BEARER)
    code = refused.code if isinstance(refused, Refused) else "bus_unavailable"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers.get("retry-after") == retry


async def test_a_name_that_no_room_has_is_not_asked_for(site: Site):
    answer = await site.http.get("/api/rooms/No%20Room/moderation", headers=BEARER)
    assert (answer.status_code, answer.json()["code"]) == (404, "room_not_found")
    assert site.door.asked == []
