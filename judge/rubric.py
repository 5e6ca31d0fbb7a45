"""Energy and creativity of a whole set, from what was done in it.

The same definitions judge a rendered set from its truth and a played one from what was heard of
it. Each share s is 1 for good; a component is 1 - sum of weight x (1 - s).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS
from core.messages import Genre
from judge.parts import goodness

JUMPS_A_FIVE_MINUTES: Final[Mapping[Genre, float]] = {
    Genre.HOUSE: 6.0,
    Genre.TECHNO: 5.0,
    Genre.TRANCE: 6.0,
    Genre.DUBSTEP: 8.0,
    Genre.OTHER: 6.0,
}
"""Builds that arrive: long plateaus in techno, drop upon drop in dubstep."""

STEP_HOPS: Final = 16
"""Levels are compared in steps of 8 s, four bars at 120 BPM."""
JUMP_HOPS: Final = 6
JUMP: Final = 0.3
"""A drop: drive that rises by so much from one 3 s to the next."""
JUMP_REST_HOPS: Final = 16
FULL_CONTRAST: Final = 0.75
NO_PULSE: Final = 0.15
LONG_BREAK_HOPS: Final = 32
"""A break of up to 16 s is music; longer ones leave the floor without a beat."""
LOST_PULSE: Final = (0.02, 0.3)
RESOLVE_HOPS: Final = 80
DIP: Final = 0.6

IDEAS_A_MINUTE: Final = 0.8
IDEAS_SECONDS: Final = 30.0
"""A window's creativity is 1 - exp(-worth of the ideas of so long)."""
VARIETY_KINDS: Final = 4
LEAST_TECHNICAL: Final = 0.5
"""What is done on top of a train wreck is no idea: effects cannot be spammed."""
LEAST_HARMONY: Final = 0.6
LAYER_SECONDS: Final = 8.0

ENERGY_WEIGHTS: Final[Mapping[str, float]] = {
    "flat_energy": 0.35,
    "few_drops": 0.30,
    "lost_pulse": 0.20,
    "energy_dip": 0.15,
}
CREATIVITY_WEIGHTS: Final[Mapping[str, float]] = {
    "few_ideas": 0.5,
    "one_trick": 0.3,
    "thin_layers": 0.2,
}
"""By the code of the finding that tells what was lost."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side of a component of the whole set.

    Attributes
    ----------
    share
        s, 0-1.
    measured
        What it was judged by, in the finding's unit.
    """

    share: float
    measured: float


Aspects: TypeAlias = dict[str, Aspect]
"""By the code of the finding that tells what was lost."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What a set's energy is judged by, counted.

    Attributes
    ----------
    hops
        Length of the set.
    arrivals
        Drops.
    contrast
        Between its loud steps and its quiet ones, 0-1.
    lost_hops
        Without a beat for too long.
    dips
        Transitions that let the energy fall.
    transitions
        All of them.
    """

    hops: int
    arrivals: int
    contrast: float
    lost_hops: int
    dips: int
    transitions: int


def jumps(drive: NDArray[np.float64]) -> list[int]:
    """Return the hops at which drive arrives; `drive` has shape (hops,), 0-1."""
    if len(drive) < 2 * JUMP_HOPS:
        return []
    sums = np.concatenate(([0.0], np.cumsum(drive)))
    means = (sums[JUMP_HOPS:] - sums[:-JUMP_HOPS]) / JUMP_HOPS
    rises = means[JUMP_HOPS:] - means[:-JUMP_HOPS]
    found: list[int] = []
    for position in np.flatnonzero(rises > JUMP).tolist():
        hop = position + JUMP_HOPS
        if not found or hop - found[-1] > JUMP_REST_HOPS:
            found.append(hop)
    return found


def energy_aspects(
    drive: NDArray[np.float64],
    pulse: NDArray[np.float64],
    transitions: Sequence[tuple[int, int]],
    genre: Genre,
) -> Aspects:
    """Judge how a set's energy moves.

    Parameters
    ----------
    drive, pulse
        Shape (hops,), 0-1: how hard the music drives, how clearly it marks the beat.
    transitions
        First hop and last of each.
    genre
        Sets the number of drops to expect.

    Returns
    -------
    dict
        By the keys of `ENERGY_WEIGHTS`.
    """
    arrivals = jumps(drive)
    movement = Movement(
        hops=len(drive),
        arrivals=len(arrivals),
        contrast=contrast(drive),
        lost_hops=lost_hops(_breaks(pulse), arrivals),
        dips=sum(dips(drive, arrivals, span) for span in transitions),
        transitions=len(transitions),
    )
    return energy_of(movement, genre)


def energy_of(movement: Movement, genre: Genre) -> Aspects:
    """Judge how a set's energy moves, from what was counted; see `energy_aspects`."""
    minutes = movement.hops * HOP_SECONDS / 60
    expected = JUMPS_A_FIVE_MINUTES[genre] * minutes / 5
    arrivals, lost = movement.arrivals, movement.lost_hops
    return {
        "flat_energy": Aspect(min(movement.contrast / FULL_CONTRAST, 1.0), 100 * movement.contrast),
        "few_drops": Aspect(
            min((arrivals + 0.5) / (expected + 0.5), 1.0), 5 * arrivals / max(minutes, 1.0)
        ),
        "lost_pulse": Aspect(
            goodness(lost / max(movement.hops, 1), LOST_PULSE), lost * HOP_SECONDS
        ),
        "energy_dip": Aspect(
            1 - movement.dips / max(movement.transitions, 1), float(movement.dips)
        ),
    }


def contrast(drive: NDArray[np.float64]) -> float:
    """Return how far the loud steps of a set lie above the quiet ones, 0-1."""
    steps = drive[: len(drive) // STEP_HOPS * STEP_HOPS].reshape(-1, STEP_HOPS).mean(axis=1)
    low, high = np.percentile(steps, (10, 90)) if len(steps) else (0.0, 0.0)
    return float(high - low)


def _breaks(pulse: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the stretches without a beat, first hop and one after the last."""
    beatless = np.concatenate(([False], pulse < NO_PULSE, [False]))
    edges = np.flatnonzero(np.diff(beatless)).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def lost_hops(breaks: Sequence[tuple[int, int]], arrivals: Sequence[int]) -> int:
    """Count hops without a beat in stretches that no drop ends within `LONG_BREAK_HOPS`."""
    lost = 0
    for start, end in breaks:
        resolved = _arrives(arrivals, start, end + JUMP_HOPS)
        lost += max(end - start - (LONG_BREAK_HOPS if resolved else LONG_BREAK_HOPS // 4), 0)
    return lost


def dips(drive: NDArray[np.float64], arrivals: Sequence[int], span: tuple[int, int]) -> bool:
    """Tell whether a transition lets the energy fall and no drop follows."""
    start, end = span
    before = drive[max(start - STEP_HOPS, 0) : max(start, 1)]
    after = drive[end + 4 : end + 4 + STEP_HOPS]
    if len(after) < STEP_HOPS or before.mean() < NO_PULSE:
        return False
    resolved = _arrives(arrivals, start, end + RESOLVE_HOPS)
    return bool(after.mean() < DIP * before.mean()) and not resolved


def _arrives(arrivals: Sequence[int], after: int, until: int) -> bool:
    """Tell whether a drop, of those in order, comes after one hop and no later than another."""
    following = bisect_right(arrivals, after)
    return following < len(arrivals) and arrivals[following] <= until


def creativity_aspects(
    ideas: Sequence[tuple[str, float]],
    overlaps: Sequence[bool],
    seconds: float,
    rate: float | None = None,
) -> Aspects:
    """Judge what was done on purpose.

    Parameters
    ----------
    ideas
        Kind and worth (0-1) of everything that counts.
    overlaps
        For each transition, whether two tracks really played together.
    seconds
        Length of the set.
    rate
        Worth of ideas a minute that were noticed, whether or not all of them were told apart.

    Returns
    -------
    dict
        By the keys of `CREATIVITY_WEIGHTS`.
    """
    told_apart = sum(worth for _, worth in ideas) * 60 / max(seconds, IDEAS_SECONDS)
    rate = told_apart if rate is None else max(rate, told_apart)
    variety = _variety([kind for kind, _ in ideas])
    layered = float(np.mean(overlaps)) if len(overlaps) else 0.0
    return {
        "few_ideas": Aspect(1 - float(np.exp(-rate / IDEAS_A_MINUTE)), rate),
        "one_trick": Aspect(variety, 100 * variety),
        "thin_layers": Aspect(layered, 100 * layered),
    }


def ideas_a_minute(creativity: float) -> float:
    """Return the worth of ideas a minute that a window's creativity, 0-1, speaks of."""
    return -math.log(1.0 - min(creativity, 0.98)) * 60 / IDEAS_SECONDS


def _variety(kinds: list[str]) -> float:
    """Return the entropy of the kinds used, 1 for an even use of `VARIETY_KINDS`."""
    if not kinds:
        return 0.0
    counts = np.array([count for _, count in sorted(Counter(kinds).items())])
    shares = counts / counts.sum()
    entropy = -float((shares * np.log(shares)).sum())
    return min(entropy / float(np.log(VARIETY_KINDS)), 1.0)


TECHNIQUE_WORTH: Final[Mapping[str, float]] = {
    "loop_roll": 0.9,
    "filter_sweep": 0.6,
    "echo_out": 0.7,
    "scratch": 1.0,
    "stutter": 0.8,
    "backspin": 0.8,
    "double_drop": 1.0,
}
TRANSITION_WORTH: Final[Mapping[str, float]] = {
    "blend": 0.2,
    "bass_swap": 0.35,
    "cut": 0.2,
    "echo_out": 0.6,
    "filter": 0.55,
    "loop_roll": 0.8,
    "double_drop": 1.0,
    "scratch_in": 0.9,
    "backspin": 0.7,
}
"""How much of an idea each way is, if it succeeds."""


def weighed(aspects: Mapping[str, Aspect], weights: Mapping[str, float]) -> dict[str, float]:
    """Return what each aspect takes from its component, on 0-1."""
    return {code: weight * (1 - aspects[code].share) for code, weight in weights.items()}
