"""A DJ in one tab, the audience in another, the whole server between them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, async_playwright

from core.media import SAMPLE_RATE_HZ
from stream.decoding import HopDecoder
from stream.recording.recording import Recording
from tests.end_to_end.house import House, house
from tests.stream.sound import is_stereo_test_tone
from tests.web.pages.watching import CHROMIUM_ARGUMENTS, Watched, watch

pytestmark = pytest.mark.browser


class AtHouse:
    """The house as `tests.web.pages.watching.watch` wants a site."""

    def __init__(self, at: House) -> None:
        self.port = int(at.addresses.home.rsplit(":", 1)[1].rstrip("/"))


def write_tones(path: Path) -> None:
    time = np.arange(10 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    left, right = np.sin(2 * np.pi * 440 * time), np.sin(2 * np.pi * 1000 * time)
    with wave.open(str(path), "wb") as out:
        out.setparams((2, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
        out.writeframes((np.stack([left, right], 1) * 16_000).astype("<i2").tobytes())


@contextlib.asynccontextmanager
async def chromium_playing(sound: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone plays a file."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.skip("Chromium is not installed; `make test` installs it with apt")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            args=[*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-audio-capture={sound}"],
        )
        try:
            yield browser
        finally:
            await browser.close()


async def go_live(studio: Watched, key: str) -> None:
    await studio.page.click(".chooser .button")
    await studio.until(lambda seen: seen["source"] is not None)
    await studio.page.fill("#key", key)
    await studio.page.click(".button-large")
    await studio.page.wait_for_selector(".on-air", timeout=15_000)


async def test_a_dj_goes_live_and_the_audience_hears_and_sees_it_judged(tmp_path: Path) -> None:
    sound = tmp_path / "tones.wav"
    write_tones(sound)
    async with house(tmp_path / "var") as at, chromium_playing(sound) as browser:
        site, key = AtHouse(at), await at.key("Ana")
        async with (
            watch(browser, site, "/studio") as studio,
            watch(browser, site, "/live/ana") as audience,
        ):
            await studio.page.bring_to_front()
            await go_live(studio, key)
            await studio.page.click("#tab-received")
            await studio.shows(".received", "Stereo")
            await audience.page.bring_to_front()
            await audience.page.click(".listen")
            heard = await audience.until(lambda seen: (seen["player"] or {}).get("peak", 0) > 0.2)
            judged = await audience.until(
                lambda seen: seen["windows"] >= 3 and seen["delaySeconds"] is not None, 30
            )
            received = (await studio.diagnostics())["reception"]
            await studio.page.bring_to_front()
            await studio.page.click(".on-air .button-quiet")
            await studio.page.click(".button-danger")
            await audience.until(lambda seen: seen["phase"] == "ended", 20)
    assert judged["undecodable"] == 0
    assert heard["decoder"] == "webcodecs"
    assert 0 < judged["delaySeconds"] < 3
    assert received["channels"] == 2
    assert received["bitrate_bps"] > 150_000
    assert received["packets_lost"] == 0
    [folder] = (tmp_path / "var" / "recordings").iterdir()
    decoder = HopDecoder("again")
    hops = [hop for packet in Recording(folder).packets() for hop in decoder.packet(packet)]
    assert sum(is_stereo_test_tone(hop.samples) for hop in hops) > len(hops) * 0.8


async def test_the_audience_comes_back_by_itself(tmp_path: Path) -> None:
    sound = tmp_path / "tones.wav"
    write_tones(sound)
    async with house(tmp_path / "var") as at, chromium_playing(sound) as browser:
        site, key = AtHouse(at), await at.key("Ana")
        async with (
            watch(browser, site, "/studio") as studio,
            watch(browser, site, "/live/ana") as audience,
        ):
            await go_live(studio, key)
            before = await audience.until(lambda seen: seen["windows"] >= 1, 40)
            await audience.page.context.set_offline(True)
            await asyncio.sleep(1.0)
            await audience.page.context.set_offline(False)
            after = await audience.until(lambda seen: seen["windows"] >= before["windows"] + 6, 40)
            audience.errors.clear()  # the browser logs that it was offline
    assert after["phase"] == "live"
