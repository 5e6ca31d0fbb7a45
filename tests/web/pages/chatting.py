"""Somebody in the chat of the audience page: how they get there, speak, and what they read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser

from tests.web.pages.crowding import FakeCrowd
from tests.web.pages.serving import Site
from tests.web.pages.watching import Watched, watch

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ATTACKS = (
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "javascript:window.pwned=1 :fire: &lt;b&gt;",
    "${window.pwned = 1} `${alert(1)}` {{7*7}}",
)
CONTRASTS = """
async () => {
  const { hueOf } = await import('/static/js/chat/names.js');
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const shown = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const name = document.querySelector('.said-name');
  const style = getComputedStyle(document.documentElement);
  const grounds = ['--surface', '--surface-raised'].map((token) => {
    name.style.backgroundColor = `var(${token})`;
    return light(shown(getComputedStyle(name).backgroundColor));
  });
  const hues = new Set(Array.from({ length: 500 }, (_, at) => hueOf(`name ${at}`)));
  const contrasts = [...hues].flatMap((hue) => {
    name.style.setProperty('--hue', hue);
    const text = light(shown(getComputedStyle(name).color));
    return grounds.map((ground) =>
      (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05));
  });
  return [hues.size, Math.min(...contrasts), hueOf('Mara') === hueOf('MARA')];
}
"""


@asynccontextmanager
async def chatting(
    browser: Browser, site: Site, crowd: FakeCrowd, name: str | None = None, **options: Any
) -> AsyncIterator[Watched]:
    """The audience page with this crowd; joined under `name` where one is given."""
    async with watch(browser, site, "/live/nova", stand_in=crowd.stand_in, **options) as live:
        await live.until(lambda seen: seen["crowd"]["phase"] == "joined")
        if name is not None:
            await live.page.fill("#chat-name", name)
            await live.page.keyboard.press("Enter")
            await live.page.wait_for_selector("#chat-text")
        yield live


async def say(live: Watched, text: str) -> None:
    await live.page.fill("#chat-text", text)
    await live.page.keyboard.press("Enter")


async def said(live: Watched) -> list[str]:
    """What everybody sees, without what the pointer brings up."""
    await live.page.mouse.move(0, 0)
    await live.page.wait_for_selector(".said-actions", state="detached")
    texts = await live.page.locator(".said[data-pending=false]").all_inner_texts()
    return [" ".join(text.split()) for text in texts]
