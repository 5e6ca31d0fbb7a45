"""One Chromium and one site for each module of tests."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.web.pages.serving import Site, serve
from tests.web.pages.watching import CHROMIUM_ARGUMENTS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium with a fake microphone that beeps."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed; `make test` installs it with apt")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_ARGUMENTS)
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    """Pages, rooms and hub on a memory bus, nobody on air."""
    async with serve() as running:
        yield running
