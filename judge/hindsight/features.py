"""Everything that a transition shows once it can be looked back on, as one vector."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS
from judge.evidence import EVIDENCE_FEATURES
from judge.hindsight.beats import BEAT_FEATURES, beat_features, line_after, line_before
from judge.hindsight.harmony import KEY_FEATURES, key_features
from judge.hindsight.levels import LEVEL_FEATURES, level_features
from judge.hindsight.likeness import (
    LIKENESS_FEATURES,
    PORTRAIT_HOPS,
    Portraits,
    portrait,
)
from judge.hindsight.phrases import FOLD_FEATURES, fold_features
from judge.hindsight.record import Notes, SetRecord
from judge.hindsight.spans import Sides, sides
from judge.places import side_by_side

Span = tuple[int, int]
"""First hop of a transition, and the one after its last."""

LEAST_BEFORE_HOPS: Final = 6
"""Of what was never heard the trees have learnt nothing."""

_TIMING_FEATURES: Final = 5
_USUAL_BEAT_SECONDS: Final = 0.5
_PEAK_HOPS: Final = 3
_SILENT_LUFS: Final = -60.0


ASPECTS: Final[Mapping[str, slice]] = side_by_side(
    ("timing", _TIMING_FEATURES),
    ("beats", BEAT_FEATURES),
    ("keys", KEY_FEATURES),
    ("levels", LEVEL_FEATURES),
    ("folds", FOLD_FEATURES),
    ("likeness", LIKENESS_FEATURES),
    ("within", EVIDENCE_FEATURES),
    ("rise", EVIDENCE_FEATURES),
    ("step", EVIDENCE_FEATURES),
    ("peak", EVIDENCE_FEATURES),
)
"""Where each aspect lies; the last four are the evidence within, against before, after against
before, and its highest mean over three hops against before."""

HINDSIGHT_FEATURES: Final = max(place.stop for place in ASPECTS.values())


class Hindsight:
    """Remembers a set well enough to look back on its newest transitions.

    Parameters
    ----------
    portraits
        Of what was played before; by default nothing was.
    """

    def __init__(self, portraits: Portraits | None = None) -> None:
        self._record = SetRecord()
        self._portraits = Portraits() if portraits is None else portraits

    def hear(self, hop_index: int, evidence: NDArray[np.float32], row: NDArray[np.float32]) -> None:
        """Take a hop: its evidence and its note."""
        self._record.hear(hop_index, evidence, row)
        if self._record.next_hop % PORTRAIT_HOPS == 0:
            newest = Notes(self._record.notes.rows[-PORTRAIT_HOPS:])
            if newest.momentary_lufs.min() > _SILENT_LUFS:  # all silences are alike
                self._portraits.add(hop_index, portrait(newest))

    def reaches(self, span: Span, floor_hop: int) -> bool:
        """Say whether enough is remembered from before a transition to compare it with."""
        return span[0] - max(floor_hop, self._record.first_hop) >= LEAST_BEFORE_HOPS

    def features(self, span: Span, floor_hop: int) -> NDArray[np.float32]:
        """Return what a transition shows up to the newest hop, shape (HINDSIGHT_FEATURES,).

        NaN stands for what cannot be known: nothing was heard before, or no beat.

        Parameters
        ----------
        span
            Of the transition, as far as it is known.
        floor_hop
            The one after the last hop of the transition before it; 0 for the first.
        """
        record = self._record
        found = sides(record.first_hop, record.next_hop, span, floor_hop)
        notes, first = record.notes, record.first_hop
        beats = notes.since_beat_seconds, notes.period_seconds
        late = found.settled_after
        lines = (
            line_before(*beats, found.before, first),
            line_before(*beats, found.within, first),
            line_after(*beats, late, first),
        )
        beat = next((line.period_seconds for line in lines if line), _USUAL_BEAT_SECONDS)
        ends = (first + found.within.start) * HOP_SECONDS, (first + late.start) * HOP_SECONDS
        chroma = notes.chroma
        return np.concatenate(
            (
                _timing(found),
                beat_features(lines, ends),
                key_features(chroma[found.before], chroma[found.within], chroma[late]),
                level_features(notes, found, beat),
                fold_features(notes, found, first, (lines[0], lines[2])),
                self._portraits.likeness((floor_hop, span[0]), (span[1], record.next_hop)),
                *_averages(record.evidence, found),
            )
        ).astype(np.float32)


def _timing(found: Sides) -> list[float]:
    lengths = [rows.stop - rows.start for rows in (found.before, found.within, found.after)]
    return [*(math.log1p(length) for length in lengths), *map(float, lengths[1:])]


def _averages(rows: NDArray[np.float32], found: Sides) -> list[NDArray[np.float32]]:
    """Return the evidence within, and within, after and at its peak against before."""
    unknown = np.full(EVIDENCE_FEATURES, np.nan, np.float32)
    before = _mean(rows[found.before])
    # What folds and flams look back on reaches some seconds: the end shows a little later.
    inner = rows[found.within.start : found.within.stop + 4]
    after = _mean(rows[found.settled_after])
    within = _mean(inner)
    if len(inner) < _PEAK_HOPS:
        return [within, within - before, after - before, unknown]
    sums = np.cumsum(np.concatenate((np.zeros((1, EVIDENCE_FEATURES)), inner)), axis=0)
    peak = (sums[_PEAK_HOPS:] - sums[:-_PEAK_HOPS]).max(axis=0) / _PEAK_HOPS
    return [within, within - before, after - before, (peak - before).astype(np.float32)]


def _mean(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(rows):
        return np.full(EVIDENCE_FEATURES, np.nan, np.float32)
    return np.asarray(rows.mean(axis=0, dtype=np.float64), dtype=np.float32)
