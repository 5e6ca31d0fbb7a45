"""What an evaluation finds out: measures beside their aims, tables, pictures, and what is missing.

Every examination hands in one chapter, and the report prints all alike. A figure that could not be
taken stands there as well, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from training.evaluation import intervals

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Aim:
    """What was asked for: at least `least`, at most `most`."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        if self.least is not None:
            return f"≥ {self.least:g}"
        return f"≤ {self.most:g}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure beside what it should be, and beside what needs no judge.

    Attributes
    ----------
    value
        None where it could not be taken; `reason` says why.
    low, high
        95 % interval.
    beside
        Chance floors and baselines, by name.
    samples
        How many sets, pairs or windows stand behind it.
    """

    name: str
    value: float | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    aim: Aim | None = None
    beside: Mapping[str, float | None] = field(default_factory=dict)
    samples: int = 0
    reason: str | None = None

    @property
    def verdict(self) -> str:
        """Whether the aim is met, in a word."""
        if self.aim is None:
            return ""
        if self.value is None:
            return "not measured"
        return "met" if self.aim.met(self.value) else "MISSED"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one examination found.

    Attributes
    ----------
    introduction
        What was done, in a sentence or two.
    pictures
        File names of plots beside the report.
    missing
        What could not be examined, and why.
    """

    name: str
    title: str
    introduction: str
    measures: tuple[Measure, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def known(value: float | None) -> float | None:
    """Return the value where it is a finite number: a report holds no NaN."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)


def mean_measure(
    name: str, values: Sequence[float], reason: str, unit: str = "", aim: Aim | None = None
) -> Measure:
    """Return the mean of independent values with its interval; `reason` is for none at all."""
    kept = [value for value in values if math.isfinite(value)]
    if not kept:
        return Measure(name, None, unit, aim=aim, reason=reason)
    low, high = intervals.of_mean(kept)
    return Measure(name, sum(kept) / len(kept), unit, low, high, aim, samples=len(kept))


def share_measure(name: str, right: Sequence[bool], reason: str, aim: Aim | None = None) -> Measure:
    """Return the share of trials that were right with its Wilson interval."""
    if not right:
        return Measure(name, None, aim=aim, reason=reason)
    low, high = intervals.wilson(sum(right), len(right))
    return Measure(name, sum(right) / len(right), "", low, high, aim, samples=len(right))
