"""Deletes recordings that are older than the operator keeps them."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from core.clock import Clock
from stream.recording.recorder import Recorder
from stream.recording.retention import sweep

SWEEP_SECONDS: Final = 3_600.0

logger = logging.getLogger(__name__)


class Retention:
    """Sweeps the recordings at the start and every hour.

    Parameters
    ----------
    recordings
        Folder of all recordings.
    days
        For how long they are kept; 0 keeps them for ever.
    recorder
        Knows which sets are on air, and not to be touched.
    clock
        The date.
    """

    def __init__(self, recordings: Path, days: float, recorder: Recorder, clock: Clock) -> None:
        self._recordings = recordings
        self._days = days
        self._recorder = recorder
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep, unless recordings are kept for ever."""
        if self._days > 0:
            self._task = asyncio.create_task(self._run(), name="retention")

    async def stop(self) -> None:
        """Sweep no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._sweep()
            await asyncio.sleep(SWEEP_SECONDS)

    async def _sweep(self) -> None:
        try:
            deleted = await asyncio.to_thread(
                sweep,
                self._recordings,
                days=self._days,
                now_unix_seconds=self._clock.wall_seconds(),
                keep=self._recorder.recording(),
            )
        except OSError as error:
            logger.warning("recordings could not be swept: %s", error)
            return
        except Exception:  # the disk fills up if one strange folder ends all sweeping
            logger.exception("recordings could not be swept")
            return
        if deleted:
            logger.info("deleted %d recordings older than %g days", len(deleted), self._days)
