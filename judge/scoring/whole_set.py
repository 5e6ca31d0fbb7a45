"""Energy and creativity of a set, from how it drives and what is done in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import numpy as np

from core.media import HOP_SECONDS
from core.messages import Component, Genre, Loss
from judge import rubric
from judge.parts import Part, concluded
from judge.readings import WindowOpinion
from judge.scoring import opinion as read
from judge.scoring.driving import Driving
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
DECIDED_HOPS: Final = LAG_HOPS + 8
"""After so long it is known whether a transition was under way."""


@dataclass(frozen=True, slots=True)
class _Worth:
    """What a transition means for the whole set."""

    idea: tuple[str, float] | None  # kind and worth, where it is one
    layered: bool


class SetCourse:
    """How one set drives, and what its DJ did."""

    def __init__(self) -> None:
        self._driving = Driving()
        self._fresh: list[Deed] = []  # not held against the transitions yet
        self._free: list[Deed] = []  # that belong to no transition looked at
        self._looked_at = 0  # transitions, settled and in order
        self._untold: list[Deed] = []
        self._worths: dict[int, _Worth] = {}
        self._ideas_sum = 0.0
        self._heard_hops = 0

    @property
    def _hops(self) -> int:
        return self._driving.hops

    def hear(self, hop_index: int, opinion: WindowOpinion) -> None:
        """Take the model's word on a hop; hops that never came are taken to be like the last."""
        drive, pulse = read.drive_and_pulse(opinion)
        while self._hops <= hop_index:
            self._driving.hear(drive, pulse)
        _, creativity = read.window(opinion)
        self._ideas_sum += rubric.ideas_a_minute(creativity.share)
        self._heard_hops += 1

    def add(self, deeds: Sequence[Deed]) -> None:
        """Take techniques that were used."""
        self._fresh += deeds
        self._untold += deeds

    def new_deeds(self, tracks: Sequence[Track]) -> tuple[Deed, ...]:
        """Return techniques that count and were not told yet."""
        ripe = [deed for deed in self._untold if self._hops - deed.end_hop >= DECIDED_HOPS]
        self._untold = [deed for deed in self._untold if deed not in ripe]
        return tuple(deed for deed in ripe if self.counts(deed, tracks))

    def energy_aspects(self, tracks: Sequence[Track], genre: Genre) -> dict[str, rubric.Aspect]:
        """Return what the energy is judged by."""
        spans = [(track.start_hop, track.end_hop) for track in tracks if track.settled]
        return self._driving.aspects(spans, genre)

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
        ideas = [idea for track in tracks if (idea := self._worth(track).idea) is not None]
        for deed in self._counting(tracks):
            ideas.append((deed.technique.value, rubric.TECHNIQUE_WORTH[deed.technique]))
        return ideas

    def _counting(self, tracks: Sequence[Track]) -> list[Deed]:
        """Return all techniques that count, held against each settled transition once."""
        rest = tracks[self._looked_at :]
        settled = list(takewhile(lambda track: track.settled, rest))
        if settled:
            self._free = [deed for deed in self._free if self.counts(deed, settled)]
            self._looked_at += len(settled)
        if self._fresh:
            looked_at = tracks[: self._looked_at]
            self._free += [deed for deed in self._fresh if self.counts(deed, looked_at)]
            self._fresh = []
        open_tracks = tracks[self._looked_at :]
        return [deed for deed in self._free if self.counts(deed, open_tracks)]

    def _worth(self, track: Track) -> _Worth:
        """Return what a transition is worth here, of one that is settled looked at once."""
        known = self._worths.get(track.index)
        if known is not None:
            return known
        worth = _Worth(_idea(track), _layered(track))
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


def _idea(track: Track) -> tuple[str, float] | None:
    """Return the kind and worth of a transition that is an idea."""
    if technical(track) < rubric.LEAST_TECHNICAL:
        return None
    kind, likely = read.likeliest_kind(track.kinds)
    return kind.value, rubric.TRANSITION_WORTH[kind] * likely


def _layered(track: Track) -> bool:
    """Tell whether two tracks really played together: long, in time and in tune."""
    seconds = (track.end_hop - track.start_hop) * HOP_SECONDS
    harmony = read.part_readings(track.parts)[Part.HARMONY].share
    return (
        seconds >= rubric.LAYER_SECONDS
        and technical(track) >= rubric.LEAST_TECHNICAL
        and harmony >= rubric.LEAST_HARMONY
    )
