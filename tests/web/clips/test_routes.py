"""Clips over HTTP: sound in ranges, facts, pages, and who may delete one."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
import soundfile
from fastapi import FastAPI
from pydantic import AnyHttpUrl

from battles.database import Database
from battles.keys import KeyStore
from core.clock import ManualClock
from core.errors import DjUniverseError
from tests.web.clips.made import NOW, contents, made, store
from tests.web.clips.serving import site_of
from web.clips import ClipStore, clips_elsewhere
from web.clips.facts import ClipFacts, new_id
from web.clips.folder import ClipFolder
from web.problems import answer_error
from web.texts import LANGUAGES, Texts

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@dataclass
class Site:
    folder: Path
    store: ClipStore
    keys: KeyStore
    http: httpx.AsyncClient

    def keep(self, **changes: object) -> tuple[ClipFacts, bytes]:
        facts, sound = made()
        facts = replace(facts, **changes)
        ClipFolder(self.folder).write(facts, sound)
        return facts, sound


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    database = Database(f"sqlite:///{tmp_path / 'keys.db'}")
    await database.open()
    clock = ManualClock(wall_seconds=NOW)
    keys = KeyStore(database, clock)
    clips = store(tmp_path / "clips", clock=clock)
    transport = httpx.ASGITransport(app=site_of(clips, keys.authenticate))
    async with httpx.AsyncClient(transport=transport, base_url="https://clips.test") as http:
        yield Site(tmp_path / "clips", clips, keys, http)
    await clips.stop()
    await database.close()


class Head(HTMLParser):
    """What a messenger reads of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.tags: list[str] = []
        self.title = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "meta":
            name = given.get("property") or given.get("name") or ""
            self.meta[name] = given.get("content") or ""

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "title" and not self.title:
            self.title = data


async def test_the_sound_is_the_file(site: Site):
    facts, sound = site.keep()
    answer = await site.http.get(f"/clips/{facts.id}.ogg")
    assert answer.status_code == 200
    assert answer.content == sound
    assert answer.headers["content-type"] == "audio/ogg; codecs=opus"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert soundfile.info(io.BytesIO(answer.content)).duration == 30.0
    head = await site.http.head(f"/clips/{facts.id}.ogg")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(sound)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=1000-", 1000, None), ("bytes=-50", -50, None)],
)
async def test_a_part_of_the_sound(site: Site, asked: str, start: int, end: int | None):
    facts, sound = site.keep()
    answer = await site.http.get(f"/clips/{facts.id}.ogg", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == sound[start:end]
    first = start if start >= 0 else len(sound) + start
    last = first + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(sound)}"


async def test_a_part_that_is_not_there(site: Site):
    facts, sound = site.keep()
    address = f"/clips/{facts.id}.ogg"
    beyond = await site.http.get(address, headers={"Range": f"bytes={len(sound)}-"})
    assert beyond.status_code == 416
    nonsense = await site.http.get(address, headers={"Range": "bytes=9-1"})
    assert nonsense.status_code == 400


async def test_who_has_it_gets_304(site: Site):
    facts, _ = site.keep()
    for address in (f"/clips/{facts.id}.ogg", f"/api/clips/{facts.id}"):
        first = await site.http.get(address)
        tag = first.headers["etag"]
        again = await site.http.get(address, headers={"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        other = await site.http.get(address, headers={"If-None-Match": '"x"'})
        assert other.status_code == 200


async def test_the_facts(site: Site):
    facts, _ = site.keep()
    answer = await site.http.get(f"/api/clips/{facts.id}")
    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert told["dj_name"] == "Nova"
    assert told["moment"]["code"] == "drop"
    assert told["scores"]["overall"].keys() == {"value", "low", "high"}
    assert len(told["course"]["components"]["energy"]) == 60
    assert told["expires_unix_seconds"] == NOW + 30 * 86_400


HOSTILE = (
    "..%2f..%2fetc%2fpasswd", "%2e%2e%2fkeys.db", "a" * 21, "x" * 23, "a" * 21 + "%00",
    "a" * 21 + "%0a", "%2e%2e", "a%2f..%2f" + "b" * 16, "CON",
)  # fmt: skip


@pytest.mark.parametrize("clip", [*HOSTILE, "z" * 22])
async def test_addresses_that_name_no_clip(site: Site, clip: str):
    site.keep()
    before = contents(site.folder)
    key, _ = await site.keys.create("Nova")
    for address in (f"/clips/{clip}.ogg", f"/api/clips/{clip}"):
        answer = await site.http.get(address)
        assert answer.status_code == 404
        assert answer.json()["code"] in ("clip_not_found", "not_found")
    gone = await site.http.delete(f"/api/clips/{clip}", headers={"Authorization": f"Bearer {key}"})
    assert gone.status_code == 404
    assert contents(site.folder) == before
    assert (site.folder.parent / "keys.db").exists()


async def test_the_page_is_told_in_its_head_to_those_who_run_no_script(site: Site):
    facts, _ = site.keep()
    answer = await site.http.get(f"/clips/{facts.id}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    head = Head(answer.text)
    assert head.title == "Nova: the drop at 5:12 · DJ UNIVERSE Live"
    assert head.tags.count("title") == 1
    assert head.meta["og:title"] == "Nova: the drop at 5:12"
    assert head.meta["og:url"] == f"https://clips.test/clips/{facts.id}"
    assert head.meta["og:audio"] == f"https://clips.test/clips/{facts.id}.ogg"
    assert head.meta["og:locale"] == "en_GB"
    about = head.meta["og:description"]
    assert about == head.meta["description"]
    assert about.startswith("30 seconds of the live set “Night drive”. The set stood at ")
    assert "technical 8" in about
    sound = await site.http.get(head.meta["og:audio"])
    assert sound.status_code == 200


async def test_the_head_is_in_the_readers_language(site: Site):
    facts, _ = site.keep()
    answer = await site.http.get(f"/clips/{facts.id}", headers={"Accept-Language": "es-MX"})
    head = Head(answer.text)
    assert answer.headers["content-language"] == "es"
    assert "Accept-Language" in answer.headers["vary"]
    assert head.meta["og:title"] == "Nova: el drop (5:12)"
    assert head.meta["og:locale"] == "es_ES"
    assert "técnica" in head.meta["og:description"]


async def test_what_a_dj_is_called_is_text_and_nothing_else(site: Site):
    name = '"><script>alert(1)</script>'
    title = "</title><img src=x onerror=alert(1)> & 'more'"
    facts, _ = site.keep(dj_name=name, title=title)
    head = Head((await site.http.get(f"/clips/{facts.id}")).text)
    assert head.title.startswith(f"{name}: the drop")
    assert head.meta["og:title"].startswith(name)
    assert title in head.meta["og:description"]
    plain, _ = site.keep()
    assert head.tags == Head((await site.http.get(f"/clips/{plain.id}")).text).tags


async def test_a_host_that_is_no_name_stays_text(site: Site):
    facts, _ = site.keep()
    address = f"/clips/{facts.id}"
    hostile = await site.http.get(address, headers={"Host": 'x"><script>1</script>'})
    head = Head(hostile.text)
    assert "script" not in head.meta["og:url"]
    assert head.tags == Head((await site.http.get(address)).text).tags


async def test_of_a_set_without_a_score_no_score_is_told(site: Site):
    facts, _ = site.keep(scores=None, title=None)
    head = Head((await site.http.get(f"/clips/{facts.id}")).text)
    assert head.meta["og:description"] == "30 seconds of a live set."


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_of_a_clip_that_is_gone(site: Site, language: str):
    headers = {"Accept": BROWSER, "Accept-Language": language}
    answer = await site.http.get("/clips/" + "z" * 22, headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    texts = Texts(language)
    assert texts("clip.gone") in answer.text
    assert texts("clip.gone_text.other", days="30") in answer.text
    assert "<!--" not in answer.text and "clip.gone" not in answer.text


@pytest.mark.parametrize(
    ("days", "key"), [(1.0, "clip.gone_text.one"), (0.0, "clip.gone_kept"), (0.5, None)]
)
async def test_how_long_clips_live_is_said_as_it_is_set(
    tmp_path: Path, days: float, key: str | None
):
    clips = store(tmp_path, keep_days=days)
    transport = httpx.ASGITransport(app=site_of(clips))
    async with httpx.AsyncClient(transport=transport, base_url="http://clips.test") as http:
        gone = await http.get("/clips/nothing")
        facts, sound = made()
        ClipFolder(tmp_path).write(facts, sound)
        told = (await http.get(f"/api/clips/{facts.id}")).json()
    for language in LANGUAGES:
        texts = Texts(language)
        wanted = (
            texts(key)
            if key
            else texts("clip.gone_text.other", days=texts("report.decimal_sign").join("05"))
        )
        assert wanted in gone.text
    assert told["expires_unix_seconds"] == (NOW + days * 86_400 if days else None)
    await clips.stop()


async def test_a_dj_deletes_a_clip_of_their_room(site: Site):
    key, record = await site.keys.create("Nova")
    facts, _ = site.keep(room=record.room)
    answer = await site.http.delete(
        f"/api/clips/{facts.id}", headers={"Authorization": f"Bearer {key}"}
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert contents(site.folder) == {}
    for address in (f"/clips/{facts.id}", f"/clips/{facts.id}.ogg", f"/api/clips/{facts.id}"):
        assert (await site.http.get(address)).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nobody_else_deletes_it(site: Site, language: str):
    key, record = await site.keys.create("Nova")
    other, _ = await site.keys.create("Mar")
    facts, _ = site.keep(room=record.room)
    before = contents(site.folder)
    for authorization, code in (
        (None, "key_missing"),
        ("Bearer", "key_missing"),
        (f"Basic {key}", "key_missing"),
        ("Bearer djuv_nonsense", "key_malformed"),
        (f"Bearer {key[:-1]}{'0' if key[-1] != '0' else '1'}", "key_unknown"),
        (f"Bearer {other}", "clip_of_another"),
    ):
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = await site.http.delete(f"/api/clips/{facts.id}", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == code
        assert f"error.{code}" in Texts(language)
    assert contents(site.folder) == before


async def test_a_revoked_key_deletes_nothing(site: Site):
    key, record = await site.keys.create("Nova")
    facts, _ = site.keep(room=record.room)
    await site.keys.revoke(record.key_id)
    answer = await site.http.delete(
        f"/api/clips/{facts.id}", headers={"Authorization": f"Bearer {key}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "key_revoked")
    assert facts == await site.store.facts(facts.id)


async def test_an_edge_sends_on_to_where_clips_are_kept():
    app = FastAPI()
    app.add_exception_handler(DjUniverseError, answer_error)
    app.include_router(clips_elsewhere(AnyHttpUrl("https://ingest.example/")))
    clip = new_id()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://edge.test") as http:
        for path in (f"/clips/{clip}", f"/clips/{clip}.ogg", f"/api/clips/{clip}"):
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["location"]) == (
                307,
                f"https://ingest.example{path}",
            )
        assert (await http.delete(f"/api/clips/{clip}")).status_code == 307
        for name in HOSTILE:
            assert (await http.get(f"/clips/{name}")).status_code == 404
