"""How the pages are handed out."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
from fastapi import FastAPI

from tests.web.pages.test_static import modules_of
from web.pages import STATIC_FOLDER, StaticLibrary, pages_router


def client() -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(pages_router())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://pages.test")


async def test_each_page_is_html_that_names_only_addresses_of_this_release():
    release = StaticLibrary().release
    async with client() as http:
        paths = "/ /live/nova /screen/nova /studio /moderate/nova /vj/nova /privacy".split()
        for path in paths:
            answer = await http.get(path)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert answer.headers["cache-control"] == "no-cache"
            addresses = re.findall(r'"(/static/[^"]+)"', answer.text)
            assert len(addresses) >= 8
            for address in addresses:
                assert address.startswith(f"/static/~{release}/")
                assert (await http.get(address)).status_code == 200


async def test_a_page_names_all_its_modules_so_that_they_come_at_once():
    async with client() as http:
        html = (await http.get("/live/nova")).text
    named = {Path(address).name for address in re.findall(r'modulepreload" href="([^"]+)"', html)}
    modules = modules_of(STATIC_FOLDER / "js/live/main.js")
    assert named == {path.name for path in modules} - {"main.js"}


async def test_html_holds_no_inline_script_or_style():
    for page in STATIC_FOLDER.glob("*.html"):
        html = page.read_text()
        assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
        assert "<style" not in html
        assert not re.search(r"\s(style|on\w+)=", html)


async def test_files_of_this_release_are_kept_for_good_and_others_are_checked():
    release = StaticLibrary().release
    async with client() as http:
        kept = await http.get(f"/static/~{release}/tokens.css")
        older = await http.get("/static/~0123456789ab/tokens.css")
        plain = await http.get("/static/tokens.css")
    assert "immutable" in kept.headers["cache-control"]
    assert older.headers["cache-control"] == plain.headers["cache-control"] == "no-cache"
    assert kept.content == older.content == plain.content


async def test_a_browser_that_has_the_file_gets_304():
    async with client() as http:
        first = await http.get("/static/base.css")
        again = await http.get("/static/base.css", headers={"If-None-Match": first.headers["etag"]})
        other = await http.get("/static/base.css", headers={"If-None-Match": '"other"'})
    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


async def test_text_is_compressed_for_who_takes_it_and_has_a_tag_of_its_own():
    async with client() as http:
        small = await http.get("/static/base.css", headers={"Accept-Encoding": "gzip"})
        plain = await http.get("/static/base.css", headers={"Accept-Encoding": "identity"})
        font = await http.get("/static/vendor/inter-5.3.0.woff2")
    assert small.headers["content-encoding"] == "gzip"
    assert small.headers["vary"] == "Accept-Encoding"
    assert small.content == plain.content
    assert small.headers["etag"] != plain.headers["etag"]
    assert "content-encoding" not in font.headers


async def test_nothing_outside_the_folder_is_served():
    async with client() as http:
        for path in ("/static/nothing.js", "/static/%2e%2e/pages.py", "/static/~x/../../pages.py"):
            assert (await http.get(path)).status_code == 404


async def test_head_answers_like_get_without_a_body():
    async with client() as http:
        answer = await http.head("/studio")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 0


def test_a_release_changes_with_any_file(tmp_path: Path):
    (tmp_path / "a.css").write_text("a {}")
    first = StaticLibrary(tmp_path).release
    (tmp_path / "a.css").write_text("b {}")
    assert StaticLibrary(tmp_path).release != first


def test_what_is_compressed_reads_the_same(tmp_path: Path):
    (tmp_path / "a.js").write_text("let a = 1;\n" * 100)
    found = StaticLibrary(tmp_path).find("a.js")
    assert found is not None
    asset, _ = found
    assert asset.compressed is not None
    assert gzip.decompress(asset.compressed) == asset.body
