"""What a set does that may be an epic moment, from the judge's messages.

    drop     the music goes from anything else into its drop, or two tracks drop at once
    peak     the energy rises steeply to the top
    change   the sound changes as it seldom does, or the DJ does something daring

Sound says that something happened, not that anybody cared; that is the crowd's to tell.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.media import HOP_SECONDS, samples_to_seconds
from core.messages import (
    Finding,
    RoomMessage,
    Score,
    Section,
    Technique,
    Transition,
    TransitionKind,
)
from sentiment.moments.novelty import Novelty

DROP: Final = "drop"
PEAK: Final = "peak"
CHANGE: Final = "change"

DROP_HOPS: Final = 2
"""Windows in a row that have to say "drop": a single one is often wrong."""

BEFORE_HOPS: Final = 6
"""Windows in a row of other music, without which there is nothing to drop from."""

DROP_STRENGTH: Final = 0.65
RISE_WORTH: Final = 0.5
"""What a rise of energy from 0 to 1 adds to a drop's strength."""

PEAK_RISE: Final = 0.3
PEAK_LEVEL: Final = 0.7
PEAK_ARMED_LEVEL: Final = 0.55
PEAK_STRENGTH: Final = 0.5
PEAK_HOPS: Final = round(2 / HOP_SECONDS)
PEAK_BACK_HOPS: Final = round(6 / HOP_SECONDS)
"""A peak is the mean energy of 2 s against that of the 6 s before."""

DARING: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(
    {
        TransitionKind.DOUBLE_DROP: (DROP, 0.9),
        TransitionKind.BACKSPIN: (CHANGE, 0.5),
        TransitionKind.SCRATCH_IN: (CHANGE, 0.5),
    }
)
"""Kinds of transition that a crowd may answer; blends are meant to pass unnoticed."""

BUILD: Final = "energy_build"
BUILD_STRENGTH: Final = 0.5
TECHNIQUES: Final = frozenset(f"technique_{technique}" for technique in Technique)
TECHNIQUE_STRENGTH: Final = 0.4


@dataclass(frozen=True, slots=True)
class AudioEvent:
    """Something that the set did."""

    code: str  # "drop", "peak" or "change"
    at_seconds: float  # on the media clock
    strength: float  # 0-1: how likely it is epic, as far as sound can tell


class AudioMoments:
    """Finds events in what the judge says of one set."""

    def __init__(self) -> None:
        self._novelty = Novelty()
        self._energy: deque[float] = deque(maxlen=PEAK_HOPS + PEAK_BACK_HOPS)
        self._armed = True
        self._drop_hops = 0
        self._other_hops = 0
        self._told: set[int] = set()  # indices of transitions

    def hear(self, message: RoomMessage) -> list[AudioEvent]:
        """Take the set's next message and return what it shows; most show nothing."""
        if isinstance(message, Score):
            found = [self._drop(message), self._peak(message), self._change(message)]
        elif isinstance(message, Transition):
            found = [self._transition(message)]
        elif isinstance(message, Finding):
            found = [_finding(message)]
        else:
            return []
        return [event for event in found if event is not None]

    def _drop(self, score: Score) -> AudioEvent | None:
        section = score.section.value
        if section is None:
            return None  # not known: neither the drop's end nor other music
        if section != Section.DROP:
            self._drop_hops = 0
            self._other_hops += 1
            return None
        self._drop_hops += 1
        if self._drop_hops != DROP_HOPS:
            return None
        enough, self._other_hops = self._other_hops >= BEFORE_HOPS, 0
        if not enough:
            return None
        began_seconds = samples_to_seconds(score.end_sample) - DROP_HOPS * HOP_SECONDS
        strength = DROP_STRENGTH + RISE_WORTH * max(0.0, self._rise() or 0.0)
        return AudioEvent(DROP, max(0.0, began_seconds), min(1.0, strength))

    def _peak(self, score: Score) -> AudioEvent | None:
        if score.energy is None:
            return None
        self._energy.append(score.energy)
        rise, now = self._rise(), _mean(list(self._energy)[-PEAK_HOPS:])
        if now < PEAK_ARMED_LEVEL:
            self._armed = True
        if not self._armed or rise is None or rise < PEAK_RISE or now < PEAK_LEVEL:
            return None
        self._armed = False
        began_seconds = samples_to_seconds(score.end_sample) - PEAK_HOPS * HOP_SECONDS
        strength = min(1.0, PEAK_STRENGTH + rise - PEAK_RISE)
        return AudioEvent(PEAK, max(0.0, began_seconds), strength)

    def _rise(self) -> float | None:
        """Return the energy of the newest seconds less that before; None before it is known."""
        if len(self._energy) < PEAK_HOPS + PEAK_BACK_HOPS:
            return None
        energies = list(self._energy)
        return _mean(energies[-PEAK_HOPS:]) - _mean(energies[:-PEAK_HOPS])

    def _change(self, score: Score) -> AudioEvent | None:
        found = self._novelty.hear(score)
        return None if found is None else AudioEvent(CHANGE, *found)

    def _transition(self, transition: Transition) -> AudioEvent | None:
        daring = DARING.get(str(transition.kind.value))
        if daring is None or transition.index in self._told:
            return None
        self._told.add(transition.index)
        code, strength = daring
        return AudioEvent(code, samples_to_seconds(transition.start_sample), strength)


def _finding(finding: Finding) -> AudioEvent | None:
    if finding.code == BUILD:
        return AudioEvent(PEAK, samples_to_seconds(finding.end_sample), BUILD_STRENGTH)
    if finding.code in TECHNIQUES:
        return AudioEvent(CHANGE, samples_to_seconds(finding.start_sample), TECHNIQUE_STRENGTH)
    return None


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
