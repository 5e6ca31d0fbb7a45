"""Addresses that lead nowhere, for people and for programs."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from web.missing import missing_page, preferred_language, upgrade_router
from web.pages import StaticLibrary, pages_router

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def client() -> httpx.AsyncClient:
    library = StaticLibrary()
    app = FastAPI()
    app.include_router(upgrade_router())
    app.include_router(pages_router(library))
    app.add_exception_handler(404, missing_page(library))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://pages.test")


@pytest.mark.parametrize("path", ["/nothing", "/live", "/live/"])
async def test_people_get_a_page_in_their_language_and_programs_a_problem(path: str):
    async with client() as http:
        for language in ("en", "es"):
            headers = {"Accept": BROWSER, "Accept-Language": language}
            page = await http.get(path, headers=headers, follow_redirects=True)
            assert page.status_code == 404
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert page.headers["content-language"] == language
            assert f'<html lang="{language}">' in page.text
        problem = await http.get(path, follow_redirects=True)
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["code"] == "not_found"


async def test_the_page_finds_its_styles():
    async with client() as http:
        page = await http.get("/nothing", headers={"Accept": BROWSER})
        style = next(one for one in page.text.split('"') if one.endswith("/404.css"))
        assert (await http.get(style)).status_code == 200


async def test_a_room_s_socket_says_that_it_is_one():
    async with client() as http:
        refused = await http.get("/rooms/nova/live", headers={"Accept": BROWSER})
    assert (refused.status_code, refused.headers["upgrade"]) == (426, "websocket")
    assert refused.json()["code"] == "upgrade_required"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.5, es;q=0.7", "es"),
        ("de, fr;q=0.9", "en"),
        ("es;q=0", "en"),
        ("es;q=much", "en"),
    ],
)
def test_the_language_liked_best_is_chosen(accepted: str, language: str):
    assert preferred_language(accepted) == language
