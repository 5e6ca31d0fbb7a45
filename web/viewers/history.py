"""What a room remembers of its current epoch, so that viewers can join late and come back."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.messages import Envelope, Finding, Reception, Score, SessionState, Transition
from core.show import ShowState
from web.viewers.units import EventUnit

MILESTONES: Final = 2_048
"""Findings, and as many transitions, kept of a set: twice what four hours bring."""


@dataclass(frozen=True, slots=True)
class Resume:
    """The last event that a client has seen."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What a joining viewer is sent after `hello`.

    `from_seq` is where the gapless run begins; events before it are milestones and latest values.
    """

    from_seq: int
    events: Sequence[EventUnit]  # oldest first


class RoomHistory:
    """The latest events of one epoch, and its milestones from the beginning.

    Parameters
    ----------
    capacity_events
        Latest events kept without a gap.
    fresh_seconds
        How much of them a new viewer is sent.
    """

    def __init__(self, capacity_events: int, fresh_seconds: float) -> None:
        self._fresh_microseconds = round(fresh_seconds * 1_000_000)
        self._recent: deque[EventUnit] = deque(maxlen=capacity_events)
        self._findings: deque[EventUnit] = deque(maxlen=MILESTONES)
        self._transitions: OrderedDict[int, EventUnit] = OrderedDict()
        self._latest: dict[type[object], EventUnit] = {}
        self.last_seq = 0

    def add(self, envelope: Envelope, unit: EventUnit) -> None:
        """Remember the next event."""
        self.last_seq = envelope.seq
        self._recent.append(unit)
        message = envelope.message
        if isinstance(message, Finding):
            self._findings.append(unit)
        elif isinstance(message, Transition):
            self._transitions[message.index] = unit
            if len(self._transitions) > MILESTONES:
                self._transitions.popitem(last=False)
        elif isinstance(message, (SessionState, Score, Reception, ShowState)):
            self._latest[type(message)] = unit

    def catch_up(self, seen_seq: int | None) -> CatchUp:
        """Return what a viewer missed.

        Parameters
        ----------
        seen_seq
            The last event it has seen of this epoch; None if it has seen none.
        """
        if seen_seq is None:
            run = self._fresh()
            extras = [*self._milestones(), *self._latest.values()]
        else:
            run = [unit for unit in self._recent if unit.seq > seen_seq]
            extras = [unit for unit in self._milestones() if unit.seq > seen_seq]
        from_seq = run[0].seq if run else self.last_seq + 1
        before = {unit.seq: unit for unit in extras if unit.seq < from_seq}
        return CatchUp(from_seq, [*(before[seq] for seq in sorted(before)), *run])

    def _fresh(self) -> list[EventUnit]:
        if not self._recent:
            return []
        oldest = self._recent[-1].pts_microseconds - self._fresh_microseconds
        return [unit for unit in self._recent if unit.pts_microseconds >= oldest]

    def _milestones(self) -> list[EventUnit]:
        return [*self._findings, *self._transitions.values()]
