"""What a server said of one set along its way, beside what is true of it.

A trace is all that the examinations read: sound and models are needed once, and the rest can be
counted again from disk in seconds.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import Component, Estimate, Finding, Genre, Loss, Reading, Transition
from core.plain import Misfit, from_plain, to_plain
from judge.scoring.weights import GENRE_WEIGHTS

OVERALL: Final = "overall"
SCORED: Final = (*(component.value for component in Component), OVERALL)
"""The five things that are scored, in the order of every row here."""

LOWEST: Final = 1.0
SPAN: Final = 9.0


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one moment; None where nothing single is, as between two tracks."""

    bpm: float | None = None
    key: str | None = None
    section: str | None = None
    genre: str | None = None
    beat: bool = False  # whether a beat sounds throughout the window
    window: tuple[float | None, ...] = (None,) * len(SCORED)  # labels on 1-10
    whole: tuple[float | None, ...] = (None,) * len(SCORED)  # of the set so far


@dataclass(frozen=True, slots=True)
class Moment:
    """One window of a set as it was judged live."""

    seconds: float  # from the first sound to the end of the window
    window: tuple[Estimate | None, ...]
    whole: tuple[Estimate | None, ...]
    bpm: Reading
    key: Reading
    section: Reading
    genre: Reading
    short_term_lufs: float | None
    integrated_lufs: float | None
    energy: float | None
    mfcc: tuple[float, ...]  # mean over the window
    truth: Truth


@dataclass(frozen=True, slots=True)
class TrueTransition:
    """A transition as it was rendered; seconds from the first sound."""

    start_seconds: float
    end_seconds: float
    kind: str
    overlaps: bool
    offset_ms: float | None  # how far the beats lie apart in its middle; None where none is there


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done on purpose, as a `core.messages.Technique`."""

    technique: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Trace:
    """One set, judged."""

    genre: str
    moments: tuple[Moment, ...]
    transitions: tuple[Transition, ...]  # as last reported
    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]
    true_transitions: tuple[TrueTransition, ...]
    deeds: tuple[Deed, ...]

    def until(self, seconds: float) -> Moment | None:
        """Return the last moment up to a time; None before the first."""
        past = [moment for moment in self.moments if moment.seconds <= seconds]
        return past[-1] if past else None

    def final(self, name: str) -> float | None:
        """Return the set's last score of a component or overall; None where it has none."""
        if not self.moments:
            return None
        estimate = self.moments[-1].whole[SCORED.index(name)]
        return None if estimate is None else estimate.value


Rows = NDArray[np.float64]
"""Shape (N, 5): moments by what is scored; NaN where nothing is known."""


def table(trace: Trace, row: Callable[[Moment], tuple[float | None, ...]]) -> Rows:
    """Return one row of five for every moment of a trace."""
    rows = [
        [np.nan if value is None else value for value in row(moment)] for moment in trace.moments
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, len(SCORED))


def values(estimates: tuple[Estimate | None, ...]) -> tuple[float | None, ...]:
    """Return the scores without their intervals."""
    return tuple(None if estimate is None else estimate.value for estimate in estimates)


def lows(estimates: tuple[Estimate | None, ...]) -> tuple[float | None, ...]:
    """Return where the stated intervals begin."""
    return tuple(None if estimate is None else estimate.low for estimate in estimates)


def highs(estimates: tuple[Estimate | None, ...]) -> tuple[float | None, ...]:
    """Return where the stated intervals end."""
    return tuple(None if estimate is None else estimate.high for estimate in estimates)


def on_scale(label: NDArray[np.floating], genre: str) -> tuple[float | None, ...]:
    """Return four labels on 0-1 as five on 1-10, overall weighed as the genre weighs.

    What is not known (NaN) stays out, and overall speaks of the known ones, as a score does.
    """
    points = [LOWEST + SPAN * float(value) if np.isfinite(value) else None for value in label]
    return (*points, weighed(points, genre))


def weighed(points: list[float | None], genre: str) -> float | None:
    """Return overall from the known ones of four components; None where none is."""
    weights = GENRE_WEIGHTS[Genre(genre)]
    pairs = [
        (weights[component], value)
        for component, value in zip(Component, points, strict=True)
        if value is not None
    ]
    total = sum(weight for weight, _ in pairs)
    return sum(weight * value for weight, value in pairs) / total if total > 0 else None


def keep(trace: Trace, path: Path) -> None:
    """Write a trace to disk, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    plain = json.dumps(to_plain(trace), separators=(",", ":"))
    temporary.write_bytes(gzip.compress(plain.encode(), compresslevel=4, mtime=0))
    temporary.replace(path)


def kept(path: Path) -> Trace | None:
    """Return the trace of a file; None where there is none that can be read."""
    try:
        return from_plain(Trace, json.loads(gzip.decompress(path.read_bytes())))
    except (FileNotFoundError, gzip.BadGzipFile, EOFError, json.JSONDecodeError, Misfit):
        return None  # it is judged again
