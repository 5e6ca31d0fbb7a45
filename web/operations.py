"""What operators and their machines ask a server: is it well, and what are its figures."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from prometheus_client import PlatformCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder

from battles.database import Database
from core.bus import Bus
from core.clock import Clock, SystemClock
from core.errors import DjUniverseError
from core.metrics import Metrics

CHECK_SECONDS: Final = 2.0
"""Longest a part may take to say how it is; who takes longer does not serve."""

ANSWER_SECONDS: Final = 1.0
"""How long an answer holds: asking often must not cost the parts anything."""

DISK_SECONDS: Final = 1.0
"""Longest wait for a disk to say how much is free; less than for a part, which serves without."""

LAG_INTERVAL_SECONDS: Final = 0.25

_log = logging.getLogger(__name__)


class Health(StrEnum):
    """How a part, or the whole, is."""

    OK = "ok"
    DEGRADED = "degraded"  # serves, with less
    FAILED = "failed"  # the server cannot do its work without it


@dataclass(frozen=True, slots=True)
class PartHealth:
    """How one part is. Everybody may read it: no addresses, names or secrets."""

    status: Health
    reason: str | None = None  # slug; None while all is well
    figures: Mapping[str, float | int | str] = field(default_factory=dict)


PartCheck = Callable[[], Awaitable[PartHealth]]


def operations_router(
    parts: Mapping[str, PartCheck], metrics: Metrics, clock: Clock | None = None
) -> APIRouter:
    """Return the routes `/health` and `/metrics`.

    Parameters
    ----------
    parts
        Asks each part how it is, by the part's name.
    metrics
        The figures to show; those of the process are added to them.
    clock
        Tells how old an answer is.
    """
    for collector in (ProcessCollector, PlatformCollector):
        with contextlib.suppress(ValueError):  # they are there already
            collector(registry=metrics.registry)
    checkup = _Checkup(parts, clock or SystemClock())
    router = APIRouter()

    @router.get("/health", summary="How the server and its parts are")
    async def health() -> Response:
        """Answer 200 while it serves, if with less, and 503 when it cannot."""
        answer = await checkup.answer()
        failed = answer["status"] == Health.FAILED
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": "5"} if failed else {})
        return Response(
            orjson.dumps(answer),
            status_code=503 if failed else 200,
            headers=headers,
            media_type="application/json",
        )

    @router.get("/metrics", summary="Figures for Prometheus")
    def figures(request: Request) -> Response:
        """Answer in the format that the scraper asks for."""
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(metrics.registry), headers={"Content-Type": content_type})

    return router


class _Checkup:
    """Asks all parts at once and remembers their answers for a moment."""

    def __init__(self, parts: Mapping[str, PartCheck], clock: Clock) -> None:
        self._parts = parts
        self._clock = clock
        self._lock = asyncio.Lock()
        self._answer: dict[str, Any] = {}
        self._answered_seconds = float("-inf")

    async def answer(self) -> dict[str, Any]:
        async with self._lock:
            now = self._clock.monotonic_seconds()
            if now - self._answered_seconds >= ANSWER_SECONDS:
                self._answer = await self._ask()
                self._answered_seconds = now
            return self._answer

    async def _ask(self) -> dict[str, Any]:
        healths = await asyncio.gather(*(_asked(*part) for part in self._parts.items()))
        found = {health.status for health in healths}
        worst = next((s for s in (Health.FAILED, Health.DEGRADED) if s in found), Health.OK)
        parts = {name: asdict(health) for name, health in zip(self._parts, healths, strict=True)}
        return {"status": worst, "parts": parts}


async def _asked(name: str, check: PartCheck) -> PartHealth:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return PartHealth(Health.FAILED, "no_answer")
    except DjUniverseError as error:
        _log.warning("part %s is not well: %s", name, error)
        return PartHealth(Health.FAILED, error.slug)
    except Exception:
        _log.exception("part %s could not say how it is", name)
        return PartHealth(Health.FAILED, "internal")


def database_part(database: Database) -> PartCheck:
    """Return the check of the database: without it nobody new can go live."""

    async def check() -> PartHealth:
        await database.ping()
        return PartHealth(Health.OK)

    return check


def bus_part(bus: Bus) -> PartCheck:
    """Return the check of the bus: while it is away, messages wait and viewers see nothing new."""

    async def check() -> PartHealth:
        if await bus.is_healthy():
            return PartHealth(Health.OK)
        return PartHealth(Health.DEGRADED, "bus_unavailable")

    return check


def disk_part(folder: Path, least_free_bytes: int) -> PartCheck:
    """Return the check of the disk that recordings go to: sets are judged without it as well.

    Parameters
    ----------
    folder
        Where recordings go; it need not exist yet.
    least_free_bytes
        Free space below which an operator should act.
    """
    disk = _Disk(folder)

    async def check() -> PartHealth:
        try:
            async with asyncio.timeout(DISK_SECONDS):
                free = await disk.free_bytes()
        except TimeoutError:
            return PartHealth(Health.DEGRADED, "disk_no_answer")
        except OSError as error:
            _log.warning("the disk of the recordings cannot be asked: %s", error)
            return PartHealth(Health.DEGRADED, "disk_unavailable")
        enough = free >= least_free_bytes
        return PartHealth(
            Health.OK if enough else Health.DEGRADED,
            None if enough else "disk_nearly_full",
            {"free_bytes": free},
        )

    return check


class _Disk:
    """Asks a disk by one thread at a time.

    A mount whose server is gone never answers. In the executor each further question would take
    another thread away from everybody else, for good.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asking: asyncio.Future[int] | None = None

    async def free_bytes(self) -> int:
        """Return the free space, once the thread under way has found it out."""
        if self._asking is None or self._asking.done():
            loop = asyncio.get_running_loop()
            self._asking = loop.create_future()
            thread = threading.Thread(
                target=self._ask, args=(loop, self._asking), name="free-space", daemon=True
            )
            thread.start()
        return await asyncio.shield(self._asking)

    def _ask(self, loop: asyncio.AbstractEventLoop, asking: asyncio.Future[int]) -> None:
        try:
            answer = partial(asking.set_result, free_bytes(self._folder))
        except OSError as error:
            answer = partial(asking.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop was closed since
            loop.call_soon_threadsafe(answer)


def free_bytes(folder: Path) -> int:
    """Return the free space of the disk that holds `folder`, or would."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(existing).free


class LoopLagMonitor:
    """Measures how late the event loop runs its timers: the first sign of too much work.

    Parameters
    ----------
    metrics
        Gets the measurements, in `loop_lag_seconds`.
    clock
        Measures.
    sleep
        Waits the time between two measurements.
    """

    def __init__(
        self,
        metrics: Metrics,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to measure, on the running event loop."""
        if self._task is None:
            self._task = asyncio.create_task(self._measure(), name="loop-lag")

    async def stop(self) -> None:
        """End measuring."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _measure(self) -> None:
        while True:
            before = self._clock.monotonic_seconds()
            await self._sleep(LAG_INTERVAL_SECONDS)
            lag = self._clock.monotonic_seconds() - before - LAG_INTERVAL_SECONDS
            self._metrics.loop_lag_seconds.observe(max(0.0, lag))
