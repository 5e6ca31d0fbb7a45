"""How the beats of a transition lie on those before it, and those after it on both.

A line is fitted through the beats of each side: a beat position and a period. Carried on to where
the other side is, the two lines differ by the offset; their slopes differ by the drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS
from judge.listening.periodicity import peak_position

_LINE_HOPS: Final = 40
"""20 s: two tempi that differ by 0.05 % are 10 ms apart by then."""
_LEAST_BEATS: Final = 5
_STEPS: Final = 81
_REACH: Final = 0.02
"""Periods within 2 % of the median are tried."""
_SHOWN: Final = 8
"""Values of each pair of lines."""
_PAIRS: Final = 3
BEAT_FEATURES: Final = _PAIRS * _SHOWN + 3 * 3


@dataclass(frozen=True, slots=True)
class BeatLine:
    """Beats at `anchor_seconds` and every `period_seconds` from there."""

    anchor_seconds: float
    period_seconds: float
    steadiness: float  # 0-1, how well the beats stand on the line
    halves: float  # the same where half beats count as beats


def fitted(
    since_beat_seconds: NDArray[np.float32], period_seconds: NDArray[np.float32], first_hop: int
) -> BeatLine | None:
    """Fit a line through the beats of some hops; None where there are too few.

    The period is the one whose circle the half beats stand most closely together on, so that a
    tracker that jumped to the off-beat in between does no harm.
    """
    known = np.flatnonzero(period_seconds > 0)
    if len(known) < _LEAST_BEATS:
        return None
    ends = (first_hop + known + 1) * HOP_SECONDS
    beats = ends - since_beat_seconds[known].astype(np.float64)
    usual = float(np.median(period_seconds[known].astype(np.float64)))
    close = np.abs(np.log2(period_seconds[known].astype(np.float64) / usual)) < 0.1
    beats = beats[close]
    if len(beats) < _LEAST_BEATS:
        return None
    middle = float(beats.mean())
    turns = np.linspace(1 - _REACH, 1 + _REACH, _STEPS) / usual
    sums = np.exp(4j * np.pi * np.outer(turns, beats - middle)).mean(axis=1)
    turn = peak_position(np.abs(sums), float(turns[1] - turns[0]), float(turns[0]))
    halves = complex(np.exp(4j * np.pi * turn * (beats - middle)).mean())
    whole = complex(np.exp(2j * np.pi * turn * (beats - middle)).mean())
    half_phase = float(np.angle(halves)) / (4 * np.pi)
    phase = min((half_phase, half_phase + 0.5), key=lambda each: _apart(each, whole))
    return BeatLine(middle + phase / turn, 1 / turn, abs(whole), abs(halves))


def _apart(phase: float, whole: complex) -> float:
    return abs(float(np.angle(whole * np.exp(-2j * np.pi * phase))))


def line_before(
    since: NDArray[np.float32], period: NDArray[np.float32], rows: slice, first_hop: int
) -> BeatLine | None:
    """Fit the newest hops of a side."""
    start = max(rows.start, rows.stop - _LINE_HOPS)
    return fitted(since[start : rows.stop], period[start : rows.stop], first_hop + start)


def line_after(
    since: NDArray[np.float32], period: NDArray[np.float32], rows: slice, first_hop: int
) -> BeatLine | None:
    """Fit the oldest hops of a side."""
    stop = min(rows.stop, rows.start + _LINE_HOPS)
    return fitted(since[rows.start : stop], period[rows.start : stop], first_hop + rows.start)


def beat_features(
    lines: tuple[BeatLine | None, BeatLine | None, BeatLine | None], at_seconds: tuple[float, float]
) -> NDArray[np.float64]:
    """Return how three lines differ, shape (BEAT_FEATURES,), NaN for what is not known.

    Parameters
    ----------
    lines
        Before, within and after the transition.
    at_seconds
        Its start and its end.
    """
    before, within, after = lines
    start, end = at_seconds
    middle = (start + end) / 2
    pairs = ((before, within, middle), (within, after, end), (before, after, middle))
    differences = [_difference(*pair, start, end) for pair in pairs]
    alone = [
        (np.nan, 0.0, 0.0)
        if line is None
        else (60 / line.period_seconds, line.steadiness, line.halves)
        for line in lines
    ]
    return np.concatenate((*differences, np.ravel(alone)))


def _difference(
    old: BeatLine | None, new: BeatLine | None, middle: float, start: float, end: float
) -> NDArray[np.float64]:
    if old is None or new is None:
        return np.full(_SHOWN, np.nan)
    octaves = round(float(np.log2(new.period_seconds / old.period_seconds)))
    period = old.period_seconds * 2.0**octaves
    percent = 100 * (period / new.period_seconds - 1)
    beat_ms = 1_000 * min(period, new.period_seconds)
    offs = [_off(old.anchor_seconds, period, new, at) for at in (middle, start, end)]
    whole = [abs(off) * beat_ms for off, _ in offs]
    halves = [abs(half) * beat_ms for _, half in offs]
    return np.array([*whole[:1], *halves, percent, abs(percent), octaves, offs[0][1] * beat_ms])


def _off(anchor: float, period: float, new: BeatLine, at_seconds: float) -> tuple[float, float]:
    """Return by how many beats the new line is off the old one, by the whole and by the half."""
    beat = new.anchor_seconds + new.period_seconds * round(
        (at_seconds - new.anchor_seconds) / new.period_seconds
    )
    turns = (beat - anchor) / period
    return turns - round(turns), turns - round(2 * turns) / 2
