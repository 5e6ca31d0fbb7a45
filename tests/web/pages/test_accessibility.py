"""axe-core finds nothing serious on any page, in any state, in either theme."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from core.messages import Phase
from tests.web.pages.crowding import HELD, FakeCrowd, deleted, moment
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
        await live.beside("findings")
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
        await live.beside("findings")
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


@pytest.mark.parametrize("theme", THEMES)
async def test_the_chat_in_every_state(browser: Browser, site: Site, theme: str):
    await played(site)
    crowd = FakeCrowd(outcomes={"x": HELD, "y": deleted("insult")}, deaf={"join"})
    async with watch(
        browser, site, "/live/nova", stand_in=crowd.stand_in, color_scheme=theme
    ) as live:
        await check(live)
        await live.shows(".composer-status", "The chat is away")
        await check(live)
        crowd.deaf = set()
        await live.page.wait_for_selector("#chat-name:enabled", timeout=15_000)
        await check(live)
        first = crowd.message("Mara", "hola :fire:")
        crowd.message(
            "Nova", "buenas", role="dj", reply={"message": first, "name": "M", "text": ""}
        )
        crowd.message("Vera", "hola", role="moderator")
        crowd.pulse(70.0, reactions={"fire": 3, "heart": 0, "hands": 0, "wow": 0, "boo": 0})
        await live.page.fill("#chat-name", "Olmo")
        await live.page.keyboard.press("Enter")
        for text in ("x", "y"):
            await live.page.fill("#chat-text", text)
            await live.page.keyboard.press("Enter")
        await live.shows(".outcome", "insult")
        await live.page.hover(".said >> nth=0")
        await check(live)
        await live.page.click('.said-action[aria-label^="Reply"]')
        await live.page.click(".picker-opener")
        await live.page.wait_for_selector(".picker")
        await check(live)
        user = next(iter(crowd.members.values()))["user"]
        crowd.publish("chat", {"kind": "timed_out", "user": user, "seconds": 99.0})
        await live.shows(".composer-status", "You cannot write")
        await check(live)
        await live.beside("moments")
        await check(live)
        crowd.publish("moment", moment("m", 300.0, clip="clip-1"))
        await live.page.wait_for_selector(".moment")
        await check(live)


@pytest.mark.parametrize("theme", THEMES)
async def test_the_chat_on_a_phone(browser: Browser, site: Site, theme: str):
    await played(site)
    crowd = FakeCrowd()
    crowd.message("Mara", "hola :fire:")
    crowd.pulse(70.0)
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    async with watch(
        browser, site, "/live/nova", stand_in=crowd.stand_in, color_scheme=theme, **phone
    ) as live:
        await live.shows(".sheet-bar", "hola")
        await check(live)
        await live.page.tap(".sheet-bar")
        await live.shows(".sheet .said", "hola")
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
