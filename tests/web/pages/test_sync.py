"""Whether eye and ear agree: a click track whose pictures flash, measured in a real Chromium.

The ear is the page's own audio output: a worklet behind the player finds the clicks, and
`getOutputTimestamp` says when they leave the loudspeaker. The eye is the canvas: its corner is read
whenever something is drawn on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache
from statistics import median, quantiles
from typing import Any, Final

import numpy as np
import pytest
from av import AudioCodecContext, AudioFrame, Packet
from fastapi import APIRouter, Response
from numpy.typing import NDArray
from playwright.async_api import Browser, Page

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import EncodedAudio
from tests.web.pages.serving import Crowds, Site, quiet_crowd_router, serve
from tests.web.pages.showing import FLASH_EVERY, PICTURE_SAMPLES, SyntheticShow, perform
from tests.web.pages.synthetic import SyntheticSet
from tests.web.pages.watching import watch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PACKET_SAMPLES: Final = 960
PERIOD_SAMPLES: Final = FLASH_EVERY * PICTURE_SAMPLES
CLICK_SAMPLES: Final = 240
LOUD: Final = 0.2
PAIRS: Final = 16
"""Clicks and flashes that are compared."""

APART_MOST_MS: Final = 40.0
"""What is allowed: of the middle, and of three quarters of all pairs by their size. Of the last
quarter p95 is recorded alone: one stall of a busy machine is in it, and in so few it is all."""

EAR = """
class Ear extends AudioWorkletProcessor {
  constructor() { super(); this.silentUntil = 0; }
  process([input]) {
    const samples = input[0] ?? [];
    for (let at = 0; at < samples.length; at += 1) {
      const time = currentTime + at / sampleRate;
      if (Math.abs(samples[at]) > LOUD && time > this.silentUntil) {
        this.port.postMessage(time);
        this.silentUntil = time + 0.25;
      }
    }
    return true;
  }
}
registerProcessor("ear", Ear);
""".replace("LOUD", str(LOUD))

WITNESS = """
window.heard = [];
window.flashed = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) {
    const { context } = this;
    context.audioWorklet.addModule('/ear.js').then(() => {
      const ear = new AudioWorkletNode(context, 'ear');
      connect.call(this, ear);
      connect.call(ear, context.destination); // silent; nobody listens to what leads nowhere
      ear.port.onmessage = ({ data: time }) => {
        const stamp = context.getOutputTimestamp();
        window.heard.push(stamp.performanceTime + (time - stamp.contextTime) * 1000);
      };
    });
  }
  return connect.call(this, target, ...rest);
};
const draw = CanvasRenderingContext2D.prototype.drawImage;
let white = false;
CanvasRenderingContext2D.prototype.drawImage = function (...what) {
  draw.apply(this, what);
  if (!this.canvas.classList.contains('visuals-picture')) return;
  const now = this.getImageData(4, this.canvas.height >> 3, 1, 1).data[1] > 128;
  if (now && !white) window.flashed.push(performance.now());
  white = now;
};
"""


def _clicks(early_samples: int) -> NDArray[np.float32]:
    """Return four seconds with a click each period, that much before its moment."""
    sound = np.zeros(4 * SAMPLE_RATE_HZ, np.float32)
    time = np.arange(CLICK_SAMPLES) / SAMPLE_RATE_HZ
    click = (0.8 * np.sin(2 * np.pi * 2_000 * time)).astype(np.float32)
    for start in range(PERIOD_SAMPLES, len(sound), PERIOD_SAMPLES):
        sound[start - early_samples : start - early_samples + CLICK_SAMPLES] = click
    return sound


def _encoded(sound: NDArray[np.float32]) -> tuple[bytes, ...]:
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "stereo", "flt"
    encoder.bit_rate = 128_000
    encoder.open()
    packets = []
    for start in range(0, len(sound), PACKET_SAMPLES):
        both = np.repeat(sound[start : start + PACKET_SAMPLES], 2).reshape(1, -1)
        frame = AudioFrame.from_ndarray(both, format="flt", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)


LOOKAHEAD_SAMPLES: Final = 312
"""By which libopus delays what it encodes (6.5 ms); set against it, clicks come out in time."""


@cache
def click_packets() -> tuple[bytes, ...]:
    """Four seconds of clicks as Opus packets, each decoded at its exact moment."""
    return _encoded(_clicks(LOOKAHEAD_SAMPLES))


class ClickSet(SyntheticSet):
    """A set of nothing but clicks."""

    def sound_of_hop(self) -> Iterator[EncodedAudio]:
        packets = click_packets()
        for number in range(HOP_SAMPLES // PACKET_SAMPLES):
            start = self.position_samples + number * PACKET_SAMPLES
            payload = packets[(start // PACKET_SAMPLES) % len(packets)]
            yield EncodedAudio(
                self.info.session, start, PACKET_SAMPLES, payload, False, arrived_seconds=0.0
            )


def ear_router() -> APIRouter:
    """Serve the ear: browsers fetch worklets past all that a test could put in their way."""
    router = APIRouter()

    @router.get("/ear.js")
    async def ear() -> Response:
        return Response(EAR, media_type="text/javascript")

    return router


async def witness(page: Page) -> None:
    """Put an ear behind the loudspeaker and an eye on the canvas."""
    await page.add_init_script(WITNESS)


def differences_ms(heard: list[float], flashed: list[float]) -> list[float]:
    """Return how much later than its click each flash was drawn."""
    period_ms = PERIOD_SAMPLES / SAMPLE_RATE_HZ * 1_000
    nearest = [min((flash - click for click in heard), key=abs) for flash in flashed if heard]
    return [each for each in nearest if abs(each) < period_ms / 2]


async def measured(browser: Browser, site: Site, kind: str) -> list[float]:
    """Return by how many milliseconds the eye was behind the ear, for each pair."""
    click_packets()
    dj = ClickSet(site.bus)
    dj.state()
    await site.hub.room("nova")
    await dj.catch_up(8)
    show = SyntheticShow(dj, delay_seconds=0.06, jitter_seconds=0.04)
    show.tell()
    perform(site, dj, show)

    async def stand_in(page: Page) -> None:
        await witness(page)
        if kind == "jpeg":
            await page.add_init_script("delete window.VideoDecoder;")

    async with watch(browser, site, "/live/nova", stand_in=stand_in) as live:
        await live.until(lambda seen: seen["visuals"].get("shown", 0) > 5, seconds=30)
        await live.page.click(".listen")
        await live.until(lambda seen: seen["heardSeconds"] is not None, seconds=30)
        await asyncio.sleep(1.0)  # from here on the ear leads
        await live.page.evaluate("window.heard.length = window.flashed.length = 0")
        await live.comes_true(f"window.flashed.length >= {PAIRS}", seconds=40)
        heard, flashed = await live.page.evaluate("[window.heard, window.flashed]")
        live.errors = [
            each for each in live.errors if "willReadFrequently" not in each
        ]  # the eye's
        apart = differences_ms(heard, flashed)
        assert (await live.diagnostics())["visuals"]["format"] == kind
        return apart


@pytest.mark.parametrize("kind", ["vp9", "jpeg"])
async def test_what_is_seen_is_what_is_heard(browser: Browser, kind: str, record_property: Any):
    crowds = Crowds(routers=lambda _hub: [quiet_crowd_router(), ear_router()])
    async with serve(crowds=crowds) as site:
        apart = await measured(browser, site, kind)
    sizes = quantiles(map(abs, apart), n=20, method="inclusive")
    figures = {"median_ms": median(apart), "p75_ms": sizes[14], "p95_ms": sizes[18]}
    for name, figure in {**figures, "pairs": len(apart)}.items():
        record_property(name, round(figure, 1))
    assert len(apart) >= PAIRS * 3 // 4
    assert abs(figures["median_ms"]) <= APART_MOST_MS
    assert figures["p75_ms"] <= APART_MOST_MS


async def test_the_click_track_decodes_at_its_moments():
    decoder = AudioCodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout, decoder.format = SAMPLE_RATE_HZ, "stereo", "flt"
    pcm = [
        frame.to_ndarray().reshape(-1, 2)[:, 0]
        for packet in click_packets()
        for frame in decoder.decode(Packet(packet))
    ]
    sound = np.concatenate(pcm)
    loud = np.flatnonzero(np.abs(sound) > LOUD)
    starts = loud[np.insert(np.diff(loud) > PERIOD_SAMPLES // 2, 0, True)]
    wanted = np.arange(1, len(starts) + 1) * PERIOD_SAMPLES
    assert len(starts) >= 6
    assert np.abs(starts - wanted).max() < 0.003 * SAMPLE_RATE_HZ
