"""Puts decisions on record, without ever making a chat wait for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from core.crowd import AuditEntry
from core.metrics import Metrics
from core.queues import BoundedQueue, DropPolicy, QueueClosed

BATCH: Final = 64
WRITE_SECONDS: Final = 5.0
TRIES: Final = 3
RETRY_SECONDS: Final = 1.0

QUEUE: Final = "crowd_audit"
"""Label of what waits here, and of what was lost."""

_log = structlog.get_logger(__name__)


class AuditSink(Protocol):
    """Where decisions are stored for a short time: the only place to which a text is ever given."""

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        """Store decisions, in order, all or none."""
        ...


class AuditWriter:
    """Hands decisions to the sink; when it is too slow, the oldest are lost and counted.

    Parameters
    ----------
    sink
        Where they go.
    entries_most
        How many may wait.
    metrics
        Counts what waits and what was lost.
    retry_seconds
        Between two tries to store the same.
    """

    def __init__(
        self,
        sink: AuditSink,
        *,
        entries_most: int,
        metrics: Metrics,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._sink = sink
        self._retry_seconds = retry_seconds
        self._lost = metrics.queue_dropped.labels(QUEUE)
        self._depth = metrics.queue_depth.labels(QUEUE)
        self._queue: BoundedQueue[AuditEntry] = BoundedQueue(
            entries_most, DropPolicy.OLDEST, on_drop=lambda _: self._lost.inc()
        )

    def put(self, entry: AuditEntry) -> None:
        """Take a decision; returns at once."""
        if self._queue.closed:
            self._lost.inc()
            return
        self._queue.put(entry)
        self._depth.set(len(self._queue))

    async def run(self) -> None:
        """Store until the writer is closed and everything is stored, or cancelled."""
        while True:
            try:
                await self._store_next()
            except QueueClosed:
                return

    async def _store_next(self) -> None:
        """Store what waits; a function of its own, so that `run` holds on to no text."""
        batch = [await self._queue.get()]
        while len(self._queue) and len(batch) < BATCH:
            batch.append(await self._queue.get())
        self._depth.set(len(self._queue))
        await self._store(batch)

    def close(self) -> None:
        """Take nothing more; `run` ends once all is stored."""
        self._queue.close()

    async def _store(self, batch: Sequence[AuditEntry]) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                async with asyncio.timeout(WRITE_SECONDS):
                    await self._sink.add(batch)
                return
            except Exception as error:
                # The error's own words may quote the entries, and with them what people said.
                name = type(error).__name__
                _log.warning("crowd_audit_failed", error=name, entries=len(batch), attempt=attempt)
            if attempt < TRIES:
                await asyncio.sleep(self._retry_seconds)
        self._lost.inc(len(batch))
