"""Energy and creativity of a set, from how it drives and what is done in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.media import HOP_SECONDS
from core.messages import Component, Genre, Loss
from judge import rubric
from judge.parts import Part, concluded
from judge.readings import WindowOpinion
from judge.scoring import opinion as read
from judge.scoring.estimates import Belief
from judge.scoring.standing import whole
from judge.scoring.techniques import Deed
from judge.scoring.tracking import Track
from judge.specification import LAG_HOPS

UNPROVED_SECONDS: Final = 60.0
"""After a minute a set counts half for what it is, half for what is usual; then ever more."""
DEVIATIONS: Final[Mapping[Component, float]] = {
    Component.ENERGY: 0.08,
    Component.CREATIVITY: 0.17,
}
"""Of a whole set as heard, on 0-1; from sets of the training's own kind that chose the model."""
_GROWS_HOPS: Final = 1_024
DECIDED_HOPS: Final = LAG_HOPS + 8
"""After so long it is known whether a transition was under way."""


@dataclass(frozen=True, slots=True)
class _Worth:
    """What a transition means for the whole set."""

    technical: float  # 0-1
    layered: bool


class SetCourse:
    """How one set drives, and what its DJ did."""

    def __init__(self) -> None:
        self._levels = np.zeros((2, _GROWS_HOPS))
        self._hops = 0
        self._deeds: list[Deed] = []
        self._untold: list[Deed] = []
        self._worths: dict[int, _Worth] = {}
        self._ideas_sum = 0.0
        self._heard_hops = 0

    def hear(self, hop_index: int, opinion: WindowOpinion) -> None:
        """Take the model's word on a hop; hops that never came are taken to be like the last."""
        levels = read.drive_and_pulse(opinion)
        while self._levels.shape[1] <= hop_index:
            self._levels = np.concatenate((self._levels, np.zeros_like(self._levels)), axis=1)
        self._levels[:, self._hops : hop_index + 1] = np.array(levels)[:, None]
        self._hops = hop_index + 1
        _, creativity = read.window(opinion)
        self._ideas_sum += rubric.ideas_a_minute(creativity.share)
        self._heard_hops += 1

    def add(self, deeds: Sequence[Deed]) -> None:
        """Take techniques that were used."""
        self._deeds += deeds
        self._untold += deeds

    def new_deeds(self, tracks: Sequence[Track]) -> tuple[Deed, ...]:
        """Return techniques that count and were not told yet."""
        ripe = [deed for deed in self._untold if self._hops - deed.end_hop >= DECIDED_HOPS]
        self._untold = [deed for deed in self._untold if deed not in ripe]
        return tuple(deed for deed in ripe if self.counts(deed, tracks))

    def energy_aspects(self, tracks: Sequence[Track], genre: Genre) -> dict[str, rubric.Aspect]:
        """Return what the energy is judged by."""
        drive, pulse = self._levels[:, : self._hops]
        spans = [(track.start_hop, track.end_hop) for track in tracks if track.settled]
        return rubric.energy_aspects(drive, pulse, spans, genre)

    def creativity_aspects(self, tracks: Sequence[Track]) -> dict[str, rubric.Aspect]:
        """Return what the creativity is judged by."""
        seconds = self._hops * HOP_SECONDS
        overlaps = [self._worth(track).layered for track in tracks if track.settled]
        rate = self._ideas_sum / max(self._heard_hops, 1)
        return rubric.creativity_aspects(self._ideas(tracks), overlaps, seconds, rate)

    def standing(
        self, component: Component, tracks: Sequence[Track], genre: Genre
    ) -> tuple[Belief, tuple[Loss, ...]]:
        """Return the set's score so far in energy or creativity, and its losses."""
        if component is Component.ENERGY:
            lost = rubric.weighed(self.energy_aspects(tracks, genre), rubric.ENERGY_WEIGHTS)
        else:
            lost = rubric.weighed(self.creativity_aspects(tracks), rubric.CREATIVITY_WEIGHTS)
        return whole(component, lost, DEVIATIONS[component], unproved_share(self._hops))

    def _ideas(self, tracks: Sequence[Track]) -> list[tuple[str, float]]:
        ideas = []
        for track in tracks:
            kind, likely = read.likeliest_kind(track.kinds)
            if self._worth(track).technical >= rubric.LEAST_TECHNICAL:
                ideas.append((kind.value, rubric.TRANSITION_WORTH[kind] * likely))
        for deed in self._deeds:
            if self.counts(deed, tracks):
                worth = rubric.TECHNIQUE_WORTH[deed.technique]
                ideas.append((deed.technique.value, worth))
        return ideas

    def _worth(self, track: Track) -> _Worth:
        """Return what a transition is worth here, of one that is settled looked at once."""
        known = self._worths.get(track.index)
        if known is not None:
            return known
        worth = _Worth(technical(track), _layered(track))
        if track.settled:
            self._worths[track.index] = worth
        return worth

    @staticmethod
    def counts(deed: Deed, tracks: Sequence[Track]) -> bool:
        """Whether a technique counts by itself: what belongs to a transition counts there."""
        return not any(
            track.start_hop - 2 <= deed.end_hop and deed.start_hop <= track.end_hop + 2
            for track in tracks
        )


def unproved_share(hops: int) -> float:
    """Return how much a set of so many hops is still taken for a usual one, 0-1."""
    return UNPROVED_SECONDS / (UNPROVED_SECONDS + hops * HOP_SECONDS)


def technical(track: Track) -> float:
    """Return a transition's technical worth, 0-1."""
    read_shares = read.part_readings(track.parts)
    values = np.array([read_shares[part].share for part in Part])
    return float(concluded(Component.TECHNICAL, values))


def _layered(track: Track) -> bool:
    """Tell whether two tracks really played together: long, in time and in tune."""
    seconds = (track.end_hop - track.start_hop) * HOP_SECONDS
    harmony = read.part_readings(track.parts)[Part.HARMONY].share
    return (
        seconds >= rubric.LAYER_SECONDS
        and technical(track) >= rubric.LEAST_TECHNICAL
        and harmony >= rubric.LEAST_HARMONY
    )
