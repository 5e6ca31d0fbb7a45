"""Creative events: when a technique begins and ends, as the model hears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.messages import Technique
from judge.readings import WindowOpinion
from judge.scoring import opinion as read

BEGINS: Final[Mapping[Technique, float]] = {
    Technique.LOOP_ROLL: 0.25,
    Technique.FILTER_SWEEP: 0.3,
    Technique.ECHO_OUT: 0.25,
    Technique.SCRATCH: 0.16,
    Technique.STUTTER: 0.3,
    Technique.BACKSPIN: 0.14,
    Technique.DOUBLE_DROP: 0.4,
}
"""How likely each must be. Few hops hold any, so none is ever likely; these bounds find most at the
least cost in false ones on the choosing sets. Echoes and stutters are hardly told apart from music,
and are told only where they are far more likely than ever before."""
GOES_ON_SHARE: Final = 0.6
"""Of the bound at which it began."""
REST_HOPS: Final = 8
"""What comes again within 4 s is the same gesture."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One use of a technique; hops from the first to the one after the last."""

    technique: Technique
    start_hop: int
    end_hop: int


class TechniqueWatch:
    """Follows the techniques of one set."""

    def __init__(self) -> None:
        self._begun: dict[Technique, int] = {}
        self._ended: dict[Technique, int] = {}

    def hear(self, hop_index: int, opinion: WindowOpinion) -> tuple[Deed, ...]:
        """Take the model's word on a hop; return what ended with it."""
        deeds = []
        for technique, likely in read.techniques(opinion).items():
            start = self._begun.get(technique)
            if start is None:
                rested = hop_index - self._ended.get(technique, -REST_HOPS) >= REST_HOPS
                if likely >= BEGINS[technique] and rested:
                    self._begun[technique] = hop_index
            elif likely < GOES_ON_SHARE * BEGINS[technique]:
                del self._begun[technique]
                self._ended[technique] = hop_index
                deeds.append(Deed(technique, start, hop_index))
        return tuple(deeds)
