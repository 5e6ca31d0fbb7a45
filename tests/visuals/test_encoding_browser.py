"""What a real Chromium makes of the pictures: it decodes them all, and shows the colours drawn."""

from __future__ import annotations

import base64
import shutil
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from core.show import PICTURE_FORMATS, PictureFormat
from tests.visuals.encoding.charts import COLOURS, chart, moving
from visuals.encoding.chunk import EncodedChunk
from visuals.encoding.jpeg import JpegEncoder
from visuals.encoding.vp9 import Vp9Encoder

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LEVELS = {JpegEncoder: (3.0, 3.0, 3.0), Vp9Encoder: (3.0, 3.0, 9.0)}
"""How far red, green and blue may be off, of 255.

Without a GPU Chromium converts video by libyuv, whose 8-bit factor of blue for BT.709 ends at 128
where 135 is meant: saturated blue loses a twentieth. With a GPU it does not.
"""

DECODE = """
async ({codec, chunks}) => {
  const sizes = [], levels = [];
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", {willReadFrequently: true});
  let failure = null;
  const look = (picture, width, height) => {
    canvas.width = width; canvas.height = height;
    context.drawImage(picture, 0, 0);
    sizes.push([width, height]);
    levels.push([[1, 1], [3, 1], [5, 1], [7, 1], [1, 3], [3, 3], [5, 3], [7, 3]].map(([x, y]) => {
      const {data} = context.getImageData(x * width / 8 - 8, y * height / 4 - 8, 16, 16);
      const sums = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c++) sums[c] += data[i + c];
      return sums.map((sum) => sum * 4 / data.length);
    }));
  };
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  if (codec === "jpeg") {
    for (const chunk of chunks) {
      const picture = await createImageBitmap(new Blob([bytes(chunk.data)], {type: "image/jpeg"}));
      look(picture, picture.width, picture.height);
    }
    return {sizes, levels, failure};
  }
  const decoder = new VideoDecoder({
    output: (frame) => { look(frame, frame.displayWidth, frame.displayHeight); frame.close(); },
    error: (error) => { failure = String(error); },
  });
  decoder.configure({codec, optimizeForLatency: true});
  for (const chunk of chunks) {
    decoder.decode(new EncodedVideoChunk({
      type: chunk.key ? "key" : "delta", timestamp: chunk.microseconds, data: bytes(chunk.data),
    }));
  }
  await decoder.flush().catch((error) => { failure = String(error); });
  return {sizes, levels, failure};
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    """A secure page of Chromium: elsewhere there is no video decoder."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed; `make test` installs it with apt")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = await browser.new_page()
        await opened.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
        await opened.goto("http://localhost/")
        yield opened
        await browser.close()


async def decoded(page: Page, format: PictureFormat, chunks: list[EncodedChunk]) -> dict[str, Any]:  # noqa: A002
    sent = [
        {
            "data": base64.b64encode(chunk.payload).decode(),
            "key": chunk.key,
            "microseconds": number * 50_000,
        }
        for number, chunk in enumerate(chunks)
    ]
    return dict(await page.evaluate(DECODE, {"codec": PICTURE_FORMATS[format], "chunks": sent}))


@pytest.mark.parametrize("encoder", [Vp9Encoder, JpegEncoder])
async def test_colours_are_those_that_were_drawn(page, encoder):
    coder = encoder()
    chunks = [coder.encode(chart(), number * 2400) for number in range(10)]
    format_ = PictureFormat.JPEG if encoder is JpegEncoder else PictureFormat.VP9
    seen = await decoded(page, format_, chunks)
    assert seen["failure"] is None
    assert len(seen["levels"]) == len(chunks)
    errors = np.abs(np.array(seen["levels"][-1]) - COLOURS.astype(float))
    assert (errors.max(axis=0) < LEVELS[encoder]).all(), np.round(seen["levels"][-1], 1)


async def test_every_picture_is_decoded_through_changes_of_size_and_keys(page):
    coder = Vp9Encoder()
    small = [coder.encode(moving(number), number * 2400) for number in range(50)]
    large = [coder.encode(moving(number, 640, 360), number * 2400) for number in range(50, 60)]
    back = [
        coder.encode(moving(number), number * 2400, key=number == 65) for number in range(60, 70)
    ]
    seen = await decoded(page, PictureFormat.VP9, [*small, *large, *back])
    assert seen["failure"] is None
    assert seen["sizes"] == [[320, 180]] * 50 + [[640, 360]] * 10 + [[320, 180]] * 10


async def test_a_viewer_may_join_at_any_key(page):
    coder = Vp9Encoder()
    chunks = [coder.encode(moving(number), number * 2400) for number in range(100)]
    keys = [number for number, chunk in enumerate(chunks) if chunk.key]
    assert keys == [0, 40, 80]
    for key in keys[1:]:
        seen = await decoded(page, PictureFormat.VP9, chunks[key : key + 5])
        assert seen["failure"] is None
        assert len(seen["sizes"]) == 5
