"""The studio on air: what it does when its connection breaks, and when the server ends the set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route

from core.messages import Phase
from tests.web.pages import music
from tests.web.pages.answering import ENDPOINT, Answering
from tests.web.pages.serving import Site
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.test_accessibility import check
from tests.web.pages.watching import Watched, watch

RECEIVED_KBPS = """
async () => {
  const now = async () => {
    const stats = [...(await window.answering[0].getStats()).values()];
    return stats.find((each) => each.type === "inbound-rtp"); // without headers
  };
  const from = await now();
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const to = await now();
  return 8 * (to.bytesReceived - from.bytesReceived) / (to.timestamp - from.timestamp);
}
"""

CAPTURED = """
const ask = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = async function (...what) {
  const stream = await ask.apply(this, what);
  [window.captured] = stream.getAudioTracks();
  return stream;
};
"""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def go_live(studio: Watched) -> None:
    await studio.page.click(".chooser .button")
    await studio.until(lambda seen: seen["source"] is not None)
    await studio.page.fill("#key", "djuv-test-key")
    await studio.page.click(".button-large")
    await studio.page.wait_for_selector(".on-air", timeout=15_000)


@asynccontextmanager
async def on_air(browser: Browser, site: Site) -> AsyncIterator[tuple[Watched, Answering]]:
    async def remember_the_input(page: Page) -> None:
        await page.add_init_script(CAPTURED)

    async with watch(browser, site, "/studio", stand_in=remember_the_input) as studio:
        answering = Answering(studio)
        await answering.begin()
        await go_live(studio)
        yield studio, answering
        studio.errors = [each for each in studio.errors if "404" not in each]  # Chromium's own


async def test_a_set_that_another_encoder_took_over_is_left_there_until_taken_back(
    browser: Browser, site: Site
):
    async with on_air(browser, site) as (studio, answering):
        answering.fate = (404, "taken_over")
        await answering.break_connection()
        await studio.shows(".going .warning", "Another encoder is playing with this key")
        (asked,) = answering.asked
        assert asked.url.endswith("/whip/one-1")
        assert asked.headers["if-match"] == '"tag-1"'
        assert asked.headers["authorization"] == "Bearer djuv-test-key"
        assert asked.headers["content-type"] == "application/trickle-ice-sdpfrag"
        assert asked.post_data == "a=end-of-candidates\r\n"
        await asyncio.sleep(1.5)  # longer than its first waits together
        assert len(answering.offers) == 1
        await studio.page.click("text=Take the set back")
        await studio.page.wait_for_selector(".on-air", timeout=15_000)
        assert len(answering.offers) == 2


@pytest.mark.parametrize("fate", [None, (404, "no_whip_session"), (500, "internal")])
async def test_any_other_break_is_mended_by_itself(
    browser: Browser, site: Site, fate: tuple[int, str] | None
):
    async with on_air(browser, site) as (studio, answering):
        answering.fate = fate
        await answering.break_connection()
        await studio.until(
            lambda seen: len(answering.offers) == 2 and seen["publisher"]["is"] == "live"
        )
        assert len(answering.asked) == 1
        studio.errors = [each for each in studio.errors if "500" not in each]


async def test_the_clock_is_that_of_the_set_and_not_of_the_connection(browser: Browser, site: Site):
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(95)
    async with on_air(browser, site) as (studio, _):
        await studio.shows(".on-air-time", "1:3")


async def test_what_costs_most_is_said_with_what_to_do(browser: Browser, site: Site):
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(600)
    async with on_air(browser, site) as (studio, _):
        await studio.page.wait_for_selector(".costs li")
        costs = await studio.page.locator(".costs li").all_inner_texts()
        assert len(costs) == 3
        points = [float(each.split()[-1].replace("\u2212", "-")) for each in costs]
        assert points == sorted(points)
        assert "Leave your favourite for the big moment" in costs[0]
        assert not any("Not proved yet" in each for each in costs)
        await studio.shows(".instrument-beside", "125.0 BPM")
        await studio.shows(".too-hot", "\u22120.4")  # above -1 dBTP
        await studio.shows(".instrument-text", "Last transition: Bass swap.")
        await check(studio)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("longest_set", "reached the longest time"),
        ("key_revoked", "Ask whoever runs the server"),
        ("stopped", "ended by another program"),
        ("internal", "Something failed on the server. Go live again"),
    ],
)
async def test_a_set_that_the_server_ended_is_over_and_says_why(
    browser: Browser, site: Site, reason: str, words: str
):
    dj = SyntheticSet(site.bus)
    dj.state()
    async with on_air(browser, site) as (studio, answering):
        await studio.page.wait_for_selector(".playing")
        dj.state(Phase.STALLED, "no_media")
        await studio.until(lambda seen: seen["phase"] == "stalled")
        dj.state(Phase.ENDED, reason)
        await studio.shows(".going .warning", words)
        assert len(answering.offers) == 1
        await studio.page.click(".button-large")  # the set that is over must not end the next
        await studio.page.wait_for_selector(".on-air", timeout=15_000)
        next_set = SyntheticSet(site.bus, session="set-2")
        next_set.state()
        await studio.until(lambda seen: seen["phase"] == "live")
        assert (await studio.diagnostics())["publisher"]["is"] == "live"


async def test_a_server_that_stops_is_no_broken_network(browser: Browser, site: Site):
    dj = SyntheticSet(site.bus)
    dj.state()
    async with on_air(browser, site) as (studio, answering):
        await studio.until(lambda seen: seen["phase"] == "live")
        dj.state(Phase.ENDED, "server_stopping")
        await studio.until(lambda seen: seen["phase"] == "ended")
        await studio.page.unroute(ENDPOINT)
        await studio.page.route(ENDPOINT, lambda route: route.abort())
        answering.fate = (404, "no_whip_session")
        await answering.break_connection()
        await studio.shows(".on-air .warning", "The server was stopped")
        assert "Keep playing" in await studio.text(".on-air .warning")
        studio.errors = [each for each in studio.errors if "ERR_FAILED" not in each]


async def test_an_input_that_dies_on_air_is_said_and_replaced(browser: Browser, site: Site):
    SyntheticSet(site.bus).state()
    async with on_air(browser, site) as (studio, _):
        assert await studio.page.locator(".chooser").count() == 0
        await studio.page.evaluate("window.captured.dispatchEvent(new Event('ended'))")
        await studio.shows(".chooser .warning", "The input is gone")
        await studio.page.select_option(".chooser select", index=0)
        await studio.page.wait_for_selector(".chooser", state="detached")
        assert (await studio.diagnostics())["publisher"]["is"] == "live"


async def test_a_stop_that_ends_late_leaves_the_next_set_alone(browser: Browser, site: Site):
    SyntheticSet(site.bus).state()
    async with on_air(browser, site) as (studio, _):
        late = asyncio.Event()

        async def hang(route: Route) -> None:
            if route.request.method == "DELETE":
                await late.wait()
            await route.fulfill(status=204)

        await studio.page.route("**/whip/*", hang)
        await studio.page.click(".on-air .button-quiet")
        await studio.page.click(".button-danger")
        await studio.page.click(".button-large")
        await studio.page.wait_for_selector(".playing", timeout=15_000)
        late.set()
        await asyncio.sleep(0.5)
        assert (await studio.diagnostics())["room"] == "nova"


async def test_a_second_set_after_the_first_is_followed_too(browser: Browser, site: Site):
    SyntheticSet(site.bus).state()
    async with on_air(browser, site) as (studio, _):
        await studio.page.click(".on-air .button-quiet")
        await studio.page.click(".button-danger")
        await studio.page.click(".button-large")
        await studio.page.wait_for_selector(".playing", timeout=15_000)
        assert (await studio.diagnostics())["room"] == "nova"


async def test_after_a_reload_the_waiting_set_is_pointed_out(browser: Browser, site: Site):
    dj = SyntheticSet(site.bus)
    dj.state()
    async with on_air(browser, site) as (studio, _):
        await studio.page.wait_for_selector(".playing")
        studio.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await studio.page.reload()
        dj.state(Phase.RESUMING, "connection_lost")
        await studio.shows(".waiting", "Your set is still open for")
        dj.state(Phase.ENDED, "grace_over")
        await studio.page.wait_for_selector(".waiting", state="detached", timeout=10_000)


async def test_music_is_sent_at_the_bitrate_that_the_studio_names(
    browser: Browser, site: Site, tmp_path: Path
):
    file = tmp_path / "mix.wav"
    music.write_wave(file, music.render())
    async with watch(browser, site, "/studio") as studio:
        await Answering(studio).begin()
        await studio.page.click(".segmented.wide button:nth-child(3)")
        await studio.page.set_input_files("input[type=file]", file)
        await studio.until(lambda seen: seen["source"] is not None)
        await studio.page.fill("#key", "djuv-test-key")
        await studio.page.click(".button-large")
        await studio.page.wait_for_selector(".on-air", timeout=15_000)
        kilobits = await studio.page.evaluate(RECEIVED_KBPS)
    assert 200 < kilobits < 285  # Opus varies around its aim; that of 320 kbit/s is not this low
