"""A browser's page under watch: whatever it should not do is written down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page

from tests.web.pages.serving import Site

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--host-resolver-rules=MAP plain.test 127.0.0.1",
)

UNTRUSTWORTHY = "Opener-Policy header has been ignored"
"""Chromium's remark on plain http away from localhost; the page can do nothing about it."""

SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Watched:
    """A page, and what went wrong on it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    bytes_received: int = 0

    async def diagnostics(self) -> dict[str, Any]:
        return await self.page.evaluate("window.djuv.diagnostics()")

    async def until(
        self, holds: Callable[[dict[str, Any]], Any], seconds: float = 30.0
    ) -> dict[str, Any]:
        """Return the diagnostics once they satisfy `holds`; fail with them if they never do."""
        seen: dict[str, Any] = {}
        try:
            async with asyncio.timeout(seconds):
                while True:
                    seen = await self.diagnostics()
                    if holds(seen):
                        return seen
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"never came true; the page says {seen}") from None

    async def text(self, selector: str) -> str:
        return " ".join((await self.page.inner_text(selector, timeout=10_000)).split())

    async def beside(self, tab: str) -> None:
        """Choose what stands beside the picture: "chat", "moments" or "findings"."""
        await self.page.click(f"#tab-{tab}", timeout=10_000)

    async def comes_true(self, expression: str, seconds: float = 30.0) -> None:
        """Wait until a JavaScript expression holds, by asking again: pages allow no `eval`."""
        try:
            async with asyncio.timeout(seconds):
                while not await self.page.evaluate(expression):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"never came true: {expression}") from None

    async def shows(self, selector: str, text: str) -> None:
        """Wait until `selector` shows `text`."""
        await self.page.locator(selector, has_text=text).first.wait_for(timeout=30_000)


@contextlib.asynccontextmanager
async def watch(
    browser: Browser,
    site: Site,
    path: str = "/",
    *,
    host: str = "127.0.0.1",
    stand_in: Callable[[Page], Awaitable[None]] | None = None,
    **options: Any,
) -> AsyncIterator[Watched]:
    """Open a page; on leaving, fail if it logged an error or asked another host for anything.

    `stand_in` is called before the page is opened, to answer in the server's place.
    """
    options.setdefault("viewport", {"width": 1440, "height": 900})
    options.setdefault("locale", "en-GB")
    context = await browser.new_context(**options)
    page = await context.new_page()
    watched = Watched(page)

    def logged(message: Any) -> None:
        if message.type in ("error", "warning") and UNTRUSTWORTHY not in message.text:
            watched.errors.append(f"{message.text} ({message.location.get('url')})")

    page.on("console", logged)
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on("request", lambda request: watched.hosts.add(urlsplit(request.url).hostname or ""))
    page.on("websocket", lambda socket: watched.hosts.add(urlsplit(socket.url).hostname or ""))
    await page.add_init_script(SHIFTS)
    if stand_in is not None:
        await stand_in(page)
    try:
        await page.goto(f"http://{host}:{site.port}{path}")
        await page.wait_for_selector("main", timeout=30_000)
        yield watched
        assert not watched.errors, watched.errors
        assert watched.hosts <= {host, ""}, watched.hosts
    finally:
        await context.close()
