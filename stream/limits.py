"""How often a stream key may begin."""

from __future__ import annotations

import math
from collections import deque

from core.errors import LimitReached


class StartRate:
    """Counts offers by key within a sliding time.

    Two encoders set to reconnect with one key would otherwise take the set from each other for
    ever.

    Parameters
    ----------
    most
        Offers within the time.
    seconds
        The time.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._starts: dict[str, deque[float]] = {}

    def check(self, key_id: str, now_seconds: float) -> None:
        """Count an offer.

        Raises
        ------
        LimitReached
            If there were too many already; this one is not counted.
        """
        self._forget(now_seconds)
        starts = self._starts.setdefault(key_id, deque())
        if len(starts) >= self._most:
            wait = math.ceil(starts[0] + self._seconds - now_seconds)
            raise LimitReached(
                "This key was used too often. Is another encoder using it?",
                code="too_many_starts",
                retry_after_seconds=max(1, wait),
                limit=self._most,
            )
        starts.append(now_seconds)

    def _forget(self, now_seconds: float) -> None:
        for key_id, starts in list(self._starts.items()):
            while starts and starts[0] <= now_seconds - self._seconds:
                starts.popleft()
            if not starts:
                del self._starts[key_id]
