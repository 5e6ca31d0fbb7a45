"""A show for pages under test: pictures encoded once, published beside a synthetic set's sound."""

from __future__ import annotations

import asyncio
import io
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, Final

import numpy as np
from av import CodecContext, VideoCodecContext, VideoFrame
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Page, Route

from core.media import SAMPLE_RATE_HZ
from core.plain import to_plain
from core.show import EncodedPicture, PictureFormat, ShowSettings, ShowState
from tests.web.pages import music
from tests.web.pages.crowding import ROLES
from tests.web.pages.serving import Site
from tests.web.pages.synthetic import SyntheticSet

Pixels = NDArray[np.uint8]

FRAMES_PER_SECOND: Final = 20
PICTURE_SAMPLES: Final = SAMPLE_RATE_HZ // FRAMES_PER_SECOND
KEY_EVERY: Final = 40
LOOP: Final = 80
"""Pictures until they begin anew; with a key."""

WIDTH, HEIGHT = 320, 180
FLASH_EVERY: Final = 10
"""Pictures from one flash of the corner to the next: half a second."""


def flashing(number: int) -> Pixels:
    """Return a calm picture whose upper left corner is white on every tenth."""
    across = np.linspace(0, 1, WIDTH)[None, :]
    down = np.linspace(0, 1, HEIGHT)[:, None]
    sway = 0.5 + 0.5 * np.sin(2 * np.pi * (across + down + number / LOOP))
    picture = np.stack([40 + 60 * sway, 30 + 40 * sway, 90 + 80 * (1 - sway)], axis=-1)
    picture = picture.astype(np.uint8)
    picture[: HEIGHT // 3, : WIDTH // 4] = 255 if number % FLASH_EVERY == 0 else 0
    return picture


@dataclass(frozen=True, slots=True)
class Chunk:
    """An encoded picture."""

    key: bool
    payload: bytes


def vp9(
    draw: Callable[[int], Pixels], count: int = LOOP, key_every: int = KEY_EVERY
) -> tuple[Chunk, ...]:
    """Encode `count` pictures as VP9, a key every two seconds unless told."""
    encoder = CodecContext.create("libvpx-vp9", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = draw(0).shape[1], draw(0).shape[0]
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, FRAMES_PER_SECOND)
    encoder.framerate = Fraction(FRAMES_PER_SECOND)
    encoder.bit_rate = 450_000
    encoder.gop_size = key_every
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    chunks = []
    for number in range(count):
        frame = VideoFrame.from_ndarray(draw(number), format="rgb24").reformat(format="yuv420p")
        frame.pts = number
        chunks += [Chunk(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(frame)]
    chunks += [Chunk(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(None)]
    assert len(chunks) == count
    return tuple(chunks)


def jpeg(draw: Callable[[int], Pixels], count: int = LOOP) -> tuple[Chunk, ...]:
    """Encode `count` pictures as JPEG."""
    chunks = []
    for number in range(count):
        body = io.BytesIO()
        Image.fromarray(draw(number)).save(body, "JPEG", quality=60)
        chunks.append(Chunk(True, body.getvalue()))
    return tuple(chunks)


@cache
def flashes(kind: PictureFormat) -> tuple[Chunk, ...]:
    """The flashing pictures, encoded once for all tests."""
    return vp9(flashing) if kind is PictureFormat.VP9 else jpeg(flashing)


def state(settings: ShowSettings | None = None, **more: Any) -> ShowState:
    """How a show stands that runs."""
    plain: dict[str, Any] = {
        "running": True,
        "reason": None,
        "scene": "aurora",
        "palette": "abyss",
        "blackout": False,
        "width": WIDTH,
        "height": HEIGHT,
        "frames_per_second": float(FRAMES_PER_SECOND),
        "settings": settings or ShowSettings(),
    }
    return ShowState(**(plain | more))


class SyntheticShow:
    """The pictures of a set, in real time beside its sound.

    Parameters
    ----------
    dj
        Whose set.
    chunks
        What is shown, by format; the flashing pictures by default.
    delay_seconds
        How much later than its moment a picture is there.
    jitter_seconds
        How much later than that it comes at most, by turns.
    """

    def __init__(
        self,
        dj: SyntheticSet,
        chunks: dict[PictureFormat, tuple[Chunk, ...]] | None = None,
        *,
        delay_seconds: float = 0.03,
        jitter_seconds: float = 0.0,
    ) -> None:
        self.dj = dj
        self.chunks = chunks or {each: flashes(each) for each in PictureFormat}
        self.delay_seconds = delay_seconds
        self.jitter_seconds = jitter_seconds

    def tell(self, settings: ShowSettings | None = None, **more: Any) -> None:
        """Say how the show stands."""
        self.dj.feed.publish(state(settings, **more), self.dj.position_samples)

    async def play(self, seconds: float = math.inf) -> None:
        """Publish a picture for each moment, from where the set stands."""
        loop = asyncio.get_running_loop()
        began_seconds = loop.time()
        first_sample = self.dj.position_samples
        longest = max(map(len, self.chunks.values()))
        number = -(-first_sample // PICTURE_SAMPLES // longest) * longest  # begins with a key
        while (number * PICTURE_SAMPLES - first_sample) / SAMPLE_RATE_HZ < seconds:
            moment = (number * PICTURE_SAMPLES - first_sample) / SAMPLE_RATE_HZ
            late = self.delay_seconds + self.jitter_seconds * (number * 7 % 10) / 10
            await asyncio.sleep(began_seconds + moment + late - loop.time())
            for kind in self.chunks:
                self.publish(kind, number)
            number += 1

    def publish(self, kind: PictureFormat, number: int) -> None:
        """Publish the picture of a moment."""
        chunk = self.chunks[kind][number % len(self.chunks[kind])]
        start = number * PICTURE_SAMPLES
        picture = EncodedPicture(
            self.dj.info.session,
            kind,
            start,
            PICTURE_SAMPLES,
            chunk.key,
            WIDTH,
            HEIGHT,
            False,
            chunk.payload,
        )
        self.dj.feed.publish(picture, start)


def perform(site: Site, dj: SyntheticSet, show: SyntheticShow) -> None:
    """Let sound and pictures play from the same moment."""
    music.packets()  # made now: who makes them while they play is late
    site.keep(asyncio.create_task(dj.play()))
    site.keep(asyncio.create_task(show.play()))


@dataclass
class FakeDesk:
    """What a VJ's page asks over HTTP, answered in the server's place.

    Attributes
    ----------
    settings
        As they are.
    asked
        Every change and every word about a blackout, in order.
    refusing
        Status and code with which changes are refused.
    """

    settings: dict[str, Any] = field(default_factory=lambda: dict(to_plain(ShowSettings())))
    asked: list[tuple[str, Any]] = field(default_factory=list)
    refusing: tuple[int, str] | None = None
    logo: bytes | None = None

    async def stand_in(self, page: Page) -> None:
        """Answer this page."""
        await page.route(re.compile(r"/api/rooms/[^/]+/show$"), self._settings)
        await page.route(re.compile(r"/api/rooms/[^/]+/show/blackout$"), self._blackout)
        await page.route(re.compile(r"/api/rooms/[^/]+/show/logo"), self._logo)

    async def _settings(self, route: Route) -> None:
        if await self._turned_away(route):
            return
        if route.request.method == "PATCH":
            changes = json.loads(route.request.post_data or "{}")
            self.asked.append(("change", changes))
            self.settings |= changes
        await route.fulfill(json={"settings": self.settings, "state": None})

    async def _blackout(self, route: Route) -> None:
        if await self._turned_away(route):
            return
        self.asked.append(("blackout", json.loads(route.request.post_data or "{}")["held"]))
        await route.fulfill(status=204)

    async def _logo(self, route: Route) -> None:
        if route.request.method == "GET":
            await route.fulfill(content_type="image/png", body=self.logo or b"")
            return
        if await self._turned_away(route):
            return
        put = route.request.method == "PUT"
        self.logo = route.request.post_data_buffer if put else None
        self.settings["logo"] = "0123abcd" if put else None
        self.asked.append(("logo", route.request.headers.get("content-type") if put else None))
        await route.fulfill(json={"settings": self.settings})

    async def _turned_away(self, route: Route) -> bool:
        credential = (route.request.headers.get("authorization") or "").removeprefix("Bearer ")
        if credential not in ROLES:
            await route.fulfill(status=401, json={"code": "pass_unknown"})
            return True
        if self.refusing is not None and route.request.method != "GET":
            await route.fulfill(status=self.refusing[0], json={"code": self.refusing[1]})
            return True
        return False
