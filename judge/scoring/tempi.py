"""The tempo on both sides of a transition."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np

from core.messages import Reading
from judge.scoring.tracking import Track

_KEPT_HOPS: Final = 480
_SIDE_HOPS: Final = 24
_TAKES_OVER_HOPS: Final = 16
"""The tempo looks back twelve seconds: so long the old track is still in it."""


class TempoCourse:
    """The tempi of the last four minutes."""

    def __init__(self) -> None:
        self._bpm: deque[tuple[int, float]] = deque(maxlen=_KEPT_HOPS)

    def hear(self, hop_index: int, bpm: Reading) -> None:
        """Take one hop's tempo."""
        if isinstance(bpm.value, float):
            self._bpm.append((hop_index, bpm.value))

    def jump_percent(self, track: Track) -> float | None:
        """Return how much the tempo changed over a transition, octaves aside; None if unknown."""
        before = self._median(track.start_hop - _SIDE_HOPS, track.start_hop)
        after = self._median(track.end_hop + _TAKES_OVER_HOPS, track.end_hop + 2 * _SIDE_HOPS)
        if before is None or after is None:
            return None
        octaves = math.log2(after / before)
        return 100 * abs(2 ** (octaves - round(octaves)) - 1)

    def _median(self, first_hop: int, end_hop: int) -> float | None:
        known = [bpm for hop, bpm in self._bpm if first_hop <= hop < end_hop]
        return float(np.median(known)) if known else None
