"""How level, bass and faults of a transition differ from what was before and came after it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from judge.hindsight.record import BLOCKS, Notes
from judge.hindsight.spans import Sides
from judge.listening.onsets import KICK_BANDS, ONSET_BANDS

_PERCENTILES: Final = (10, 25, 50, 75, 90, 97)
_BANDS: Final = ONSET_BANDS + 1
_GONE_DB: Final = (-9.0, -15.0, -24.0)
_AROUND_HOPS: Final = 16
_CLOSE_HOPS: Final = 8
_PEAK_BANDS: Final = ((0, 2), (2, 10), (10, 20), (20, 30))
_PEAK_PERCENTILES: Final = (30, 60, 90)
_LOW_BANDS: Final = ((0, 1), (1, 2), (2, 4), (0, 3), (3, 8))
_STRETCH_HOPS: Final = 8
_STRETCH_PERCENTILES: Final = (20, 50, 80)
SUSTAINED_FEATURES: Final = 4 * len(_LOW_BANDS) * len(_STRETCH_PERCENTILES)
LEVEL_FEATURES: Final = (
    (len(_PERCENTILES) + 6) * _BANDS
    + len(_PEAK_BANDS) * len(_PEAK_PERCENTILES)
    + len(_GONE_DB)
    + 6
    + SUSTAINED_FEATURES
)


def level_features(notes: Notes, sides: Sides, beat_seconds: float) -> NDArray[np.float64]:
    """Return (LEVEL_FEATURES,), NaN for what is not known.

    For loudness and each band the steps of its percentiles from before to after, right before to
    right after, and how far it rises and falls within; for how many beats the bass was gone; and
    what was clipped or silent.
    """
    levels = np.concatenate((notes.momentary_lufs[:, None], notes.bands_db), axis=1)
    before, within, after = (levels[rows] for rows in (sides.before, sides.within, sides.after))
    if len(before) < 2 or len(after) < 2:
        return np.full(LEVEL_FEATURES, np.nan)
    steps = _percentiles(after) - _percentiles(before)
    near = after[:_CLOSE_HOPS].mean(axis=0) - before[-_CLOSE_HOPS:].mean(axis=0)
    inner = within if len(within) else after[:1]
    usual = np.maximum(np.percentile(before, 75, axis=0), np.percentile(after, 75, axis=0))
    most = inner.max(axis=0) - usual
    top = np.percentile(inner, 75, axis=0) - usual
    above = np.percentile(inner, 75, axis=0) - np.percentile(before, 75, axis=0)
    least = inner.min(axis=0) - usual
    moving = after.std(axis=0) - before.std(axis=0)
    return np.concatenate(
        (
            steps.ravel(), near, most, top, above, least, moving,
            _struck(notes, sides), _bass_gone(notes, sides, beat_seconds), _faults(notes, sides),
            _sustained(notes, sides),
        )
    )  # fmt: skip


def _percentiles(levels: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(np.percentile(levels, _PERCENTILES, axis=0))


def _struck(notes: Notes, sides: Sides) -> NDArray[np.float64]:
    """Return the steps of what is struck in each hop: its loudest 100 ms, in dB, by band."""
    steps = []
    for low, high in _PEAK_BANDS:
        power = np.exp(2 * notes.spectra[:, :, low:high]).sum(axis=2)
        struck = 10 * np.log10(power.max(axis=1))
        before, after = struck[sides.before], struck[sides.after]
        steps.append(
            np.percentile(after, _PEAK_PERCENTILES) - np.percentile(before, _PEAK_PERCENTILES)
        )
    return np.concatenate(steps)


def _sustained(notes: Notes, sides: Sides) -> NDArray[np.float64]:
    """Return how far low bands rise and fall within, shape (SUSTAINED_FEATURES,), in dB.

    A bass drum hides how many basses play with it. What a stretch of 4 s holds between the drums is
    seen in the lower percentiles of its tenths of a second.
    """
    if sides.within.stop - sides.within.start < 2:
        return np.full(SUSTAINED_FEATURES, np.nan)
    power = np.exp(2 * notes.spectra[:, :, : _LOW_BANDS[-1][1]])
    level_db = 10 * np.log10([power[:, :, low:high].sum(axis=2) for low, high in _LOW_BANDS])
    before, within, after = (
        _stretches(level_db[:, rows]) for rows in (sides.before, sides.within, sides.after)
    )
    usual = np.maximum(np.median(before, axis=2), np.median(after, axis=2))
    highest = np.maximum(before.max(axis=2), after.max(axis=2))
    most, middle, least = within.max(axis=2), np.median(within, axis=2), within.min(axis=2)
    return np.concatenate(
        [(value - against).ravel() for value, against in
         ((most, usual), (most, highest), (middle, usual), (least, usual))]
    )  # fmt: skip


def _stretches(level_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return percentiles of stretches of some hops, one a second.

    Parameters
    ----------
    level_db
        Shape (bands, n, BLOCKS).

    Returns
    -------
    NDArray
        Shape (percentiles, bands, stretches).
    """
    length = min(_STRETCH_HOPS, level_db.shape[1])
    stretches = sliding_window_view(level_db, length, axis=1)[:, ::2]
    rows = stretches.reshape(*stretches.shape[:2], -1)
    return np.asarray(np.percentile(rows, _STRETCH_PERCENTILES, axis=2))


def _bass_gone(notes: Notes, sides: Sides, beat_seconds: float) -> NDArray[np.float64]:
    """Return the longest run without bass around the switch in beats, by how much is gone."""
    first = max(sides.within.start - _AROUND_HOPS, 0)
    spectra = notes.spectra[first : sides.within.stop + _AROUND_HOPS]
    bass_db = 8.686 * np.log(np.exp(spectra[:, :, : KICK_BANDS + 1]).mean(axis=2)).ravel()
    usual = float(np.percentile(bass_db, 75))
    return np.array(
        [_longest(bass_db < usual + gone) / (2 * BLOCKS) / beat_seconds for gone in _GONE_DB]
    )


def _longest(flags: NDArray[np.bool_]) -> float:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    runs = edges[1::2] - edges[::2]
    return float(runs.max()) if len(runs) else 0.0


def _faults(notes: Notes, sides: Sides) -> NDArray[np.float64]:
    around = slice(max(sides.within.start - _CLOSE_HOPS, 0), sides.within.stop + _CLOSE_HOPS)
    runs = notes.clipped_runs
    return np.array(
        [
            float(notes.silent_seconds[around].max(initial=0.0)),
            float(runs[around].sum()),
            float(runs[sides.within].sum()),
            float(runs[sides.before].mean()) if sides.before.stop > sides.before.start else 0.0,
            float(runs[sides.after].mean()) if sides.after.stop > sides.after.start else 0.0,
            float(np.log1p(runs[around]).max(initial=0.0)),
        ]
    )
