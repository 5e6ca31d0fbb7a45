"""The chat in the studio: the DJ reads it beside the instruments and keeps order in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.web.pages.answering import Answering
from tests.web.pages.crowding import DJ_KEY, FakeCrowd
from tests.web.pages.serving import Site
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.test_accessibility import THEMES, check
from tests.web.pages.test_studio_on_air import go_live
from tests.web.pages.watching import Watched, watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@asynccontextmanager
async def playing(
    browser: Browser, site: Site, crowd: FakeCrowd, **options: Any
) -> AsyncIterator[Watched]:
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(600)
    async with watch(browser, site, "/studio", stand_in=crowd.stand_in, **options) as studio:
        await Answering(studio).begin()
        await go_live(studio)
        await studio.until(lambda seen: seen["crowd"] and seen["crowd"]["phase"] == "joined")
        yield studio


async def test_the_stream_key_makes_the_dj_known_and_able(browser: Browser, site: Site):
    crowd = FakeCrowd()
    bad = crowd.message("Rufo", "algo feo")
    async with playing(browser, site, crowd) as studio:
        seen = await studio.diagnostics()
        assert (seen["crowd"]["role"], seen["crowd"]["name"]) == ("dj", "Nova")
        join = next(d for kind, d in crowd.heard if kind == "join")
        assert join["credential"] == DJ_KEY
        await studio.page.fill("#chat-text", "gracias a todos")
        await studio.page.keyboard.press("Enter")
        await studio.shows(".said", "DJ Nova: gracias a todos")
        await studio.page.hover(".said >> nth=0")
        await studio.page.click('.said-action[aria-label="Delete this message of Rufo"]')
        await studio.page.wait_for_selector(f'[data-id="{bad}"]', state="detached")
        assert crowd.deeds[0]["deed"] == "delete"
        assert await studio.page.evaluate("localStorage.getItem('djuv.chat-name')") is None
        assert await studio.page.locator(".reaction").count() == 0


async def test_the_dj_speaks_under_their_own_name_whoever_chatted_here_before(
    browser: Browser, site: Site
):
    crowd = FakeCrowd()
    stand_in = crowd.stand_in

    async def used_before(page: Page) -> None:
        await stand_in(page)
        await page.add_init_script("localStorage.setItem('djuv.chat-name', 'Mara')")

    crowd.stand_in = used_before
    async with playing(browser, site, crowd):
        join = next(d for kind, d in crowd.heard if kind == "join")
        assert join["name"] is None


async def test_it_shares_its_place_with_what_the_server_receives(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with playing(browser, site, crowd) as studio:
        await studio.page.click("#tab-received")
        await studio.shows(".received", "Stereo")
        crowd.message("Mara", "hola")
        await studio.shows("#tab-chat .count", "1")
        await studio.page.click("#tab-chat")
        await studio.shows(".said", "hola")


async def test_the_key_opens_the_moderation_in_a_new_tab(browser: Browser, site: Site):
    async with playing(browser, site, FakeCrowd()) as studio:
        async with studio.page.context.expect_page() as opening:
            await studio.page.click('[aria-label="Moderate the chat"]')
        opened = await opening.value
        await opened.wait_for_selector("main")
        assert opened.url == site.url("/moderate/nova")


async def test_everything_still_fits_one_screen_on_air(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for number in range(30):
        crowd.message("Mara", f"hola {number}")
    async with playing(browser, site, crowd, locale="es-ES") as studio:
        await studio.shows(".said", "hola 29")
        assert await studio.page.evaluate("document.documentElement.scrollHeight") <= 900
        inside = await studio.page.evaluate(
            "[...document.querySelectorAll('.panel, .log, .composer')].every((part) =>"
            " part.getBoundingClientRect().bottom <= 900)"
        )
        assert inside
        log = await studio.page.locator(".log").bounding_box()
        assert log is not None and log["height"] >= 160


@pytest.mark.parametrize("theme", THEMES)
async def test_nothing_is_in_anybody_s_way(browser: Browser, site: Site, theme: str):
    crowd = FakeCrowd()
    crowd.message("Mara", "hola :fire:")
    crowd.pulse(70.0)
    async with playing(browser, site, crowd, color_scheme=theme) as studio:
        await studio.page.hover(".said")
        await check(studio)
        await studio.page.click("#tab-received")
        await check(studio)
