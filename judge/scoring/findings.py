"""All findings of a set, from what each hop and each settled transition shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.media import HOP_SECONDS, samples_to_seconds, seconds_to_samples
from core.messages import AudioHop, Finding, Reading, Transition
from judge.readings import Heard
from judge.scoring import rubric
from judge.scoring.history import History, HopNote, mean_lufs
from judge.scoring.moments import BuildWatch, ClippingWatch, DeadAirWatch, LevelWatch

LEAST_CONFIDENCE: Final = 0.35
"""What was measured less surely is shown with its transition, but nobody is charged for it."""

OVERLAP_SECONDS: Final = 4.0
"""Shorter than this, two tracks do not sound together long enough to drift or to blend."""

_SIDE_SAMPLES: Final = seconds_to_samples(8.0)
_BASS_GONE_DB: Final = -15.0
_BASS_THERE_DB: Final = -10.0


class FindingsWriter:
    """Writes each finding once."""

    def __init__(self) -> None:
        self._history = History()
        self._clipping = ClippingWatch()
        self._dead_air = DeadAirWatch()
        self._level = LevelWatch()
        self._build = BuildWatch()

    def hear(
        self, hop: AudioHop, heard: Heard, settled: Iterable[Transition]
    ) -> tuple[Finding, ...]:
        """Take one hop and the transitions that settled in it; return what there is to tell."""
        momentary = heard.loudness.momentary_lufs
        self._history.add(HopNote(hop.start_sample, momentary, heard.bass_db, heard.energy))
        found = [
            self._clipping.hear(hop, heard),
            self._dead_air.hear(hop, heard),
            self._level.hear(hop, self._history),
            self._build.hear(hop, self._history),
        ]
        for transition in settled:
            found += _beat_findings(transition)
            found += _harmony_findings(transition)
            found += [self._loudness_step(transition), self._bass_hole(transition, heard)]
        return tuple(finding for finding in found if finding is not None)

    def _loudness_step(self, transition: Transition) -> Finding | None:
        start, end = transition.start_sample, transition.end_sample
        before = mean_lufs(self._history.between(start - _SIDE_SAMPLES, start))
        after = mean_lufs(self._history.between(end, end + _SIDE_SAMPLES))
        if before is None or after is None:
            return None
        return rubric.LOUDNESS_STEP.finding(abs(after - before), start, end)

    def _bass_hole(self, transition: Transition, heard: Heard) -> Finding | None:
        start, end = transition.start_sample, transition.end_sample
        bpm = _number(heard.bpm)
        sides = (
            self._history.between(start - _SIDE_SAMPLES, start),
            self._history.between(end, end + _SIDE_SAMPLES),
        )
        if bpm is None or not all(_has_bass(notes) for notes in sides):
            return None
        longest, run = 0, 0
        for note in self._history.between(start, end):
            run = run + 1 if note.bass_db is not None and note.bass_db < _BASS_GONE_DB else 0
            longest = max(longest, run)
        beats = longest * HOP_SECONDS * bpm / 60
        return rubric.BASS_HOLE.finding(beats, start, end)


def _has_bass(notes: list[HopNote]) -> bool:
    levels = [note.bass_db for note in notes if note.bass_db is not None]
    return bool(levels) and sum(levels) / len(levels) > _BASS_THERE_DB


def _number(reading: Reading) -> float | None:
    """Return the value if it is a number and sure enough to be charged for."""
    if isinstance(reading.value, int | float) and reading.confidence >= LEAST_CONFIDENCE:
        return float(reading.value)
    return None


def _beat_findings(transition: Transition) -> list[Finding | None]:
    start, end = transition.start_sample, transition.end_sample
    overlapping = samples_to_seconds(end - start) >= OVERLAP_SECONDS
    found: list[Finding | None] = []
    offset_ms = _number(transition.offset_ms)
    if offset_ms is not None:
        sureness = transition.offset_ms.confidence
        found.append(rubric.BEAT_OFFSET.finding(abs(offset_ms), start, end, sureness))
        accuracy = _number(transition.beat_match_accuracy) or 0.0
        if overlapping and accuracy >= 0.9:
            found.append(rubric.CLEAN_BEATMATCH.finding(abs(offset_ms), start, end, sureness))
    percent = _number(transition.tempo_difference_percent)
    if percent is not None:
        sureness = transition.tempo_difference_percent.confidence
        rule = rubric.TEMPO_GAP if overlapping else rubric.TEMPO_JUMP
        found.append(rule.finding(abs(percent), start, end, sureness))
    return found


def _harmony_findings(transition: Transition) -> list[Finding | None]:
    blend = _number(transition.harmonic_compatibility)
    start, end = transition.start_sample, transition.end_sample
    if blend is None or samples_to_seconds(end - start) < OVERLAP_SECONDS:
        return []
    sureness = transition.harmonic_compatibility.confidence
    return [
        rule.finding(100 * blend, start, end, sureness)
        for rule in (rubric.KEY_CLASH, rubric.HARMONIC_BLEND)
    ]
