"""The audience page in a real Chromium, before the real hub."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from core.messages import Phase
from tests.web.pages.serving import Site
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.watching import watch
from web.viewers.protocol import CloseCode

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ONE_TRANSITION_SECONDS = 300.0


async def on_air(
    site: Site, seconds: float = ONE_TRANSITION_SECONDS, **wishes: str
) -> SyntheticSet:
    """A set that has been on for `seconds` and goes on."""
    dj = SyntheticSet(site.bus, **wishes)
    dj.state()
    await site.hub.room(dj.info.room)  # follows from the beginning, as a room with viewers is
    await dj.catch_up(seconds)
    site.keep(asyncio.create_task(dj.play()))
    return dj


@pytest.mark.parametrize("decoder", ["webcodecs", "wasm"])
async def test_scores_and_sound_arrive_and_are_heard(browser: Browser, site: Site, decoder: str):
    await on_air(site)
    async with watch(browser, site, f"/live/nova?decoder={decoder}") as live:
        await live.page.click(".listen")
        heard = await live.until(
            lambda seen: (
                (seen["player"] or {}).get("peak", 0) > 0.05
                and seen["heardSeconds"] is not None
                and seen["delaySeconds"] is not None
            )
        )
        assert heard["decoder"] == decoder
        assert heard["decoded"] > 0 and heard["undecodable"] == 0
        assert 0 <= heard["delaySeconds"] < 10
        windows = heard["windows"]
        assert windows >= 2 * ONE_TRANSITION_SECONDS - 2  # the past came from the timeline
        await live.until(lambda seen: seen["windows"] > windows)
        await live.shows(".overall-margin", "±")
        assert await live.page.locator(".component-value").count() == 4
        await live.until(lambda seen: (seen["heardSeconds"] or 0) > heard["heardSeconds"])


async def test_what_is_shown_has_been_heard(browser: Browser, site: Site):
    await on_air(site)
    async with watch(browser, site, "/live/nova") as live:
        await live.page.click(".listen")
        await live.until(lambda seen: seen["heardSeconds"] is not None)
        # Newer events than those shown are waiting for their music.
        await live.until(lambda seen: 0 < seen["shownSeq"] < seen["lastSeq"])


async def test_there_is_no_number_before_there_is_evidence(browser: Browser, site: Site):
    await on_air(site, 20)
    async with watch(browser, site, "/live/nova") as live:
        await live.until(lambda seen: seen["windows"] > 0)
        assert "Listening" in await live.text(".overall")
        assert not any(letter.isdigit() for letter in await live.text(".strip"))


async def test_nothing_moves_when_scores_and_findings_arrive(browser: Browser, site: Site):
    dj = await on_air(site, 283)
    async with watch(browser, site, "/live/nova") as live:
        await live.until(lambda seen: seen["windows"] > 0)
        await live.page.evaluate("document.fonts.ready")
        await live.page.wait_for_timeout(300)
        await live.beside("findings")
        await live.page.wait_for_timeout(300)
        before = await live.page.evaluate("window.shifts")
        await live.page.wait_for_selector(".overall-value", timeout=10_000)
        end = dj.position_samples
        dj.find(dj.findings[0], end - 480_000, end)
        await live.page.wait_for_selector(".finding", timeout=10_000)
        await live.page.wait_for_timeout(300)
        assert await live.page.evaluate("window.shifts") - before < 0.01


async def test_a_finding_says_what_to_do_and_shows_where(browser: Browser, site: Site):
    dj = await on_air(site)
    dj.find(dj.findings[0], dj.position_samples - 48_000 * 30, dj.position_samples)
    async with watch(browser, site, "/live/nova") as live:
        await live.beside("findings")
        card = live.page.locator(".findings-list .finding", has_text="Kicks 38").first
        await card.wait_for(timeout=10_000)
        assert "Nudge the incoming deck" in await card.inner_text()
        assert "\u22120.6" in await card.inner_text()
        await live.page.wait_for_selector(".pin")
        await live.page.locator(".pin").first.focus()
        await live.page.keyboard.press("Enter")
        await live.page.wait_for_selector('.findings-list [data-selected="true"]')
        await live.page.set_viewport_size({"width": 390, "height": 844})
        await live.page.wait_for_selector(".pin-card .finding")  # where the list is out of sight
        await live.page.keyboard.press("Escape")
        await live.page.wait_for_selector('[data-selected="true"]', state="detached")


async def test_it_comes_back_by_itself_and_misses_nothing(browser: Browser, site: Site):
    await on_air(site)
    async with watch(browser, site, "/live/nova") as live:
        first = await live.until(lambda seen: seen["link"] == "open" and seen["windows"] > 0)
        for link in list(site.hub._links):
            link.end(CloseCode.TRY_AGAIN, "too_slow")
        again = await live.until(lambda seen: seen["opened"] == 2 and seen["link"] == "open")
        assert again["epoch"] == first["epoch"]
        later = await live.until(lambda seen: seen["lastSeq"] > again["lastSeq"] + 4)
        assert later["windows"] > first["windows"]


@pytest.mark.parametrize(
    ("phase", "reason", "title"),
    [
        (Phase.CONNECTING, None, "about to start"),
        (Phase.STALLED, "no_media", "The sound has stopped"),
        (Phase.RESUMING, "connection_lost", "Nova lost the connection"),
        (Phase.ENDED, "stopped", "The set is over"),
    ],
)
async def test_each_phase_of_a_set_has_its_words(
    browser: Browser, site: Site, phase: Phase, reason: str | None, title: str
):
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(ONE_TRANSITION_SECONDS)
    dj.state(phase, reason)
    async with watch(browser, site, "/live/nova") as live:
        await live.shows(".message-title", title)
        assert await live.page.locator(".listen").count() == 0
        assert await live.page.locator(".overall-value").count() == 1  # the score is kept
        dj.state()
        await live.page.wait_for_selector(".listen", timeout=10_000)


async def test_a_room_where_nobody_played_waits_and_wakes_up(browser: Browser, site: Site):
    async with watch(browser, site, "/live/nova") as live:
        await live.shows(".message-title", "Nobody has played here yet")
        await on_air(site, 20)
        await live.page.wait_for_selector(".listen", timeout=10_000)
        await live.shows("h1", "Nova")


async def test_an_address_that_can_be_no_room_says_so(browser: Browser, site: Site):
    async with watch(browser, site, "/live/No%20Room") as live:
        await live.shows(".message-title", "There is no such room")
        assert (await live.diagnostics())["opened"] == 0


async def test_a_new_set_starts_from_nothing(browser: Browser, site: Site):
    first = SyntheticSet(site.bus)
    first.state()
    await site.hub.room("nova")
    await first.catch_up(ONE_TRANSITION_SECONDS)
    async with watch(browser, site, "/live/nova") as live:
        await live.until(lambda seen: seen["windows"] > 500)
        first.state(Phase.ENDED, "stopped")
        await on_air(site, 15, session="set-2")
        seen = await live.until(lambda seen: seen["epoch"] == "set-2" and seen["windows"] > 0)
        assert seen["windows"] < 100
        assert seen["findings"] == 0


async def test_the_language_changes_at_once_and_is_kept(browser: Browser, site: Site):
    await on_air(site)
    async with watch(browser, site, "/live/nova") as live:
        await live.shows(".overall-label", "Set score")
        await live.page.click('button[lang="es"]')
        await live.shows(".overall-label", "Nota de la sesión")
        assert "," in await live.text(".overall-value")
        assert await live.page.get_attribute("html", "lang") == "es"
        await live.page.reload()
        await live.shows(".overall-label", "Nota de la sesión")


async def test_a_spanish_browser_is_spoken_to_in_spanish(browser: Browser, site: Site):
    async with watch(browser, site, "/live/nova", locale="es-MX") as live:
        await live.shows(".message-title", "Aquí todavía no ha pinchado nadie")


async def test_the_keyboard_is_enough(browser: Browser, site: Site):
    await on_air(site)
    async with watch(browser, site, "/live/nova") as live:
        page = live.page
        await page.wait_for_selector(".listen")
        await page.keyboard.press("Space")
        await live.until(lambda seen: seen["sound"] == "on")
        await page.keyboard.press("Space")
        await live.until(lambda seen: seen["sound"] == "off")
        await page.keyboard.press("?")
        await page.wait_for_selector("dialog[open]")
        await page.keyboard.press("Escape")
        await page.wait_for_selector("dialog[open]", state="detached")
        await page.keyboard.press("f")
        await live.comes_true("document.fullscreenElement !== null")
        await page.keyboard.press("f")
        await live.comes_true("document.fullscreenElement === null")


async def test_every_control_is_reached_by_tab_in_the_order_it_is_read(
    browser: Browser, site: Site
):
    await on_air(site)
    async with watch(browser, site, "/live/nova") as live:
        await live.page.wait_for_selector(".listen")
        reached = []
        for _ in range(22):
            await live.page.keyboard.press("Tab")
            reached.append(
                await live.page.evaluate(
                    "(document.activeElement.getAttribute('aria-label')"
                    " || document.activeElement.innerText).trim().split('.')[0]"
                )
            )
    wanted = [
        "Skip to the content",
        "On air",
        "Studio",
        "Listen",
        "Sound on",
        "Volume",
        "Help",
        "2\u00a0min",
    ]
    assert [name for name in reached if name in wanted] == wanted, reached


async def test_who_wants_no_motion_gets_none(browser: Browser, site: Site):
    await on_air(site)
    async with watch(browser, site, "/live/nova", reduced_motion="reduce") as live:
        await live.page.wait_for_selector(".overall-value")
        duration = "getComputedStyle(document.querySelector('.interval-mark')).transitionDuration"
        assert await live.page.evaluate(duration) == "1e-05s"


async def test_a_phone_shows_everything_without_scrolling_sideways(browser: Browser, site: Site):
    await on_air(site)
    phone = {"viewport": {"width": 360, "height": 780}, "has_touch": True, "locale": "es-ES"}
    async with watch(browser, site, "/live/nova", **phone) as live:
        await live.page.wait_for_selector(".overall-value")
        assert await live.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert await live.page.locator(".timeline-canvas").is_visible()


async def test_a_component_tells_where_its_points_went(browser: Browser, site: Site):
    await on_air(site)
    async with watch(browser, site, "/live/nova") as live:
        page = live.page
        opener = page.locator(".component.is-technical button")
        assert await opener.get_attribute("aria-expanded") == "false"
        await opener.focus()
        await page.keyboard.press("Enter")
        card = page.locator(".points-card")
        await card.wait_for()
        assert "Kicks apart 3 ×" in await live.text(".points-card")
        assert "Nudge the incoming deck" in await live.text(".points-card")
        # What is shown adds up, in the very numbers that are shown; the set goes on meanwhile.
        added, lacking = await page.evaluate(
            "() => { const tenths = (text) => Math.round(10 * Number(text.replace('−', '-')));"
            " const shown = [...document.querySelectorAll('.points-card .loss-points')];"
            " const value = document.querySelector('.component.is-technical .component-value');"
            " return [shown.reduce((sum, each) => sum + tenths(each.textContent), 0),"
            " tenths(value.textContent) - 100]; }"
        )
        assert added == lacking
        await page.keyboard.press("Escape")
        await card.wait_for(state="detached")
        assert await opener.evaluate("(each) => each === document.activeElement")


async def test_section_and_transition_are_named(browser: Browser, site: Site):
    dj = await on_air(site)
    async with watch(browser, site, "/live/nova") as live:
        await live.shows('.reading[data-name="section"] dd', "Intro")
        await live.beside("findings")
        await live.shows(".passage-head", "Transition 1 Blend")
        end = dj.position_samples
        for settled, words in ((False, "under way"), (True, "Echo out")):
            dj.feed.publish(dj.script.transition(3, end - 48_000, end, settled=settled), end)
            await live.shows(".passage-head", f"Transition 4 {words}")
        await live.shows(".passage-figures", "ms/s")
        await live.page.click('[aria-label="The transition before"]')
        await live.shows(".passage-head", "Transition 1 Blend")
        dj.feed.publish(dj.script.transition(4, end, end, settled=True), end)
        await live.page.wait_for_timeout(700)
        await live.shows(".passage-head", "Transition 1 Blend")  # whoever looks is left in peace
