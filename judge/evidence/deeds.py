"""What hands do to a record: repeats within a beat, moving filters, gates, pitch that glides.

Scratches, rolls and stutters last a second or less, so all is measured within the newest hop.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.listening.onsets import COMPRESSION, FINE_BANDS, FRAME_RATE_HZ, FRAMES_PER_HOP
from judge.listening.trail import Trail

REPEATS_BEATS: Final = (0.125, 0.25, 0.5, 1.0, 2.0)
_LONGEST_BEAT_SECONDS: Final = 0.75
_KEPT: Final = FRAMES_PER_HOP + round(max(REPEATS_BEATS) * _LONGEST_BEAT_SECONDS * FRAME_RATE_HZ)
_EDGES: Final = (0.1, 0.9)
_GLIDE_FRAMES: Final = 4
_BACK_HOPS: Final = 4
DEED_FEATURES: Final = len(REPEATS_BEATS) + 2 * len(_EDGES) + 2 + 4


class DeedCourse:
    """The newest seconds of spectra, frame by frame."""

    def __init__(self) -> None:
        self._fine: Trail[np.float32] = Trail(_KEPT, FINE_BANDS, np.float32)
        self._edges: Trail[np.float64] = Trail(_BACK_HOPS + 1, len(_EDGES), np.float64)

    def hear(self, fine: NDArray[np.float32], period_seconds: float) -> NDArray[np.float64]:
        """Take one hop; return (DEED_FEATURES,).

        Parameters
        ----------
        fine
            Shape (frames, FINE_BANDS): the hop's log spectrum.
        period_seconds
            Of a beat.

        Returns
        -------
        ndarray
            How alike the hop is to what was an eighth of a beat to two beats before it, at most 1;
            the bands below which a tenth and nine tenths of its amplitude lie, and how these moved
            within 2 s; how much its level varies and falls; and how much better it goes on one
            band up and down than where it is, on average and at most.
        """
        self._fine.append(fine)
        rows = self._fine.newest()
        self._edges.append(_band_edges(fine)[None])
        edges = self._edges.newest()
        level = np.log(np.expm1(fine).sum(axis=1, dtype=np.float64) / COMPRESSION + 1e-4)
        varies = [float(level.std()), float(level.max() - level.min()) / 4]
        return np.concatenate(
            (
                _repeats(rows, min(period_seconds, _LONGEST_BEAT_SECONDS)),
                edges[-1],
                edges[-1] - edges[0],
                varies,
                _glides(fine),
            )
        )


def _repeats(rows: NDArray[np.float32], period_seconds: float) -> NDArray[np.float64]:
    """Correlate the newest hop with the same stretch some beats before."""
    centred = rows - rows[-FRAMES_PER_HOP:].mean(axis=0)
    newest = centred[-FRAMES_PER_HOP:]
    own = float(np.einsum("fb,fb->", newest, newest))
    found = np.zeros(len(REPEATS_BEATS))
    for place, beats in enumerate(REPEATS_BEATS):
        back = round(beats * period_seconds * FRAME_RATE_HZ)
        start = len(rows) - FRAMES_PER_HOP - back
        if start < 0:
            continue
        then = centred[start : start + FRAMES_PER_HOP]
        power = float(np.einsum("fb,fb->", then, then))
        product = float(np.einsum("fb,fb->", newest, then))
        found[place] = product / (np.sqrt(own * power) + 1e-3)
    return found


def _band_edges(fine: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the bands, 0-1, below which tenths of the hop's amplitude lie."""
    sums = np.cumsum(np.expm1(fine).mean(axis=0, dtype=np.float64))
    total = max(float(sums[-1]), 1e-6)
    return np.searchsorted(sums, np.array(_EDGES) * total) / FINE_BANDS


def _glides(fine: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how much better frames follow from those 20 ms before moved a band up, and down."""
    now, then = fine[_GLIDE_FRAMES:], fine[:-_GLIDE_FRAMES]
    size = np.square(now).mean(axis=1) + 0.1
    stays = np.square(now[:, 1:-1] - then[:, 1:-1]).mean(axis=1)
    up = stays - np.square(now[:, 1:-1] - then[:, :-2]).mean(axis=1)
    down = stays - np.square(now[:, 1:-1] - then[:, 2:]).mean(axis=1)
    gains = np.stack((up / size, down / size))
    return np.concatenate((gains.mean(axis=1), gains.max(axis=1))).astype(np.float64)
