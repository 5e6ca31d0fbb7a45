"""All findings of a set: what each transition lost, what happened between them, what went well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from core.media import HOP_SAMPLES, HOP_SECONDS
from core.messages import AudioHop, Component, Finding, Genre
from judge.parts import BASS_HOLE_BEATS, LIMITS, Part
from judge.readings import Heard
from judge.rubric import (
    CREATIVITY_WEIGHTS,
    ENERGY_WEIGHTS,
    JUMPS_A_FIVE_MINUTES,
    TECHNIQUE_WORTH,
    Aspect,
    weighed,
)
from judge.scoring import rules
from judge.scoring.estimates import SPAN
from judge.scoring.history import History, HopNote
from judge.scoring.mixing import BASS_HOLE, MIXED, losses, told
from judge.scoring.moments import BuildWatch, ClippingWatch, DeadAirWatch, LevelWatch
from judge.scoring.opinion import named_measures, part_readings
from judge.scoring.techniques import Deed
from judge.scoring.tracking import Track
from judge.scoring.whole_set import unproved_share
from judge.specification import Measure

OVERLAP_SECONDS: Final = 6.0
"""Shorter than this, two tracks do not sound together long enough to praise their blend."""

PRAISED_SHARE: Final = 0.85
DEED_POINTS: Final = 0.5
"""What the best technique gains a set of usual length; the set's own score says it exactly."""

TELL_SET_EVERY_HOPS: Final = round(300 / HOP_SECONDS)
FIRST_SET_HOP: Final = round(180 / HOP_SECONDS)
LEAST_SET_POINTS: Final = 0.4


class FindingsWriter:
    """Writes each finding once."""

    def __init__(self) -> None:
        self._history = History()
        self._clipping = ClippingWatch()
        self._dead_air = DeadAirWatch()
        self._level = LevelWatch()
        self._build = BuildWatch()
        self._told_set_hop: dict[str, int] = {}

    def moments(self, hop: AudioHop, heard: Heard) -> tuple[Finding, ...]:
        """Take one hop; return faults and builds that it shows."""
        momentary = heard.loudness.momentary_lufs
        self._history.add(HopNote(hop.start_sample, momentary, heard.bass_db, heard.energy))
        found = (
            self._clipping.hear(hop, heard),
            self._dead_air.hear(hop, heard),
            self._level.hear(hop, self._history),
            self._build.hear(hop, self._history),
        )
        return tuple(finding for finding in found if finding is not None)

    @staticmethod
    def deeds(deeds: Iterable[Deed]) -> tuple[Finding, ...]:
        """Tell techniques that counted."""
        return tuple(
            Finding(
                code=f"technique_{deed.technique.value}",
                component=Component.CREATIVITY,
                start_sample=deed.start_hop * HOP_SAMPLES,
                end_sample=deed.end_hop * HOP_SAMPLES,
                measured=(deed.end_hop - deed.start_hop) * HOP_SECONDS,
                limit=0.0,
                unit="s",
                points=DEED_POINTS * TECHNIQUE_WORTH[deed.technique],
            )
            for deed in deeds
        )

    def whole_set(
        self,
        hop_index: int,
        genre: Genre,
        aspects_of: Callable[[], Mapping[Component, Mapping[str, Aspect]]],
    ) -> tuple[Finding, ...]:
        """Tell what the set as a whole lacks: the costliest of each component, now and then."""
        if hop_index < FIRST_SET_HOP or hop_index % (FIRST_SET_HOP // 6):
            return ()
        aspects = aspects_of()
        points = -SPAN * (1 - unproved_share(hop_index + 1))
        found = []
        for component, weights in (
            (Component.ENERGY, ENERGY_WEIGHTS),
            (Component.CREATIVITY, CREATIVITY_WEIGHTS),
        ):
            lost = weighed(aspects[component], weights)
            due = [code for code in lost if self._is_due(code, hop_index)]
            worst = max(due, key=lambda code: lost[code], default=None)
            if worst is not None and -points * lost[worst] >= LEAST_SET_POINTS:
                self._told_set_hop[worst] = hop_index
                measured = aspects[component][worst].measured
                found.append(_finding(worst, measured, points * lost[worst], 0, hop_index + 1))
        drops = JUMPS_A_FIVE_MINUTES[genre]
        return tuple(
            replace(each, limit=drops) if each.code == "few_drops" else each for each in found
        )

    def _is_due(self, code: str, hop_index: int) -> bool:
        told = self._told_set_hop.get(code)
        return told is None or hop_index - told >= TELL_SET_EVERY_HOPS


def of_transition(track: Track, tempo_jump_percent: float | None) -> tuple[Finding, ...]:
    """Tell what a settled transition lost and what went well.

    Parameters
    ----------
    track
        The transition.
    tempo_jump_percent
        How much faster or slower the new track runs; None where that is not known.
    """
    measured = _measured(track, tempo_jump_percent)
    found = []
    for component in MIXED:
        plain = told(component, track)
        for code, loss in losses(component, track).items():
            if code not in plain:
                continue
            points = -SPAN * loss
            found.append(_finding(code, measured[code], points, track.start_hop, track.end_hop))
    return (*found, *_praise(track))


def _measured(track: Track, tempo_jump_percent: float | None) -> dict[str, float]:
    """Return what was measured of each loss, by its code.

    A size and its part are read apart; what is told must not lie below the size that its points
    begin at, or a DJ would be charged for nothing.
    """
    measure = named_measures(track.measures)
    read = part_readings(track.parts)

    def costing(
        part: Part, measured: float = 0.0, limits: tuple[float, float] | None = None
    ) -> float:
        """Return what was measured, or if that costs less, what it must have been."""
        good, bad = limits or LIMITS[part]
        return max(abs(measured), good + (bad - good) * (1 - read[part].share))

    return {
        "beat_offset": costing(Part.BEAT_OFFSET, measure[Measure.OFFSET_MS]),
        "tempo_drift": costing(Part.TEMPO_DRIFT, measure[Measure.DRIFT_MS_PER_SECOND]),
        "loudness_step": costing(Part.LEVEL, measure[Measure.LEVEL_STEP_LU]),
        "bass_clash": costing(Part.BASS, measure[Measure.BASS_EXCESS_DB]),
        BASS_HOLE: costing(Part.BASS, limits=BASS_HOLE_BEATS),
        "off_phrase": costing(Part.PHRASE, measure[Measure.PHRASE_ERROR_BEATS]),
        "clipping": costing(Part.CLIPPING),
        "dead_air": costing(Part.SILENCE),
        "key_clash": 100 * read[Part.HARMONY].share,
        "tempo_jump": costing(Part.TEMPO) if tempo_jump_percent is None else tempo_jump_percent,
        "repetition": 1.0,
    }


def _praise(track: Track) -> list[Finding]:
    if (track.end_hop - track.start_hop) * HOP_SECONDS < OVERLAP_SECONDS:
        return []
    read = part_readings(track.parts)
    start, end = track.start_hop * HOP_SAMPLES, track.end_hop * HOP_SAMPLES
    found = []
    if min(read[Part.BEAT_OFFSET].share, read[Part.TEMPO_DRIFT].share) >= PRAISED_SHARE:
        offset_ms = abs(named_measures(track.measures)[Measure.OFFSET_MS])
        found.append(rules.CLEAN_BEATMATCH.finding(offset_ms, start, end, track.likelihood))
    harmony = 100 * read[Part.HARMONY].share
    found.append(rules.HARMONIC_BLEND.finding(harmony, start, end, track.likelihood))
    return [finding for finding in found if finding is not None]


def _finding(code: str, measured: float, points: float, start_hop: int, end_hop: int) -> Finding:
    telling = rules.TELLINGS[code]
    return Finding(
        code=code,
        component=telling.component,
        start_sample=start_hop * HOP_SAMPLES,
        end_sample=end_hop * HOP_SAMPLES,
        measured=measured,
        limit=telling.limit,
        unit=telling.unit,
        points=points,
    )
