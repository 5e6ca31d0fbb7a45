"""The chat of the audience page: reading along, replies, keys, phones, and busy rooms."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from tests.web.pages.chatting import CONTRASTS, PHONE, chatting, said, say
from tests.web.pages.crowding import HELD, FakeCrowd
from tests.web.pages.serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_two_hundred_messages_are_kept_and_drawn(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for number in range(150):
        crowd.message("Mara", f"antes {number}")
    async with chatting(browser, site, crowd) as live:
        for number in range(120):
            crowd.message("Luis", f"ahora {number}")
        await live.shows(".said", "ahora 119")
        assert await live.page.locator(".said").count() == 200
        assert (await live.diagnostics())["crowd"]["messages"] == 200
        assert (await said(live))[0] == "Mara: antes 70"


async def test_it_follows_the_newest_unless_somebody_reads_further_up(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for number in range(60):
        crowd.message("Mara", f"antes {number}")
    at_bottom = """
    (() => { const log = document.querySelector('.log');
      return log.scrollHeight - log.scrollTop - log.clientHeight < 4; })()
    """
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "antes 59")
        assert await live.page.evaluate(at_bottom)
        await live.page.hover(".log")
        await live.page.mouse.wheel(0, -600)
        await live.page.wait_for_timeout(300)
        for number in range(3):
            crowd.message("Luis", f"ahora {number}")
        await live.shows(".log-newer", "3 new messages")
        assert not await live.page.evaluate(at_bottom)
        await live.page.click(".log-newer")
        await live.page.wait_for_selector(".log-newer", state="detached")
        assert await live.page.evaluate(at_bottom)
        crowd.message("Luis", "último")
        await live.shows(".said", "último")
        assert await live.page.evaluate(at_bottom)


async def test_replies_quote_and_are_pointed_out_to_who_is_answered(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with (
        chatting(browser, site, crowd, "Olmo") as live,
        chatting(browser, site, crowd, "Mara") as other,
    ):
        await say(live, "¿qué tema es?")
        await other.shows(".said", "¿qué tema es?")
        await other.page.hover(".said")
        await other.page.click('.said-action[aria-label="Reply to Olmo"]')
        await other.shows(".composer-reply", "Reply to Olmo")
        await say(other, "ni idea")
        await live.shows('.said[data-to-me="true"]', "ni idea")
        assert "¿qué tema es?" in await live.text(".said-quote")
        assert await other.page.locator(".composer-reply").count() == 0


async def test_the_keyboard_walks_through_the_messages(browser: Browser, site: Site):
    crowd = FakeCrowd()
    for text in ("uno", "dos", "tres"):
        crowd.message("Mara", text)
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.page.focus(".log")
        for _ in range(2):
            await live.page.keyboard.press("ArrowUp")
        assert "dos" in await live.page.evaluate("document.activeElement.innerText")
        await live.page.keyboard.press("r")
        await live.shows(".composer-reply", "dos")
        assert await live.page.evaluate("document.activeElement.id") == "chat-text"


async def test_a_new_order_of_the_crowd_clears_the_old_one(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "de antes")
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.shows(".said", "de antes")
        crowd.begin_anew()
        crowd.message("Mara", "de ahora")
        await crowd.break_lines()
        await live.shows(".said", "de ahora")
        assert await said(live) == ["Mara: de ahora"]


async def test_what_got_lost_on_the_way_is_asked_for(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "uno")
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "uno")
        lines, crowd.lines = crowd.lines, []
        crowd.message("Mara", "dos")  # nobody is told
        crowd.lines = lines
        crowd.message("Mara", "tres")
        await live.shows(".said", "tres")
        assert await said(live) == ["Mara: uno", "Mara: dos", "Mara: tres"]
        assert crowd.heard[-1][1]["seq"] == 1


async def test_names_are_told_apart_with_good_contrast(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "hola")
    for theme in ("dark", "light"):
        async with chatting(browser, site, crowd, color_scheme=theme) as live:
            await live.page.wait_for_selector(".said-name")
            hues, least, stable = await live.page.evaluate(CONTRASTS)
            assert hues >= 12 and stable
            assert least >= 4.5, theme


async def test_nothing_moves_when_the_crowd_speaks_up(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.page.evaluate("document.fonts.ready")
        await live.page.wait_for_timeout(400)
        before = await live.page.evaluate("window.shifts")
        crowd.pulse(None, reason="too_few", top_emotes=[], chatters=1)
        await live.shows(".pulse", "Too few people")
        crowd.pulse(81.0, reactions={"fire": 12, "heart": 3, "hands": 0, "wow": 0, "boo": 1})
        await live.shows(".pulse-value", "81")
        for number in range(40):
            crowd.message("Mara", f"hola :fire: {number}")
        await live.shows(".said", "39")
        await live.page.wait_for_timeout(300)
        assert await live.page.evaluate("window.shifts") - before < 0.01


async def test_the_languages_differ_in_words_alone(browser: Browser, site: Site):
    crowd = FakeCrowd(outcomes={"x": HELD})
    async with chatting(browser, site, crowd, "Olmo", locale="es-ES") as live:
        await say(live, "x")
        await live.shows(".outcome", "antes de que salga lo mira un moderador")
        await live.page.click('button[lang="en"]')
        await live.shows(".outcome", "a moderator looks at it")


async def test_key_c_opens_the_chat(browser: Browser, site: Site):
    async with chatting(browser, site, FakeCrowd(), "Olmo") as live:
        await live.beside("findings")
        await live.page.focus("#main")
        await live.page.keyboard.press("c")
        await live.page.wait_for_selector("#chat-text")
        await live.comes_true("document.activeElement.id === 'chat-text'")
        await live.page.keyboard.type("c")  # now it is a letter
        assert await live.page.input_value("#chat-text") == "c"


async def test_unread_messages_are_counted_on_the_tab(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "leído")
    async with chatting(browser, site, crowd) as live:
        await live.shows(".said", "leído")
        await live.beside("moments")
        crowd.message("Mara", "uno")
        crowd.message("Mara", "dos")
        await live.shows("#tab-chat .count", "2")
        await live.beside("chat")
        await live.page.wait_for_selector("#tab-chat .count", state="detached")


async def test_on_a_phone_the_chat_is_a_sheet_from_below(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Mara", "hola :fire:")
    async with chatting(browser, site, crowd, **PHONE) as live:
        await live.shows(".sheet-bar", "Mara hola")
        assert await live.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert await live.page.locator(".findings").count() == 1  # in the page, below
        await live.page.tap(".sheet-bar")
        await live.shows(".sheet .said", "hola")
        await live.page.wait_for_timeout(400)  # it slides
        box = await live.page.locator(".sheet").bounding_box()
        assert box is not None and box["y"] + box["height"] == 844 and box["y"] > 100
        await live.page.fill("#chat-name", "Olmo")
        await live.page.keyboard.press("Enter")
        await live.page.wait_for_selector("#chat-text")
        await say(live, "desde el móvil")
        await live.shows(".said", "desde el móvil")
        await live.page.tap(".said >> nth=0")
        await live.page.tap('.said-action[aria-label="Reply to Mara"]')
        await live.page.wait_for_selector(".composer-reply")
        await live.page.keyboard.press("Escape")  # first the reply, then the sheet
        await live.page.keyboard.press("Escape")
        await live.page.wait_for_selector(".sheet", state="detached")
        await live.comes_true("document.activeElement.className === 'sheet-bar'")
        crowd.message("Mara", "nuevo")
        await live.shows(".sheet-bar .count", "1")


async def test_it_stays_quick_while_a_hundred_messages_a_second_come(browser: Browser, site: Site):
    crowd = FakeCrowd()
    longest = """
    () => { window.longest = 0; new PerformanceObserver((list) => { for (const each of
      list.getEntries()) window.longest = Math.max(window.longest, each.duration); })
      .observe({ type: 'longtask' }); }
    """
    async with chatting(browser, site, crowd) as live:
        await live.page.evaluate(longest)
        for second in range(3):
            for number in range(100):
                crowd.message("Mara", f"{second}.{number} :fire:")
            await asyncio.sleep(0.5)
        await live.shows(".said", "2.99")
        assert await live.page.locator(".said").count() == 200
        assert await live.page.evaluate("window.longest") < 600  # two slow cores may be busy
