"""The page of a clip in a real Chromium, which really plays the file."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from core.clock import SystemClock
from core.messages import Reading
from tests.web.clips.made import made, store
from tests.web.clips.serving import ClipSite, serve
from tests.web.pages.test_accessibility import check
from tests.web.pages.test_static import modules_of
from tests.web.pages.watching import watch
from web.clips.facts import ClipFacts
from web.clips.folder import ClipFolder
from web.pages import STATIC_FOLDER

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

BUDGET_BYTES = 120_000
THEMES = ("dark", "light")
INK = """
() => {
  const canvas = document.querySelector(".clip-canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 255) colours.add(data.slice(at, at + 3).join(","));
  }
  return [...colours];
}
"""
COLOURS = """
() => ["technical", "selection", "energy", "creativity"].map((name) => {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color.match(/\\d+/g).join(",");
  probe.remove();
  return colour;
})
"""


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[ClipSite]:
    async with serve(store(tmp_path / "clips", clock=SystemClock())) as running:
        yield running


def keep(tmp_path: Path, **changes: object) -> ClipFacts:
    facts, sound = made()
    facts = replace(facts, **changes)
    ClipFolder(tmp_path / "clips").write(facts, sound)
    return facts


async def test_a_click_on_play_plays_the_clip(browser: Browser, site: ClipSite, tmp_path: Path):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        await page.shows("h1", "Nova")
        await page.until(lambda seen: seen["duration"])
        assert (await page.diagnostics())["duration"] == pytest.approx(30.0, abs=0.1)
        assert await page.text(".clip-time") == "0:00 / 0:30"
        await page.page.click(".clip-play")
        seen = await page.until(lambda seen: seen["playing"] and seen["position"] > 0.5)
        assert seen["trouble"] is None
        assert await page.page.get_attribute(".clip-play", "aria-label") == "Pause"
        await page.page.click(".clip-play")
        await page.until(lambda seen: not seen["playing"])


async def test_what_the_browser_decodes_is_the_loop(
    browser: Browser, site: ClipSite, tmp_path: Path
):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        peaks = await page.page.evaluate(
            """async (address) => {
              const bytes = await (await fetch(address)).arrayBuffer();
              const sound = await new OfflineAudioContext(2, 48000, 48000).decodeAudioData(bytes);
              const left = sound.getChannelData(0);
              const rms = (from) => Math.sqrt(left.subarray(from, from + 2400)
                .reduce((sum, each) => sum + each * each, 0) / 2400);
              return { length: sound.length, channels: sound.numberOfChannels,
                rms: Array.from({ length: 600 }, (_, at) => rms(at * 2400)) };
            }""",
            f"/clips/{clip.id}.ogg",
        )
    assert (peaks["length"], peaks["channels"]) == (30 * 48_000, 2)
    # Loud where the server heard it loud: both sides agree about each 50 ms.
    assert np.corrcoef(peaks["rms"], clip.levels)[0, 1] > 0.98


async def test_one_seeks_by_the_picture_by_the_slider_and_by_keys(
    browser: Browser, site: ClipSite, tmp_path: Path
):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        await page.until(lambda seen: seen["duration"])
        box = await page.page.locator(".clip-canvas").bounding_box()
        assert box is not None
        await page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 100)
        await page.until(lambda seen: 14 < seen["position"] < 16)
        await page.page.evaluate("document.activeElement.blur()")
        await page.page.keyboard.press("ArrowRight")
        await page.until(lambda seen: 19 < seen["position"] < 21)
        await page.page.fill(".clip-place", "3")
        await page.until(lambda seen: 2.9 < seen["position"] < 3.1)
        assert (await page.text(".clip-time")) == "0:03 / 0:30"
        await page.page.evaluate("document.activeElement.blur()")
        await page.page.keyboard.press(" ")
        await page.until(lambda seen: seen["playing"])
        await page.page.fill(".clip-place", "29.8")
        await page.until(lambda seen: not seen["playing"])
        assert await page.page.get_attribute(".clip-play", "aria-label") == "Play again"
        await page.page.click(".clip-play")
        await page.until(lambda seen: seen["playing"] and seen["position"] < 5)


async def test_the_picture_shows_the_scores_in_their_colours(
    browser: Browser, site: ClipSite, tmp_path: Path
):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        await page.until(lambda seen: seen["duration"])
        await page.page.wait_for_timeout(200)
        ink = set(await page.page.evaluate(INK))
        assert set(await page.page.evaluate(COLOURS)) <= ink
        await page.page.fill(".clip-place", "10.2")
        at = clip.course.time_seconds.index(310.0)
        energy = next(values for part, values in clip.course.components.items() if part == "energy")
        await page.shows(".clip-here .is-energy dd", f"{energy[at]:.1f}")
        shown = await page.text(".clip-scores .overall-value")
        assert clip.scores is not None and clip.scores.overall is not None
        assert shown == f"{clip.scores.overall.value:.1f}"
        assert "125.0" in await page.text(".clip-about")


async def test_sound_volume_and_silence(browser: Browser, site: ClipSite, tmp_path: Path):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        await page.page.fill(".clip-volume input", "0.3")
        loud = pytest.approx(0.3**2)  # of the element: even steps to the ear, as in the rooms
        await page.until(lambda seen: seen["volume"] == loud)
        await page.page.click(".clip-volume button")
        await page.until(lambda seen: seen["muted"])
        await page.page.reload()
        await page.page.wait_for_selector(".clip-card")
        await page.until(lambda seen: seen["volume"] == loud and not seen["muted"])
        assert await page.page.input_value(".clip-volume input") == "0.3"


async def test_the_ways_on_from_here(browser: Browser, site: ClipSite, tmp_path: Path):
    clip = keep(tmp_path, dj_name="Nova / B:2")
    async with watch(
        browser,
        site,
        f"/clips/{clip.id}?from=somewhere",
        permissions=["clipboard-read", "clipboard-write"],
    ) as page:
        room = page.page.locator(".clip-ways a", has_text="Go to the room")
        assert await room.get_attribute("href") == "/live/nova"
        await page.page.click(".clip-ways button")
        await page.shows(".notice", "Copied.")
        copied = await page.page.evaluate("navigator.clipboard.readText()")
        assert copied == f"http://127.0.0.1:{site.port}/clips/{clip.id}"
        async with page.page.expect_download() as downloading:
            await page.page.locator(".clip-ways a", has_text="Download").click()
        download = await downloading.value
        assert download.suggested_filename == "Nova _ B_2 at 5-12.ogg"
        assert (await download.path()).stat().st_size > 100_000


async def test_a_phone_hands_the_link_to_its_own_sheet(
    browser: Browser, site: ClipSite, tmp_path: Path
):
    clip = keep(tmp_path)
    async with watch(
        browser, site, has_touch=True, is_mobile=True, path="/clips/" + clip.id
    ) as page:
        await page.page.evaluate("navigator.share = async (what) => { window.shared = what; }")
        await page.page.click(".clip-ways button")
        shared = await page.page.evaluate("window.shared")
    assert shared == {
        "url": f"http://127.0.0.1:{site.port}/clips/{clip.id}",
        "title": "Nova: the drop at 5:12",
    }


async def test_a_set_that_was_not_judged_says_so(browser: Browser, site: ClipSite, tmp_path: Path):
    facts, _ = made()
    none = tuple(None for _ in facts.course.time_seconds)
    course = replace(
        facts.course,
        overall=none,
        set_overall=none,
        components=dict.fromkeys(facts.course.components, none),
    )
    unknown = Reading(None, reason="too_short")
    scores = replace(
        facts.scores,
        reason="first_transition_pending",
        overall=None,
        components=dict.fromkeys(facts.scores.components),
        bpm=unknown,
        key=unknown,
    )
    for changes in ({"course": course, "scores": scores}, {"course": course, "scores": None}):
        clip = keep(tmp_path, **changes)
        async with watch(browser, site, f"/clips/{clip.id}") as page:
            await page.shows(".clip-here", "Nothing was judged")
            await page.shows(".overall-pending", "The set had not been scored by then.")
            assert "null" not in await page.text("main")
            await check(page)


async def test_names_are_text(browser: Browser, site: ClipSite, tmp_path: Path):
    name = "<img src=x onerror=window.hurt=1>"
    clip = keep(tmp_path, dj_name=name, title=name)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        assert await page.text("h1") == name
        assert await page.page.evaluate("window.hurt") is None
        assert (await page.page.title()).startswith(name)


async def test_a_clip_that_is_gone_says_how_long_clips_live(browser: Browser, site: ClipSite):
    for locale, words in (("en-GB", "Clips are kept for 30 days"), ("es-ES", "se guardan 30 días")):
        context = await browser.new_context(locale=locale)
        page = await context.new_page()
        answer = await page.goto(f"http://127.0.0.1:{site.port}/clips/{'z' * 22}")
        assert answer is not None and answer.status == 404
        assert words in await page.inner_text("main")
        await context.close()


async def test_a_clip_deleted_while_its_page_comes_ends_on_that_page(
    browser: Browser, site: ClipSite, tmp_path: Path
):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        await site.store.delete(clip.id)
        await page.page.evaluate(
            f"import('/static/js/clip/clip.js').then(({{ Clip }}) => new Clip('{clip.id}').load())"
        )
        await page.shows("h1", "This clip is gone")
        page.errors.clear()  # the browser's own remark on each 404


async def test_facts_that_do_not_come_can_be_asked_for_again(
    browser: Browser, site: ClipSite, tmp_path: Path
):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        await page.page.route("**/api/clips/*", lambda route: route.abort())
        await page.page.reload()
        await page.shows("h1", "The clip cannot be loaded")
        await check(page)
        await page.page.unroute("**/api/clips/*")
        await page.page.click(".clip-failed button")
        await page.shows("h1", "Nova")
        page.errors.clear()


async def test_a_browser_that_plays_no_opus_says_what_to_do(
    browser: Browser, site: ClipSite, tmp_path: Path
):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        await page.page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
        await page.page.reload()
        await page.shows(".clip-trouble", "Download it")
        assert await page.page.is_disabled(".clip-play")
        await check(page)


async def test_sound_that_breaks_off_can_be_tried_again(
    browser: Browser, site: ClipSite, tmp_path: Path
):
    clip = keep(tmp_path)
    async with watch(browser, site, f"/clips/{clip.id}") as page:
        await page.page.route("**/*.ogg", lambda route: route.abort())
        await page.page.reload()
        await page.page.wait_for_selector(".clip-trouble")
        await page.page.unroute("**/*.ogg")
        page.errors.clear()
        await page.page.click(".clip-play")
        await page.until(lambda seen: seen["playing"] and seen["position"] > 0.2)
        assert await page.page.query_selector(".clip-trouble") is None
        page.errors.clear()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("locale", ["en-GB", "es-ES"])
async def test_axe_finds_nothing_and_nothing_moves(
    browser: Browser, site: ClipSite, tmp_path: Path, theme: str, locale: str
):
    clip = keep(tmp_path)
    for width, height in ((1440, 900), (390, 844)):
        async with watch(
            browser,
            site,
            f"/clips/{clip.id}",
            color_scheme=theme,
            locale=locale,
            viewport={"width": width, "height": height},
        ) as page:
            await page.page.wait_for_selector(".clip-about")
            await check(page)
            wide = await page.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
            before = await page.page.evaluate("window.shifts")
            await page.page.click(".clip-play")
            await page.until(lambda seen: seen["position"] > 0.3)
            assert await page.page.evaluate("window.shifts") - before < 0.001


async def test_the_page_stays_within_its_budget():
    files = modules_of(STATIC_FOLDER / "js/clip/main.js")
    names = ["clip.html", "js/boot.js", "icon.svg", "tokens.css", "base.css", "clip.css"]
    names += [
        f"locales/{name}.{language}.json"
        for name in ("pages", "judge", "clip")
        for language in ("en", "es")
    ]
    files |= {STATIC_FOLDER / name for name in names}
    font = (STATIC_FOLDER / "vendor/inter-5.3.0.woff2").stat().st_size
    assert font + sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) < BUDGET_BYTES


async def test_every_text_of_clips_is_said_somewhere():
    words = json.loads((STATIC_FOLDER / "locales/clip.en.json").read_text())
    folders = (STATIC_FOLDER / "js", Path(__file__).parents[3] / "web" / "clips")
    source = "\n".join(
        path.read_text()
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in (".js", ".py")
    )
    families = set(re.findall(r"[`\"]([a-z_]+\.[a-z_.]*)(?:\$\{|\{)", source))
    for key in words:
        if key.startswith(("error.", "reason.")):
            said = f'"{key.partition(".")[2]}"' in source
        else:
            said = f'"{key}"' in source or any(key.startswith(family) for family in families)
        assert said, f"nobody says {key}"
