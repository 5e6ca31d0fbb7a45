"""Faults between transitions: heard at once, charged once it is plain whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.media import HOP_SAMPLES
from core.messages import Finding
from judge.scoring.mixing import CODES
from judge.scoring.tracking import Track
from judge.specification import LAG_HOPS

WAIT_HOPS: Final = LAG_HOPS + 8
"""A transition is noticed some seconds after it began; until then a fault is nobody's."""
REACH_HOPS: Final = 8

_CHARGED_THERE: Final = frozenset(CODES.values())
"""What a transition's own parts charge already; that a set is too quiet is no part of one."""


class FaultHold:
    """Holds faults back until it is known whether a transition has them already."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Finding]] = []

    def hear(
        self, hop_index: int, faults: Sequence[Finding], tracks: Sequence[Track]
    ) -> tuple[Finding, ...]:
        """Take the faults of a hop; return those that turned out to stand alone."""
        self._waiting += [(hop_index, fault) for fault in faults]
        ripe = [fault for since, fault in self._waiting if hop_index - since >= WAIT_HOPS]
        self._waiting = [each for each in self._waiting if hop_index - each[0] < WAIT_HOPS]
        return tuple(fault for fault in ripe if not _is_charged(fault, tracks))


def _is_charged(fault: Finding, tracks: Sequence[Track]) -> bool:
    return fault.code in _CHARGED_THERE and any(_within(fault, track) for track in tracks)


def _within(fault: Finding, track: Track) -> bool:
    start_hop, end_hop = fault.start_sample // HOP_SAMPLES, fault.end_sample // HOP_SAMPLES
    return start_hop <= track.end_hop + REACH_HOPS and track.start_hop - REACH_HOPS <= end_hop
