"""Clips as the server keeps them: made and swept by one thread, which never makes anyone wait."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from core.clock import Clock
from core.crowd import Moment
from core.errors import StorageUnavailable
from core.messages import EncodedAudio, SessionInfo
from core.metrics import Metrics
from stream.recording import JudgingFacts
from web.clips.facts import ClipFacts, new_id
from web.clips.folder import ClipFolder, WritingAbandoned
from web.clips.hearing import HeardScore
from web.clips.making import ClipRefused, make
from web.clips.sweeping import ClipSweeper

SWEEP_SECONDS: Final = 3_600.0
READ_SECONDS: Final = 5.0

WRITE_SECONDS: Final = 20.0
"""How long a clip may take, waiting and all, before it is given up."""

MOST_WAITING: Final = 8
"""Clips that wait for the thread; one takes half a second. Then the newest is refused."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """The id of a clip, or why there is none: exactly one of them."""

    clip: str | None = None
    reason: str | None = None  # slug: its text is `reason.SLUG`


class ClipStore:
    """Makes, keeps, finds and deletes clips.

    Parameters
    ----------
    folder
        Where they are kept; made with the first one.
    clock
        Dates them.
    metrics
        Counts them.
    judging
        What judges the sets that they are of.
    keep_days
        For how long they are kept; 0 is for ever.
    most_bytes
        What all of them together may take; beyond it the oldest go.
    least_free_bytes
        None is made while the disk has less than this left.
    write_seconds
        How long one may take.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        metrics: Metrics,
        judging: JudgingFacts,
        *,
        keep_days: float,
        most_bytes: int,
        least_free_bytes: int = 0,
        write_seconds: float = WRITE_SECONDS,
    ) -> None:
        self.keep_days = keep_days
        self._folder = ClipFolder(folder, least_free_bytes)
        self._sweeper = ClipSweeper(self._folder, days=keep_days, most_bytes=most_bytes)
        self._clock = clock
        self._metrics = metrics
        self._judging = judging
        self._write_seconds = write_seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clips")
        self._waiting = 0
        self._sweeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep: now, and every hour."""
        self._sweeping = asyncio.create_task(self._sweep_hourly(), name="clips")

    async def stop(self) -> None:
        """Sweep no more, and make no more clips."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def make_clip(
        self,
        room: str,
        moment: Moment,
        packets: Sequence[EncodedAudio],
        scores: Sequence[HeardScore],
        info: SessionInfo,
    ) -> ClipOutcome:
        """Make the clip of a moment; never raises for what a disk or a set can do.

        Parameters
        ----------
        room
            Where it was played, for the log.
        moment, packets, scores, info
            As `web.clips.making.make` takes them.
        """
        if self._waiting >= MOST_WAITING:
            self._metrics.queue_dropped.labels(queue="clips").inc()
            return self._refused(room, "clip_busy", f"{self._waiting} wait already")
        abandoned = threading.Event()
        work = partial(self._make, moment, packets, scores, info, abandoned)
        self._waiting += 1
        try:
            clip = await self._on_thread(work, self._write_seconds)
        except ClipRefused as refusal:
            return self._refused(room, refusal.reason, "too little sound")
        except TimeoutError:
            return self._refused(room, "clip_disk_failed", "the disk does not keep up")
        except OSError as error:
            full = error.errno in _FULL
            return self._refused(room, "clip_disk_full" if full else "clip_disk_failed", str(error))
        except Exception:  # whatever it is: the moment and the room go on without a clip
            logger.exception("a clip of room %s could not be made", room)
            return self._refused(room, "clip_failed", "see above")
        finally:
            abandoned.set()  # whoever gave up waiting, by time or by cancellation, is not surprised
            self._waiting -= 1
        self._metrics.clips_made.inc()
        return ClipOutcome(clip=clip)

    async def facts(self, clip: str) -> ClipFacts:
        """Return what is kept of a clip.

        Raises
        ------
        core.errors.NotFound
            If there is no such clip.
        core.errors.StorageUnavailable
            If the disk cannot be read just now.
        """
        return await self._read(partial(self._folder.facts, clip))

    async def sound(self, clip: str) -> tuple[Path, os.stat_result]:
        """Return where a clip's sound is, and its size and date; raises as `facts` does."""
        return await self._read(partial(self._folder.sound, clip))

    async def delete(self, clip: str) -> None:
        """Delete a clip; one that is not there is none. Raises as `facts` does."""
        await self._read(partial(self._folder.delete, clip))

    # --- on the thread ---------------------------------------------------------------------------

    def _make(
        self,
        moment: Moment,
        packets: Sequence[EncodedAudio],
        scores: Sequence[HeardScore],
        info: SessionInfo,
        abandoned: threading.Event,
    ) -> str:
        if abandoned.is_set():
            raise WritingAbandoned
        clip = new_id()
        now = self._clock.wall_seconds()
        facts, sound = make(
            clip,
            moment,
            packets,
            scores=scores,
            info=info,
            judging=self._judging,
            now_unix_seconds=now,
        )
        self._folder.write(facts, sound, abandoned.is_set)
        self._sweep(keep=clip)
        return clip

    def _sweep(self, keep: str | None = None) -> None:
        try:
            swept = self._sweeper.sweep(self._clock.wall_seconds(), keep)
        except OSError as error:
            logger.warning("clips could not be swept: %s", error)
            return
        self._metrics.clip_bytes.set(swept.kept_bytes)
        if swept.deleted:
            logger.info("deleted %d clips whose time or space is over", len(swept.deleted))

    # --- waiting for it --------------------------------------------------------------------------

    async def _on_thread(self, work: Callable[[], Result], seconds: float) -> Result:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _read(self, work: Callable[[], Result]) -> Result:
        """Do something short on any thread: who listens does not wait for a clip being made."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await asyncio.to_thread(work)
        except (OSError, TimeoutError) as error:
            raise StorageUnavailable(
                f"Clips cannot be read just now ({error}). Try again in a moment.",
                code="clips_unavailable",
            ) from error

    def _refused(self, room: str, reason: str, why: str) -> ClipOutcome:
        logger.warning("no clip of room %s: %s (%s)", room, reason, why)
        self._metrics.clips_refused.labels(reason=reason).inc()
        return ClipOutcome(reason=reason)

    async def _sweep_hourly(self) -> None:
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._sweep)
            except Exception:  # the disk fills up if one strange file ends all sweeping
                logger.exception("clips could not be swept")
            await asyncio.sleep(SWEEP_SECONDS)
