"""The show on the audience page: both formats, off and on, calm for some, and what goes wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser

from core.messages import Phase
from core.show import PictureFormat, ShowSettings
from tests.web.pages.serving import Site
from tests.web.pages.showing import FakeDesk, SyntheticShow, flashing, perform, vp9
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.test_accessibility import THEMES, check
from tests.web.pages.watching import Watched, watch
from web.viewers.protocol import CloseCode

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

WITHOUT_DECODER = "delete window.VideoDecoder;"
UNABLE = "VideoDecoder.isConfigSupported = async () => ({ supported: false });"
FAILING = """
window.VideoDecoder = class {
  static async isConfigSupported() { return { supported: true }; }
  constructor({ error }) { this.fail = error; this.state = 'unconfigured'; }
  configure() { this.state = 'configured'; }
  decode() { this.state = 'closed'; setTimeout(() => this.fail(new Error('broken'))); }
  close() { this.state = 'closed'; }
};
"""
STUMBLING = """
const decode = VideoDecoder.prototype.decode;
let count = 0;
VideoDecoder.prototype.decode = function (chunk) {
  count += 1;
  if (count === 25) throw new DOMException('once', 'DataError');
  return decode.call(this, chunk);
};
"""


async def on_air(site: Site, **more: Any) -> tuple[SyntheticSet, SyntheticShow]:
    """A set with a show that both go on."""
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(20)
    show = SyntheticShow(dj, **more)
    show.tell()
    perform(site, dj, show)
    return dj, show


@asynccontextmanager
async def watching(
    browser: Browser, site: Site, path: str = "/live/nova", script: str = "", **options: Any
) -> AsyncIterator[Watched]:
    desk = FakeDesk()

    async def stand_in(page: Any) -> None:
        await desk.stand_in(page)
        if script:
            await page.add_init_script(script)

    async with watch(browser, site, path, stand_in=stand_in, **options) as page:
        yield page


async def seen(page: Watched, count: int = 10) -> dict[str, Any]:
    """Wait until `count` pictures were shown."""
    found = await page.until(lambda d: d["visuals"].get("shown", 0) >= count, seconds=30)
    return dict(found["visuals"])


@pytest.mark.parametrize(("script", "kind"), [("", "vp9"), (WITHOUT_DECODER, "jpeg")])
async def test_pictures_come_and_are_drawn(browser: Browser, site: Site, script: str, kind: str):
    await on_air(site)
    async with watching(browser, site, script=script) as live:
        visuals = await seen(live)
        assert (visuals["format"], visuals["asked"]) == (kind, kind)
        assert (visuals["width"], visuals["height"]) == (320, 180)
        assert visuals["failed"] == 0 and visuals["held"] <= 8
        await live.page.wait_for_selector('.visuals[data-on="true"]')
        painted = await live.page.evaluate(
            "(() => { const context = document.querySelector('.visuals-picture').getContext('2d');"
            " const { data } = context.getImageData(200, 150, 8, 8);"
            " return Math.max(...data.filter((_, i) => i % 4 < 3)); })()"
        )
        assert painted > 60


@pytest.mark.parametrize("script", [UNABLE, FAILING], ids=["unable", "failing"])
async def test_where_video_cannot_be_decoded_single_pictures_are_asked_for(
    browser: Browser, site: Site, script: str
):
    await on_air(site)
    async with watching(browser, site, script=script) as live:
        visuals = await seen(live)
        assert (visuals["format"], visuals["asked"]) == ("jpeg", "jpeg")


async def test_an_error_of_the_decoder_costs_the_pictures_until_the_next_key(
    browser: Browser, site: Site
):
    await on_air(site)
    async with watching(browser, site, script=STUMBLING) as live:
        visuals = await seen(live, 60)
        assert visuals["format"] == "vp9" and visuals["failed"] == 1


async def test_off_costs_no_bandwidth_and_is_remembered(browser: Browser, site: Site):
    await on_air(site)
    async with watching(browser, site) as live:
        await seen(live)
        await live.page.click('[aria-label="Hide the visuals"]')
        await live.until(lambda d: d["opened"] == 2 and d["visuals"]["asked"] == "none")
        await live.page.wait_for_selector('.visuals[data-on="false"]')
        before = await live.diagnostics()
        await live.until(lambda d: d["packets"] > before["packets"] + 50)  # a second of sound
        after = await live.diagnostics()
        assert after["visuals"]["bytes"] == before["visuals"]["bytes"]
        await live.page.reload()
        await live.page.wait_for_selector('[aria-label="Show the visuals"]')
        assert (await live.diagnostics())["visuals"]["bytes"] == 0
        await live.page.keyboard.press("v")
        await seen(live)


async def test_the_sound_goes_on_while_pictures_are_switched(browser: Browser, site: Site):
    await on_air(site)
    async with watching(browser, site) as live:
        await seen(live)
        await live.page.click(".listen")
        await live.until(lambda d: d["heardSeconds"] is not None)
        for _ in range(2):
            opened = (await live.diagnostics())["opened"]
            await live.page.keyboard.press("v")
            await live.until(lambda d, opened=opened: d["opened"] == opened + 1)
        heard = await live.diagnostics()
        assert heard["link"] == "open"
        await live.until(lambda d: (d["heardSeconds"] or 0) > heard["heardSeconds"] + 1)
        await seen(live, 30)


async def test_who_wants_no_motion_sees_none_unless_they_ask_knowingly(
    browser: Browser, site: Site
):
    await on_air(site)
    async with watching(browser, site, reduced_motion="reduce") as live:
        await live.page.click('[aria-label="Show the visuals"]')
        assert "less motion" in await live.text(".visuals-ask")
        await check(live)
        await live.page.click("text=Not now")
        await live.page.wait_for_selector(".visuals-ask", state="detached")
        assert (await live.diagnostics())["visuals"]["bytes"] == 0
        await live.page.click('[aria-label="Show the visuals"]')
        await live.page.click("text=Show them")
        await seen(live)
        await live.page.reload()
        await seen(live)  # they said so


async def test_who_comes_late_need_not_wait_for_a_key(browser: Browser, site: Site):
    seldom = {PictureFormat.VP9: vp9(flashing, 600, key_every=600)}
    await on_air(site, chunks=seldom)
    await asyncio.sleep(1.5)
    async with watching(browser, site) as live:
        visuals = await seen(live, 1)
        assert visuals["received"] < 300  # the next key is the 600th


async def test_a_room_without_a_show_fetches_nothing_for_one(browser: Browser, site: Site):
    dj = SyntheticSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    async with watching(browser, site) as live:
        await live.page.wait_for_selector(".listen")
        fetched = "performance.getEntriesByType('resource').map((each) => each.name).join()"
        assert "visuals/part.js" not in await live.page.evaluate(fetched)
        SyntheticShow(dj).tell()
        await live.page.wait_for_selector(".visuals-switch")
        assert "visuals/part.js" in await live.page.evaluate(fetched)


async def test_the_spectrum_is_back_when_the_show_ends(browser: Browser, site: Site):
    dj, show = await on_air(site)
    async with watching(browser, site) as live:
        await seen(live)
        show.chunks = {}
        show.tell(running=False, reason="off", scene=None, palette=None, width=0, height=0)
        await live.page.wait_for_selector('.visuals[data-on="false"]')
        assert dj.feed.info.room == "nova"


@pytest.mark.parametrize("listening", [False, True])
async def test_another_set_brings_pictures_of_its_own(
    browser: Browser, site: Site, listening: bool
):
    dj, show = await on_air(site)
    async with watching(browser, site) as live:
        await seen(live)
        if listening:
            await live.page.click(".listen")
            await live.until(lambda d: d["heardSeconds"] is not None)
        show.chunks = {}
        dj.state(Phase.ENDED, "stopped")
        for playing in site.players:
            playing.cancel()
        again = SyntheticSet(site.bus, session="set-2")
        again.state()
        later = SyntheticShow(again)
        later.tell()
        perform(site, again, later)
        found = await live.until(
            lambda d: d["epoch"] == "set-2" and d["visuals"]["drawn"][-1]["pts"] < 20e6,
            seconds=30,
        )
        drawn = found["visuals"]["drawn"][-1]
        assert abs(drawn["positionUs"] - drawn["pts"]) < 2e6  # the first set was 20 s further
        if listening:
            heard = await live.until(lambda d: d["heardSeconds"] and d["delaySeconds"] is not None)
            assert heard["heardSeconds"] < 20.0 and heard["delaySeconds"] < 10.0


async def test_after_a_broken_line_the_pictures_go_on(browser: Browser, site: Site):
    await on_air(site)
    async with watching(browser, site) as live:
        before = await seen(live)
        for link in list(site.hub._links):
            link.end(CloseCode.TRY_AGAIN, "too_slow")
        await live.until(lambda d: d["opened"] == 2)
        await seen(live, before["shown"] + 20)


async def test_words_and_logo_lie_over_the_picture_and_are_only_words(browser: Browser, site: Site):
    _, show = await on_air(site)
    async with watching(browser, site) as live:
        await seen(live)
        show.tell(ShowSettings(text="<b>Nova</b> & friends", logo="ab" * 32))
        await live.shows(".visuals-overlay p", "<b>Nova</b> & friends")
        logo = live.page.locator(".visuals-overlay img")
        assert await logo.get_attribute("src") == f"/api/rooms/nova/show/logo/{'ab' * 32}"
        show.tell(ShowSettings())
        await live.page.wait_for_selector(".visuals-overlay", state="detached")


async def test_a_blackout_dims_at_once_and_goes(browser: Browser, site: Site):
    _, show = await on_air(site)
    async with watching(browser, site) as live:
        await seen(live)
        show.tell(blackout=True)
        await live.page.wait_for_selector('.visuals[data-black="true"]')
        black = "getComputedStyle(document.querySelector('.visuals-black')).opacity === '1'"
        await live.comes_true(black)
        show.tell()
        await live.page.wait_for_selector('.visuals[data-black="false"]')


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
@pytest.mark.parametrize("path", ["/live/nova", "/screen/nova?motion=1&transparent=1"])
async def test_a_blackout_of_the_page_fades_as_slowly_as_that_of_the_pictures(
    browser: Browser, site: Site, motion: str, path: str
):
    _, show = await on_air(site)
    async with watching(browser, site, path, reduced_motion=motion) as live:
        if motion == "reduce" and path.startswith("/live"):
            await live.page.click('[aria-label="Show the visuals"]')
            await live.page.click("text=Show them")
        await seen(live)
        faded = ".visuals" if "transparent" in path else ".visuals-black"
        fade = (
            f"(() => {{ const style = getComputedStyle(document.querySelector('{faded}'));"
            " return [style.transitionProperty, style.transitionDuration, style.visibility]; })()"
        )
        both = []
        for blackout in (True, False):
            show.tell(blackout=blackout)
            await live.page.wait_for_selector(f'.visuals[data-black="{str(blackout).lower()}"]')
            both.append(await live.page.evaluate(fade))
            lit = blackout is ("transparent" not in path)
            await live.comes_true(
                f"getComputedStyle(document.querySelector('{faded}')).opacity === '{int(lit)}'"
            )
        assert both == [["opacity", "0.15s", "visible"]] * 2


async def test_a_part_that_could_not_be_fetched_is_fetched_later_and_nothing_is_sent_until_then(
    browser: Browser, site: Site
):
    await on_air(site)
    tries = []

    async def stand_in(page: Any) -> None:
        async def answer(route: Any) -> None:
            tries.append(route.request.url)
            await (route.abort() if len(tries) == 1 else route.continue_())

        await page.route(re.compile(r"/visuals/part\.js"), answer)

    async with watch(browser, site, "/live/nova", stand_in=stand_in) as live:
        await live.until(lambda d: d["visuals"]["asked"] == "none")
        await seen(live)
        assert (await live.diagnostics())["visuals"]["asked"] == "vp9"
        assert len(tries) == 2
        live.errors = [
            each for each in live.errors if "part.js" not in each and "yet" not in each
        ]  # that is what this is about


async def test_full_screen_is_the_picture_alone_until_somebody_moves(browser: Browser, site: Site):
    await on_air(site)
    async with watching(browser, site) as live:
        await seen(live)
        await live.page.keyboard.press("f")
        await live.page.wait_for_selector(".stage:fullscreen[data-idle]")
        hidden = "getComputedStyle(document.querySelector('.stage-bottom')).opacity === '0'"
        await live.comes_true(hidden)
        await live.page.mouse.move(300, 300)
        await live.page.wait_for_selector(".stage:fullscreen:not([data-idle])")
        await live.page.keyboard.press("f")
        await live.comes_true("document.fullscreenElement === null")


@pytest.mark.parametrize("theme", THEMES)
async def test_nothing_is_in_anybody_s_way(browser: Browser, site: Site, theme: str):
    _, show = await on_air(site)
    show.tell(ShowSettings(text="Nova"))
    async with watching(browser, site, color_scheme=theme) as live:
        await seen(live)
        await check(live)


async def test_a_phone_has_the_switch_and_nothing_lies_on_anything(browser: Browser, site: Site):
    _, show = await on_air(site)
    show.tell(
        ShowSettings(text="Noche de verano en la azotea, con Nova y amigos hasta que amanezca")
    )
    async with watching(browser, site, locale="es-ES", **PHONE) as live:
        await seen(live)
        assert await live.page.locator('[aria-label="Ocultar los visuales"]').is_visible()
        assert await live.page.evaluate("document.documentElement.scrollWidth") <= 390
        words = await live.page.locator(".visuals-overlay").bounding_box()
        below = await live.page.locator(".controls").bounding_box()
        assert words is not None and below is not None
        assert words["y"] + words["height"] <= below["y"]
