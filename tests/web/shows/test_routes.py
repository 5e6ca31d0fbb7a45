"""What a VJ reads and does over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.errors import StorageUnavailable
from core.show import LONGEST_TEXT, ShowMode, ShowSettings, ShowState
from tests.web.shows.conftest import PATH, FakeShows, Site, logo
from visuals.catalogue import PALETTES, SCENES
from web.shows.keeping import restore_settings

ON_AIR = ShowState(True, None, SCENES[0], PALETTES[0], False, 320, 180, 20.0, ShowSettings())


async def test_the_dj_and_moderators_see_how_the_show_stands_and_what_it_could_be(site: Site):
    site.shows.states["nova"] = ON_AIR
    for headers in (site.dj, site.moderator):
        answer = await site.http.get(PATH, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        told = answer.json()
        assert told["room"] == "nova"
        assert told["settings"] == {
            "enabled": True,
            "mode": "auto",
            "scene": None,
            "palette": None,
            "intensity": 1.0,
            "calm": False,
            "text": "",
            "logo": None,
        }
        assert told["state"]["scene"] == SCENES[0]
        assert told["catalogue"] == {"scenes": list(SCENES), "palettes": list(PALETTES)}
    site.shows.states.clear()
    assert (await site.http.get(PATH, headers=site.dj)).json()["state"] is None


REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"calm": True}),
    ("POST", "/blackout", {"held": True}),
    ("PUT", "/logo", logo()),
    ("DELETE", "/logo", None),
]


async def ask(site: Site, request: tuple[str, str, Any], headers: dict[str, str]):
    method, path, body = request
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    return await site.http.request(method, PATH + path, headers=headers, **content)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: each[0] + each[1])
@pytest.mark.parametrize(
    ("credential", "status", "code"),
    [
        (None, 401, "pass_missing"),
        ("Basic abc", 401, "pass_missing"),
        ("Bearer guessed", 403, "not_allowed"),
        ("Bearer " + "x" * 1_000, 403, "not_allowed"),
        ("Bearer djuv_" + "0" * 64, 401, "key_unknown"),
        ("Bearer djum_" + "0" * 64, 401, "pass_unknown"),
        ("stranger", 403, "not_allowed"),
    ],
)
async def test_nobody_else_may_do_anything(
    site: Site, request_: Any, credential: str | None, status: int, code: str
):
    headers = {} if credential is None else {"Authorization": credential}
    answer = await ask(site, request_, site.stranger if credential == "stranger" else headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (site.shows.set, site.shows.blackouts) == ({}, [])


async def test_who_was_shown_the_door_stays_outside(site: Site):
    (moderator,) = await site.moderators.list("nova")
    await site.moderators.revoke("nova", moderator.moderator_id)
    answer = await site.http.get(PATH, headers=site.moderator)
    assert (answer.status_code, answer.json()["code"]) == (401, "pass_revoked")


async def test_a_room_that_cannot_be_is_not_found(site: Site):
    answer = await site.http.get("/api/rooms/No_Room/show", headers=site.dj)
    assert (answer.status_code, answer.json()["code"]) == (404, "room_not_found")


async def test_what_is_changed_reaches_the_show_and_the_rest_stays(site: Site):
    first = {"mode": "manual", "scene": SCENES[2], "palette": PALETTES[1], "intensity": 0.25}
    answer = await site.http.patch(PATH, json=first, headers=site.dj)
    assert answer.status_code == 200
    assert answer.json()["settings"] | first == answer.json()["settings"]
    assert site.shows.set["nova"] == ShowSettings(
        mode=ShowMode.MANUAL, scene=SCENES[2], palette=PALETTES[1], intensity=0.25
    )
    then = {"palette": None, "calm": True, "enabled": False, "text": "  ¡Hola,\n 東京! "}
    await site.http.patch(PATH, json=then, headers=site.moderator)
    assert site.shows.set["nova"] == ShowSettings(
        enabled=False, mode=ShowMode.MANUAL, scene=SCENES[2], intensity=0.25, calm=True,
        text="¡Hola, 東京!",
    )  # fmt: skip
    assert set(site.shows.set) == {"nova"}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"mode": "random"}, "body.mode"),
        ({"mode": None}, "body.mode"),
        ({"scene": "no-such"}, "body.scene"),
        ({"scene": 3}, "body.scene"),
        ({"palette": "no-such"}, "body.palette"),
        ({"intensity": 1.01}, "body.intensity"),
        ({"intensity": -0.01}, "body.intensity"),
        ({"intensity": "1"}, "body.intensity"),
        ({"intensity": True}, "body.intensity"),
        ({"calm": 1}, "body.calm"),
        ({"enabled": "yes"}, "body.enabled"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "body.text"),
        ({"text": "a\u202eb"}, "body.text"),
        ({"text": "a\u0000b"}, "body.text"),
        ({"text": None}, "body.text"),
        ({"logo": "0" * 64}, "body.logo"),
        ({"speed": 2}, "body.speed"),
        ([], "body"),
    ],
)
async def test_what_cannot_be_set_is_named_and_changes_nothing(site: Site, change: Any, where: str):
    whole = change if isinstance(change, list) else {"calm": True} | change
    answer = await site.http.patch(PATH, json=whole, headers=site.dj)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "request_invalid")
    assert problem["details"]["where"].startswith(where)
    assert site.shows.set == {}


async def test_a_text_of_eighty_characters_of_any_script_fits(site: Site):
    for text in ("x" * LONGEST_TEXT, "東" * LONGEST_TEXT, "🎛" * LONGEST_TEXT):
        answer = await site.http.patch(PATH, json={"text": text}, headers=site.dj)
        assert (answer.status_code, answer.json()["settings"]["text"]) == (200, text)


async def test_a_blackout_is_held_and_let_go(site: Site):
    for held in (True, False):
        answer = await site.http.post(f"{PATH}/blackout", json={"held": held}, headers=site.dj)
        assert (answer.status_code, answer.content) == (204, b"")
    named = {"held": True, "hand": "desk"}
    answer = await site.http.post(f"{PATH}/blackout", json=named, headers=site.dj)
    assert answer.status_code == 204
    assert site.shows.blackouts == [("nova", True, ""), ("nova", False, ""), ("nova", True, "desk")]
    long = {"held": True, "hand": 65 * "x"}
    for body in ({}, {"held": 1}, {"held": "true"}, {"held": True, "for": 9}, long):
        answer = await site.http.post(f"{PATH}/blackout", json=body, headers=site.dj)
        assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert len(site.shows.blackouts) == 3


async def test_what_was_set_is_there_after_a_restart(site: Site):
    await site.http.patch(PATH, json={"text": "one", "calm": True}, headers=site.dj)
    await site.http.patch(PATH, json={"text": "two"}, headers=site.dj)
    again = FakeShows()
    await restore_settings(again, site.store)
    assert again.set == {"nova": ShowSettings(text="two", calm=True)}


async def test_of_changes_that_overtake_each_other_the_last_is_kept(site: Site):
    changes = [{"intensity": n / 20} for n in range(20)]
    await asyncio.gather(*(site.http.patch(PATH, json=each, headers=site.dj) for each in changes))
    again = FakeShows()
    await restore_settings(again, site.store)
    assert again.set == site.shows.set


async def test_a_scene_that_this_version_has_not_is_not_restored(site: Site):
    stored = ShowSettings(scene="of-tomorrow", palette="of-tomorrow", text="x")
    await site.store.save("nova", lambda: stored)
    await restore_settings(site.shows, site.store)
    assert site.shows.set == {"nova": ShowSettings(text="x")}


async def test_a_change_that_cannot_be_stored_is_made_all_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    async def away(*_: object) -> None:
        raise StorageUnavailable("away")

    monkeypatch.setattr(type(site.store), "save", away)
    answer = await site.http.patch(PATH, json={"calm": True}, headers=site.dj)
    assert answer.status_code == 200
    assert site.shows.set["nova"].calm
    monkeypatch.setattr(type(site.store), "latest", away)
    await restore_settings(FakeShows(), site.store)  # the server starts without
