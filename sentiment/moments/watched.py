"""One moment while something about it may still change."""

from __future__ import annotations

from dataclasses import dataclass

from core.crowd import Moment, MomentStatus
from sentiment.moments.joining import probability


@dataclass(slots=True)
class Watched:
    """A moment as it is now.

    Attributes
    ----------
    audio
        Strength of the sound behind it, 0-1.
    reacted_seconds
        Position at which the crowd's reaction was noticed.
    is_open
        Whether something may still change.
    """

    id: str
    epoch: str
    code: str
    start_seconds: float
    end_seconds: float
    audio: float
    status: MomentStatus = MomentStatus.PROVISIONAL
    hype: float | None = None
    reacted_seconds: float | None = None
    is_open: bool = True

    def move_to(self, start_seconds: float) -> None:
        """Let it begin then, and be as long as it was."""
        self.end_seconds += start_seconds - self.start_seconds
        self.start_seconds = start_seconds

    def moment(self) -> Moment:
        """Return what is told of it."""
        chance = self.audio if self.hype is None else probability(self.hype, self.audio)
        return Moment(
            id=self.id,
            status=self.status,
            start_seconds=self.start_seconds,
            end_seconds=self.end_seconds,
            code=self.code,
            epoch=self.epoch,
            strength=min(1.0, max(0.0, chance)),
            hype=self.hype,
        )
