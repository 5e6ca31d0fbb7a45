"""Moments and emotes, as pages ask for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.crowd import MomentStatus, Refused
from core.errors import StorageUnavailable
from sentiment.text.emotes import STARTER_EMOTES
from tests.battles.test_emotes import picture
from tests.web.crowd.conftest import Site
from tests.web.viewers.crowd import message, moment
from web.crowd.listings import no_moments

STATIC = Path(__file__).parents[3] / "web" / "static"


async def test_moments_are_listed_as_they_last_were_the_newest_first(site: Site):
    site.door.publish(moment())
    site.door.publish(message(1))
    site.door.publish(replace(moment(), id="x2"))
    site.door.publish(replace(moment(), id="x1", status=MomentStatus.WITHDRAWN))
    answer = await site.http.get("/api/rooms/nova/moments")
    moments = answer.json()["moments"]
    assert [(each["id"], each["status"]) for each in moments] == [
        ("x2", "confirmed"),
        ("x1", "withdrawn"),
    ]
    tag = answer.headers["etag"]
    again = await site.http.get("/api/rooms/nova/moments", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    site.door.publish(replace(moment(), id="x3"))
    changed = await site.http.get("/api/rooms/nova/moments", headers={"If-None-Match": tag})
    assert len(changed.json()["moments"]) == 3


async def test_where_there_is_no_crowd_there_are_no_moments(site: Site):
    assert await no_moments("nova") == ()
    site.door.answers = [Refused("crowd_elsewhere")]
    answer = await site.http.get("/api/rooms/nova/moments")
    assert (answer.status_code, answer.json()["code"]) == (503, "crowd_elsewhere")


async def test_every_room_has_the_starter_set_and_its_own(site: Site):
    added = await site.emotes.add("nova", "disco_ball", picture())
    emotes = (await site.http.get("/api/rooms/nova/emotes")).json()["emotes"]
    assert [each["name"] for each in emotes] == [*STARTER_EMOTES, "disco_ball"]
    assert emotes[0] == {
        "name": "fire",
        "src": "/static/emotes/fire.svg",
        "label_key": "emote.fire",
    }
    assert emotes[-1]["label_key"] is None
    shown = await site.http.get(emotes[-1]["src"])
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.content == picture()
    tag = shown.headers["etag"]
    assert tag.strip('"') in added.digest
    again = await site.http.get(emotes[-1]["src"], headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    others = (await site.http.get("/api/rooms/made-up/emotes")).json()["emotes"]
    assert [each["name"] for each in others] == list(STARTER_EMOTES)


async def test_a_replaced_picture_has_a_new_address(site: Site):
    await site.emotes.add("nova", "ball", picture(size=(8, 8)))
    first = (await site.http.get("/api/rooms/nova/emotes")).json()["emotes"][-1]["src"]
    await site.emotes.add("nova", "ball", picture(size=(9, 9)))
    assert (await site.http.get("/api/rooms/nova/emotes")).json()["emotes"][-1]["src"] != first


@pytest.mark.parametrize("path", ["nova/none", "made-up/ball", "nova/..%2F..", "nova/fire"])
async def test_pictures_that_are_not_there(site: Site, path: str):
    answer = await site.http.get(f"/emotes/{path}")
    assert answer.status_code == 404


async def test_while_the_database_is_away_there_is_the_starter_set(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    async def away(room: str) -> None:
        raise StorageUnavailable("away")

    monkeypatch.setattr(site.emotes, "list", away)
    emotes = (await site.http.get("/api/rooms/nova/emotes")).json()["emotes"]
    assert len(emotes) == len(STARTER_EMOTES)


def test_every_starter_emote_is_drawn():
    for name in STARTER_EMOTES:
        assert (STATIC / "emotes" / f"{name}.svg").is_file()
