"""How large and how often a show is drawn: as the machine can keep up with, no more.

A picture that comes late is useless, so a worker that falls behind draws smaller or less often at
once; it tries the next better rung again only after it had room for a while, and after ever longer
whiles where that went wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.media import SAMPLE_RATE_HZ
from visuals.picture import FRAMES_PER_SECOND, STANDARD, PictureSize


@dataclass(frozen=True, slots=True)
class Rung:
    """A size and a rate."""

    size: PictureSize
    frames_per_second: float

    @property
    def interval_samples(self) -> int:
        """From one picture to the next; all rates of the ladder divide the media clock's."""
        return round(SAMPLE_RATE_HZ / self.frames_per_second)

    @property
    def interval_seconds(self) -> float:
        """The same in seconds."""
        return 1.0 / self.frames_per_second

    @property
    def pixels(self) -> int:
        """Of one picture: what it costs is roughly proportional."""
        return self.size.width * self.size.height

    def __str__(self) -> str:
        return f"{self.size.width}x{self.size.height}@{self.frames_per_second:g}"


LADDER: Final = (
    Rung(PictureSize(640, 360), 25.0),
    Rung(PictureSize(640, 360), 20.0),
    Rung(PictureSize(480, 270), 25.0),
    Rung(PictureSize(480, 270), 20.0),
    Rung(STANDARD, 25.0),
    Rung(STANDARD, FRAMES_PER_SECOND),
    Rung(STANDARD, 15.0),
    Rung(PictureSize(256, 144), 15.0),
    Rung(PictureSize(256, 144), 10.0),
)
"""From the best to the least."""

HEIGHTS: Final = tuple(sorted({rung.size.height for rung in LADDER}))
RATES: Final = tuple(sorted({rung.frames_per_second for rung in LADDER}))

BUSY_SHARE: Final = 0.6
"""Share of the interval above which drawing takes too long: hearing, pipes and others want time."""

ROOM_SHARE: Final = 0.4
"""Share that the next better rung must be expected to stay below."""

CLIMB_SECONDS: Final = 10.0
LONGEST_CLIMB_SECONDS: Final = 160.0
SETTLED_SECONDS: Final = 60.0
"""Who stays up so long after a climb has climbed well."""

SMOOTHING: Final = 0.1
"""Of the time a picture takes: half of what is new counts after seven pictures."""

SETTLING_PICTURES: Final = 10
"""Not measured after a change: encoder and buffers are made anew."""

STALLS_TO_FALL: Final = 3
STALLS_WITHIN_SECONDS: Final = 2.0


def ladder_below(height: int, frames_per_second: float) -> tuple[Rung, ...]:
    """Return the rungs that an operator allows, the best first; there always is one."""
    allowed = tuple(
        rung
        for rung in LADDER
        if rung.size.height <= height and rung.frames_per_second <= frames_per_second
    )
    return allowed or LADDER[-1:]


class Pace:
    """Chooses the rung.

    Parameters
    ----------
    rungs
        To choose from, the best first; begins there.
    """

    def __init__(self, rungs: Sequence[Rung]) -> None:
        self._rungs = tuple(rungs)
        self._at = 0
        self._seconds: float | None = None  # that a picture takes, smoothed
        self._unmeasured = SETTLING_PICTURES
        self._stalls: list[float] = []
        self._room_since: float | None = None
        self._climbed_seconds: float | None = None
        self._patience_seconds = CLIMB_SECONDS

    @property
    def rung(self) -> Rung:
        """What to draw now."""
        return self._rungs[self._at]

    def skipped(self, now_seconds: float) -> bool:
        """Take note that pictures would have come too late; return whether the rung changed.

        To be told once a stall, however many pictures it cost: a stall or two are nobody's fault.
        """
        self._room_since = None
        self._stalls = [at for at in self._stalls if now_seconds - at < STALLS_WITHIN_SECONDS]
        self._stalls.append(now_seconds)
        return len(self._stalls) >= STALLS_TO_FALL and self._fall(now_seconds)

    def drawn(self, took_seconds: float, now_seconds: float) -> bool:
        """Take note of what a picture took; return whether the rung changed."""
        if self._unmeasured > 0:
            self._unmeasured -= 1
            return False
        before = took_seconds if self._seconds is None else self._seconds
        self._seconds = before + SMOOTHING * (took_seconds - before)
        if self._seconds > BUSY_SHARE * self.rung.interval_seconds:
            return self._fall(now_seconds)
        self._be_content(now_seconds)
        return self._climb(now_seconds)

    def rest(self) -> None:
        """Forget what was measured: nothing is drawn for a while."""
        self._settle()

    def _fall(self, now_seconds: float) -> bool:
        if self._at + 1 >= len(self._rungs):
            self._settle()
            return False
        if self._climbed_seconds is not None:  # it was no good: try again later than last time
            self._patience_seconds = min(2.0 * self._patience_seconds, LONGEST_CLIMB_SECONDS)
            self._climbed_seconds = None
        self._at += 1
        self._settle()
        return True

    def _climb(self, now_seconds: float) -> bool:
        if self._at == 0 or self._seconds is None:
            return False
        better = self._rungs[self._at - 1]
        expected = self._seconds * better.pixels / self.rung.pixels
        if expected > ROOM_SHARE * better.interval_seconds:
            self._room_since = None
            return False
        if self._room_since is None:
            self._room_since = now_seconds
        if now_seconds - self._room_since < self._patience_seconds:
            return False
        self._at -= 1
        self._climbed_seconds = now_seconds
        self._settle()
        return True

    def _be_content(self, now_seconds: float) -> None:
        """Become impatient again once a climb has held."""
        climbed = self._climbed_seconds
        if climbed is not None and now_seconds - climbed > SETTLED_SECONDS:
            self._climbed_seconds = None
            self._patience_seconds = CLIMB_SECONDS

    def _settle(self) -> None:
        self._seconds = None
        self._unmeasured = SETTLING_PICTURES
        self._stalls.clear()
        self._room_since = None
