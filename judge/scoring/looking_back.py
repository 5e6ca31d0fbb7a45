"""Looks back on transitions: what they show as a whole replaces what was read in passing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from judge.hindsight import Hindsight
from judge.hindsight.reader import HindsightReader, Told
from judge.scoring.tracking import Track

_log = structlog.get_logger(__name__)

AGAIN_HOPS: Final = 4
"""A transition under way is looked at again every 2 s."""


class LookingBack:
    """Follows one set, and reads its newest transition as a whole.

    Parameters
    ----------
    reader
        Weighs what is seen.
    """

    def __init__(self, reader: HindsightReader) -> None:
        self._reader = reader
        self._memory = Hindsight()
        self._told: tuple[int, Told | None] | None = None
        self._index = -1
        self._end_hop = 0
        self._floor_hop = 0

    def remember(
        self, hop_index: int, evidence: NDArray[np.float32], row: NDArray[np.float32]
    ) -> None:
        """Keep a hop."""
        self._memory.hear(hop_index, evidence, row)

    def read(self, track: Track) -> Track:
        """Return a transition as looked back on, or as it came where too little is remembered."""
        self._follow(track)
        if self._told is None or self._told[0] != track.index or _due(track):
            self._told = track.index, self._look(track)
        told = self._told[1]
        if told is None:
            return track
        parts = np.stack((told.shares, told.deviations))
        return replace(track, parts=parts, measures=told.measures)

    def _look(self, track: Track) -> Told | None:
        """Look back; None where too little is remembered or nothing sensible is said."""
        span = track.start_hop, track.end_hop
        if not self._memory.reaches(span, self._floor_hop):
            return None
        senses = np.concatenate((track.parts[0], track.measures))
        try:
            told = self._reader.read(self._memory.features(span, self._floor_hop), senses)
        except Exception:  # what was read in passing is a score all the same
            _log.exception("hindsight_failed", transition=track.index)
            return None
        return told if told.is_finite else None

    def _follow(self, track: Track) -> None:
        """Note where the transition before this one ended."""
        if track.index != self._index:
            self._index, self._floor_hop = track.index, self._end_hop
        self._end_hop = track.end_hop


def _due(track: Track) -> bool:
    return track.settled or track.heard_hops % AGAIN_HOPS == 0
