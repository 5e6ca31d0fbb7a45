from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from core.crowd import AuditEntry
from core.metrics import Metrics
from sentiment.hosting import auditing
from sentiment.hosting.auditing import BATCH, QUEUE, TRIES, AuditWriter
from tests.sentiment.hosting.stage import until


def entry(number: int) -> AuditEntry:
    return AuditEntry(0.0, "room", "machine", "hold", "u", "Ana", f"SECRET {number}", (), "m")


class Sink:
    def __init__(self) -> None:
        self.stored: list[AuditEntry] = []
        self.sizes: list[int] = []
        self.failures = 0

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise OSError(f"no space for {entries[0].text}")
        self.sizes.append(len(entries))
        self.stored.extend(entries)


def writer(sink: Sink, most: int = 200) -> tuple[AuditWriter, Metrics]:
    metrics = Metrics()
    made = AuditWriter(sink, entries_most=most, metrics=metrics, retry_seconds=0.0)
    return made, metrics


def lost(metrics: Metrics) -> float:
    labels = {"queue": QUEUE}
    return metrics.registry.get_sample_value("djuv_queue_dropped_total", labels) or 0.0


async def test_decisions_are_stored_in_order_and_in_batches() -> None:
    sink = Sink()
    audit, metrics = writer(sink)
    entries = [entry(n) for n in range(150)]
    for each in entries:
        audit.put(each)
    audit.close()
    await asyncio.wait_for(audit.run(), 5.0)
    assert sink.stored == entries
    assert sink.sizes == [BATCH, BATCH, 150 - 2 * BATCH]
    assert lost(metrics) == 0


async def test_the_oldest_give_way_and_are_counted() -> None:
    sink = Sink()
    audit, metrics = writer(sink, most=10)
    for n in range(25):
        audit.put(entry(n))
    audit.close()
    await asyncio.wait_for(audit.run(), 5.0)
    assert sink.stored == [entry(n) for n in range(15, 25)]
    assert lost(metrics) == 15
    audit.put(entry(99))
    assert lost(metrics) == 16


async def test_a_sink_that_fails_is_tried_again_and_quoted_nowhere() -> None:
    sink = Sink()
    sink.failures = TRIES - 1
    audit, metrics = writer(sink)
    audit.put(entry(1))
    audit.close()
    with capture_logs() as lines:
        await asyncio.wait_for(audit.run(), 5.0)
    assert sink.stored == [entry(1)]
    assert len(lines) == TRIES - 1
    assert "SECRET" not in str(lines)
    assert lost(metrics) == 0


async def test_what_cannot_be_stored_is_counted_and_the_next_is_stored() -> None:
    sink = Sink()
    sink.failures = TRIES
    audit, metrics = writer(sink)
    running = asyncio.create_task(audit.run())
    audit.put(entry(1))
    await until(lambda: lost(metrics) == 1)
    audit.put(entry(2))
    audit.close()
    await asyncio.wait_for(running, 5.0)
    assert sink.stored == [entry(2)]


async def test_a_sink_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "WRITE_SECONDS", 0.01)

    class Hanging(Sink):
        async def add(self, entries: Sequence[AuditEntry]) -> None:
            await asyncio.sleep(3_600)

    audit, metrics = writer(Hanging())
    audit.put(entry(1))
    audit.close()
    await asyncio.wait_for(audit.run(), 5.0)
    assert lost(metrics) == 1
