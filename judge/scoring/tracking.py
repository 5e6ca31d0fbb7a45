"""Transitions in time: where they begin and end, and what was read of them by then.

The model says at every hop how likely a transition was under way a little earlier, and what the
newest one was worth. A transition begins where that is likely for two and a half seconds, ends
where it is not for longer, and settles when the new track was heard alone for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.readings import WindowOpinion
from judge.scoring import opinion as read
from judge.specification import LAG_HOPS

BEGINS: Final = 0.35
GOES_ON: Final = 0.2
BEGIN_HOPS: Final = 5
"""A lower bound held for longer finds as much as a higher one, is as seldom wrong, and does not
miss what sounds unlike all that was learnt from, of which nothing is very likely."""
END_HOPS: Final = 6
"""3 s without: shorter is a pause within one transition, such as an echo's."""
SETTLE_HOPS: Final = 20
"""10 s after the end was noticed, and 4 s more that noticing takes."""
AVERAGED_HOPS: Final = 4


@dataclass(frozen=True, slots=True)
class Track:
    """One transition as tracked.

    Attributes
    ----------
    index
        Counted from 0 within the set.
    start_hop, end_hop
        First hop and the one after the last, so far.
    likelihood
        Highest likelihood of it, 0-1.
    heard_hops
        Since its beginning was noticed.
    parts
        Shares and deviations, shape (2, PARTS).
    measures
        Shape (len(Measure),), in their units.
    kinds
        Probabilities, shape (9,).
    settled
        Whether this is the last word.
    """

    index: int
    start_hop: int
    end_hop: int
    likelihood: float
    heard_hops: int
    parts: NDArray[np.float64]
    measures: NDArray[np.float64]
    kinds: NDArray[np.float64]
    settled: bool


class TransitionTracker:
    """Follows the transitions of one set."""

    def __init__(self) -> None:
        self._count = 0
        self._start_hop: int | None = None
        self._end_hop: int | None = None
        self._noticed_hop = 0
        self._likelihood = 0.0
        self._likely_hops = 0
        self._quiet_hops = 0
        self._read: list[tuple[NDArray[np.float64], ...]] = []

    def hear(self, hop_index: int, opinion: WindowOpinion) -> tuple[Track, ...]:
        """Take the model's word on a hop; return the transition it changes or settles, if any.

        Two are returned where a new one begins before the last one settled.
        """
        likely = read.active(opinion)
        begins = self._begins(likely)
        settled: tuple[Track, ...] = ()
        if self._end_hop is not None and begins:
            settled = (self._track(hop_index, settled=True),)
            self._forget()
        if self._start_hop is None:
            if not begins:
                return ()
            self._start_hop = max(hop_index - LAG_HOPS - BEGIN_HOPS + 1, 0)
            self._noticed_hop = hop_index
        self._note(opinion, likely)
        self._follow(hop_index, likely)
        track = self._track(hop_index, settled=self._rested(hop_index))
        if track.settled:
            self._forget()
        return (*settled, track)

    def _begins(self, likely: float) -> bool:
        self._likely_hops = self._likely_hops + 1 if likely >= BEGINS else 0
        return self._likely_hops >= BEGIN_HOPS

    def _note(self, opinion: WindowOpinion, likely: float) -> None:
        self._likelihood = max(self._likelihood, likely)
        self._read.append((read.parts(opinion), read.measures(opinion), read.kinds(opinion)))
        del self._read[:-AVERAGED_HOPS]

    def _follow(self, hop_index: int, likely: float) -> None:
        self._quiet_hops = self._quiet_hops + 1 if likely < GOES_ON else 0
        if self._end_hop is None and self._quiet_hops >= END_HOPS:
            self._end_hop = hop_index - LAG_HOPS - END_HOPS + 1
            self._likely_hops = 0

    def _rested(self, hop_index: int) -> bool:
        return self._end_hop is not None and hop_index - self._end_hop >= LAG_HOPS + SETTLE_HOPS

    def _track(self, hop_index: int, *, settled: bool) -> Track:
        start = self._start_hop or 0
        end = hop_index - LAG_HOPS + 1 if self._end_hop is None else self._end_hop
        parts, measures, kinds = (
            np.mean([each[column] for each in self._read], axis=0) for column in range(3)
        )
        return Track(
            index=self._count,
            start_hop=start,
            end_hop=max(end, start + 1),
            likelihood=self._likelihood,
            heard_hops=hop_index - self._noticed_hop,
            parts=parts,
            measures=measures,
            kinds=kinds,
            settled=settled,
        )

    def _forget(self) -> None:
        self._count += 1
        self._start_hop = self._end_hop = None
        self._likelihood = 0.0
        self._likely_hops = self._quiet_hops = 0
        self._read = []
