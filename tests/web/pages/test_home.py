"""The home page in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from core.messages import Phase
from tests.web.pages.serving import Site
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.watching import watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_nobody_on_air_shows_the_way_to_be(browser: Browser, site: Site):
    async with watch(browser, site) as home:
        await home.shows(".nobody h2", "Nobody is on air")
        await home.page.click(".nobody a")
        await home.page.wait_for_selector(".studio")


async def test_who_is_on_air_has_a_card_and_who_was_a_result(browser: Browser, site: Site):
    playing = SyntheticSet(site.bus)
    over = SyntheticSet(site.bus, room="mar", dj_name="Mar Azul", session="set-2")
    for dj in (playing, over):
        dj.state()
        await site.hub.room(dj.info.room)
        await dj.catch_up(300)
    over.state(Phase.ENDED, "stopped")
    async with watch(browser, site) as home:
        await home.shows(".card h2", "Nova")
        assert "±" in await home.text(".card-score")
        assert "125.0 BPM" in (await home.text(".card-facts")).replace("\u00a0", " ")
        assert "Mar Azul" in await home.text(".results")
        await home.page.click(".card-link")
        await home.page.wait_for_selector(".live")


async def test_a_set_that_starts_appears_by_itself(browser: Browser, site: Site):
    async with watch(browser, site) as home:
        await home.shows(".nobody h2", "Nobody is on air")
        dj = SyntheticSet(site.bus)
        dj.state()
        await home.shows(".card h2", "Nova")
        assert "Listening" in await home.text(".card-score")


async def test_the_theme_is_chosen_and_kept(browser: Browser, site: Site):
    ground = "getComputedStyle(document.body).backgroundColor"
    async with watch(browser, site, color_scheme="light") as home:
        assert await home.page.evaluate(ground) == "rgb(243, 244, 247)"
        await home.page.click(".bar .icon-button")
        assert await home.page.evaluate(ground) == "rgb(11, 13, 18)"
        await home.page.reload()
        assert await home.page.evaluate(ground) == "rgb(11, 13, 18)"
