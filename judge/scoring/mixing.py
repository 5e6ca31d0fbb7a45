"""Technical and selection of a set: every transition, and every fault between them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from core.messages import Component, Finding, Loss
from judge.parts import MEAN_SHARE, WEIGHTS, WORST_SHARE, Part, part_losses
from judge.scoring.estimates import SPAN, Belief
from judge.scoring.opinion import named_measures, part_readings
from judge.scoring.standing import HIGHEST, Judged, standing
from judge.scoring.tracking import Track
from judge.specification import Measure

MIXED: Final = (Component.TECHNICAL, Component.SELECTION)

CODES: Final[Mapping[Part, str]] = {
    Part.BEAT_OFFSET: "beat_offset",
    Part.TEMPO_DRIFT: "tempo_drift",
    Part.LEVEL: "loudness_step",
    Part.BASS: "bass_clash",  # or BASS_HOLE
    Part.PHRASE: "off_phrase",
    Part.CLIPPING: "clipping",
    Part.SILENCE: "dead_air",
    Part.HARMONY: "key_clash",
    Part.TEMPO: "tempo_jump",
    Part.REPETITION: "repetition",
}
"""The finding that tells what a part lost."""

TOGETHER: Final = 1.1
UNDER_WAY: Final = 1.4
"""By how much the errors of a settled transition, and of one that goes on, exceed what the stated
deviations of its parts give, on the choosing sets: parts err together, and how sure they are is
fitted to what has settled."""

READING_NOISE: Final = 0.07
"""A share this near to 1 may be flawless: it costs what it costs, and nobody is told."""
LEAST_POINTS: Final = 0.05
"""As points are shown. What rounds to 0.0 is in the score, and not worth a DJ's attention."""
BELIEVED: Final = 0.5
"""That a track came again is a fact or none, and is told where it is more likely than not."""

BASS_HOLE: Final = "bass_hole"
"""What the bass lost where there was too little of it."""


class MixingRecord:
    """The transitions of one set, each as last read, and the faults between them."""

    def __init__(self) -> None:
        self._tracks: dict[int, Track] = {}
        self._settled: dict[tuple[Component, int], Judged] = {}
        self._faults: list[dict[str, float]] = []
        self._standings: dict[Component, tuple[Belief, tuple[Loss, ...]]] = {}  # until news come

    def add(self, track: Track) -> None:
        """Take the newest reading of a transition."""
        self._standings.clear()
        self._tracks[track.index] = track

    def add_fault(self, fault: Finding) -> None:
        """Take a fault that belongs to no transition."""
        self._standings.clear()
        self._faults.append({fault.code: -fault.points / SPAN})

    @property
    def tracks(self) -> list[Track]:
        """The transitions in order."""
        return list(self._tracks.values())

    def newest(self) -> Track | None:
        """Return the newest transition."""
        known = self.tracks
        return known[-1] if known else None

    def standing(self, component: Component) -> tuple[Belief, tuple[Loss, ...]]:
        """Return the set's score so far in technical or selection, and its losses."""
        known = self._standings.get(component)
        if known is None:
            judged = [self._judged(component, track) for track in self.tracks]
            faults = self._faults if component is Component.TECHNICAL else ()
            known = self._standings[component] = standing(component, judged, faults)
        return known

    def _judged(self, component: Component, track: Track) -> Judged:
        """Judge a transition; a settled one once: a set has hundreds, and a score each hop."""
        if not track.settled:
            return _judged(component, track)
        place = component, track.index
        if place not in self._settled:
            self._settled[place] = _judged(component, track)
        return self._settled[place]


def losses(component: Component, track: Track) -> dict[str, float]:
    """Return what each finding takes from one transition, on 0-1."""
    read = {part: reading.share for part, reading in part_readings(track.parts).items()}
    return {_code(part, track): loss for part, loss in part_losses(component, read).items()}


def told(component: Component, track: Track) -> frozenset[str]:
    """Return which losses of a transition are plain enough to be told."""
    read, lost = part_readings(track.parts), losses(component, track)
    return frozenset(
        code
        for part in WEIGHTS[component]
        if read[part].share <= (BELIEVED if part is Part.REPETITION else 1 - READING_NOISE)
        and SPAN * lost[code := _code(part, track)] >= LEAST_POINTS
    )


def _code(part: Part, track: Track) -> str:
    if part is Part.BASS and named_measures(track.measures)[Measure.BASS_EXCESS_DB] < 0:
        return BASS_HOLE
    return CODES[part]


def deviation(component: Component, track: Track) -> float:
    """Return the standard deviation of the error of a transition's loss."""
    read = part_readings(track.parts)
    weights = WEIGHTS[component]
    worst = min(weights, key=lambda part: read[part].share)
    slopes = {
        part: MEAN_SHARE * weight + WORST_SHARE * (part is worst)
        for part, weight in weights.items()
    }
    apart = math.sqrt(sum((slopes[part] * read[part].deviation) ** 2 for part in weights))
    return apart * (TOGETHER if track.settled else UNDER_WAY)


def transition_belief(component: Component, track: Track) -> Belief:
    """Return what one transition is worth, on 1-10."""
    lost = sum(losses(component, track).values())
    return Belief(HIGHEST - SPAN * lost, SPAN * deviation(component, track))


def _judged(component: Component, track: Track) -> Judged:
    return Judged(
        losses(component, track),
        deviation(component, track),
        track.likelihood,
        told(component, track),
    )
