"""The feature cache: what was heard in each hop, for whoever asks within the hour.

Keys are `features:{session}:{time}` and live 3,600 s, in memory by default and in Redis where the
bus is there. A cache may forget; nobody may depend on finding something in it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias

from core.clock import Clock

LIFETIME_SECONDS: Final = 3_600
ENTRIES_KEPT: Final = 200_000
"""Bound of the in-memory cache: an hour of twenty-seven live sets."""

Features: TypeAlias = Mapping[str, float | str | None]


class FeatureCache(Protocol):
    """Where features are put and found again."""

    def put(self, session: str, time_seconds: float, features: Features) -> None:
        """Keep `features` of the hop that ends at `time_seconds`; never waits."""
        ...

    async def get(self, session: str, time_seconds: float) -> Features | None:
        """Return what was kept, or None if it was never put or is forgotten."""
        ...

    async def close(self) -> None:
        """Write what waits, within a bounded time."""
        ...


class MemoryFeatureCache:
    """The cache of a single process.

    Parameters
    ----------
    clock
        Tells when an entry has outlived its hour.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[tuple[str, int], tuple[float, Features]] = OrderedDict()

    def put(self, session: str, time_seconds: float, features: Features) -> None:
        """Keep `features`; the oldest give way."""
        now = self._clock.monotonic_seconds()
        self._entries[session, round(time_seconds * 1000)] = (now + LIFETIME_SECONDS, features)
        while self._entries and (
            len(self._entries) > ENTRIES_KEPT or next(iter(self._entries.values()))[0] <= now
        ):
            self._entries.popitem(last=False)

    async def get(self, session: str, time_seconds: float) -> Features | None:
        """Return what was kept within the hour."""
        entry = self._entries.get((session, round(time_seconds * 1000)))
        if entry is None or entry[0] <= self._clock.monotonic_seconds():
            return None
        return entry[1]

    async def close(self) -> None:
        """Forget everything."""
        self._entries.clear()
