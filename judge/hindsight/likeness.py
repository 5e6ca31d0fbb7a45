"""Whether the track that came was played before: portraits of the set in steps of 2 s.

Electronic tracks are made of loops, so a track that comes again passes through the very sounds it
had. What the new track sounds like is compared with all that was played before the old one.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.hindsight.record import Notes
from judge.listening.onsets import FINE_BANDS

PORTRAIT_HOPS: Final = 4
KEPT_PORTRAITS: Final = 1_800
"""Of an hour of sound. The more there is to compare with, the nearer is the nearest: how many
there are is told as well, and the trees have grown on sets with up to an hour before them."""
_CHROMA_WEIGHT: Final = 0.5
PORTRAIT_FEATURES: Final = FINE_BANDS + 12
_LEAST: Final = 3
LIKENESS_FEATURES: Final = 8


def portrait(notes: Notes) -> NDArray[np.float32]:
    """Return what some hops sound like whatever their level, shape (PORTRAIT_FEATURES,)."""
    timbre = notes.spectra.mean(axis=(0, 1))
    chroma = np.sqrt(notes.chroma.sum(axis=0))
    chroma -= chroma.mean()
    length = float(np.linalg.norm(chroma))
    shape = chroma / length if length > 1e-6 else np.zeros(12)
    return np.concatenate((timbre - timbre.mean(), shape)).astype(np.float32)


class Portraits:
    """The newest portraits of a set, one for every `PORTRAIT_HOPS` hops."""

    def __init__(self) -> None:
        self._rows: deque[NDArray[np.float32]] = deque(maxlen=KEPT_PORTRAITS)
        self._hops: deque[int] = deque(maxlen=KEPT_PORTRAITS)

    def add(self, hop: int, row: NDArray[np.float32]) -> None:
        """Take the portrait that ends with a hop."""
        self._rows.append(row)
        self._hops.append(hop)

    def likeness(self, old: tuple[int, int], new: tuple[int, int]) -> NDArray[np.float64]:
        """Compare the new track with those before the old one, shape (LIKENESS_FEATURES,).

        Parameters
        ----------
        old
            First hop of the old track alone, and the one after its last.
        new
            The same of the new one.
        """
        hops, rows = np.array(self._hops), np.array(self._rows)
        if not len(hops):
            return np.full(LIKENESS_FEATURES, np.nan)
        heard = rows[(hops >= new[0] + PORTRAIT_HOPS - 1) & (hops < new[1])]
        last = rows[(hops >= old[0] + PORTRAIT_HOPS - 1) & (hops < old[1])]
        earlier = rows[hops < old[0]]
        if len(heard) < _LEAST or len(earlier) < _LEAST:
            return np.full(LIKENESS_FEATURES, np.nan)
        far = _nearest(heard, earlier)
        near = _nearest(heard, last) if len(last) >= _LEAST else np.full((2, len(heard)), np.nan)
        return np.array(
            [
                float(far[0].mean()), float(far[0].min()), float(far[1].mean()),
                float(far[1].min()), float(near[0].mean()), float((far[0] - near[0]).mean()),
                float(np.median(far[0])), len(earlier),
            ]
        )  # fmt: skip


def _nearest(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how far each row is from the nearest other, in timbre and with chroma, (2, rows)."""
    timbre = _distances(rows[:, :FINE_BANDS], others[:, :FINE_BANDS]) / np.sqrt(FINE_BANDS)
    chroma = _distances(rows[:, FINE_BANDS:], others[:, FINE_BANDS:])
    both = timbre + _CHROMA_WEIGHT * chroma
    return np.stack((timbre.min(axis=1), both.min(axis=1))).astype(np.float64)


def _distances(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return Euclidean distances, shape (rows, others), by one product: hours are compared."""
    squares = np.square(rows).sum(axis=1)[:, None] + np.square(others).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(squares - 2 * rows @ others.T, 0.0)))
