"""How fast somebody may talk: a bucket that fills with messages and leaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RATES: Final = (
    (float("inf"), 1.0),  # 0: not looked at
    (20.0, 2.0),
    (10.0, 1.0),
    (6.0, 0.5),
    (4.0, 1 / 3),
)
"""For each level of flood: messages at once, and messages a second in the long run."""


@dataclass(slots=True)
class Bucket:
    """Messages of one user that have not leaked away yet."""

    fill: float = 0.0
    at_seconds: float = 0.0

    def pour(self, level: int, ease: float, now_seconds: float) -> float | None:
        """Add a message; return None, or how many seconds too early it came and was not added.

        Parameters
        ----------
        level
            Of the flood axis, 0-4.
        ease
            How many times the usual rate is fine just now, at least 1.
        now_seconds
            Monotonic.
        """
        size, leak_hz = RATES[level]
        elapsed_seconds = max(0.0, now_seconds - self.at_seconds)
        self.fill = max(0.0, self.fill - elapsed_seconds * leak_hz * ease)
        self.at_seconds = now_seconds
        excess = self.fill + 1.0 - size * ease
        if excess > 1e-6:  # a clock's rounding is nobody's fault
            return excess / (leak_hz * ease)
        self.fill += 1.0
        return None
