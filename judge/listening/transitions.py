"""What a passage from one track to the next was worth.

Both tracks are measured where they play alone, before the passage and after it: their tempo, the
grid of their beats, their keys, their level. Carried into the passage, the two grids tell how far
apart the beats lay; how crisp the mix stayed there tells whether to believe it. This reads the
mix alone: a DJ who rides the pitch within the passage is seen at its edges only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS, SAMPLE_RATE_HZ
from core.messages import Beat, Loudness, Reading, Transition
from judge.listening.camelot import compatibility
from judge.listening.onsets import OnsetHop
from judge.listening.passages import Passage, PassageFinder, hop_features
from judge.listening.tonality import LEAST_TONAL_SECONDS, judged
from judge.listening.trail import Trail

MEMORY_HOPS: Final = 360
"""Three minutes: the longest passage, and the tracks on both of its sides."""

LAG_GOOD_MS: Final = 12.0
LAG_BAD_MS: Final = 60.0
"""Kicks 12 ms apart are heard as one, 60 ms apart as two: the rubric's ends."""

STEP_GOOD_LU: Final = 1.0
STEP_BAD_LU: Final = 6.0

_LEVEL, _BPM, _BEAT, _CONFIDENCE, _CRISPNESS = range(5)
_SILENT_LUFS: Final = -70.0
_NO_FACTS: Final = np.array([_SILENT_LUFS, np.nan, np.nan, 0.0, np.nan])
_FACTS: Final = len(_NO_FACTS)
_GRID_HOPS: Final = 10
"""Hops over which a grid is fitted; each hop's beat already rests on 12 s."""
_GRID_AHEAD_HOPS: Final = 4
"""The new track may be in the mix, quietly, for a little before it changes how the mix sounds."""
_KEY_HOPS: Final = 60
_LEVEL_HOPS: Final = 4
_LEAST_CONFIDENCE: Final = 0.3
_CREDIBLE_PERCENT: Final = 12.0
_LAG_POINTS: Final = 9
_METRICAL_SHARE: Final = 1 / 8

_BLENDS: Final = np.array([[compatibility(a, b) for b in range(24)] for a in range(24)])
_PENDING: Final = Reading(None, reason="transition_under_way")


@dataclass(frozen=True, slots=True)
class BeatGrid:
    """A track's beats as a straight line in time."""

    anchor_sample: float
    period_samples: float
    confidence: float

    def phase(self, sample: float) -> float:
        """Return the phase at `sample` in beats; whole numbers are beats."""
        return (sample - self.anchor_sample) / self.period_samples


class TransitionListener:
    """Finds passages and measures them, hop by hop."""

    def __init__(self) -> None:
        self._finder = PassageFinder()
        self._facts: Trail[np.float64] = Trail(MEMORY_HOPS, _FACTS, np.float64)
        self._chroma: Trail[np.float64] = Trail(MEMORY_HOPS, 12, np.float64)
        self._newest_hop = -1

    def hear(
        self,
        hop_index: int,
        onsets: OnsetHop,
        hop_chroma: NDArray[np.float64],
        loudness: Loudness,
        *,
        beat: Beat | None,
        crispness: float,
        silent: bool,
    ) -> tuple[Transition, ...]:
        """Take one hop; return the transition it begins, changes or settles, if any."""
        self._skip_to(hop_index)
        momentary = loudness.momentary_lufs
        level = _SILENT_LUFS if momentary is None else max(momentary, _SILENT_LUFS)
        facts = _NO_FACTS.copy()
        facts[_LEVEL] = level
        if beat is not None:
            facts[_BPM:] = (beat.bpm, beat.sample, beat.confidence, crispness)
        self._facts.append(facts[None])
        self._chroma.append(hop_chroma[None])
        if silent:
            return ()
        passage = self._finder.hear(hop_index, hop_features(onsets.fine, hop_chroma))
        return () if passage is None else (self._transition(passage),)

    def _skip_to(self, hop_index: int) -> None:
        """Leave rows without facts for hops that never came, so that rows count hops."""
        missing = min(hop_index - self._newest_hop - 1, MEMORY_HOPS)
        if missing > 0:
            self._facts.append(np.tile(_NO_FACTS, (missing, 1)))
            self._chroma.append(np.zeros((missing, 12)))
        self._newest_hop = hop_index

    def _transition(self, passage: Passage) -> Transition:
        readings = self._measured(passage) if passage.settled else (_PENDING,) * 5
        accuracy, harmony, smoothness, offset, tempo = readings
        return Transition(
            index=passage.index,
            start_sample=passage.start_hop * HOP_SAMPLES,
            end_sample=passage.end_hop * HOP_SAMPLES,
            settled=passage.settled,
            beat_match_accuracy=accuracy,
            harmonic_compatibility=harmony,
            transition_smoothness=smoothness,
            offset_ms=offset,
            tempo_difference_percent=tempo,
        )

    def _measured(self, passage: Passage) -> tuple[Reading, Reading, Reading, Reading, Reading]:
        before = self._grid(passage.start_hop - _GRID_AHEAD_HOPS)
        after = self._grid(self._newest_hop + 1)
        accuracy, offset, tempo = self._beat_match(passage, before, after)
        return accuracy, self._harmony(passage), self._smoothness(passage), offset, tempo

    def _between(
        self, trail: Trail[np.float64], first_hop: int, end_hop: int
    ) -> NDArray[np.float64]:
        """Return the remembered rows of hops `first_hop` to `end_hop` (exclusive)."""
        rows = trail.newest()
        oldest = self._newest_hop - len(rows) + 1
        return rows[max(first_hop - oldest, 0) : max(end_hop - oldest, 0)]

    def _grid(self, end_hop: int) -> BeatGrid | None:
        facts = self._between(self._facts, end_hop - _GRID_HOPS, end_hop)
        known = facts[np.isfinite(facts[:, _BPM])]
        if len(known) < 4:
            return None
        confidence = float(known[:, _CONFIDENCE].mean()) * len(known) / len(facts)
        return fitted_grid(known[:, _BEAT], known[:, _BPM], confidence)

    def _beat_match(
        self, passage: Passage, before: BeatGrid | None, after: BeatGrid | None
    ) -> tuple[Reading, Reading, Reading]:
        """Return accuracy, offset and tempo difference."""
        if before is None or after is None:
            unknown = Reading(None, reason="no_beat")
            return unknown, unknown, unknown
        after = same_octave(before, after)
        percent = 100 * (before.period_samples / after.period_samples - 1)
        sureness = before.confidence * after.confidence
        if abs(percent) > _CREDIBLE_PERCENT:
            sureness *= 0.5  # more likely one of the tempi is misread by a third
        lags = lags_ms(before, after, passage)
        accuracy = float(np.mean([grade(abs(lag), LAG_GOOD_MS, LAG_BAD_MS) for lag in lags]))
        agreed = sureness * self._agreement(passage, accuracy)
        if abs(lags[len(lags) // 2]) > _METRICAL_SHARE * _milliseconds(before.period_samples):
            agreed *= 0.7  # one of the grids may stand on an off-beat
        return (
            _sure(accuracy, agreed),
            _sure(float(lags[len(lags) // 2]), agreed),
            _sure(percent, sureness),
        )

    def _agreement(self, passage: Passage, accuracy: float) -> float:
        """Return 0.5-1: whether the mix is as crisp in the passage as the accuracy lets expect."""
        start, end = passage.start_hop, passage.end_hop
        within = _mean(self._between(self._facts, start, end)[:, _CRISPNESS])
        sides = (
            _mean(self._between(self._facts, start - 16, start - 4)[:, _CRISPNESS]),
            _mean(self._between(self._facts, end + 8, end + 24)[:, _CRISPNESS]),
        )
        alone = [value for value in sides if value is not None]
        if within is None or not alone or end - start < 8:
            return 1.0  # too short to hear both: nothing speaks against it
        drop = 1 - within / max(float(np.mean(alone)), 1e-9)
        expected = 0.5 * (1 - accuracy)
        return 1.0 - 0.5 * min(abs(drop - expected) / 0.5, 1.0)

    def _harmony(self, passage: Passage) -> Reading:
        start, end = passage.start_hop, passage.end_hop
        before = self._between(self._chroma, start - _KEY_HOPS, start)
        after = self._between(self._chroma, end, end + _KEY_HOPS)
        least = LEAST_TONAL_SECONDS / HOP_SECONDS
        keys = [
            judged(rows.sum(axis=0)) if int(rows.any(axis=1).sum()) >= least else None
            for rows in (before, after)
        ]
        old, new = keys
        if old is None or new is None:
            return Reading(None, reason="no_key")
        blend = float(np.einsum("a,ab,b->", old.posterior, _BLENDS, new.posterior))
        return _sure(blend, old.confidence * new.confidence, "no_key")

    def _smoothness(self, passage: Passage) -> Reading:
        reach = 2 * _LEVEL_HOPS
        levels = self._between(self._facts, passage.start_hop - reach, passage.end_hop + reach)[
            :, _LEVEL
        ]
        sums = np.cumsum(np.concatenate(([0.0], levels)))
        means = (sums[_LEVEL_HOPS:] - sums[:-_LEVEL_HOPS]) / _LEVEL_HOPS
        if len(means) <= _LEVEL_HOPS:
            return Reading(None, reason="too_short")
        step_lu = float(np.abs(means[_LEVEL_HOPS:] - means[:-_LEVEL_HOPS]).max())
        level = grade(step_lu, STEP_GOOD_LU, STEP_BAD_LU)
        return Reading(0.5 * level + 0.5 * (1 - passage.abruptness), 0.7)


def _sure(value: float, confidence: float, otherwise: str = "beat_unsure") -> Reading:
    """Return the value if it is sure enough to be said."""
    if confidence < _LEAST_CONFIDENCE:
        return Reading(None, reason=otherwise)
    return Reading(value, min(confidence, 1.0))


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def grade(value: float, good: float, bad: float) -> float:
    """Return 1 up to `good`, 0 from `bad` on, linear between."""
    return min(max((bad - value) / (bad - good), 0.0), 1.0)


def fitted_grid(
    beats: NDArray[np.float64], bpm: NDArray[np.float64], confidence: float
) -> BeatGrid:
    """Lay a straight line through the beats reported hop by hop, shape (n,), in samples."""
    period = 60.0 / float(np.median(bpm)) * SAMPLE_RATE_HZ
    counts = np.round((beats - beats[0]) / period)
    spread = counts - counts.mean()
    power = float(spread @ spread)
    if power > 0:
        slope = float(spread @ (beats - beats.mean())) / power
        if abs(slope / period - 1) < 0.01:  # else the phase jumped in between
            period = slope
    anchor = float(np.median(beats - counts * period))
    return BeatGrid(anchor, period, confidence)


def same_octave(before: BeatGrid, after: BeatGrid) -> BeatGrid:
    """Read the second grid at the octave nearest to the first: 70 and 140 BPM are one tempo."""
    octaves = round(math.log2(after.period_samples / before.period_samples))
    return BeatGrid(after.anchor_sample, after.period_samples / 2**octaves, after.confidence)


def lags_ms(before: BeatGrid, after: BeatGrid, passage: Passage) -> NDArray[np.float64]:
    """Return how late the second grid's beat is at points along the passage, in ms, wrapped."""
    samples = np.linspace(passage.start_hop, passage.end_hop, _LAG_POINTS) * HOP_SAMPLES
    apart = np.array([before.phase(at) - after.phase(at) for at in samples])
    wrapped = apart - np.round(apart)
    return np.asarray(wrapped * _milliseconds(before.period_samples))


def _milliseconds(samples: float) -> float:
    return samples / SAMPLE_RATE_HZ * 1_000
