"""axe-core finds nothing serious on any page, in any state, in either theme."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from core.messages import Phase
from tests.web.pages.serving import Site
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.watching import Watched, watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
VIOLATIONS = """
async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .filter((each) => ['serious', 'critical', 'moderate'].includes(each.impact))
  .map((each) => `${each.id}: ${each.nodes.map((node) => node.html).slice(0, 3)}`)
"""
THEMES = ("dark", "light")


async def check(watched: Watched) -> None:
    """Run axe-core's rules for WCAG 2.2 A and AA and its best practices."""
    await watched.page.wait_for_timeout(350)  # nothing may be half faded in
    await watched.page.evaluate(AXE)
    found = await watched.page.evaluate(VIOLATIONS)
    assert not found, found


async def played(site: Site) -> SyntheticSet:
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(600)
    return dj


@pytest.mark.parametrize("theme", THEMES)
async def test_the_audience_page_in_every_phase(browser: Browser, site: Site, theme: str):
    dj = await played(site)
    async with watch(browser, site, "/live/nova", color_scheme=theme) as live:
        await live.page.wait_for_selector(".finding")
        for phase in Phase:
            dj.state(phase)
            await live.until(lambda seen, phase=phase: seen["phase"] == phase)
            await check(live)


@pytest.mark.parametrize("theme", THEMES)
async def test_the_audience_page_with_everything_open(browser: Browser, site: Site, theme: str):
    dj = await played(site)
    site.keep(asyncio.create_task(dj.play()))
    async with watch(browser, site, "/live/nova", color_scheme=theme) as live:
        await live.page.click(".listen")
        await live.page.click(".timing > button")
        await live.page.locator(".pin").last.click()
        await live.page.wait_for_selector('.findings-list [data-selected="true"]')
        await check(live)
        await live.page.click(".component.is-energy button")
        await live.page.wait_for_selector(".points-card")
        await check(live)
        await live.page.keyboard.press("?")
        await live.page.wait_for_selector("dialog[open]")
        await check(live)


async def test_pages_without_anyone(browser: Browser, site: Site):
    async with watch(browser, site) as watched:
        for path in ("/", "/live/nova", "/live/No%20Room"):
            await watched.page.goto(site.url(path))
            await watched.page.wait_for_selector("main")
            await check(watched)


@pytest.mark.parametrize("theme", THEMES)
async def test_home_with_sets_on_air_and_over(browser: Browser, site: Site, theme: str):
    await played(site)
    SyntheticSet(site.bus, room="mar", dj_name="Mar", session="set-2").state(Phase.ENDED, "stopped")
    async with watch(browser, site, "/", color_scheme=theme) as home:
        await home.page.wait_for_selector(".card h2")
        await check(home)


@pytest.mark.parametrize("theme", THEMES)
async def test_the_studio_with_sound_warnings_and_dialog(browser: Browser, site: Site, theme: str):
    async with watch(browser, site, "/studio", color_scheme=theme) as studio:
        await studio.page.click(".chooser .button")
        await studio.page.wait_for_selector(".warning")
        await check(studio)
        await studio.page.click(".going > .button-quiet")
        await check(studio)


async def test_the_studio_where_it_cannot_work(browser: Browser, site: Site):
    async with watch(browser, site, "/studio", host="plain.test") as studio:
        await studio.page.wait_for_selector(".insecure")
        await check(studio)
