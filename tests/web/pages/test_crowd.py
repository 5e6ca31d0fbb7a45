"""The crowd on the pages: its pulse, reactions, and epic moments."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from tests.web.pages.chatting import chatting
from tests.web.pages.crowding import FakeCrowd, moment
from tests.web.pages.serving import Site
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.watching import watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

REACTIONS = {"fire": 7, "heart": 0, "hands": 2, "wow": 0, "boo": 0}


async def on_air(site: Site, seconds: float = 600) -> SyntheticSet:
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(seconds)
    site.keep(asyncio.create_task(dj.play()))
    return dj


async def test_the_pulse_is_a_number_with_a_bar_and_words_or_says_why_not(
    browser: Browser, site: Site
):
    crowd = FakeCrowd()
    async with chatting(browser, site, crowd) as live:
        assert not any(letter.isdigit() for letter in await live.text(".pulse"))
        crowd.pulse(None)
        await live.shows(".pulse", "Too few people")
        meter = live.page.locator('.pulse [role="meter"]')
        assert "Too few" in str(await meter.get_attribute("aria-valuetext"))
        for hype, mood, words in ((74.4, 0.6, "great"), (12.0, -0.3, "low"), (40.0, 0.0, "calm")):
            crowd.pulse(hype, mood=mood)
            await live.shows(".pulse-words", f"The mood is {words}")
        await live.shows(".pulse-value", "40")
        assert await meter.get_attribute("aria-valuenow") == "40"
        assert await live.page.locator(".pulse-words img").count() == 3
        crowd.pulse(40.0, mood=None, chatters=3)
        await live.shows(".pulse-words", "3 people join in")


async def test_a_tap_cheers_at_most_twice_a_second(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with chatting(browser, site, crowd, "Olmo") as live:
        crowd.pulse(50.0, reactions=REACTIONS)
        fire = live.page.locator(".reaction").first
        await live.shows(".reaction", "7")
        assert await fire.get_attribute("aria-label") == "Fire, 7 of late"
        seconds = await live.page.evaluate(
            "async () => { const fire = document.querySelector('.reaction');"
            " const began = performance.now();"
            " for (let tap = 0; tap < 40; tap += 1) { fire.click();"
            " await new Promise((resolve) => setTimeout(resolve, 50)); }"
            " return (performance.now() - began) / 1000; }"
        )
        cheers = [d for kind, d in crowd.heard if kind == "cheer"]
        assert 2 <= len(cheers) <= 2 * seconds + 1
        assert all(cheer == {"reaction": "fire"} for cheer in cheers)


async def test_who_has_no_name_can_cheer_too(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with chatting(browser, site, crowd) as live:
        await live.page.click(".reaction >> nth=2")
        await live.until(lambda seen: crowd.heard[-1] == ("cheer", {"reaction": "hands"}))
        assert (await live.diagnostics())["crowd"]["name"] is None
        join = [d for kind, d in crowd.heard if kind == "join"]
        assert join[0]["visitor"] is None and join[1]["visitor"] is not None


async def test_cheers_float_up_and_never_for_who_wants_no_motion(browser: Browser, site: Site):
    crowd = FakeCrowd()
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.page.click(".reaction >> nth=0")
        await live.page.wait_for_selector(".float", state="attached")
        await live.page.wait_for_selector(".float", state="detached", timeout=5_000)
        crowd.pulse(50.0)
        await live.shows(".pulse-value", "50")
        crowd.pulse(55.0, reactions=REACTIONS)  # others cheer as well
        await live.page.wait_for_selector(".float", state="attached")
    async with chatting(browser, site, crowd, "Mara", reduced_motion="reduce") as live:
        await live.page.click(".reaction >> nth=0")
        await live.page.wait_for_timeout(300)
        assert await live.page.locator(".float").count() == 0
        assert crowd.heard[-1][0] == "cheer"


async def test_moments_are_listed_with_their_clip_and_withdrawn_ones_are_not(
    browser: Browser, site: Site
):
    await on_air(site)
    crowd = FakeCrowd()
    crowd.moments = [
        moment("late", 500.0, "peak", clip="clip-1"),
        moment("early", 130.0, "drop", status="provisional", hype=None),
        moment("old", 900.0, "crowd", epoch="set-0", clip_reason="clip_busy"),
    ]
    async with chatting(
        browser, site, crowd, permissions=["clipboard-read", "clipboard-write"]
    ) as live:
        await live.beside("moments")
        await live.page.wait_for_selector(".moment")
        titles = await live.page.locator(".moment h3").all_inner_texts()
        assert titles == ["Peak", "Drop", "The crowd went off"]
        cards = live.page.locator(".moment")
        peak = " ".join((await cards.nth(0).inner_text()).split())
        assert "8:20" in peak and "Strength 82" in peak and "Hype rose to 91" in peak
        assert await cards.nth(0).locator("a").get_attribute("href") == "/clips/clip-1"
        await cards.nth(0).locator("text=Share").click()
        await live.shows(".notice", "Copied")
        shared = await live.page.evaluate("navigator.clipboard.readText()")
        assert shared == site.url("/clips/clip-1")
        assert "has yet to answer" in await cards.nth(1).inner_text()
        assert "The clip is being cut" in await cards.nth(1).inner_text()
        assert "Earlier sets" in await live.text(".moments")
        assert "Too many moments at once" in await cards.nth(2).inner_text()
        crowd.publish("moment", moment("early", 130.0, "drop", status="withdrawn"))
        await live.page.wait_for_selector('.moment[data-id="early"]', state="detached")
        crowd.publish("moment", moment("new", 590.0, "change", status="provisional"))
        await live.shows(".moment >> nth=0", "Change")


async def test_moments_are_stars_on_the_timeline(browser: Browser, site: Site):
    await on_air(site)
    crowd = FakeCrowd()
    crowd.moments = [
        moment("one", 200.0, clip="clip-1"),
        moment("old", 300.0, epoch="set-0"),
    ]
    async with chatting(browser, site, crowd) as live:
        await live.page.wait_for_selector(".moment-pin")
        assert await live.page.locator(".moment-pin").count() == 1
        pin = live.page.locator(".moment-pin")
        assert await pin.get_attribute("aria-label") == "3:20, Drop. Strength 82"
        await pin.focus()
        await live.page.keyboard.press("Enter")
        await live.shows(".moment-card", "Hear it again")
        await live.page.keyboard.press("Escape")
        await live.page.wait_for_selector(".moment-card", state="detached")
        assert await live.page.locator(".pin:not(.moment-pin)").count() > 0  # findings stay apart


async def test_a_room_without_moments_says_what_would_be_here(browser: Browser, site: Site):
    async with chatting(browser, site, FakeCrowd()) as live:
        await live.beside("moments")
        await live.shows(".moments-none", "No big moment yet")


async def test_a_moderator_who_looks_in_can_delete_and_time_out(browser: Browser, site: Site):
    crowd = FakeCrowd()
    bad = crowd.message("Rufo", "algo feo")
    async with watch(browser, site, "/live/nova#pass=djum_test", stand_in=crowd.stand_in) as live:
        await live.until(lambda seen: seen["crowd"]["role"] == "moderator")
        assert "pass" not in live.page.url
        await live.page.hover(".said")
        await live.page.click('.said-action[aria-label^="Time Rufo out"]')
        await live.page.click('.said-action[aria-label="Time Rufo out for 10:00"]')
        await live.until(lambda seen: crowd.deeds)
        assert crowd.deeds[0] == {
            "deed": "time_out",
            "message": bad,
            "user": "user-Rufo",
            "seconds": 600,
        }
        await live.page.mouse.move(0, 0)
        await live.page.hover(".said")
        await live.page.click('.said-action[aria-label="Delete this message of Rufo"]')
        await live.page.wait_for_selector(f'[data-id="{bad}"]', state="detached")


async def test_a_viewer_sees_no_moderators_buttons(browser: Browser, site: Site):
    crowd = FakeCrowd()
    crowd.message("Rufo", "hola")
    async with chatting(browser, site, crowd, "Olmo") as live:
        await live.page.hover(".said")
        await live.page.wait_for_selector(".said-actions")
        assert await live.page.locator(".said-action").count() == 1  # reply
