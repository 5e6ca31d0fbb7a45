"""Keeps every set on disk while it is played, without ever making it wait.

The event loop only appends to a bounded buffer in memory. One thread for all sets empties the
buffers four times a second: a process that is killed loses what came since, a machine that loses
its power what was not yet synchronised, half a second where the disk keeps up. Sets are written in
turn, and synchronised in turn only as long as no writing is due: a slow disk delays safety from
power cuts, not the writing.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from core.clock import Clock, SystemClock
from core.messages import Envelope, Fault, SessionInfo
from core.metrics import Metrics
from core.show import EncodedPicture
from stream.recording.facts import VERSION, JudgingFacts, SetFacts, folder_of
from stream.recording.files import SetFiles

WRITE_SECONDS: Final = 0.25
"""Between two rounds of writing: with the round itself well under a second."""

SYNC_SECONDS: Final = 0.5
"""How often each set is synchronised, where the disk keeps up."""

BUFFER_ENVELOPES: Final = 8_192
"""Envelopes of one set that wait for a stalled disk: about two minutes. Then the newest is lost: a
hole that comes late leaves more of the set to replay than one that eats its way forward."""

CLOSE_SECONDS: Final = 10.0
"""How long the end of a set may take before it is left to the thread."""

QUEUE: Final = "recording"

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Set:
    """One set being recorded; `files` and below belong to the thread."""

    facts: SetFacts
    buffer: deque[Envelope] = field(default_factory=deque)
    closing: Future[None] | None = None
    announced: bool = False
    files: SetFiles | None = None
    refused: bool = False  # its files could not be made: nothing more is tried
    synced_seconds: float = 0.0


class Recorder:
    """Records sets; a `core.feed.FeedListener`.

    Parameters
    ----------
    recordings
        Folder of all recordings; made when the first set begins.
    metrics
        Counts failed writes and dropped envelopes.
    least_free_bytes
        Nothing more is written while the disk has less than this left: a full disk stops the
        database and the logs as well.
    announce
        Called on the event loop with a session and a fault, once a set, when its recording first
        fails; put it into the set's feed.
    clock
        Dates recordings and paces the thread.

    Notes
    -----
    `open`, `envelope`, `close` and `stop` are for the event loop's thread.
    """

    def __init__(
        self,
        recordings: Path,
        metrics: Metrics,
        *,
        least_free_bytes: int = 0,
        announce: Callable[[str, Fault], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._recordings = recordings
        self._metrics = metrics
        self._least_free_bytes = least_free_bytes
        self._announce = announce
        self._clock = clock or SystemClock()
        self._sets: dict[str, _Set] = {}
        self._lock = threading.Lock()  # guards `_sets`, never held during I/O
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._ended: Future[None] = Future()  # once the thread has nothing left to do
        self._loop: asyncio.AbstractEventLoop | None = None
        # Counted when asked for: a thread that hangs in a write could not say how much waits.
        metrics.queue_depth.labels(QUEUE).set_function(self._waiting)

    def recording(self) -> frozenset[str]:
        """Return the sessions being recorded."""
        with self._lock:
            return frozenset(self._sets)

    def open(self, info: SessionInfo, judging: JudgingFacts) -> None:
        """Begin to record a set; returns at once, and a folder that cannot be made is announced."""
        self._loop = asyncio.get_running_loop()
        facts = SetFacts(VERSION, info, judging, self._clock.wall_seconds())
        with self._lock:
            self._sets.setdefault(info.session, _Set(facts))
        if self._thread is None:
            # A daemon, so that a disk that hangs cannot keep the process from ending.
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()

    def envelope(self, envelope: Envelope) -> None:
        """Take an envelope of a set being recorded; any other is none of our business."""
        kept = self._sets.get(envelope.epoch)
        if kept is None or kept.closing is not None or isinstance(envelope.message, EncodedPicture):
            return  # a show can be drawn again from the sound, the events and its seed
        if len(kept.buffer) < BUFFER_ENVELOPES:
            kept.buffer.append(envelope)
            return
        self._metrics.queue_dropped.labels(queue=QUEUE).inc()
        self._failed(kept, "the disk does not keep up")

    async def close(self, session: str) -> None:
        """Write what waits, end the set's files, and return once the disk holds them."""
        kept = self._sets.get(session)
        if kept is None:
            return
        if kept.closing is None:
            kept.closing = Future()
        self._wake.set()
        try:
            closed = asyncio.shield(asyncio.wrap_future(kept.closing))
            await asyncio.wait_for(closed, CLOSE_SECONDS)
        except TimeoutError:
            logger.error(
                "the recording did not end within %g s", CLOSE_SECONDS, extra={"session": session}
            )

    async def stop(self) -> None:
        """End all recordings and the thread."""
        await asyncio.gather(*map(self.close, list(self._sets)))
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            # Not by a join in the executor, whose threads may all hang on that disk.
            await asyncio.wait((asyncio.wrap_future(self._ended),), timeout=CLOSE_SECONDS)

    def _waiting(self) -> float:
        with self._lock:
            return sum(len(kept.buffer) for kept in self._sets.values())

    # --- on the recorder's thread ----------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            due_seconds = self._clock.monotonic_seconds() + WRITE_SECONDS
            with self._lock:
                sets = list(self._sets.values())
            for kept in sets:
                self._write(kept)
                if kept.closing is not None and not kept.buffer:
                    self._end(kept)
            self._sync(sets, due_seconds)
            # Without a set there is nothing to do until one is opened, at the next look.
            self._wake.wait(max(0.0, due_seconds - self._clock.monotonic_seconds()))
            self._wake.clear()
        self._ended.set_result(None)

    def _write(self, kept: _Set) -> None:
        envelopes = [kept.buffer.popleft() for _ in range(len(kept.buffer))]
        if kept.files is None and not kept.refused:
            self._attempt(kept, partial(self._make_files, kept))
        if kept.files is not None and envelopes:
            self._attempt(kept, partial(self._store, kept.files, envelopes))

    def _store(self, files: SetFiles, envelopes: list[Envelope]) -> None:
        self._require_space()
        files.write(envelopes)

    def _require_space(self) -> None:
        if self._least_free_bytes == 0:
            return
        places = (self._recordings, *self._recordings.parents)
        existing = next(place for place in places if place.exists())
        free_bytes = shutil.disk_usage(existing).free
        if free_bytes < self._least_free_bytes:
            raise OSError(errno.ENOSPC, f"only {free_bytes} bytes are free")

    def _make_files(self, kept: _Set) -> None:
        kept.refused = True
        self._require_space()
        folder = folder_of(self._recordings, kept.facts.info.session)
        kept.files = SetFiles(folder, kept.facts)
        kept.refused = False

    def _sync(self, sets: list[_Set], due_seconds: float) -> None:
        for kept in sorted(sets, key=lambda kept: kept.synced_seconds):
            now = self._clock.monotonic_seconds()
            if now >= due_seconds or now - kept.synced_seconds < SYNC_SECONDS - WRITE_SECONDS / 2:
                return
            kept.synced_seconds = now
            if kept.files is not None and kept.closing is None:
                self._attempt(kept, kept.files.sync)

    def _end(self, kept: _Set) -> None:
        if kept.files is not None:
            self._attempt(kept, kept.files.finish)
            self._attempt(kept, kept.files.close)
        with self._lock:
            self._sets.pop(kept.facts.info.session, None)
        if kept.closing is not None and not kept.closing.done():
            kept.closing.set_result(None)

    def _attempt(self, kept: _Set, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # whatever it is: one set's trouble must not end the others'
            self._failed(kept, f"{type(error).__name__}: {error}")

    def _failed(self, kept: _Set, why: str) -> None:
        """Count a failure, and announce the first of a set."""
        self._metrics.recording_errors.inc()
        if kept.announced:
            return
        kept.announced = True
        session = kept.facts.info.session
        logger.error("the recording has a hole: %s", why, extra={"session": session})
        if self._announce is None or self._loop is None:
            return
        fault = Fault("recording_failed", {"session": session})
        with suppress(RuntimeError):  # the loop was closed since
            self._loop.call_soon_threadsafe(self._announce, session, fault)
