"""The chat from page to page through the real hub, host, word lists and moderation routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.sentiment.hosting.stage import MemoryStores
from tests.web.pages.chatting import said, say
from tests.web.pages.crowding import MODERATOR
from tests.web.pages.hosting import serve_crowds
from tests.web.pages.serving import Site
from tests.web.pages.watching import Watched, watch
from web.viewers.protocol import CloseCode

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

INSULT = "eres un hijo de puta"


@pytest_asyncio.fixture(loop_scope="module")
async def hosted() -> AsyncIterator[tuple[Site, MemoryStores]]:
    async with serve_crowds() as running:
        yield running


@asynccontextmanager
async def chatting(browser: Browser, site: Site, name: str) -> AsyncIterator[Watched]:
    async with watch(browser, site, "/live/nova") as live:
        await live.until(lambda seen: seen["crowd"]["phase"] == "joined")
        await live.page.fill("#chat-name", name)
        await live.page.keyboard.press("Enter")
        await live.page.wait_for_selector("#chat-text")
        yield live


async def test_people_talk_reply_and_come_back_without_loss_or_doubles(
    browser: Browser, hosted: tuple[Site, MemoryStores]
):
    site, _ = hosted
    async with chatting(browser, site, "Mara") as mara, chatting(browser, site, "Olmo") as olmo:
        await mara.shows(".pulse-value", "64")
        await say(mara, "temazo 👩🏽‍🎤 :fire: total")
        await olmo.shows(".said", "temazo")
        picture = olmo.page.locator(".said img")
        assert await picture.get_attribute("alt") == ":fire:"
        assert (await olmo.text(".said-text")).endswith("total")
        await olmo.page.hover(".said")
        await olmo.page.click('.said-action[aria-label="Reply to Mara"]')
        await say(olmo, "ya ves")
        await mara.shows('.said[data-to-me="true"]', "ya ves")
        await olmo.page.fill("#chat-text", "¿sigue ahí?")
        for link in list(site.hub._links):
            link.end(CloseCode.TRY_AGAIN, "too_slow")
        await olmo.page.keyboard.press("Enter")
        for page in (mara, olmo):
            await page.shows(".said[data-pending=false]", "¿sigue ahí?")
            assert [each.split(": ")[-1] for each in await said(page)] == [
                "temazo 👩🏽‍🎤 total",
                "ya ves",
                "¿sigue ahí?",
            ]


async def test_a_name_is_one_person_s_and_must_be_fit(
    browser: Browser, hosted: tuple[Site, MemoryStores]
):
    site, _ = hosted
    async with chatting(browser, site, "Mara"), watch(browser, site, "/live/nova") as live:
        await live.until(lambda seen: seen["crowd"]["phase"] == "joined")
        for name, words in (("M4RA", "has this name"), ("x", "2 to 24 characters")):
            await live.page.fill("#chat-name", name)
            await live.page.keyboard.press("Enter")
            await live.shows(".composer-status", words)
        await live.page.fill("#chat-name", "Nerea")
        await live.page.keyboard.press("Enter")
        await live.page.wait_for_selector("#chat-text")


async def test_what_the_filter_stopped_is_appealed_shown_taken_away_and_undone(
    browser: Browser, hosted: tuple[Site, MemoryStores]
):
    site, stores = hosted
    async with (
        chatting(browser, site, "Rufo") as rufo,
        chatting(browser, site, "Mara") as mara,
        watch(browser, site, f"/moderate/nova#pass={MODERATOR}") as desk,
    ):
        await desk.until(lambda seen: seen["state"] == "open" and seen["live"])
        await say(rufo, INSULT)
        await rufo.shows(".outcome", "it reads as an insult")
        assert await mara.page.locator(".said").count() == 0
        await rufo.page.click("text=Ask a moderator to look")
        await rufo.shows('.outcome[data-is="held"]', "looks at it again")
        await desk.shows(".queued", INSULT)
        assert "Insults" in await desk.text(".queued")
        await desk.page.keyboard.press("a")
        for page in (rufo, mara):
            await page.shows(".said", INSULT)
        await rufo.page.wait_for_selector(".outcome", state="detached")
        await desk.shows(".decision", "showed a message")
        await desk.page.locator(".decision .text-button").first.click()
        await desk.shows(".notice", "Undone")
        await mara.page.wait_for_selector(".said", state="detached")
        assert stores.decisions[0].text == INSULT  # the record has it, and nobody else


async def test_rules_and_time_outs_reach_everybody_at_once(
    browser: Browser, hosted: tuple[Site, MemoryStores]
):
    site, stores = hosted
    async with (
        chatting(browser, site, "Rufo") as rufo,
        watch(browser, site, f"/moderate/nova#pass={MODERATOR}") as desk,
        watch(browser, site, f"/live/nova#pass={MODERATOR}") as moderator,
    ):
        await desk.page.click("#tab-rules")
        await desk.page.select_option(".rules select", "5")
        await desk.page.fill("#blocked_words", "patata")
        await desk.page.click("text=Save")
        await rufo.shows(".composer-status", "one message every 5 s")
        assert stores.rules["nova"].blocked_words == ("patata",)
        await say(rufo, "una patata")
        await rufo.shows(".outcome", "a word that this room does not want")
        await rufo.page.wait_for_timeout(5_100)
        await say(rufo, "hola")
        await moderator.shows(".said", "hola")
        await moderator.page.hover(".said")
        await moderator.page.click('.said-action[aria-label^="Time Rufo out"]')
        await moderator.page.click('.said-action[aria-label$="10:00"]')
        await rufo.shows(".composer-status", "You cannot write for another 9:5")
        await rufo.page.wait_for_selector(".said", state="detached")


async def test_taps_are_heard(browser: Browser, hosted: tuple[Site, MemoryStores]):
    site, _ = hosted
    async with chatting(browser, site, "Mara") as mara:
        await mara.shows(".reaction", "2")
        await mara.page.click(".reaction >> nth=0")
        await mara.page.wait_for_selector(".float", state="attached")
        await mara.page.wait_for_timeout(300)
        assert (await mara.diagnostics())["crowd"]["outbox"] == []
