"""Keeps a show's worker alive: starts it, starts it again when it fails, ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from visuals.hosting.surroundings import Audience, Surroundings, Worker

RESTART_SECONDS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Pauses before a worker that failed is started again; the last stays."""

WELL_SECONDS: Final = 60.0
"""A worker that lived so long counts as well: the next failure is the first again."""

ENDED: Final = "ended"
HUNG: Final = "hung"
NOT_STARTED: Final = "not_started"

_log = structlog.get_logger(__name__)


class WorkerKeeper:
    """Keeps one worker for one show.

    Parameters
    ----------
    session
        The set.
    audience
        Hears what the worker says.
    greet
        Tells a new worker what it has to know.
    lost
        Called when a worker failed.
    shared
        What all shows share.
    """

    def __init__(
        self,
        session: str,
        audience: Audience,
        *,
        greet: Callable[[Worker], None],
        lost: Callable[[], None],
        shared: Surroundings,
    ) -> None:
        self.worker: Worker | None = None  # that can be told something
        self._session = session
        self._audience = audience
        self._greet = greet
        self._lost = lost
        self._shared = shared
        self._keeping: asyncio.Task[None] | None = None
        self._failures = 0
        self._reason = ENDED  # of the next failure, unless more is known of it
        self._log = _log.bind(session=session)

    @property
    def is_at_work(self) -> bool:
        """Whether there is to be a worker."""
        return self._keeping is not None

    def start(self) -> None:
        """Keep a worker from now on."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(), name=f"show {self._session}")

    def stop(self) -> asyncio.Task[None] | None:
        """End the worker; return the task that does so, if there is one."""
        keeping, self._keeping = self._keeping, None
        self.worker = None
        if keeping is not None:
            keeping.cancel()
        return keeping

    def look_after(self, now_seconds: float) -> None:
        """End a worker that hangs; it is then started again."""
        if self.worker is not None and self.worker.hangs(now_seconds):
            self._log.error("visuals_worker_hangs")
            self._reason = HUNG
            self.worker.kill()
            self.worker = None

    async def _keep(self) -> None:
        while True:
            began_seconds = self._shared.clock.monotonic_seconds()
            worker = await self._launched()
            if worker is not None:
                await self._employ(worker)
            self._note_failure(began_seconds)
            pause = RESTART_SECONDS[min(self._failures, len(RESTART_SECONDS)) - 1]
            await self._shared.sleep(pause)

    async def _employ(self, worker: Worker) -> None:
        """Return once the worker has ended."""
        try:
            self.worker = worker
            self._greet(worker)
            code = await asyncio.shield(worker.ended)
            self._log.warning("visuals_worker_ended", code=code)
        except Exception:  # what cannot be told now can be in a while
            self._log.exception("visuals_worker_not_told")
        finally:
            if self.worker is worker:
                self.worker = None
            await worker.close()

    async def _launched(self) -> Worker | None:
        launching = asyncio.ensure_future(self._shared.launch(self._session, self._audience))
        try:
            return await asyncio.shield(launching)
        except OSError as error:  # no memory or no process to be had just now
            self._log.error("visuals_worker_not_started", problem=str(error))
            self._reason = NOT_STARTED
            return None
        except asyncio.CancelledError:
            # A process that is half started would stay behind.
            (started,) = await asyncio.gather(launching, return_exceptions=True)
            if not isinstance(started, BaseException):
                await started.close()
            raise

    def _note_failure(self, began_seconds: float) -> None:
        lived = self._shared.clock.monotonic_seconds() - began_seconds
        self._failures = 1 if lived > WELL_SECONDS else self._failures + 1
        self._shared.metrics.visual_worker_failures.labels(self._reason).inc()
        self._reason = ENDED
        self._lost()
