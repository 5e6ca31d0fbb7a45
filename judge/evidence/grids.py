"""Where the beat lies against the beats of a while ago, carried on in a straight line.

A mix that is in time goes on where the old track's beats would have fallen. Old grids are fitted
over five seconds each and extrapolated; how far the newest beat lies off them is an offset, and
its growth a drift.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from judge.listening.trail import Trail

LOOK_BACK_HOPS: Final = (12, 24, 48, 80)
"""6, 12, 24 and 40 s: before a cut, before a short blend, before a long one."""
GRID_HOPS: Final = 10
_SHOWN: Final = 8
GRID_FEATURES: Final = _SHOWN * len(LOOK_BACK_HOPS)

_KEPT_HOPS: Final = max(LOOK_BACK_HOPS) + GRID_HOPS
_LARGEST_MS: Final = 120.0
_BEAT, _PERIOD = range(2)


class GridCourse:
    """The beats of the last minute, hop by hop."""

    def __init__(self) -> None:
        self._beats: Trail[np.float64] = Trail(_KEPT_HOPS, 2, np.float64)
        self._count = 0
        self._last: tuple[float, float] | None = None

    @property
    def beat_count(self) -> int:
        """How many beats have passed, counted on while the beat is followed."""
        return self._count

    def hear(self, beat_seconds: float | None, period_seconds: float) -> NDArray[np.float64]:
        """Take the newest beat; return its place on older grids, shape (GRID_FEATURES,).

        Parameters
        ----------
        beat_seconds
            Position of the newest beat; None where there is none.
        period_seconds
            Of a beat.

        Returns
        -------
        ndarray
            For each old grid: sine and cosine of the phase off it, on the circle of a beat and
            of half a beat (a tracker that jumps to the off-beat has not heard an offset), the
            distances from the nearest beat and half beat (1 is 120 ms), the difference of tempo
            in % folded to an octave, and whether both are known.
        """
        self._note(beat_seconds, period_seconds)
        features = np.zeros((len(LOOK_BACK_HOPS), _SHOWN))
        if beat_seconds is not None:
            for row, back in enumerate(LOOK_BACK_HOPS):
                grid = self._grid(back)
                if grid is not None:
                    features[row] = _against(grid, beat_seconds, period_seconds)
        return features.ravel()

    def _note(self, beat_seconds: float | None, period_seconds: float) -> None:
        row = np.array([[np.nan, np.nan]])
        if beat_seconds is not None:
            if self._last is not None:
                passed = (beat_seconds - self._last[_BEAT]) / period_seconds
                self._count += max(round(passed), 0)
            self._last = (beat_seconds, period_seconds)
            row[0] = beat_seconds, period_seconds
        self._beats.append(row)

    def _grid(self, back: int) -> tuple[float, float] | None:
        """Return a beat and the period of the grid that stood `back` hops ago."""
        rows = self._beats.newest()
        end = len(rows) - back
        if end < 4:
            return None
        old = rows[max(end - GRID_HOPS, 0) : end]
        known = old[np.isfinite(old[:, _BEAT])]
        if len(known) < 4:
            return None
        period = float(np.median(known[:, _PERIOD]))
        beats = known[:, _BEAT]
        counts = np.round((beats - beats[-1]) / period)
        spread = counts - counts.mean()
        power = float(np.square(spread).sum())
        if power > 0:
            slope = float((spread * (beats - beats.mean())).sum()) / power
            if abs(slope / period - 1) < 0.005:  # else the phase jumped in between
                period = slope
        return float(np.median(beats - counts * period)), period


def _against(
    grid: tuple[float, float], beat_seconds: float, period_seconds: float
) -> tuple[float, ...]:
    anchor, period = grid
    octaves = round(float(np.log2(period_seconds / period)))
    period *= 2.0**octaves
    turns = (beat_seconds - anchor) / period
    off = turns - round(turns)
    half = off - round(2 * off) / 2
    distances = [min(abs(each) * period * 1_000, _LARGEST_MS) / _LARGEST_MS for each in (off, half)]
    percent = float(np.clip(100 * (period / period_seconds - 1), -8, 8))
    angles = 2 * np.pi * np.array([off, 2 * off])
    return (*np.sin(angles).tolist(), *np.cos(angles).tolist(), *distances, percent, 1.0)


def beat_seconds_of(hop_end_sample: int, since_beat_seconds: float) -> float:
    """Return the position of a beat on the media clock in seconds."""
    return hop_end_sample / SAMPLE_RATE_HZ - since_beat_seconds
