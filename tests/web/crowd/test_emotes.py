"""A room's own emotes, put and taken away over HTTP by those who keep order in it."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from battles.emotes import MOST_BYTES
from core.errors import DjUniverseError
from tests.battles.test_emotes import picture
from tests.web.crowd.conftest import Site
from web.crowd.emotes import emotes_elsewhere_router
from web.problems import answer_error

PATH = "/api/rooms/nova/emotes"


def bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


async def test_the_dj_and_the_moderators_may_put_and_remove(site: Site):
    luz, _ = await site.moderators.create("nova", "Luz")
    for number, credential in enumerate((site.key, luz)):
        name = f"ball_{number}"
        put = await site.http.put(f"{PATH}/{name}", content=picture(), headers=bearer(credential))
        assert (put.status_code, put.headers["cache-control"]) == (200, "no-store")
        assert put.json() == (await site.http.get(PATH)).json()["emotes"][-1]
        shown = await site.http.get(put.json()["src"])
        assert (shown.headers["content-type"], shown.content) == ("image/png", picture())
        removed = await site.http.delete(f"{PATH}/{name}", headers=bearer(credential))
        assert (removed.status_code, removed.content) == (204, b"")
        assert await site.emotes.list("nova") == ()
    assert site.changed == ["nova"] * 4


async def test_nobody_else_may(site: Site):
    eva, _ = await site.keys.create("Eva")
    lost, moderator = await site.moderators.create("nova", "Luz")
    await site.moderators.revoke("nova", moderator.moderator_id)
    await site.emotes.add("nova", "ball", picture())
    for credential, status, code in (
        (None, 401, "pass_missing"),
        (eva, 403, "not_allowed"),
        (lost, 401, "pass_revoked"),
        ("djuv_" + "0" * 64, 401, "key_unknown"),
        ("guessed", 403, "not_allowed"),
    ):
        headers = {} if credential is None else bearer(credential)
        for answer in (
            await site.http.put(f"{PATH}/drum", content=picture(), headers=headers),
            await site.http.delete(f"{PATH}/ball", headers=headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [emote.name for emote in await site.emotes.list("nova")] == ["ball"]
    assert site.changed == []


@pytest.mark.parametrize(
    ("name", "image", "status", "code"),
    [
        ("Ball", picture(), 422, "emote_name_invalid"),
        ("a" * 25, picture(), 422, "emote_name_invalid"),
        ("fire", picture(), 422, "emote_name_taken"),
        ("ball", b"<svg onload='alert(1)'/>", 415, "emote_type_unknown"),
        ("ball", b"", 415, "emote_type_unknown"),
        ("ball", picture(size=(129, 8)), 413, "emote_too_many_pixels"),
        ("ball", picture() + b"\0" * MOST_BYTES, 413, "emote_too_large"),
    ],
)
async def test_what_the_command_line_refuses_is_refused_here(
    site: Site, name: str, image: bytes, status: int, code: str
):
    answer = await site.http.put(f"{PATH}/{name}", content=image, headers=bearer(site.key))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await site.emotes.list("nova") == ()


async def test_what_is_not_there_cannot_be_removed(site: Site):
    for name in ("ball", "fire"):
        answer = await site.http.delete(f"{PATH}/{name}", headers=bearer(site.key))
        assert (answer.status_code, answer.json()["code"]) == (404, "emote_not_found")


async def test_a_process_without_a_database_says_so():
    app = FastAPI()
    app.add_exception_handler(DjUniverseError, answer_error)
    app.include_router(emotes_elsewhere_router())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        for method in ("PUT", "DELETE"):
            answer = await http.request(method, f"{PATH}/ball")
            assert (answer.status_code, answer.json()["code"]) == (503, "crowd_elsewhere")
