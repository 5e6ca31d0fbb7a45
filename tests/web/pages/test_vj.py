"""The VJ's page: who gets in, what each hand does, and how it is told what others did."""

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

from core.show import LONGEST_TEXT, ShowMode, ShowSettings
from tests.web.pages.crowding import DJ_KEY, MODERATOR
from tests.web.pages.serving import Site
from tests.web.pages.showing import FakeDesk, SyntheticShow, perform
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.test_accessibility import THEMES, check
from tests.web.pages.watching import Watched, watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@asynccontextmanager
async def leading(
    browser: Browser, site: Site, desk: FakeDesk, credential: str = MODERATOR, **options: Any
) -> AsyncIterator[Watched]:
    address = f"/vj/nova#pass={credential}"
    async with watch(browser, site, address, stand_in=desk.stand_in, **options) as page:
        await page.until(lambda seen: seen["state"] == "open")
        await page.page.wait_for_selector(".scene")
        yield page


async def on_air(site: Site) -> SyntheticShow:
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(20)
    show = SyntheticShow(dj)
    show.tell()
    perform(site, dj, show)
    return show


async def asked(page: Watched, desk: FakeDesk, *wanted: tuple[str, Any]) -> None:
    """Wait until exactly that was asked, and forget it."""
    await page.until(lambda _: len(desk.asked) >= len(wanted))
    assert desk.asked == list(wanted)
    desk.asked.clear()


async def test_without_a_pass_there_is_a_door(browser: Browser, site: Site):
    desk = FakeDesk()
    async with watch(browser, site, "/vj/nova", stand_in=desk.stand_in) as page:
        await page.shows(".door", "Visuals of nova")
        await check(page)
        await page.page.fill("#pass", "djum_wrong")
        await page.page.keyboard.press("Enter")
        await page.shows(".door", "not known here")
        await page.page.fill("#pass", DJ_KEY)
        await page.page.keyboard.press("Enter")
        await page.page.wait_for_selector(".scene")
        page.errors = [each for each in page.errors if "401" not in each]  # Chromium's own


async def test_the_preview_is_what_goes_out(browser: Browser, site: Site):
    await on_air(site)
    async with leading(browser, site, FakeDesk()) as page:
        await page.until(lambda seen: seen["visuals"].get("shown", 0) > 10, seconds=30)
        await page.shows(".vj-state", "On screen: Aurora in Abyss, 320 × 180")
        await page.shows('.scene[data-on="true"]', "Aurora")
        assert await page.page.locator(".vj-preview button, .vj-preview a").count() == 0


async def test_each_hand_does_what_it_says(browser: Browser, site: Site):
    desk = FakeDesk()
    async with leading(browser, site, desk) as page:
        click = page.page.click
        await click(".scene >> text=Tunnel")
        await asked(page, desk, ("change", {"mode": "manual", "scene": "tunnel"}))
        await page.page.wait_for_selector('.scene[aria-pressed="true"] >> text=Tunnel')
        await click(".vj-mode >> text=Auto")
        await asked(page, desk, ("change", {"mode": "auto"}))
        await click(".swatch-button >> text=Lagoon")
        await asked(page, desk, ("change", {"palette": "lagoon"}))
        await click(".swatch-button >> text=From the music")
        await asked(page, desk, ("change", {"palette": None}))
        await click(".vj-switch >> text=Calm")
        await asked(page, desk, ("change", {"calm": True}))
        await click(".vj-switch >> text=Show")
        await asked(page, desk, ("change", {"enabled": False}))
        await page.page.fill(".vj-intensity input", "0.4")
        await asked(page, desk, ("change", {"intensity": 0.4}))
        await page.shows(".vj-intensity", "40")


async def test_the_keyboard_reaches_what_matters(browser: Browser, site: Site):
    desk = FakeDesk()
    async with leading(browser, site, desk) as page:
        press = page.page.keyboard.press
        await press("3")
        await asked(page, desk, ("change", {"mode": "manual", "scene": "liquid"}))
        await press("a")
        await asked(page, desk, ("change", {"mode": "auto"}))
        await press("c")
        await asked(page, desk, ("change", {"calm": True}))
        await press("?")
        await page.page.wait_for_selector("dialog[open]")
        await check(page)
        await press("Escape")
        await page.page.focus("#vj-text")
        await page.page.keyboard.type("abc 123")
        assert await page.page.input_value("#vj-text") == "abc 123"
        assert desk.asked == []


async def test_black_lasts_as_long_as_it_is_held(browser: Browser, site: Site):
    desk = FakeDesk()
    async with leading(browser, site, desk) as page:
        button = page.page.locator(".blackout")
        await page.page.keyboard.down("b")
        await page.until(lambda seen: seen["held"] and ("blackout", True) in desk.asked)
        assert await button.get_attribute("aria-pressed") == "true"
        await page.page.keyboard.up("b")
        await page.until(lambda seen: not seen["held"] and desk.asked[-1] == ("blackout", False))
        desk.asked.clear()
        await button.hover()
        await page.page.mouse.down()
        await page.until(lambda seen: seen["held"])
        await page.page.mouse.move(5, 5)  # a hand that slides off still holds
        await page.until(lambda _: desk.asked.count(("blackout", True)) >= 2)
        assert (await page.diagnostics())["held"]
        await page.page.mouse.up()
        await page.until(lambda seen: not seen["held"] and desk.asked[-1] == ("blackout", False))
        await button.focus()
        await page.page.keyboard.down("Space")
        await page.until(lambda seen: seen["held"])
        await page.page.evaluate("dispatchEvent(new Event('blur'))")
        await page.until(lambda seen: not seen["held"] and desk.asked[-1] == ("blackout", False))


async def test_who_is_shown_the_door_holds_nothing_any_more(browser: Browser, site: Site):
    desk = FakeDesk()
    async with leading(browser, site, desk) as page:
        await page.page.locator(".blackout").hover()
        await page.page.mouse.down()
        await page.until(lambda seen: seen["held"] and ("blackout", True) in desk.asked)
        desk.refusing = (401, "pass_revoked")
        await page.page.wait_for_selector(".door")  # said again within a second, and refused
        desk.refusing = None
        desk.asked.clear()
        assert not (await page.diagnostics())["held"]
        await page.page.fill("#pass", DJ_KEY)
        await page.page.keyboard.press("Enter")
        await page.page.wait_for_selector(".scene")
        await asyncio.sleep(1.5)  # longer than until it would be said again
        assert ("blackout", True) not in desk.asked
        page.errors = [each for each in page.errors if "401" not in each]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (404, "visuals_elsewhere", "drawn by another server"),
        (503, "storage_unavailable", "answers with an error"),
    ],
)
async def test_why_nothing_can_be_set_is_said(browser: Browser, site: Site, status, code, words):
    async def refuse(page: Page) -> None:
        answer = {"status": status, "json": {"code": code}}
        await page.route(
            re.compile(r"/api/rooms/[^/]+/show$"), lambda route: route.fulfill(**answer)
        )

    address = f"/vj/nova#pass={MODERATOR}"
    async with watch(browser, site, address, stand_in=refuse) as page:
        await page.shows(".vj-wait", words)
        page.errors = [each for each in page.errors if str(status) not in each]


async def test_a_change_that_nobody_answered_is_told(browser: Browser, site: Site):
    desk = FakeDesk()
    async with leading(browser, site, desk) as page:
        await page.page.route(re.compile(r"/show$"), lambda route: route.abort())
        await page.page.click(".vj-switch >> text=Calm")
        await page.shows(".notice", "Nothing was changed")
        page.errors = [each for each in page.errors if "ERR_FAILED" not in each]


async def test_a_desk_is_sent_no_sound(browser: Browser, site: Site):
    await on_air(site)
    async with leading(browser, site, FakeDesk()) as page:
        await page.until(lambda seen: seen["visuals"].get("shown", 0) > 3, seconds=30)
        assert site.bus.viewers("nova") == 0  # nobody listens


async def test_manual_keeps_what_is_on(browser: Browser, site: Site):
    """Not the scene that was chosen last, perhaps a week ago."""
    await on_air(site)
    desk = FakeDesk()
    desk.settings["scene"] = "tunnel"
    async with leading(browser, site, desk) as page:
        await page.shows('.scene[data-on="true"]', "Aurora")
        await page.page.click(".vj-mode >> text=Manual")
        await asked(page, desk, ("change", {"mode": "manual", "scene": "aurora"}))


async def test_black_that_another_hand_holds_is_said(browser: Browser, site: Site):
    show = await on_air(site)
    async with leading(browser, site, FakeDesk()) as page:
        await page.shows(".vj-state", "On screen")
        show.tell(blackout=True)
        await page.shows(".vj-state", "Black")
        await page.shows(".blackout", "somebody else holds it")
        show.tell(blackout=False)
        await page.shows(".blackout", "Hold for black")


async def test_after_the_text_the_keys_are_the_shows_again(browser: Browser, site: Site):
    desk = FakeDesk()
    async with leading(browser, site, desk) as page:
        await page.page.fill("#vj-text", "Hola")
        await page.page.keyboard.press("Enter")
        await asked(page, desk, ("change", {"text": "Hola"}))
        await page.page.keyboard.down("b")
        await page.until(lambda seen: seen["held"])
        await page.page.keyboard.up("b")
        assert await page.page.input_value("#vj-text") == "Hola"


async def test_text_is_shown_and_cleared_and_no_longer_than_it_may_be(browser: Browser, site: Site):
    desk = FakeDesk()
    async with leading(browser, site, desk) as page:
        await page.page.fill("#vj-text", "🎧" * (LONGEST_TEXT + 5))
        assert await page.page.input_value("#vj-text") == "🎧" * LONGEST_TEXT
        await page.page.fill("#vj-text", "Nova at dawn")
        await page.page.keyboard.press("Enter")
        await asked(page, desk, ("change", {"text": "Nova at dawn"}))
        await page.page.click(".vj-text >> text=Clear")
        await asked(page, desk, ("change", {"text": ""}))
        assert await page.page.input_value("#vj-text") == ""


async def test_a_logo_is_made_small_shown_and_taken_away(browser: Browser, site: Site):
    desk = FakeDesk()
    body = io.BytesIO()
    Image.new("RGBA", (2_000, 1_000), (255, 0, 90, 128)).save(body, "PNG")
    files = [{"name": "logo.png", "mimeType": "image/png", "buffer": body.getvalue()}]
    async with leading(browser, site, desk) as page:
        await page.page.set_input_files("input[type=file]", files)
        await asked(page, desk, ("logo", "image/png"))
        assert desk.logo is not None
        assert Image.open(io.BytesIO(desk.logo)).size == (640, 320)
        await page.page.wait_for_selector(".vj-logo-row img")
        await page.page.click(".vj-logo >> text=Remove")
        await asked(page, desk, ("logo", None))
        await page.page.wait_for_selector(".vj-logo-row img", state="detached")
        wrong = [{"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"}]
        await page.page.set_input_files("input[type=file]", wrong)
        await page.shows(".notice", "cannot be read as a picture")


async def test_what_others_change_is_shown_and_told(browser: Browser, site: Site):
    show = await on_air(site)
    async with leading(browser, site, FakeDesk()) as page:
        await page.until(lambda seen: seen["show"] is not None)
        show.tell(ShowSettings(mode=ShowMode.MANUAL, scene="nebula"))
        await page.shows(".notice", "Somebody else chose Nebula.")
        await page.page.wait_for_selector('.scene[aria-pressed="true"] >> text=Nebula')


async def test_a_change_that_is_refused_is_taken_back_and_told(browser: Browser, site: Site):
    desk = FakeDesk(refusing=(503, "bus_unavailable"))
    async with leading(browser, site, desk) as page:
        await page.page.click(".scene >> text=Orbs")
        await page.page.wait_for_selector(".notice[data-shown=true]")
        await page.until(lambda seen: seen["settings"]["scene"] is None)
        page.errors = [each for each in page.errors if "503" not in each]  # Chromium's own


async def test_what_is_changed_while_another_change_fails_is_still_sent(
    browser: Browser, site: Site
):
    desk, fail = FakeDesk(), asyncio.Event()

    async def never_answered(route: Route) -> None:
        if route.request.method != "PATCH" or fail.is_set():
            await route.fallback()
            return
        await fail.wait()
        await route.abort()

    async with leading(browser, site, desk) as page:
        await page.page.route("**/show", never_answered)
        await page.page.click(".scene >> text=Orbs")
        await page.page.click(".swatch-button >> text=Jade")
        fail.set()
        await page.until(lambda seen: seen["settings"]["scene"] is None)
        assert desk.asked == [("change", {"palette": "jade"})]
        await page.until(lambda seen: seen["settings"]["palette"] == "jade")
        page.errors = [each for each in page.errors if "ERR_FAILED" not in each]  # Chromium's own


async def test_a_server_without_shows_says_so(browser: Browser, site: Site):
    desk = FakeDesk()
    async with watch(
        browser, site, f"/vj/nova#pass={DJ_KEY}", stand_in=desk.stand_in, locale="es-ES"
    ) as page:
        await page.page.route(
            "**/show", lambda route: route.fulfill(status=404, json={"code": "visuals_disabled"})
        )
        await page.page.reload()
        await page.shows(".vj-wait", "no dibuja visuales")
        page.errors = [each for each in page.errors if "404" not in each]  # Chromium's own


async def test_on_a_phone_black_is_under_the_thumb(browser: Browser, site: Site):
    async with leading(browser, site, FakeDesk(), locale="es-ES", **PHONE) as page:
        assert await page.page.evaluate("document.documentElement.scrollWidth") <= 390
        box = await page.page.locator(".blackout").bounding_box()
        assert box is not None and box["y"] + box["height"] <= 844 and box["height"] >= 64
        small = await page.page.evaluate(
            "[...document.querySelectorAll('.vj button')]"
            ".filter((each) => each.offsetHeight < 40).length"
        )
        assert small == 0


@pytest.mark.parametrize("theme", THEMES)
async def test_nothing_is_in_anybody_s_way(browser: Browser, site: Site, theme: str):
    await on_air(site)
    async with leading(browser, site, FakeDesk(), color_scheme=theme) as page:
        await page.until(lambda seen: seen["visuals"].get("shown", 0) > 3, seconds=30)
        await check(page)
