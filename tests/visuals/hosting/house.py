"""A house of shows with workers that only note what they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from core.bus import MemoryBus
from core.clock import ManualClock
from core.crowd import CrowdEnvelope, CrowdPulse
from core.errors import LimitReached
from core.feed import SessionFeed
from core.messages import Envelope, Phase, SessionInfo, SessionState
from core.metrics import Metrics
from core.show import (
    EncodedPicture,
    PictureFormat,
    ShowState,
    watched_as,
)
from tests.core.sample_messages import packet
from visuals.hosting.config import VisualsConfig
from visuals.hosting.live import LiveVisuals
from visuals.hosting.show import Show
from visuals.worker.wire import (
    Look,
    Painted,
    Watched,
)

PATIENCE_SECONDS = 10.0
PULSE = CrowdPulse(40.0, None, None, 0, 3, 1.0, None, (), {})


class FakeWorker:
    """Remembers what it is told; speaks when the test says so."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self.ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self.told: list[Any] = []
        self.hung = False
        self.closed = False
        self._begun: set[PictureFormat] = set()  # formats whose key picture was painted

    def tell(self, message):
        self.told.append(message)
        if isinstance(message, Watched):
            self._begun &= set(message.formats)

    tell_sound = tell

    def tell_past(self, messages):
        self.told.extend(messages)

    def hangs(self, now_seconds):
        return self.hung

    def kill(self):
        if not self.ended.done():
            self.ended.set_result(-9)

    async def close(self):
        self.kill()
        self.closed = True

    def of(self, kind):
        return [each for each in self.told if isinstance(each, kind)]

    @property
    def watched(self) -> bool:
        return bool(self.of(Watched)[-1].formats)

    def look(self, scene: str = "tide") -> None:
        self.show.said(Look(scene, "ember", 320, 180, 20.0))

    def paint(
        self, start: int, of: PictureFormat = PictureFormat.VP9, arrived=0.0, *, lags: bool = False
    ) -> None:
        """Paint as a worker does: what begins, begins with a key; one that lags has not begun."""
        key = of not in self._begun and not lags
        if key:
            self._begun.add(of)
        self.show.said(Painted(of, start, 2_400, key, False, 320, 180, arrived, b"pixels"))


class House:
    """A bus, sets on it, and the shows; time stands still."""

    def __init__(self, config: VisualsConfig) -> None:
        self.clock = ManualClock()
        self.metrics = Metrics()
        self.bus = MemoryBus(self.metrics)
        self.feeds: dict[str, SessionFeed] = {}
        self.workers: list[FakeWorker] = []
        self.refused: list[str] = []
        self.accepts: dict[str, Callable[[CrowdEnvelope], None]] = {}
        self.crowd_full = False
        self.published: list[Envelope] = []
        self.launch_fails = False
        self.visuals = LiveVisuals(
            self.bus,
            self._publish,
            clock=self.clock,
            metrics=self.metrics,
            config=config,
            listen=self._listen,
            launch=self._launch,
        )

    def _publish(self, session, message, position):
        if session not in self.feeds:
            self.refused.append(session)
            return
        self.feeds[session].publish(message, position)

    def _listen(self, room, accept):
        if self.crowd_full:
            raise LimitReached("Too many rooms.", retry_after_seconds=1)
        self.accepts[room] = accept
        return lambda: self.accepts.pop(room)

    async def _launch(self, session, show):
        if self.launch_fails:
            raise OSError("no process to be had")
        worker = FakeWorker(show)
        self.workers.append(worker)
        return worker

    def envelope(self, envelope: Envelope) -> None:
        self.published.append(envelope)

    def open(self, session: str = "set-1", room: str = "ana") -> SessionFeed:
        info = SessionInfo(session, room, room.title(), 0.0)
        feed = SessionFeed(info, self.bus, [self, self.visuals])
        self.feeds[session] = feed
        return feed

    def play(self, session: str = "set-1", first: int = 0, count: int = 10) -> None:
        for index in range(first, first + count):
            sent = packet(index, session)
            self.feeds[session].publish(sent, sent.start_sample)

    def end(self, session: str = "set-1") -> None:
        feed = self.feeds[session]
        feed.publish(SessionState(feed.info, Phase.ENDED, "stopped", 0), 0)

    async def tick(self, seconds: float = 0.5) -> None:
        self.clock.advance(seconds)
        self.visuals.tick()
        await settled()

    def states(self) -> list[ShowState]:
        return [e.message for e in self.published if isinstance(e.message, ShowState)]

    def pictures(self) -> list[EncodedPicture]:
        return [e.message for e in self.published if isinstance(e.message, EncodedPicture)]

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels or None) or 0.0


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def watched(house: House, room: str = "ana", session: str = "set-1") -> FakeWorker:
    house.open(session, room)
    house.play(session)
    house.bus.report_viewers(watched_as(room, PictureFormat.VP9), 1)
    await house.tick()
    return house.workers[-1]
