"""The page that says what is kept of people, and the ways to it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.web.pages.chatting import chatting
from tests.web.pages.crowding import FakeCrowd
from tests.web.pages.serving import Site
from tests.web.pages.test_accessibility import THEMES, check
from tests.web.pages.watching import watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize(
    ("locale", "sentences"),
    [
        (
            "en-GB",
            ("no cookies", "latest 200 of a room", "after 24 hours", "for 7 days", "30 days"),
        ),
        ("es-ES", ("no hay cookies", "últimos 200", "a las 24 horas", "7 días", "30 días")),
    ],
)
async def test_it_says_what_is_kept_and_for_how_long(
    browser: Browser, site: Site, locale: str, sentences: tuple[str, ...]
):
    async with watch(browser, site, "/privacy", locale=locale) as page:
        text = (await page.text("main")).replace("\u00a0", " ")
        assert [each for each in sentences if each not in text] == []
        assert await page.page.evaluate("document.cookie") == ""
        assert await page.page.evaluate("localStorage.length") == 0


async def test_the_browser_forgets_who_one_is_when_asked(browser: Browser, site: Site):
    async with chatting(browser, site, FakeCrowd(), "Olmo") as live:
        secret = await live.page.evaluate("localStorage.getItem('djuv.visitor')")
        await live.page.goto(site.url("/privacy"))
        await live.shows(".privacy-here", f"One, beginning with {secret[:4]}")
        await live.shows(".privacy-here", "Olmo")
        await live.page.click("text=Forget who I am")
        await live.shows(".notice", "Forgotten")
        assert await live.page.evaluate("Object.keys(localStorage)") == []


async def test_every_page_leads_to_it(browser: Browser, site: Site):
    async with watch(browser, site) as page:
        for path, first in (
            ("/", None),
            ("/live/nova", "?"),
            ("/studio", None),
            ("/moderate/nova", None),
        ):
            await page.page.goto(site.url(path))
            await page.page.wait_for_selector("main")
            if first is not None:
                await page.page.keyboard.press(first)
            link = page.page.locator('a[href="/privacy"]', has_text="What we keep of you")
            await link.first.wait_for(timeout=10_000)


@pytest.mark.parametrize("theme", THEMES)
async def test_nothing_is_in_anybody_s_way(browser: Browser, site: Site, theme: str):
    async with watch(browser, site, "/privacy", color_scheme=theme) as page:
        await check(page)
        await page.page.set_viewport_size({"width": 360, "height": 780})
        assert await page.page.evaluate("document.documentElement.scrollWidth") <= 360
        await check(page)
