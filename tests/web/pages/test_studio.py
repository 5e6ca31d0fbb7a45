"""The studio in a real Chromium with its fake microphone, which beeps at 44.1 kHz and clips."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route

from tests.web.pages import music
from tests.web.pages.serving import Site
from tests.web.pages.watching import Watched, watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def allow_sound(studio: Watched) -> None:
    await studio.page.click(".chooser .button")
    await studio.until(lambda seen: seen["source"] is not None)


async def test_meters_move_with_the_sound_and_hold_the_peak(browser: Browser, site: Site):
    async with watch(browser, site, "/studio") as studio:
        assert "No signal" in await studio.text(".meters-head")
        await allow_sound(studio)
        seen = await studio.until(lambda seen: seen["levels"][0]["holdDb"] > -20)
        assert seen["levels"][1]["holdDb"] > -20
        await studio.shows(".meters-head", "dBFS")


async def test_a_clip_lamp_stays_on_until_it_is_pressed(browser: Browser, site: Site):
    async with watch(browser, site, "/studio") as studio:
        await allow_sound(studio)
        await studio.until(lambda seen: seen["clipped"])
        assert await studio.page.get_attribute(".clip-lamp", "data-on") == "true"
        # The next beep lights it again at once: watch for the moment in which it is dark.
        await studio.page.evaluate(
            "() => { const lamp = document.querySelector('.clip-lamp');"
            " window.wentDark = new Promise((resolve) => new MutationObserver("
            " () => lamp.dataset.on === 'false' && resolve(true)"
            ").observe(lamp, { attributes: true })); }"
        )
        await studio.page.click(".clip-lamp")
        assert await studio.page.evaluate(
            "Promise.race([window.wentDark, new Promise((late) => setTimeout(late, 5000))])"
        )


async def test_the_browser_is_asked_to_leave_the_sound_alone(browser: Browser, site: Site):
    async with watch(browser, site, "/studio") as studio:
        await allow_sound(studio)
        settings = (await studio.diagnostics())["source"]["settings"]
        for processing in ("echoCancellation", "noiseSuppression", "autoGainControl"):
            assert settings[processing] is False
        assert settings["channelCount"] == 2


async def test_what_the_browser_does_to_the_sound_is_told_in_plain_words(
    browser: Browser, site: Site
):
    async with watch(browser, site, "/studio") as studio:
        await allow_sound(studio)
        await studio.shows(".warning", "The input runs at 44.1\u00a0kHz")
        warnings = await studio.page.evaluate(
            "async (settings) =>"
            " (await import('/static/js/studio/capture.js')).settingsWarnings(settings)",
            {"echoCancellation": True, "autoGainControl": True, "channelCount": 1},
        )
        assert warnings == ["echoCancellation", "autoGainControl", "mono"]


async def test_a_file_plays_as_a_test_set_in_stereo(browser: Browser, site: Site, tmp_path: Path):
    file = tmp_path / "mix.wav"
    samples = music.render()[: 48_000 * 4] * [0.5, 0.25]
    music.write_wave(file, samples)
    async with watch(browser, site, "/studio") as studio:
        await studio.page.click(".segmented.wide button:nth-child(3)")
        await studio.page.set_input_files("input[type=file]", file)
        seen = await studio.until(
            lambda seen: (seen["levels"] or [{"holdDb": -60}])[0]["holdDb"] > -20
        )
        left, right = (channel["holdDb"] for channel in seen["levels"])
        assert left - right == pytest.approx(6.0, abs=1.5)
        assert seen["warnings"] == []


async def test_going_live_sends_a_stereo_offer_with_key_title_and_genre(
    browser: Browser, site: Site
):
    requests = []

    async def refuse(route: Route) -> None:
        requests.append(route.request)
        await route.fulfill(
            status=401,
            content_type="application/problem+json",
            body='{"code": "key_missing", "detail": "no", "details": {}}',
        )

    async with watch(browser, site, "/studio") as studio:
        await studio.page.route("**/whip?**", refuse)
        assert await studio.page.is_disabled(".button-large")
        await allow_sound(studio)
        assert "key is missing" in await studio.text(".going-hint")
        await studio.page.fill("#key", "  djuv-test-key ")
        await studio.page.fill(".going-form label .input", "Night drive")
        await studio.page.select_option(".going-form select", "techno")
        await studio.page.click(".button-large")
        await studio.shows(".going .warning", "Enter your stream key.")
        studio.errors = [error for error in studio.errors if "401" not in error]
    (request,) = requests
    assert request.headers["authorization"] == "Bearer djuv-test-key"
    assert request.headers["content-type"] == "application/sdp"
    assert request.url.endswith("/whip?title=Night+drive&genre=techno")
    offer = request.post_data
    assert "stereo=1" in offer and "maxaveragebitrate=256000" in offer
    assert "a=sendonly" in offer and "m=video" not in offer


async def test_a_server_that_cannot_be_reached_is_told_apart(browser: Browser, site: Site):
    async with watch(browser, site, "/studio") as studio:
        await studio.page.route("**/whip", lambda route: route.abort())
        await allow_sound(studio)
        await studio.page.fill("#key", "djuv-test-key")
        await studio.page.click(".button-large")
        await studio.shows(".going .warning", "cannot be reached")
        studio.errors.clear()  # the browser logs the failed request itself


@pytest.mark.parametrize("keep", [False, True])
async def test_the_key_is_kept_only_if_asked(browser: Browser, site: Site, keep: bool):
    async with watch(browser, site, "/studio") as studio:
        await studio.page.fill("#key", "djuv-test-key")
        if keep:
            await studio.page.check(".going-form input[type=checkbox]")
        await studio.page.reload()
        assert await studio.page.input_value("#key") == ("djuv-test-key" if keep else "")
        assert await studio.page.get_attribute("#key", "type") == "password"


async def test_obs_users_find_address_key_and_settings(browser: Browser, site: Site):
    async with watch(browser, site, "/studio") as studio:
        await studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await studio.page.fill("#key", "djuv-test-key")
        await studio.page.click(".going > .button-quiet")
        assert await studio.page.input_value("#obs-address") == site.url("/whip")
        await studio.page.click("dialog .button >> nth=0")
        assert await studio.page.evaluate("navigator.clipboard.readText()") == site.url("/whip")
        await studio.page.click("dialog .button >> nth=1")
        assert await studio.page.evaluate("navigator.clipboard.readText()") == "djuv-test-key"
        assert "256" in await studio.text(".obs-settings")


async def test_plain_http_is_told_what_it_cannot_do(browser: Browser, site: Site):
    async with watch(browser, site, "/studio", host="plain.test") as studio:
        await studio.shows(".insecure h2", "needs HTTPS")
        assert await studio.page.locator(".going").count() == 0


async def test_three_steps_fit_one_screen(browser: Browser, site: Site):
    async with watch(browser, site, "/studio", locale="es-ES") as studio:
        await allow_sound(studio)
        await studio.page.wait_for_selector(".warning")
        await asyncio.sleep(0.2)
        assert await studio.page.evaluate("document.documentElement.scrollHeight") <= 900
        inside = await studio.page.evaluate(
            "[...document.querySelectorAll('.panel')].every((panel) =>"
            " panel.getBoundingClientRect().bottom <= 900"
            " && panel.scrollHeight <= panel.clientHeight + 1)"
        )
        assert inside


async def test_the_offer_is_munged_whatever_the_browser_wrote(browser: Browser, site: Site):
    async with watch(browser, site, "/studio") as studio:
        ask = "async (sdp) => (await import('/static/js/studio/sdp.js')).askForStereo(sdp)"
        lines = "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 minptime=10;useinbandfec=1\r\n"
        munged = await studio.page.evaluate(ask, lines)
        assert "minptime=10" in munged and "stereo=1;sprop-stereo=1" in munged
        assert munged.count("useinbandfec") == 1
        bare = await studio.page.evaluate(ask, "a=rtpmap:96 opus/48000/2\r\n")
        assert "\r\na=fmtp:96 stereo=1" in bare
        assert (
            await studio.page.evaluate(ask, "a=rtpmap:0 PCMU/8000\r\n")
            == "a=rtpmap:0 PCMU/8000\r\n"
        )


async def test_ice_servers_are_read_from_link_headers(browser: Browser, site: Site):
    header = (
        '<stun:stun.example.org>; rel="ice-server", <turn:turn.example.org?transport=udp>; '
        'rel="ice-server"; username="u"; credential="c"; credential-type="password", '
        '</x>; rel="next"'
    )
    async with watch(browser, site, "/studio") as studio:
        servers = await studio.page.evaluate(
            "async (header) => (await import('/static/js/studio/sdp.js')).iceServers(header)",
            header,
        )
    assert servers == [
        {"urls": "stun:stun.example.org"},
        {"urls": "turn:turn.example.org?transport=udp", "username": "u", "credential": "c"},
    ]
