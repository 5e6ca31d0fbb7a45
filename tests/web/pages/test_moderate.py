"""The moderation page: who gets in, what waits, how it is decided, how the chat is kept."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, Route

from tests.web.pages.crowding import DJ_KEY, MODERATOR, FakeCrowd
from tests.web.pages.serving import Site
from tests.web.pages.test_accessibility import THEMES, check
from tests.web.pages.watching import Watched, watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@asynccontextmanager
async def moderating(
    browser: Browser, site: Site, crowd: FakeCrowd, credential: str = MODERATOR, **options: Any
) -> AsyncIterator[Watched]:
    address = f"/moderate/nova#pass={credential}"
    async with watch(browser, site, address, stand_in=crowd.stand_in, **options) as page:
        await page.until(lambda seen: seen["state"] == "open")
        yield page


def busy_crowd() -> FakeCrowd:
    crowd = FakeCrowd()
    crowd.queued("Rufo", "eres un payaso <b>x</b>", "insult")
    crowd.queued("Otto", "buy followers", "spam", "links", offences=2)
    crowd.queued("Mara", "this kills me :fire:", "threat", action="delete", appealed=True)
    return crowd


async def test_the_pass_leaves_the_address_and_stays_in_the_tab(browser: Browser, site: Site):
    async with moderating(browser, site, busy_crowd()) as page:
        assert page.page.url == site.url("/moderate/nova")
        await page.page.reload()
        await page.shows(".queued", "eres un payaso")
        kept = await page.page.evaluate("[localStorage, sessionStorage].map((each) => ({...each}))")
        assert MODERATOR not in str(kept[0]) and kept[1]["djuv.pass.nova"] == MODERATOR
        history = await page.page.evaluate("performance.getEntriesByType('navigation')[0].name")
        assert MODERATOR not in history


async def test_the_way_to_the_vj_s_page_takes_the_pass_along(browser: Browser, site: Site):
    async with moderating(browser, site, busy_crowd()) as page:
        way = page.page.locator(".moderate-ways a", has_text="Visuals")
        assert await way.get_attribute("href") == site.url(f"/vj/nova#pass={MODERATOR}")


async def test_without_a_pass_there_is_a_door_and_a_wrong_one_is_told(browser: Browser, site: Site):
    crowd = busy_crowd()
    async with watch(browser, site, "/moderate/nova", stand_in=crowd.stand_in) as page:
        await page.shows(".door", "Open the link that the DJ gave you")
        await page.page.fill("#pass", "djum_wrong")
        await page.page.keyboard.press("Enter")
        await page.shows(".door", "not known here")
        assert "djum_wrong" not in await page.page.evaluate("JSON.stringify(sessionStorage)")
        await page.page.fill("#pass", MODERATOR)
        await page.page.keyboard.press("Enter")
        await page.shows(".queued", "eres un payaso")
        await page.until(lambda seen: seen["crowd"]["role"] == "moderator")
        page.errors = [each for each in page.errors if "401" not in each]  # Chromium's own


async def test_a_pass_that_is_opened_in_the_same_tab_counts_and_leaves_the_address(
    browser: Browser, site: Site
):
    crowd = busy_crowd()
    async with watch(browser, site, "/moderate/nova", stand_in=crowd.stand_in) as page:
        await page.page.wait_for_selector(".door")
        await page.page.evaluate(f"location.hash = 'pass={MODERATOR}'")
        await page.shows(".queued", "eres un payaso")
        assert page.page.url == site.url("/moderate/nova")


async def test_after_a_refused_pass_the_dj_has_everything(browser: Browser, site: Site):
    crowd = busy_crowd()
    async with watch(
        browser, site, "/moderate/nova#pass=djum_wrong", stand_in=crowd.stand_in
    ) as page:
        await page.shows(".door", "not known here")
        await page.page.fill("#pass", DJ_KEY)
        await page.page.keyboard.press("Enter")
        await page.page.wait_for_selector("#tab-moderators")
        page.errors = [each for each in page.errors if "401" not in each]


async def test_rules_that_are_not_saved_wait_while_something_else_is_looked_at(
    browser: Browser, site: Site
):
    async with moderating(browser, site, busy_crowd()) as page:
        await page.page.click("#tab-rules")
        await page.page.fill("#blocked_words", "one\ntwo")
        await page.page.click("#tab-decisions")
        await page.page.click("#tab-rules")
        assert await page.page.input_value("#blocked_words") == "one\ntwo"
        await page.page.click(".rules-ways .button-quiet")
        await page.page.click("#tab-decisions")
        await page.page.click("#tab-rules")
        assert await page.page.input_value("#blocked_words") != "one\ntwo"


async def test_what_waits_is_shown_with_reasons_in_words(browser: Browser, site: Site):
    async with moderating(browser, site, busy_crowd()) as page:
        rows = page.page.locator(".queued")
        assert await rows.count() == 3
        first, second, third = [" ".join(each.split()) for each in await rows.all_inner_texts()]
        assert "Rufo" in first and "Held" in first and "Insults" in first
        assert "<b>x</b>" in first  # as text
        assert "2 offences before" in second and "Spam Links" in second
        assert "Deleted" in third and "asks you to look again" in third
        assert await page.page.title() == "(3) Moderate nova · DJ UNIVERSE Live"


async def test_nothing_is_said_to_be_empty_before_the_server_answered(browser: Browser, site: Site):
    crowd, answer = FakeCrowd(), asyncio.Event()

    async def stand_in(page: Page) -> None:
        async def late(route: Route) -> None:
            await answer.wait()
            await route.fallback()

        await crowd.stand_in(page)
        await page.route("**/moderation", late)

    address = f"/moderate/nova#pass={MODERATOR}"
    async with watch(browser, site, address, stand_in=stand_in) as page:
        await page.shows(".queue-none", "Asking the server")
        await page.shows(".decisions-none", "Asking the server")
        answer.set()
        await page.shows(".queue-none", "Nothing waits")
        await page.shows(".decisions-none", "Nothing was decided of late")


async def test_new_messages_arrive_by_themselves_and_over_http_where_the_line_is_away(
    browser: Browser, site: Site
):
    crowd = FakeCrowd()
    async with moderating(browser, site, crowd) as page:
        await page.shows(".queue-none", "Nothing waits")
        await page.until(lambda seen: seen["live"])
        crowd.queued("Rufo", "uno", "insult")
        await page.shows(".queued", "uno")
    crowd.deaf = {"join"}
    async with moderating(browser, site, crowd) as page:
        await page.shows(".queued", "uno")
        crowd.queued("Rufo", "dos", "insult")
        await page.shows(".queued", "dos")
        assert not (await page.diagnostics())["live"]


async def test_decisions_are_told_in_words_and_can_be_undone(browser: Browser, site: Site):
    crowd = busy_crowd()
    crowd.decisions = [
        crowd.decision("deny", crowd.waiting[1] | {"message": "gone"}),
        crowd.decision("hold", crowd.waiting[0], actor="machine"),
        crowd.decision("delete", crowd.waiting[0] | {"message": "old", "text": None}),
    ]
    async with moderating(browser, site, crowd) as page:
        await page.shows(".decision", "Vera turned a message down")
        assert "The filter held a message" in await page.text(".decisions")
        assert "no longer kept" in await page.text(".decisions")
        undo = page.page.locator(".decision .text-button")
        assert await undo.count() == 1  # not what waits, and not what is forgotten
        await undo.click()
        await page.until(lambda seen: crowd.deeds)
        assert crowd.deeds[0]["deed"] == "undo" and crowd.deeds[0]["message"] == "gone"


async def test_a_deed_that_fails_is_said_and_the_message_stays(browser: Browser, site: Site):
    crowd = busy_crowd()
    async with moderating(browser, site, crowd) as page:
        await page.page.wait_for_selector(".queued")
        await page.page.route(
            "**/moderation",
            lambda route: route.fulfill(
                status=404, content_type="application/json", body='{"code": "unknown_message"}'
            ),
        )
        await page.page.keyboard.press("a")
        await page.shows(".notice", "no longer kept")
        assert await page.page.locator(".queued").count() == 3
        page.errors = [each for each in page.errors if "404" not in each]  # Chromium's own


async def test_the_rules_are_changed_saved_and_discarded(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with moderating(browser, site, crowd) as page:
        await page.page.click("#tab-rules")
        swearing = page.page.locator(".axis", has_text="Swearing")
        assert "Nobody looks at this" in await swearing.inner_text()
        await swearing.locator("text=Strict").click()
        assert "Bad language at nobody" in await swearing.inner_text()
        await page.page.select_option(".rules select", "10")
        await page.page.check(".rules .check input")
        await page.page.fill("#allowed_sites", "https://www.SoundCloud.com/nova\nmixcloud.com")
        await page.page.fill("#blocked_words", "patata\n\n patata , nabo")
        await page.page.click("text=Save")
        await page.shows(".notice", "The rules are saved")
        assert crowd.rules["levels"]["swearing"] == 4 and crowd.rules["levels"]["hate"] == 3
        assert crowd.rules["slow_seconds"] == 10 and crowd.rules["emotes_only"] is True
        assert crowd.rules["allowed_sites"] == ["soundcloud.com", "mixcloud.com"]
        assert crowd.rules["blocked_words"] == ["patata", "nabo"]
        await page.page.fill("#blocked_words", "otra")
        crowd.change_rules(slow_seconds=30.0)
        await page.shows(".rules-clash", "Somebody else has changed the rules")
        await page.page.click("text=Discard")
        assert await page.page.input_value(".rules select") == "30"
        assert await page.page.input_value("#blocked_words") == "patata\nnabo"


async def test_the_dj_hands_out_passes_and_takes_them_back(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with moderating(browser, site, crowd, DJ_KEY) as page:
        await page.page.click("#tab-moderators")
        await page.shows(".moderators", "no moderators yet")
        await page.page.fill("#moderator-name", "Vera")
        await page.page.keyboard.press("Enter")
        await page.shows(".moderators-made", "/moderate/nova#pass=djum_1234secret")
        await page.shows(".moderators-list", "Vera")
        await page.page.click("text=/^Take back$/")
        await page.page.click("text=Take the pass back")
        await page.page.wait_for_selector(".moderators-list", state="detached")
        assert crowd.moderators == []


async def test_a_moderator_hands_out_no_passes(browser: Browser, site: Site):
    async with moderating(browser, site, FakeCrowd()) as page:
        await page.page.wait_for_selector("#tab-rules")
        assert await page.page.locator("#tab-moderators").count() == 0


async def test_clearing_the_chat_asks_once_more(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with moderating(browser, site, crowd) as page:
        await page.page.click("text=Clear the chat")
        assert crowd.deeds == []
        await page.page.click("text=Clear it for everybody")
        await page.shows(".notice", "The chat is empty")
        assert [deed["deed"] for deed in crowd.deeds] == ["clear"]


async def test_a_phone_has_it_all_in_tabs(browser: Browser, site: Site):
    crowd = busy_crowd()
    async with moderating(browser, site, crowd, locale="es-ES", **PHONE) as page:
        await page.shows(".queued", "eres un payaso")
        assert await page.page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.page.locator(".queued").first.get_by_text(re.compile("^Mostrar")).tap()
        await page.until(lambda seen: seen["waiting"] == 2)
        await page.page.tap("#tab-rules")
        await page.shows(".axis", "Insultos")
        assert await page.page.evaluate("document.documentElement.scrollWidth") <= 390


def drawn(width: int, height: int, colour: str = "tomato") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def chosen(name: str, data: bytes, kind: str = "image/png") -> Any:
    return {"name": name, "mimeType": kind, "buffer": data}


async def test_a_moderator_puts_emotes_in_and_takes_them_out(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with moderating(browser, site, crowd) as page:
        await page.page.click("#tab-emotes")
        await page.shows(".room-emotes", "no emotes of its own yet")
        large = drawn(400, 200)
        await page.page.set_input_files(".room-emotes input", chosen("Bola Disco é.PNG", large))
        assert await page.page.input_value("#emote-name") == "bola_disco_e"
        await page.page.fill("#emote-name", "disco")
        await page.page.keyboard.press("Enter")
        await page.shows(".room-emotes-list", ":disco:")
        await page.shows(".notice", ":disco: can be used now")
        sent = Image.open(io.BytesIO(crowd.pictures["disco"]))
        assert (sent.format, sent.size) == ("PNG", (128, 64))  # smaller, so that it is taken
        small = drawn(32, 32)
        await page.page.set_input_files(".room-emotes input", chosen("vinilo.png", small))
        await page.page.click(".room-emotes-add button")
        await page.shows(".room-emotes-list", ":vinilo:")
        assert crowd.pictures["vinilo"] == small  # as it was
        for name in ("disco", "vinilo"):
            await page.page.click(f"[aria-label='Remove {name}']")
            await page.page.click(".room-emotes .button-danger")
            await page.comes_true(
                f"!document.querySelector('.room-emotes').innerText.includes(':{name}:')"
            )
        await page.shows(".room-emotes", "no emotes of its own yet")


async def test_why_an_emote_is_not_taken_is_said(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with moderating(browser, site, crowd) as page:
        await page.page.click("#tab-emotes")
        await page.page.click(".room-emotes-add button")
        await page.shows(".room-emotes-fault", "Choose a picture first")
        await page.page.set_input_files(".room-emotes input", chosen("x.png", drawn(8, 8)))
        long = chosen(f"{'una imagen de nombre largo ' * 4}.png", drawn(8, 8))
        await page.page.set_input_files(".room-emotes input", long)
        await page.page.fill("#emote-name", "no way")
        await page.page.keyboard.press("Enter")
        await page.shows(".room-emotes-fault", "2 to 24 characters")
        panel = "(([panel]) => panel.scrollWidth - panel.clientWidth)"
        assert await page.page.eval_on_selector_all(".room-emotes", panel) == 0
        crowd.emote_fault = ("emote_name_taken", 422)
        await page.page.fill("#emote-name", "fire")
        await page.page.keyboard.press("Enter")
        await page.shows(".room-emotes-fault", "Every room has an emote of that name")
        crowd.emote_fault = ("emote_type_unknown", 415)
        text = chosen("note.png", b"no picture")
        await page.page.set_input_files(".room-emotes input", text)
        await page.page.keyboard.press("Enter")
        await page.page.click(".room-emotes-add button")
        await page.shows(".room-emotes-fault", "no PNG, WebP or GIF")
        page.errors = [each for each in page.errors if "422" not in each and "415" not in each]


@pytest.mark.parametrize("theme", THEMES)
async def test_nothing_is_in_anybody_s_way(browser: Browser, site: Site, theme: str):
    crowd = busy_crowd()
    crowd.decisions = [crowd.decision("deny", crowd.waiting[1] | {"message": "gone"})]
    async with moderating(browser, site, crowd, DJ_KEY, color_scheme=theme) as page:
        await page.page.wait_for_selector(".queued")
        await check(page)
        for tab in ("rules", "emotes", "moderators"):
            await page.page.click(f"#tab-{tab}")
            await check(page)
    async with watch(browser, site, "/moderate/nova", color_scheme=theme) as page:
        await page.page.wait_for_selector(".door")
        await check(page)
