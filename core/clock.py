"""Clocks that are passed in, so that tests own time.

Two times matter to the product and they are never mixed: *monotonic* seconds measure durations
and deadlines, *wall* seconds date what is stored. The media clock is neither: it counts samples
(`core.media`).
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What the rooms may ask of time."""

    def monotonic_seconds(self) -> float:
        """Seconds since an arbitrary origin; never runs backwards."""
        ...

    def wall_seconds(self) -> float:
        """Seconds since the Unix epoch."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic_seconds(self) -> float:
        """Return `time.monotonic`, the clock that asyncio's loop uses as well."""
        return time.monotonic()

    def wall_seconds(self) -> float:
        """Return `time.time`."""
        return time.time()


class ManualClock:
    """A clock that stands still until it is told to move.

    Parameters
    ----------
    monotonic_seconds, wall_seconds
        Where the two clocks start.
    """

    def __init__(
        self, monotonic_seconds: float = 0.0, wall_seconds: float = 1_700_000_000.0
    ) -> None:
        self._monotonic_seconds = monotonic_seconds
        self._wall_seconds = wall_seconds

    def monotonic_seconds(self) -> float:
        """Return the time it was last moved to."""
        return self._monotonic_seconds

    def wall_seconds(self) -> float:
        """Return the date it was last moved to."""
        return self._wall_seconds

    def advance(self, seconds: float) -> None:
        """Move both clocks forward by `seconds`."""
        self._monotonic_seconds += seconds
        self._wall_seconds += seconds
