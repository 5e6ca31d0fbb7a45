"""What a user has done before: points that grow with offences and fade with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LADDER_SECONDS: Final = (0.0, 10.0, 60.0, 300.0, 900.0, 3600.0)
"""Time-outs by points: a first slight offence only loses its message, an hour is the most."""

HALF_LIFE_SECONDS: Final = 1800.0
"""Points halve in half an hour without offences."""

SLIGHT: Final = 1
GRAVE: Final = 2


@dataclass(slots=True)
class Offences:
    """The offences of one user."""

    points: float = 0.0
    counted_at_seconds: float = 0.0
    count: int = 0  # for moderators; does not fade

    def note(self, weight: int, now_seconds: float) -> float:
        """Count an offence, `SLIGHT` or `GRAVE`; return the time-out in seconds, or 0."""
        self.points = self.standing(now_seconds) + weight
        self.counted_at_seconds = now_seconds
        self.count += 1
        step = min(len(LADDER_SECONDS), int(self.points + 0.5)) - 1
        return LADDER_SECONDS[max(0, step)]

    def forgive(self, weight: int, now_seconds: float) -> None:
        """Take an offence of `weight` back, as when an appeal is granted."""
        self.points = max(0.0, self.standing(now_seconds) - weight)
        self.counted_at_seconds = now_seconds
        self.count = max(0, self.count - 1)

    def standing(self, now_seconds: float) -> float:
        """Return the points that are left at `now_seconds`, a monotonic time."""
        age_seconds = max(0.0, now_seconds - self.counted_at_seconds)
        return self.points * float(0.5 ** (age_seconds / HALF_LIFE_SECONDS))
