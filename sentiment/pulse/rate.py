"""How many messages there were in the last minute."""

from __future__ import annotations

from collections import deque


class Rate:
    """A count over a window, in whole seconds.

    Parameters
    ----------
    seconds
        How far back it reaches.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._bins: deque[list[int]] = deque()  # a second and its messages; one a second at most
        self._count = 0

    def hear(self, at_seconds: float) -> None:
        """Count a message."""
        second = int(at_seconds)
        if not self._bins or self._bins[-1][0] < second:
            self.forget(at_seconds)
            self._bins.append([second, 0])
        self._bins[-1][1] += 1
        self._count += 1

    def forget(self, now_seconds: float) -> None:
        """Let go of seconds before the window."""
        while self._bins and self._bins[0][0] <= int(now_seconds) - self._seconds:
            self._count -= self._bins.popleft()[1]

    def per_minute(self) -> float:
        """Return messages a minute; a window that is not full counts as if it were."""
        return self._count * 60 / self._seconds
