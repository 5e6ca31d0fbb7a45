"""The chat of the audience page in a real Chromium: joining, names, saying something."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser

from tests.web.pages.chatting import ATTACKS, chatting, said, say
from tests.web.pages.crowding import FakeCrowd
from tests.web.pages.serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_who_joins_sees_what_was_said_with_names_emotes_and_replies(
    browser: Browser, site: Site
):
    crowd = FakeCrowd()
    first = crowd.message("Mara", "temazo 👩🏽‍🎤 :fire: total")  # a figure of several code points
    quote = {"message": first, "name": "Mara", "text": "temazo"}
    crowd.message("Nova", "gracias", role="dj", reply=quote)
    crowd.message("Vera", "hola", role="moderator")
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "hola")
        messages = await said(live)
        assert messages[0].startswith("Mara: temazo 👩🏽‍🎤") and messages[0].endswith("total")
        picture = live.page.locator(".said").first.locator("img")
        assert await picture.get_attribute("alt") == ":fire:"
        assert await picture.evaluate("(each) => each.naturalWidth > 0")
        assert "Mara temazo DJ Nova: gracias" in messages[1]
        assert messages[2] == "Mod Vera: hola"  # told in words, not by colour alone
        log = live.page.locator(".log")
        assert await log.get_attribute("role") == "log"
        assert await log.get_attribute("aria-live") == "polite"


async def test_nothing_that_is_said_becomes_markup(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for attack in ATTACKS:
        crowd.message(attack[:30], attack, reply={"message": "m0", "name": attack, "text": attack})
    crowd.emotes = [{"name": "evil", "src": "javascript:window.pwned=1", "label_key": "x"}]
    async with chatting(browser, site, crowd, "Olmo") as live:
        for attack in ATTACKS:
            await live.shows(".said", attack.split(":fire:")[0].strip())
        await say(live, ATTACKS[1])
        await live.shows(".said:last-child", "onerror")
        assert await live.page.evaluate("window.pwned") is None
        assert await live.page.locator(".log script, .log img:not(.emote)").count() == 0


async def test_nothing_is_kept_of_who_only_reads(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "hola")
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "hola")
        assert await live.page.evaluate("Object.keys(localStorage)") == []
        assert crowd.heard[0][1]["visitor"] is None
        assert await live.page.locator('.composer a[href="/privacy"]').is_visible()


async def test_a_name_is_taken_once_and_everybody_sees_what_is_said(browser: Browser, site: Site):
    crowd = FakeCrowd(taken={"Nova": "name_taken"})
    async with chatting(browser, site, crowd) as other, chatting(browser, site, crowd) as live:
        await live.page.fill("#chat-name", "Nova")
        await live.page.keyboard.press("Enter")
        await live.shows(".composer-status", "Pick another")
        assert await live.page.get_attribute("#chat-name", "aria-invalid") == "true"
        await live.page.fill("#chat-name", "Olmo")
        await live.page.keyboard.press("Enter")
        await live.page.wait_for_selector("#chat-text")
        await say(live, "hola :fire:")
        for page in (live, other):
            await page.shows(".said[data-pending=false]", "Olmo: hola")
        assert await live.page.input_value("#chat-text") == ""
        assert await live.page.locator(".said[data-mine=true] img").count() == 1
        secret = await live.page.evaluate("localStorage.getItem('djuv.visitor')")
        assert re.fullmatch("[0-9a-f]{32}", secret)
        await live.page.reload()
        await live.page.wait_for_selector("#chat-text")  # remembered
        assert crowd.heard[-1] == (
            "join",
            {"visitor": secret, "name": "Olmo", "credential": None, "epoch": None, "seq": 0},
        )


async def test_a_message_waits_visibly_until_the_server_has_spoken(browser: Browser, site: Site):
    crowd = FakeCrowd(deaf={"say"})
    async with chatting(browser, site, crowd, "Olmo") as live:
        await say(live, "hola")
        await live.shows(".said[data-pending=true]", "Olmo: hola")
        assert await live.page.locator(".said[data-pending=false]").count() == 0


async def test_a_broken_line_loses_nothing_and_doubles_nothing(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "uno")
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.shows(".said", "uno")
        crowd.deaf = {"say"}  # heard, but the answer is lost with the line
        await say(live, "dos")
        await live.page.wait_for_selector(".said[data-pending=true]")
        key = next(d["key"] for kind, d in reversed(crowd.heard) if kind == "say")
        await crowd.break_lines()
        await live.until(lambda seen: seen["crowd"]["phase"] == "connecting")
        await say(live, "tres")  # written while there is no line
        crowd.deaf = set()
        crowd.message("Mara", "cuatro")
        await live.shows(".said[data-pending=false]", "tres")
        await live.page.wait_for_selector(".said[data-pending=true]", state="detached")
        assert sorted(await said(live)) == ["Mara: cuatro", "Mara: uno", "Olmo: dos", "Olmo: tres"]
        keys = [d["key"] for kind, d in crowd.heard if kind == "say"]
        assert keys.count(key) == 2 and len(set(keys)) == 2
        join = next(d for kind, d in reversed(crowd.heard) if kind == "join")
        assert (join["epoch"], join["seq"]) == ("crowd-1", 1)


async def test_what_a_moderator_takes_away_is_gone_at_once_and_from_quotes(
    browser: Browser, site: Site
):
    crowd = FakeCrowd()
    bad = crowd.message("Rufo", "algo feo")
    crowd.message("Mara", "eh", reply={"message": bad, "name": "Rufo", "text": "algo feo"})
    async with chatting(browser, site, crowd, "Olmo") as live:
        await say(live, "mío")
        await live.shows(".said[data-mine=true]", "mío")
        crowd.remove(bad)
        await live.page.wait_for_selector(f'[data-id="{bad}"]', state="detached")
        assert "algo feo" not in await live.text(".log")
        await live.shows(".said-quote", "taken away")
        mine = await live.page.locator(".said[data-mine=true]").get_attribute("data-id")
        crowd.remove(str(mine))
        await live.shows(".outcome", "A moderator took your message away")
        await live.page.click(".outcome .said-action")
        await live.page.wait_for_selector(".outcome", state="detached")
