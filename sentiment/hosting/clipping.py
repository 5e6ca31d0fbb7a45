"""Has clips cut of confirmed moments, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeAlias

import structlog

from core.crowd import Moment
from core.metrics import Metrics

QUEUE: Final = "crowd_clips"
"""Label of the moments whose clip was not even tried."""

POLL_SECONDS: Final = 0.5

_log = structlog.get_logger(__name__)


class ClipOutcome(Protocol):
    """The id of a clip, or why there is none: exactly one of them."""

    @property
    def clip(self) -> str | None:
        """Id of the clip."""
        ...

    @property
    def reason(self) -> str | None:
        """Slug of why there is none."""
        ...


ClipMaker: TypeAlias = Callable[[str, Moment], Awaitable[ClipOutcome]]
"""Cuts the clip of a room's moment."""

Tell: TypeAlias = Callable[[str | None, str | None], None]
"""Hears the id of a clip, or why there is none."""


class Clipper:
    """Owns the tasks that wait for clips.

    Parameters
    ----------
    maker
        Cuts them.
    metrics
        Counts the moments that were too many.
    most
        Being made or waiting at once; one more gets the reason "clip_busy".
    seconds
        Longest wait for one clip, and again for the sound that it needs.
    poll_seconds
        How often it is looked whether that sound is there.
    """

    def __init__(
        self,
        maker: ClipMaker,
        *,
        metrics: Metrics,
        most: int,
        seconds: float,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._maker = maker
        self._dropped = metrics.queue_dropped.labels(QUEUE)
        self._most = most
        self._seconds = seconds
        self._poll_seconds = poll_seconds
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self, room: str, moment: Moment, is_heard: Callable[[], bool], tell: Tell) -> None:
        """Have a clip cut, and `tell` what became of it.

        Parameters
        ----------
        room, moment
            Whose, and of what.
        is_heard
            Whether all sound of the clip has been heard.
        tell
            Called once, unless `stop` comes first.
        """
        if len(self._tasks) >= self._most:
            self._dropped.inc()
            tell(None, "clip_busy")
            return
        task = asyncio.create_task(
            self._cut(room, moment, is_heard, tell), name=f"clip of {moment.id}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _cut(
        self, room: str, moment: Moment, is_heard: Callable[[], bool], tell: Tell
    ) -> None:
        deadline = asyncio.get_running_loop().time() + self._seconds
        # Sound comes fifty times a second: looking now and then is cheaper than being told.
        while not is_heard() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(self._poll_seconds)
        try:
            async with asyncio.timeout(self._seconds):
                outcome = await self._maker(room, moment)
        except TimeoutError:
            _log.warning("crowd_clip_timed_out", room=room, moment=moment.id)
            tell(None, "clip_failed")
        except Exception:  # a moment without its clip is a moment all the same
            _log.exception("crowd_clip_failed", room=room, moment=moment.id)
            tell(None, "clip_failed")
        else:
            tell(outcome.clip, outcome.reason)

    async def stop(self) -> None:
        """Give up the clips that are not done."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
