"""Where in the old track's phrases the switch comes, and how the new track's lie on them.

What changes at each beat, folded at eight beats, marks where phrases begin; the fold of the track
that came, laid over that of the track that went, tells by how many beats they miss each other.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS
from judge.hindsight.beats import BeatLine
from judge.hindsight.record import BLOCKS, Notes
from judge.hindsight.spans import Sides

_BLOCK_SECONDS: Final = HOP_SECONDS / BLOCKS
_REACH_BEATS: Final = 2
_FOLDS: Final = (8, 16)
_LEAST_BEATS: Final = 8
_BAR_FOLDS: Final = (4, 8)
FOLD_FEATURES: Final = sum(2 * fold + 3 for fold in _FOLDS) + 3 + sum(_BAR_FOLDS)


def fold_features(
    notes: Notes,
    sides: Sides,
    first_hop: int,
    lines: tuple[BeatLine | None, BeatLine | None],
) -> NDArray[np.float64]:
    """Return (FOLD_FEATURES,), NaN for what is not known.

    Parameters
    ----------
    notes, sides, first_hop
        Of a record.
    lines
        Beats before and after the transition.
    """
    old, new = lines
    line = old or new
    if line is None:
        return np.full(FOLD_FEATURES, np.nan)
    spectra = notes.spectra.reshape(-1, notes.spectra.shape[2])
    sums: NDArray[np.float64] = np.zeros((len(spectra) + 1, spectra.shape[1]))
    np.cumsum(spectra, axis=0, out=sums[1:])
    start = first_hop * HOP_SECONDS
    before = _changes(sums, start, line, sides.before)
    across = _changes(
        sums, start, line, slice(max(sides.within.start - 2, 0), sides.within.stop + 4)
    )
    after = _changes(sums, start, new or line, sides.after)
    features: list[NDArray[np.float64]] = []
    for fold in _FOLDS:
        features.append(_laid_over(before, across, after, fold, line))
    extra = [len(before.sizes), len(after.sizes), float(across.sizes.max(initial=0.0))]
    sounds = _Patterns(spectra, start, line, sides.before)
    sounds_after = _Patterns(spectra, start, line, sides.after)
    alike = [_patterns_alike(sounds, sounds_after, fold) for fold in _BAR_FOLDS]
    return np.concatenate((*features, extra, *alike))


class _Patterns:
    """What sounds on each beat of a side, in 200 ms, beats by their number on the old line."""

    def __init__(
        self, spectra: NDArray[np.float32], start_seconds: float, line: BeatLine, rows: slice
    ) -> None:
        first, last = (
            (start_seconds + block * _BLOCK_SECONDS - line.anchor_seconds) / line.period_seconds
            for block in (rows.start * BLOCKS, rows.stop * BLOCKS - 2)
        )
        self.numbers = np.arange(np.ceil(first), np.floor(last) + 1).astype(np.int64)
        at_seconds = line.anchor_seconds + self.numbers * line.period_seconds - start_seconds
        at = np.clip(np.round(at_seconds / _BLOCK_SECONDS).astype(np.int64), 0, len(spectra) - 2)
        self.sounds = (spectra[at] + spectra[at + 1]).astype(np.float64)

    def folded(self, fold: int) -> NDArray[np.float64] | None:
        """Return what sounds at each of `fold` places more than usual, shape (fold, bands)."""
        if len(self.numbers) < 2 * fold:
            return None
        places = self.numbers % fold
        means = np.stack([self.sounds[places == place].mean(axis=0) for place in range(fold)])
        return np.asarray(means - means.mean(axis=0))


def _patterns_alike(old: _Patterns, new: _Patterns, fold: int) -> NDArray[np.float64]:
    """Return how alike two patterns are when the new one is moved by 0 to `fold` - 1 beats."""
    before, after = old.folded(fold), new.folded(fold)
    if before is None or after is None:
        return np.full(fold, np.nan)
    return _turned_alike(before, after)


def _turned_alike(old: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how alike two folds are when the new one is turned by 0, 1, ... places."""
    length = float(np.linalg.norm(old) * np.linalg.norm(new)) + 1e-9
    turned = [np.roll(new, -turn, axis=0) for turn in range(len(old))]
    return np.array([float((old * each).sum()) / length for each in turned])


class _Changes:
    """How much the sound changes at each beat, beats by their number on a line."""

    def __init__(self, sizes: NDArray[np.float64], at_seconds: NDArray[np.float64]) -> None:
        self.sizes = sizes
        self.at_seconds = at_seconds

    def folded(self, line: BeatLine, fold: int) -> NDArray[np.float64] | None:
        """Return the mean change at each of `fold` places, over the overall mean."""
        if len(self.sizes) < _LEAST_BEATS:
            return None
        places = self.places(line, fold)
        sums = np.bincount(places, self.sizes, fold)
        counts = np.bincount(places, minlength=fold)
        return np.asarray(sums / np.maximum(counts, 1) / (self.sizes.mean() + 1e-6) - 1)

    def places(self, line: BeatLine, fold: int) -> NDArray[np.int64]:
        numbers = np.round((self.at_seconds - line.anchor_seconds) / line.period_seconds)
        return numbers.astype(np.int64) % fold


def _changes(
    sums: NDArray[np.float64], start_seconds: float, line: BeatLine, rows: slice
) -> _Changes:
    """Return the changes at the beats of a line within some hops, from running sums."""
    reach = round(_REACH_BEATS * line.period_seconds / _BLOCK_SECONDS)
    first, last = rows.start * BLOCKS + reach, rows.stop * BLOCKS - reach
    low = np.ceil((start_seconds + first * _BLOCK_SECONDS - line.anchor_seconds)
                  / line.period_seconds)  # fmt: skip
    high = np.floor((start_seconds + last * _BLOCK_SECONDS - line.anchor_seconds)
                    / line.period_seconds)  # fmt: skip
    numbers = np.arange(low, high + 1)
    at_seconds = line.anchor_seconds + numbers * line.period_seconds
    at = np.round((at_seconds - start_seconds) / _BLOCK_SECONDS).astype(np.int64)
    inside = (at - reach >= 0) & (at + reach < len(sums))
    at, at_seconds = at[inside], at_seconds[inside]
    steps = (sums[at + reach] - 2 * sums[at] + sums[at - reach]) / max(reach, 1)
    return _Changes(np.sqrt(np.square(steps).mean(axis=1)), at_seconds)


def _laid_over(
    before: _Changes, across: _Changes, after: _Changes, fold: int, line: BeatLine
) -> NDArray[np.float64]:
    """Return how alike both folds are at each distance, and how the switch lies on the old one."""
    old, new = before.folded(line, fold), after.folded(line, fold)
    alike = np.full(fold, np.nan)
    if old is not None and new is not None:
        alike = _turned_alike(old, new)
    from_switch, place = np.full(fold, np.nan), np.full(3, np.nan)
    if old is not None and len(across.sizes):
        at = int(across.places(line, fold)[int(np.argmax(across.sizes))])
        from_switch = np.roll(old, -at)
        peak = (int(np.argmax(old)) - at) % fold
        place[0], place[1] = peak, old.max()
        place[2] = np.nan if new is None else (int(np.argmax(new)) - int(np.argmax(old))) % fold
    return np.concatenate((alike, from_switch, place))
