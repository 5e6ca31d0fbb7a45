from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.bus.memory import MemoryBus
from core.errors import BusUnavailable
from core.messages import Envelope, Phase
from core.metrics import Metrics
from sentiment.hosting import following
from sentiment.hosting.following import QUEUE, SetFollower
from tests.sentiment.hosting.stage import Set, until


class Weak:
    """A bus that lets go after so many envelopes, and sometimes is not there."""

    def __init__(self, bus: MemoryBus, lets_go_after: int) -> None:
        self._bus = bus
        self._lets_go_after = lets_go_after
        self.follows = 0
        self.closed = 0

    async def follow(self, room: str):
        self.follows += 1
        if self.follows % 2 == 0:
            raise BusUnavailable("away")
        inner = await self._bus.follow(room)
        weak = self

        class Following:
            dropped = 3

            def __aiter__(self) -> AsyncIterator[Envelope]:
                return self._read()

            async def _read(self) -> AsyncIterator[Envelope]:
                for _ in range(weak._lets_go_after * weak.follows):
                    yield await inner.__anext__()
                raise OSError("connection lost")

            async def close(self) -> None:
                weak.closed += 1
                await inner.close()

        return Following()


@pytest.fixture
def heard() -> list[Envelope]:
    return []


async def test_every_event_is_handed_over_once_however_often_the_bus_lets_go(
    heard: list[Envelope], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FIRST_RETRY_SECONDS", 0.001)
    monkeypatch.setattr(following, "LAST_RETRY_SECONDS", 0.001)
    bus = MemoryBus()
    metrics = Metrics()
    played = Set(bus)
    for _ in range(20):
        played.state(Phase.LIVE)
    weak = Weak(bus, lets_go_after=25)
    task = asyncio.create_task(SetFollower(weak, "room", heard.append, metrics).run())
    await until(lambda: len(heard) == 20)
    for n in range(6):
        played.state(Phase.LIVE)
        await until(lambda n=n: len(heard) == 21 + n)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [e.seq for e in heard] == list(range(1, 27))
    assert weak.follows >= 3
    assert weak.closed == (weak.follows + 1) // 2
    lost = metrics.registry.get_sample_value("djuv_queue_dropped_total", {"queue": QUEUE})
    assert lost == 3 * weak.closed


async def test_an_envelope_that_fails_costs_itself_alone(heard: list[Envelope]) -> None:
    def accept(envelope: Envelope) -> None:
        heard.append(envelope)
        if envelope.seq == 2:
            raise RuntimeError

    bus = MemoryBus()
    played = Set(bus)
    task = asyncio.create_task(SetFollower(bus, "room", accept, Metrics()).run())
    for _ in range(3):
        played.state(Phase.LIVE)
    await until(lambda: len(heard) == 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
