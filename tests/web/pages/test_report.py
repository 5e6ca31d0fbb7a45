"""The report's page in a real Chromium, opened as a file, as whoever is sent it opens it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.web.pages.judged import judged
from tests.web.pages.test_accessibility import AXE, VIOLATIONS
from web.report.html import write_html
from web.texts import Texts

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "night.html"
    texts = Texts("en")
    write_html(*judged(1500, texts), path, texts)
    return path


@contextlib.asynccontextmanager
async def opened(browser: Browser, file: Path, **options: Any) -> AsyncIterator[Page]:
    """Open the page; on leaving, fail if it logged anything or asked for anything."""
    options.setdefault("viewport", {"width": 1440, "height": 900})
    context = await browser.new_context(**options)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("data:", file.as_uri())) else wrong.append(request.url)
        ),
    )
    try:
        await page.goto(file.as_uri())
        yield page
        assert not wrong, wrong
    finally:
        await context.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE])
async def test_everyone_can_use_it(
    browser: Browser, file: Path, theme: str, viewport: dict[str, int]
):
    options = {"color_scheme": theme, "viewport": viewport, "bypass_csp": True}  # axe is ours
    async with opened(browser, file, **options) as page:
        await page.locator(".pin").nth(2).click()
        await page.evaluate(AXE)
        found = await page.evaluate(VIOLATIONS)
        assert not found, found
        assert await page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


async def test_a_pin_leads_to_its_finding_and_a_finding_to_its_pin(browser: Browser, file: Path):
    async with opened(browser, file) as page:
        pin = page.locator(".pin").first
        await pin.focus()
        await page.keyboard.press("Enter")
        text = await page.locator(".pin-cards .finding-text").first.inner_text()
        assert text in await page.locator('.findings [data-selected="true"]').inner_text()
        assert text in (await pin.get_attribute("aria-label") or "")
        await page.keyboard.press("Escape")
        await page.wait_for_selector(".pin-cards", state="detached")
        assert await pin.evaluate("(pin) => pin === document.activeElement")
        last = page.locator(".findings .finding").last
        await last.locator("button").click()
        shown = page.locator(".pin-cards .finding-text").last
        assert await shown.is_visible()
        assert await shown.inner_text() == await last.locator(".finding-text").inner_text()


async def test_every_moment_is_read_by_arrow_keys(browser: Browser, file: Path):
    async with opened(browser, file) as page:
        cursor = page.locator(".cursor")
        await cursor.focus()
        await page.keyboard.press("End")
        at_end = await cursor.get_attribute("aria-valuetext") or ""
        assert at_end.startswith("25:00 · ") and "BPM" in at_end and "set at" in at_end
        await page.keyboard.press("ArrowLeft")
        assert await cursor.get_attribute("aria-valuenow") == "1495"
        await page.keyboard.press("Home")
        assert (await cursor.get_attribute("aria-valuetext") or "").startswith("0:00")


async def test_it_speaks_both_languages(browser: Browser, file: Path):
    async with opened(browser, file) as page:
        assert await page.title() == "night: a DJ set, judged"
        await page.click('[data-language="es"]')
        assert await page.get_attribute("html", "lang") == "es"
        assert await page.title() == "night: una sesión de DJ, juzgada"
        body = await page.inner_text("body")
        assert "Dónde se fueron los puntos" in body
        assert "Where the points went" not in body
        label = await page.locator(".cursor").get_attribute("aria-label")
        assert label == "Posición en la sesión"


async def test_enlarged_it_shows_finer_times_and_fewer_gathered_pins(browser: Browser, file: Path):
    async with opened(browser, file, viewport=PHONE) as page:
        before = await page.locator(".pin").count()
        ticks = await page.locator(".row-axis text").count()
        await page.click('[data-zoom="8"]')
        assert await page.locator(".pin").count() > before
        assert await page.locator(".row-axis text").count() > ticks
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_one_component_alone(browser: Browser, file: Path):
    async with opened(browser, file) as page:
        every = await page.locator(".findings .finding:visible").count()
        await page.click('.filter [data-component="technical"]')
        left = page.locator(".findings .finding:visible")
        assert 0 < await left.count() < every
        assert await left.evaluate_all("(all) => all.every((e) => e.matches('.is-technical'))")
        assert await page.locator(".pin:not(.is-technical)").count() == 0


async def test_without_a_script_everything_is_there_to_read(browser: Browser, file: Path):
    async with opened(browser, file, java_script_enabled=False) as page:
        for selector in (".line-set", ".peaks", ".key", ".transition", ".stack", ".finding"):
            assert await page.locator(selector).first.is_visible(), selector
        assert await page.locator(".row-pins .shape").first.is_visible()
        assert not await page.locator(".zoom").is_visible()


async def test_on_paper_nothing_is_there_to_press(browser: Browser, file: Path):
    async with opened(browser, file, color_scheme="dark") as page:
        await page.emulate_media(media="print")
        for selector in (".zoom", ".languages", ".pins", ".filter", ".cursor"):
            assert not await page.locator(selector).is_visible(), selector
        assert await page.locator(".row-pins .shape").first.is_visible()  # the pins' places
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(243, 244, 247)"
