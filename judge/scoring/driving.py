"""How a set drives, kept up hop by hop: what `judge.rubric` counts over the whole set, to the bit.

A set has tens of thousands of hops and a score for each. What lies far enough back never changes,
so it is counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from core.messages import Genre
from judge import rubric
from judge.rubric import JUMP, JUMP_HOPS, JUMP_REST_HOPS, NO_PULSE, RESOLVE_HOPS, STEP_HOPS

_GROWS_HOPS: Final = 1_024


class Driving:
    """Drive and pulse of one set, and what they come to so far."""

    def __init__(self) -> None:
        self._drive = np.zeros(_GROWS_HOPS)
        self._sums = [0.0]  # of the drive before each hop, in the order in which numpy sums up
        self._arrivals: list[int] = []
        self._contrast = (0, 0.0)  # after how many steps
        self._silent_from: int | None = None  # where the beat was lost, while it is
        self._breaks: list[tuple[int, int]] = []  # without a beat, and maybe still to be resolved
        self._lost_hops = 0  # of breaks before those
        self._dips: dict[tuple[int, int], bool] = {}  # of transitions that nothing changes any more

    @property
    def hops(self) -> int:
        """How many hops were heard."""
        return len(self._sums) - 1

    def hear(self, drive: float, pulse: float) -> None:
        """Take the next hop."""
        hop = self.hops
        if hop == len(self._drive):
            self._drive = np.concatenate((self._drive, np.zeros_like(self._drive)))
        self._drive[hop] = drive
        self._sums.append(self._sums[-1] + drive)
        self._note_arrival()
        if pulse < NO_PULSE:
            if self._silent_from is None:
                self._silent_from = hop
        elif self._silent_from is not None:
            self._breaks.append((self._silent_from, hop))
            self._silent_from = None
        self._close_breaks()

    def aspects(self, transitions: Sequence[tuple[int, int]], genre: Genre) -> rubric.Aspects:
        """Return what the energy is judged by; see `judge.rubric.energy_aspects`."""
        breaks = list(self._breaks)
        if self._silent_from is not None:
            breaks.append((self._silent_from, self.hops))
        movement = rubric.Movement(
            hops=self.hops,
            arrivals=len(self._arrivals),
            contrast=self._contrast_so_far(),
            lost_hops=self._lost_hops + rubric.lost_hops(breaks, self._arrivals),
            dips=sum(self._dip(span) for span in transitions),
            transitions=len(transitions),
        )
        return rubric.energy_of(movement, genre)

    def _note_arrival(self) -> None:
        """Look whether the drive arrived at the newest hop of which that can be told."""
        first = self.hops - 2 * JUMP_HOPS
        if first < 0:
            return
        before, middle, after = (self._sums[first + JUMP_HOPS * place] for place in range(3))
        rises = (after - middle) / JUMP_HOPS - (middle - before) / JUMP_HOPS > JUMP
        hop = first + JUMP_HOPS
        if rises and (not self._arrivals or hop - self._arrivals[-1] > JUMP_REST_HOPS):
            self._arrivals.append(hop)

    def _close_breaks(self) -> None:
        """Count breaks of which it is known whether a drop ends them."""
        while self._breaks and self._knows_arrivals_until(self._breaks[0][1] + JUMP_HOPS):
            self._lost_hops += rubric.lost_hops(self._breaks[:1], self._arrivals)
            del self._breaks[0]

    def _knows_arrivals_until(self, hop: int) -> bool:
        return self.hops - JUMP_HOPS >= hop

    def _contrast_so_far(self) -> float:
        steps = self.hops // STEP_HOPS
        if steps != self._contrast[0]:
            self._contrast = steps, rubric.contrast(self._drive[: self.hops])
        return self._contrast[1]

    def _dip(self, span: tuple[int, int]) -> bool:
        known = self._dips.get(span)
        if known is not None:
            return known
        dips = rubric.dips(self._drive[: self.hops], self._arrivals, span)
        if self._knows_arrivals_until(span[1] + RESOLVE_HOPS):
            self._dips[span] = dips
        return dips
