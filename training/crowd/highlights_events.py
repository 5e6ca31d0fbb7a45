"""Which labelled events were found, and how many a blind guess would find.

An *event* is an unbroken stretch of seconds, start included and end not. A labelled one is *found*
where a reported one shares at least one second with it; a reported one is *right* where it shares
one with a labelled one. F1 is the harmonic mean of the share found and the share right.

Long reports touch more, so the floor belongs beside every figure: as many reports, of the same
lengths, thrown at random over the game without touching each other. The strict count lets each
event be matched once: of two reports in one highlight one is wrong, of two highlights under one
report one is missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Span: TypeAlias = tuple[int, int]

RESAMPLES: Final = 2_000
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the events of one game."""

    found: int
    labelled: int
    right: int
    reported: int
    matched: int  # pairs, each event in one at most


@dataclass(frozen=True, slots=True)
class Found:
    """Figures over some games."""

    f1: float
    precision: float
    recall: float
    strict_f1: float
    reported: int


def spans(labels: NDArray[np.bool_]) -> list[Span]:
    """Return the stretches of seconds that are labelled."""
    edges = np.diff(np.concatenate([[0], labels.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def count(reported: Sequence[Span], labelled: Sequence[Span]) -> Count:
    """Compare two lists of events of one game; within a list none shares a second with another."""
    return Count(
        found=sum(_touches(event, reported) for event in labelled),
        labelled=len(labelled),
        right=sum(_touches(event, labelled) for event in reported),
        reported=len(reported),
        matched=_matched(reported, labelled),
    )


def _touches(event: Span, others: Sequence[Span]) -> bool:
    return any(event[0] < end and start < event[1] for start, end in others)


def _matched(reported: Sequence[Span], labelled: Sequence[Span]) -> int:
    """Return the most pairs of events that touch: the earliest ends go together."""
    first = second = matched = 0
    reports, labels = (sorted(each, key=lambda span: span[1]) for each in (reported, labelled))
    while first < len(reports) and second < len(labels):
        (start, end), (other_start, other_end) = reports[first], labels[second]
        if start < other_end and other_start < end:
            matched, first, second = matched + 1, first + 1, second + 1
        elif end <= other_start:
            first += 1
        else:
            second += 1
    return matched


def found(counts: Iterable[Count]) -> Found:
    """Return the figures over all games' events together."""
    return _figures(_sums(counts).sum(axis=0))


def interval(counts: Iterable[Count]) -> tuple[float, float]:
    """Return the 95 % interval of F1 over games drawn anew (bootstrap by game)."""
    sums = _sums(counts)
    draws = np.random.default_rng(SEED).integers(len(sums), size=(RESAMPLES, len(sums)))
    values = [_figures(sums[draw].sum(axis=0)).f1 for draw in draws]
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def thrown(reported: Sequence[Span], seconds: int, rng: np.random.Generator) -> list[Span]:
    """Return as many events of the same lengths at random places, none touching another."""
    lengths = rng.permutation([end - start for start, end in reported])
    free = max(0, seconds - int(lengths.sum()))
    places = np.sort(rng.integers(0, free + 1, size=len(lengths)))
    starts = places + np.concatenate([[0], np.cumsum(lengths)[:-1]])[: len(lengths)]
    return [
        (int(start), int(start + length)) for start, length in zip(starts, lengths, strict=True)
    ]


def _sums(counts: Iterable[Count]) -> NDArray[np.int64]:
    return np.array(
        [(c.found, c.labelled, c.right, c.reported, c.matched) for c in counts], dtype=np.int64
    ).reshape(-1, 5)


def _figures(sums: NDArray[np.int64]) -> Found:
    hit, labelled, right, reported, matched = (int(value) for value in sums)
    precision = right / reported if reported else 0.0
    recall = hit / labelled if labelled else 0.0
    both = precision + recall
    either = reported + labelled
    return Found(
        f1=2 * precision * recall / both if both else 0.0,
        precision=precision,
        recall=recall,
        strict_f1=2 * matched / either if either else 0.0,
        reported=reported,
    )
