"""One thread that runs models, so that the event loop never does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from core.errors import LimitReached

Result = TypeVar("Result")


class Worker:
    """Runs calls one after the other on a thread of its own.

    Parameters
    ----------
    name
        Of the thread, for debuggers and profilers.
    capacity
        Most calls running and waiting at once; one more is refused.
    """

    def __init__(self, name: str, capacity: int = 2) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._capacity = capacity
        self._pending = 0
        self._idle = asyncio.Event()

    @property
    def pending(self) -> int:
        """How many calls run or wait."""
        return self._pending

    async def run(self, call: Callable[[], Result]) -> Result:
        """Run `call` on the thread and return its result or raise its error.

        Raises
        ------
        LimitReached
            If as many calls as the worker holds are already running or waiting.
        """
        if self._pending >= self._capacity:
            raise LimitReached(
                f"The worker already holds {self._capacity} calls. Wait for one to end.",
                retry_after_seconds=1,
            )
        loop = asyncio.get_running_loop()
        future = self._executor.submit(call)
        self._pending += 1

        def ended(_: Future[Result]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop was closed before the call ended
                loop.call_soon_threadsafe(self._ended)

        # Who waits may be cancelled; the call then goes on all the same, and still counts.
        future.add_done_callback(ended)
        return await asyncio.wrap_future(future)

    def _ended(self) -> None:
        self._pending -= 1
        if self._pending == 0:
            self._idle.set()

    async def close(self, timeout_seconds: float) -> bool:
        """Let running and waiting calls finish; return whether they did in time."""
        self._executor.shutdown(wait=False)
        if self._pending:
            self._idle.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), timeout_seconds)
        return self._pending == 0
