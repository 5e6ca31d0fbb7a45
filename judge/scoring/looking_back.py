"""Looks back on transitions: what they show as a whole replaces what was read in passing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.hindsight import Hindsight
from judge.hindsight.reader import HindsightReader, Told
from judge.scoring.tracking import HEARD_HOPS, Track

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
        self._told: tuple[int, Told] | None = None
        self._index = -1
        self._end_hop = 0
        self._floor_hop = 0

    def remember(
        self, hop_index: int, evidence: NDArray[np.float32], row: NDArray[np.float32]
    ) -> None:
        """Keep a hop."""
        self._memory.hear(hop_index, evidence, row)

    def read(self, track: Track) -> Track:
        """Return a transition as looked back on, or as it came where too little of it was heard."""
        self._follow(track)
        if not track.counts:
            return track
        if track.settled or (track.heard_hops - HEARD_HOPS) % AGAIN_HOPS == 0 or self._told is None:
            shown = self._memory.features((track.start_hop, track.end_hop), self._floor_hop)
            senses = np.concatenate((track.parts[0], track.measures))
            self._told = track.index, self._reader.read(shown, senses)
        index, told = self._told
        if index != track.index:
            return track
        parts = np.stack((told.shares, told.deviations))
        return replace(track, parts=parts, measures=told.measures)

    def _follow(self, track: Track) -> None:
        """Note where the transition before this one ended."""
        if track.index != self._index:
            self._index, self._floor_hop = track.index, self._end_hop
        self._end_hop = track.end_hop
