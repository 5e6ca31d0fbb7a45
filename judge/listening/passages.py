"""Where one track gives way to the next, from the mix alone.

A new track is sound that resembles nothing heard since the last change, and goes on being so. A
breakdown is unlike the bar before it, but the drop after it is unlike nothing: comparing with all
that is remembered, and not with the moment before, is what tells them apart. What is compared are
blocks of 8 s, about 16 beats: timbre (log spectrum without its level) and chroma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.listening.onsets import FINE_BANDS
from judge.listening.trail import Trail

TIMBRE: Final = slice(0, FINE_BANDS)
CHROMA: Final = slice(FINE_BANDS, FINE_BANDS + 12)
FEATURES: Final = FINE_BANDS + 12

BLOCK_HOPS: Final = 16
MEMORY_HOPS: Final = 600
"""Five minutes of the playing track, plus what follows, are compared."""

LEAST_TRACK_HOPS: Final = 80
"""Until 40 s of a track was heard its own next section is news as well."""

GUARD_HOPS: Final = 32
"""What sounded in the last 16 s before a block is no memory yet: in a slow blend each moment is
like the one before."""

UNLIKE: Final = 0.85
ALIKE: Final = 0.6
"""Distance at which a suspicion begins, and under which it is dropped."""

CONFIRM_HOPS: Final = 32
"""News must last 16 s."""

SETTLE_HOPS: Final = 36
"""After its end the new track is heard alone for 18 s before the passage is judged: the tempo
looks back 12 s, and the last of the old track fades below what moves the end."""

LONGEST_HOPS: Final = 128
"""A passage that has not come to rest 64 s after it was noticed is judged as it stands."""

_CHROMA_WEIGHT: Final = 3.0
_SHORT_HOPS: Final = 4
_BEFORE_HOPS: Final = 96
"""A passage may have begun up to 48 s before anything sounded new enough."""
_REPORT_HOPS: Final = 4
_OLD_STRIDE: Final = 8
_LEFT: Final = 0.3
_ARRIVED: Final = 0.7


@dataclass(frozen=True, slots=True)
class Passage:
    """One change of track; positions are hop indices."""

    index: int
    start_hop: int
    peak_hop: int
    end_hop: int
    abruptness: float  # 0-1, the largest part of the change that came within 2 s
    settled: bool


def distances(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how unlike rows are, shapes (..., FEATURES), broadcast over the leading axes.

    Timbre counts as root mean square difference of log amplitude, chroma as one minus the cosine.
    Tracks of the collections tried lie below 0.4 to themselves mostly and above 0.9 to others.
    """
    difference = one[..., TIMBRE] - other[..., TIMBRE]
    timbre = np.sqrt(np.einsum("...t,...t->...", difference, difference) / FINE_BANDS)
    chroma = np.einsum("...c,...c->...", one[..., CHROMA], other[..., CHROMA])
    lengths = _length(one[..., CHROMA]) * _length(other[..., CHROMA])
    pitched = lengths > 1e-9  # where either has no pitch, pitch tells nothing
    cosine = np.where(pitched, chroma / np.where(pitched, lengths, 1.0), 1.0)
    return np.asarray(timbre + _CHROMA_WEIGHT * (1 - cosine), dtype=np.float64)


def _length(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.sqrt(np.einsum("...c,...c->...", rows, rows)))


def hop_features(fine: NDArray[np.float32], chroma: NDArray[np.float64]) -> NDArray[np.float32]:
    """Reduce one hop to a row, shape (FEATURES,): spectrum without level, and chroma."""
    timbre = fine.mean(axis=0)
    return np.concatenate((timbre - timbre.mean(), chroma)).astype(np.float32)


class PassageFinder:
    """Finds changes of track hop by hop; silent hops are left out by the caller."""

    def __init__(self) -> None:
        self._rows: Trail[np.float32] = Trail(MEMORY_HOPS, FEATURES, np.float32)
        self._blocks: Trail[np.float32] = Trail(MEMORY_HOPS, FEATURES, np.float32)
        self._hops: Trail[np.float64] = Trail(MEMORY_HOPS, 1, np.float64)
        self._count = 0
        self._suspected_rows = 0  # rows since the suspicion began; 0 while there is none
        self._under_way = False

    def hear(self, hop_index: int, features: NDArray[np.float32]) -> Passage | None:
        """Take one hop that is not silent; return a passage begun, changed or settled by it."""
        self._rows.append(features[None])
        self._hops.append(np.array([[hop_index]], dtype=np.float64))
        self._blocks.append(self._rows.newest(BLOCK_HOPS).mean(axis=0, keepdims=True))
        if self._under_way:
            return self._follow()
        if len(self._rows) < LEAST_TRACK_HOPS:
            return None
        self._suspect()
        if self._suspected_rows < CONFIRM_HOPS:
            return None
        self._under_way = True
        return self._passage(settled=False)

    def _known_rows(self) -> int:
        """How many rows of the memory belong to the playing track for certain."""
        return len(self._rows) - max(self._suspected_rows, 1) - BLOCK_HOPS - GUARD_HOPS + 1

    def _suspect(self) -> None:
        # The oldest rows have no full block behind them yet.
        known = self._blocks.newest()[BLOCK_HOPS - 1 : self._known_rows()]
        unlike = float(distances(self._blocks.newest(1)[0], known).min()) if len(known) else 0.0
        if self._suspected_rows == 0:
            self._suspected_rows = int(unlike > UNLIKE)
        elif unlike < ALIKE:
            self._suspected_rows = 0
        else:
            self._suspected_rows += 1

    def _follow(self) -> Passage | None:
        self._suspected_rows += 1
        if self._suspected_rows % _REPORT_HOPS:
            return None
        recent = self._blocks.newest()
        stable = distances(recent[-1], recent[-1 - BLOCK_HOPS : -BLOCK_HOPS])[0] < ALIKE
        passage = self._passage(settled=False)
        alone = int(self._hops.newest(1)[0, 0]) - passage.end_hop
        rested = bool(stable) and alone >= SETTLE_HOPS
        if not rested and self._suspected_rows < LONGEST_HOPS:
            return passage
        settled = self._passage(settled=True)
        self._start_over(settled)
        return settled

    def _start_over(self, passage: Passage) -> None:
        self._count += 1
        self._under_way = False
        self._suspected_rows = 0
        keep = int((self._hops.newest()[:, 0] >= passage.end_hop).sum())
        for trail in (self._rows, self._hops, self._blocks):
            trail.forget_before(max(keep, 1))

    def _passage(self, *, settled: bool) -> Passage:
        """Place start, peak and end where the sound leaves the old and reaches the new track."""
        first = max(self._known_rows() - _BEFORE_HOPS, BLOCK_HOPS)
        rows, blocks = self._rows.newest(), self._blocks.newest()
        old = blocks[BLOCK_HOPS - 1 : first : _OLD_STRIDE]
        new = blocks[-_SHORT_HOPS:]
        sums = np.cumsum(rows[first - 1 :], axis=0)
        short = (sums[_SHORT_HOPS:] - sums[:-_SHORT_HOPS]) * np.float32(1 / _SHORT_HOPS)
        from_old = distances(short[:, None], old[None]).min(axis=1)
        from_new = distances(short[:, None], new[None]).min(axis=1)
        share = from_old / np.maximum(from_old + from_new, 1e-9)
        start, peak, end, abruptness = edges(share)
        hops = self._hops.newest()[first:, 0].astype(int)
        begin, middle, finish = (int(hops[position]) for position in (start, peak, end))
        return Passage(self._count, begin, middle, max(finish, begin + 1), abruptness, settled)


def edges(share: NDArray[np.float64]) -> tuple[int, int, int, float]:
    """Return where `share`, which goes from about 0 to about 1, leaves, crosses and arrives.

    The crossing is the split that a step fits best; start and end are the nearest points on either
    side of it that still belong to the old and already to the new level. The fourth value is the
    largest part of the way that is gone within one short block, 0-1.
    """
    low, high = (float(value) for value in np.percentile(share, (10, 90)))
    level = np.clip((share - low) / max(high - low, 1e-9), 0.0, 1.0)
    ahead = np.concatenate(([0.0], np.cumsum(np.square(level))))
    behind = np.concatenate((np.cumsum(np.square(1 - level)[::-1])[::-1], [0.0]))
    last = len(level) - 1
    peak = min(int(np.argmin(ahead + behind)), last)
    before = np.flatnonzero(level[:peak] < _LEFT)
    after = np.flatnonzero(level[peak:] > _ARRIVED)
    start = min(int(before[-1]) + 1, last) if len(before) else 0
    end = peak + int(after[0]) if len(after) else last
    steps = level[_SHORT_HOPS:] - level[:-_SHORT_HOPS]
    around = steps[max(start - _SHORT_HOPS, 0) : end + 1]
    return start, peak, end, max(float(around.max()), 0.0) if len(around) else 1.0
