"""Deletes what the moderation log has kept for long enough."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from battles.moderation_log import ModerationLog
from core.errors import StorageUnavailable

PURGE_SECONDS: Final = 3_600.0

logger = logging.getLogger(__name__)


class LogRetention:
    """Purges the log at the start and every hour.

    Parameters
    ----------
    log
        The log.
    days
        For how long entries are kept; 0 keeps none.
    """

    def __init__(self, log: ModerationLog, days: float) -> None:
        self._log = log
        self._days = days
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to purge, on the running loop."""
        self._task = asyncio.create_task(self._run(), name="moderation log retention")

    async def stop(self) -> None:
        """Purge no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            await self._purge()
            await asyncio.sleep(PURGE_SECONDS)

    async def _purge(self) -> None:
        try:
            purged = await self._log.purge(self._days)
        except StorageUnavailable as error:
            logger.warning("the moderation log could not be purged: %s", error)
            return
        except Exception:  # texts would be kept for ever if one failure ended all purging
            logger.exception("the moderation log could not be purged")
            return
        if purged:
            logger.info("deleted %d decisions older than %g days", purged, self._days)
