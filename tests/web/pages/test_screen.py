"""The page for projectors and browser sources: the picture, the overlay, and nothing else ever."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from core.messages import Phase
from core.show import ShowSettings
from tests.web.pages.serving import Site
from tests.web.pages.showing import FakeDesk, SyntheticShow, perform
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.test_accessibility import check
from tests.web.pages.watching import CHROMIUM_ARGUMENTS, Watched, watch
from web.viewers.protocol import CloseCode

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PROJECTOR = {"viewport": {"width": 1280, "height": 720}}


async def on_air(site: Site, **more: Any) -> tuple[SyntheticSet, SyntheticShow]:
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(20)
    show = SyntheticShow(dj, **more)
    show.tell(ShowSettings(text="Nova"))
    perform(site, dj, show)
    return dj, show


@asynccontextmanager
async def projecting(
    browser: Browser, site: Site, query: str = "", **options: Any
) -> AsyncIterator[Watched]:
    desk = FakeDesk()
    address = f"/screen/nova{query}"
    async with watch(
        browser, site, address, stand_in=desk.stand_in, **(PROJECTOR | options)
    ) as page:
        yield page


async def seen(page: Watched, count: int = 10) -> dict[str, Any]:
    found = await page.until(lambda d: d["visuals"].get("shown", 0) >= count, seconds=30)
    return dict(found["visuals"])


async def test_there_is_the_picture_and_the_overlay_and_nothing_to_press(
    browser: Browser, site: Site
):
    await on_air(site)
    async with projecting(browser, site) as screen:
        await seen(screen)
        assert await screen.text(".visuals-overlay") == "Nova"
        assert await screen.page.locator("button, a, input, [tabindex]").count() == 0
        assert await screen.page.evaluate("getComputedStyle(document.body).cursor") == "none"
        box = await screen.page.locator(".visuals-picture").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 1280, "height": 720}
        assert (await screen.diagnostics())["sound"] is None
        await check(screen)


async def test_its_address_takes_the_overlay_and_the_ground_away(browser: Browser, site: Site):
    await on_air(site)
    async with projecting(browser, site, "?overlay=0&transparent=1&grain=0") as screen:
        await seen(screen)
        assert await screen.page.locator(".visuals-overlay").count() == 0
        ground = (
            "['html', 'body'].map((each) =>"
            " getComputedStyle(document.querySelector(each)).backgroundColor)"
        )
        assert set(await screen.page.evaluate(ground)) == {"rgba(0, 0, 0, 0)"}


async def test_it_plays_the_sound_where_that_is_asked_for(browser: Browser, site: Site):
    await on_air(site)
    async with projecting(browser, site, "?sound=1&offset=120") as screen:
        heard = await screen.until(
            lambda d: d["heardSeconds"] is not None and d["visuals"].get("shown", 0) > 10,
            seconds=30,
        )
        assert heard["sound"] == "on"


async def test_a_tap_lets_the_sound_begin_where_the_browser_waits_for_one(site: Site):
    """As browsers do that people use, unlike those of the other tests."""
    await on_air(site)
    usual = [each for each in CHROMIUM_ARGUMENTS if not each.startswith("--autoplay-policy")]
    usual.append("--autoplay-policy=document-user-activation-required")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=usual
        )
        async with projecting(browser, site, "?sound=1") as screen:
            await asyncio.sleep(3)  # it asked for sound by now; to look at it would count as a tap
            assert (await screen.diagnostics())["sound"] == "starting"
            await screen.page.mouse.click(200, 200)
            await screen.until(lambda d: d["sound"] == "on" and d["heardSeconds"] is not None)
            screen.errors = [each for each in screen.errors if "AudioContext" not in each]
        await browser.close()


async def test_an_offset_shows_everything_that_much_later(browser: Browser, site: Site):
    await on_air(site)
    async with projecting(browser, site) as screen:  # nearly nothing waits
        await seen(screen, 30)
        await screen.until(lambda d: d["visuals"]["waiting"] + d["visuals"]["held"] < 20)
    async with projecting(browser, site, "?offset=2000") as screen:  # two seconds of 20 pictures
        await seen(screen, 30)
        await screen.until(lambda d: 30 < d["visuals"]["waiting"] + d["visuals"]["held"] < 60)


async def test_a_room_where_nothing_plays_is_black_and_silent(browser: Browser, site: Site):
    dj, show = await on_air(site)
    async with projecting(browser, site) as screen:
        await seen(screen)
        show.chunks = {}
        dj.state(Phase.ENDED, "stopped")
        await screen.page.wait_for_selector('.visuals[data-on="false"]')
        assert await screen.page.locator(".visuals-overlay").count() == 0
        said = await screen.page.evaluate(
            "[...document.querySelectorAll('main *')].filter((each) => !each.closest('.unseen')"
            " && each.textContent.trim()).length"
        )
        assert said == 0


async def test_it_comes_back_by_itself_even_where_it_was_turned_away(browser: Browser, site: Site):
    await on_air(site)
    async with projecting(browser, site) as screen:
        before = await seen(screen)
        for link in list(site.hub._links):
            link.end(CloseCode.GOING_AWAY, "going_away")
        await screen.until(lambda d: d["opened"] == 2, seconds=30)
        await seen(screen, before["shown"] + 20)
        assert await screen.text("main") in ("", "Nova", "nova Nova")


async def test_where_less_motion_is_wanted_calm_pictures_alone_are_shown(
    browser: Browser, site: Site
):
    _, show = await on_air(site)
    async with projecting(browser, site, reduced_motion="reduce") as screen:
        await screen.until(lambda d: d["link"] == "open" and d["phase"] == "live")
        await screen.page.wait_for_selector(".visuals-overlay")
        assert (await screen.diagnostics())["visuals"]["bytes"] == 0
        show.tell(ShowSettings(calm=True))
        await seen(screen)
        show.tell(ShowSettings(calm=False))
        await screen.until(lambda d: d["visuals"]["asked"] == "none")
        await screen.page.wait_for_selector('.visuals[data-on="false"]')
    async with projecting(browser, site, "?motion=1", reduced_motion="reduce") as screen:
        await seen(screen)
