"""What the hosting of shows is composed with."""

from __future__ import annotations

import os
from dataclasses import dataclass

from visuals.picture import FRAMES_PER_SECOND, STANDARD
from visuals.worker.place import FieldProvider


def default_most_rooms() -> int:
    """Return how many shows a machine should be given: two a core, a tenth of one each or so."""
    return 2 * (os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class VisualsConfig:
    """Limits and qualities of shows."""

    most_rooms: int | None = None  # drawn at a time; None: two a core
    height: int = STANDARD.height  # of the largest pictures, as in `visuals.worker.pace.LADDER`
    frames_per_second: float = FRAMES_PER_SECOND  # at most
    kilobits_per_second: int = 420  # of the video, over some seconds
    provider: FieldProvider = FieldProvider.CPU  # of the network
    device: int = 0  # number of the GPU

    @property
    def rooms(self) -> int:
        """How many rooms are drawn at a time."""
        return default_most_rooms() if self.most_rooms is None else self.most_rooms
