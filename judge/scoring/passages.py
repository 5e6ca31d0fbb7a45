"""Transitions as they are told to others, and as the model is told of earlier ones."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS
from core.messages import Component, Reading, Transition
from judge.parts import Part, concluded
from judge.scoring.opinion import likeliest_kind, named_measures, part_readings
from judge.scoring.tracking import Track
from judge.specification import TRANSITION_FEATURES, TRANSITIONS, Measure

LEAST_CONFIDENCE: Final = 0.3
LONGEST_SECONDS: Final = 32.0
LEAST_KIND: Final = 0.35
_PENDING: Final = Reading(None, reason="transition_under_way")
_SMOOTH: Final = (Part.LEVEL, Part.BASS, Part.PHRASE, Part.SILENCE)


def transition(track: Track) -> Transition:
    """Return a tracked transition as a message; unsettled, it is only a stretch of time."""
    read, measure = part_readings(track.parts), named_measures(track.measures)
    beats = min((read[Part.BEAT_OFFSET], read[Part.TEMPO_DRIFT]), key=lambda part: part.share)
    harmony = read[Part.HARMONY]
    drift = measure[Measure.DRIFT_MS_PER_SECOND]
    kind, likely = likeliest_kind(track.kinds)

    def known(value: float, confidence: float, otherwise: str) -> Reading:
        if not track.settled:
            return _PENDING
        if confidence < LEAST_CONFIDENCE:
            return Reading(None, reason=otherwise)
        return Reading(value, min(confidence, 1.0))

    def sure(part: Part) -> float:
        return 1 - 2 * read[part].deviation

    named = Reading(None, reason="kind_unsure")
    if likely >= LEAST_KIND:
        named = Reading(kind.value, likely)
    return Transition(
        index=track.index,
        start_sample=track.start_hop * HOP_SAMPLES,
        end_sample=track.end_hop * HOP_SAMPLES,
        settled=track.settled,
        beat_match_accuracy=known(beats.share, 1 - 2 * beats.deviation, "beat_unsure"),
        harmonic_compatibility=known(harmony.share, 1 - 2 * harmony.deviation, "no_key"),
        transition_smoothness=known(_smoothness(track), 0.7, "not_measured"),
        offset_ms=known(abs(measure[Measure.OFFSET_MS]), sure(Part.BEAT_OFFSET), "beat_unsure"),
        tempo_difference_percent=known(abs(drift) / 10, sure(Part.TEMPO_DRIFT), "beat_unsure"),
        kind=named if track.settled else _PENDING,
        drift_ms_per_second=known(abs(drift), sure(Part.TEMPO_DRIFT), "beat_unsure"),
        bass_excess_db=known(measure[Measure.BASS_EXCESS_DB], sure(Part.BASS), "not_measured"),
        level_step_lu=known(measure[Measure.LEVEL_STEP_LU], sure(Part.LEVEL), "not_measured"),
        phrase_error_beats=known(
            abs(measure[Measure.PHRASE_ERROR_BEATS]), sure(Part.PHRASE), "beat_unsure"
        ),
    )


def _smoothness(track: Track) -> float:
    read = part_readings(track.parts)
    return float(np.mean([read[part].share for part in _SMOOTH]))


def mixing_features(tracks: list[Track]) -> NDArray[np.float32]:
    """Return the model's input, shape (TRANSITIONS, TRANSITION_FEATURES), the newest last.

    Settled transitions alone: duration over 32 s, the worse of offset and drift, harmony,
    smoothness, and what the transition was worth in technical and selection.
    """
    table = np.zeros((TRANSITIONS, TRANSITION_FEATURES), dtype=np.float32)
    newest = [track for track in tracks if track.settled][-TRANSITIONS:]
    for row, track in enumerate(newest, start=TRANSITIONS - len(newest)):
        seconds = (track.end_hop - track.start_hop) * HOP_SECONDS
        read = part_readings(track.parts)
        values = np.array([read[part].share for part in Part])
        table[row] = mixing_row(seconds, values)
    return table


def mixing_row(seconds: float, values: NDArray[np.float64]) -> tuple[float, ...]:
    """Return one transition's features from its duration and its parts, shape (10,)."""
    order = tuple(Part)
    by_part = {part: float(values[column]) for column, part in enumerate(order)}
    return (
        min(seconds / LONGEST_SECONDS, 1.0),
        min(by_part[Part.BEAT_OFFSET], by_part[Part.TEMPO_DRIFT]),
        by_part[Part.HARMONY],
        sum(by_part[part] for part in _SMOOTH) / len(_SMOOTH),
        float(concluded(Component.TECHNICAL, values)),
        float(concluded(Component.SELECTION, values)),
    )
