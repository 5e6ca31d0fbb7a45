"""The moderation page's keys decide what is chosen and has been read, and nothing else."""

from __future__ import annotations

import asyncio
import json

import pytest
from playwright.async_api import Browser, Route

from tests.web.pages.serving import Site
from tests.web.pages.test_moderate import busy_crowd, moderating

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

# As a hand does that was about to press A on what somebody else has just decided.
PRESS_A_WHEN_A_ROW_GOES = """
new MutationObserver((_, observer) => {
  observer.disconnect();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
}).observe(document.querySelector(".queue"), { childList: true });
"""

PRESS_A_WHEN_ZOE_WAITS = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".queued[data-chosen=true]")?.textContent.includes("Zoe")) return;
  observer.disconnect();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
}).observe(document.body, { childList: true, subtree: true, attributes: true });
"""


async def test_the_keyboard_decides_and_takes_back(browser: Browser, site: Site):
    crowd = busy_crowd()
    ids = [each["message"] for each in crowd.waiting]
    async with moderating(browser, site, crowd) as page:
        keyboard = page.page.keyboard
        await page.page.wait_for_selector(".queued")
        await keyboard.press("j")
        assert "Otto" in await page.page.evaluate("document.activeElement.innerText")
        await keyboard.press("d")
        await page.until(lambda seen: seen["waiting"] == 2)
        await page.comes_true("document.activeElement.innerText.includes('Mara')")
        await keyboard.press("a")
        await page.until(lambda seen: seen["waiting"] == 1)
        await keyboard.press("t")
        await page.shows(".queued-ways", "For 10:00")
        await keyboard.press("2")
        await page.until(lambda seen: seen["waiting"] == 0)
        assert [(deed["deed"], deed["message"]) for deed in crowd.deeds] == [
            ("deny", ids[1]),
            ("approve", ids[2]),
            ("time_out", ids[0]),
        ]
        assert crowd.deeds[2]["seconds"] == 600 and crowd.deeds[2]["user"] == "user-Rufo"
        await page.shows(".decision", "Vera timed somebody out")
        await keyboard.press("u")
        await page.shows(".notice", "Undone")
        assert crowd.deeds[3]["deed"] == "undo" and crowd.deeds[3]["message"] == ids[0]


async def test_the_keys_are_for_what_is_chosen_while_the_server_is_slow_to_tell(
    browser: Browser, site: Site
):
    crowd, answer = busy_crowd(), asyncio.Event()
    ids = [each["message"] for each in crowd.waiting]

    async def late(route: Route) -> None:
        if route.request.method == "GET":
            await answer.wait()
        await route.fallback()

    async with moderating(browser, site, crowd) as page:
        await page.page.route("**/moderation", late)
        await page.page.wait_for_selector(".queued")
        await page.page.keyboard.press("j")
        await page.page.keyboard.press("d")
        for left in (2, 1, 0):
            await page.until(lambda seen, left=left: seen["waiting"] == left)
            await page.page.keyboard.press("a")
        answer.set()
        done = [(deed["deed"], deed["message"]) for deed in crowd.deeds]
        assert done == [("deny", ids[1]), ("approve", ids[2]), ("approve", ids[0])]


async def test_a_key_held_down_decides_once(browser: Browser, site: Site):
    crowd = busy_crowd()
    async with moderating(browser, site, crowd) as page:
        await page.page.wait_for_selector(".queued")
        await page.page.keyboard.down("d")
        await page.until(lambda seen: seen["waiting"] == 2)
        for _ in range(3):
            await page.page.keyboard.down("d")
        await page.page.keyboard.up("d")
        await page.page.keyboard.press("a")
        await page.until(lambda seen: seen["waiting"] == 1)
        assert [deed["deed"] for deed in crowd.deeds] == ["deny", "approve"]


async def test_what_takes_the_place_of_another_s_decision_is_read_before_a_key_counts(
    browser: Browser, site: Site
):
    crowd = busy_crowd()
    gone, follows = crowd.waiting[:2]
    async with moderating(browser, site, crowd) as page:
        await page.page.wait_for_selector(".queued")
        await page.page.keyboard.press("t")
        await page.shows(".queued-ways", "For 10:00")
        await page.page.evaluate(PRESS_A_WHEN_A_ROW_GOES)
        crowd.waiting.remove(gone)
        crowd.tell_queue()
        await page.until(lambda seen: seen["waiting"] == 2)
        assert await page.page.locator(".queued-ways", has_text="For 10:00").count() == 0
        await asyncio.sleep(0.6)
        await page.page.keyboard.press("d")
        await page.until(lambda seen: seen["waiting"] == 1)
        done = [(deed["deed"], deed["message"]) for deed in crowd.deeds]
        assert done == [("deny", follows["message"])]


async def test_what_comes_into_an_empty_queue_is_read_before_a_key_counts(
    browser: Browser, site: Site
):
    crowd = busy_crowd()
    del crowd.waiting[1:]
    async with moderating(browser, site, crowd) as page:
        await page.page.wait_for_selector(".queued")
        await page.page.evaluate(PRESS_A_WHEN_ZOE_WAITS)
        crowd.waiting.clear()
        crowd.tell_queue()
        await page.until(lambda seen: seen["waiting"] == 0)
        await asyncio.sleep(0.6)  # longer than anything that went is remembered
        crowd.queued("Zoe", "terrible threat", "threat")
        await page.shows(".queued", "Zoe")
        await asyncio.sleep(0.6)
        assert crowd.deeds == []
        await page.page.keyboard.press("a")
        await page.until(lambda seen: seen["waiting"] == 0)


async def test_a_deed_taken_back_or_failed_is_no_leave_for_the_next_message(
    browser: Browser, site: Site
):
    crowd = busy_crowd()
    first = crowd.waiting[0]
    async with moderating(browser, site, crowd) as page:
        await page.page.wait_for_selector(".queued")
        await page.page.keyboard.press("d")
        await page.until(lambda seen: seen["waiting"] == 2)
        crowd.waiting.insert(0, first)  # taken back
        crowd.tell_queue()
        await asyncio.sleep(0.6)  # what was read before that is over
        await page.until(lambda seen: seen["waiting"] == 3)
        await page.page.keyboard.press("k")
        await page.page.wait_for_selector(f"[data-id={first['message']}][data-chosen=true]")
        refused = {"status": 503, "content_type": "application/json", "body": "{}"}
        await page.page.route(
            "**/moderation",
            lambda route: (
                route.fulfill(**refused) if route.request.method == "POST" else route.fallback()
            ),
        )
        await page.page.keyboard.press("d")
        await page.page.locator(".notice").last.wait_for()
        await page.page.unroute("**/moderation")
        await crowd.stand_in(page.page)
        await page.page.evaluate(PRESS_A_WHEN_A_ROW_GOES)
        crowd.waiting.remove(first)  # decided by somebody else
        crowd.tell_queue()
        await page.until(lambda seen: seen["waiting"] == 2)
        await asyncio.sleep(0.6)
        assert [(d["deed"], d["message"]) for d in crowd.deeds] == [("deny", first["message"])]
        page.errors = [each for each in page.errors if "503" not in each]  # Chromium's own


async def test_after_a_failed_deed_the_queue_is_read_anew(browser: Browser, site: Site):
    crowd, answer = busy_crowd(), asyncio.Event()
    readings = 0

    async def late(route: Route) -> None:
        nonlocal readings
        if route.request.method == "POST":
            body = '{"code": "unknown_message"}'
            await route.fulfill(status=404, content_type="application/json", body=body)
            return
        readings += 1
        known = {"waiting": crowd.waiting, "decisions": [], "rules": crowd.rules}
        body = json.dumps(known)
        if readings == 1:
            await answer.wait()
        await route.fulfill(content_type="application/json", body=body)

    async with moderating(browser, site, crowd) as page:
        await page.until(lambda seen: seen["waiting"] == 3)
        await asyncio.sleep(0.5)  # the first readings are over
        await page.page.route("**/moderation", late)
        await page.page.evaluate("dispatchEvent(new Event('online'))")
        while readings == 0:
            await asyncio.sleep(0.02)
        del crowd.waiting[0]  # somebody else decided, and the line has not told it yet
        await page.page.keyboard.press("d")
        await page.shows(".notice", "no longer kept")
        answer.set()
        await page.until(lambda seen: seen["waiting"] == 2, seconds=5)
        page.errors = [each for each in page.errors if "404" not in each]  # Chromium's own
