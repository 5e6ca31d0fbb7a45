"""What the set was at each moment, in a form that the page's script can look up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from web.report.contents import Report, Window

MOST_POINTS: Final = 1200
"""Of a curve; a screen has hardly more columns."""

Place = Callable[[float], float]
"""From seconds to the share of the set's length, 0-1."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch in which a word held."""

    word: str
    start_seconds: float
    end_seconds: float


def placed(report: Report) -> Place:
    """Return where a moment lies in the set."""
    length_seconds = max(report.audio.duration_seconds, 1.0)
    return lambda seconds: min(max(seconds / length_seconds, 0.0), 1.0)


def thinned(windows: Sequence[Window], most: int = MOST_POINTS) -> Sequence[Window]:
    """Return windows at equal distances, at most `most`, the last among them."""
    step = max(1, -(-len(windows) // most))
    return windows[::-1][::step][::-1]


def runs(
    windows: Sequence[Window], word: Callable[[Window], str | None], least_seconds: float
) -> list[Run]:
    """Return the stretches in which a reading held.

    Shorter ones than `least_seconds` are passing readings, and what was before them goes on.
    """
    held: list[Run] = []
    for run in _raw_runs(windows, word):
        brief = run.end_seconds - run.start_seconds < least_seconds
        goes_on = bool(held) and held[-1].end_seconds >= run.start_seconds - least_seconds
        if goes_on and (brief or held[-1].word == run.word):
            held[-1] = Run(held[-1].word, held[-1].start_seconds, run.end_seconds)
        elif not brief:
            held.append(run)
    return held


def _raw_runs(windows: Sequence[Window], word: Callable[[Window], str | None]) -> Iterator[Run]:
    running: Run | None = None
    before_seconds = 0.0
    for window in windows:
        value, end_seconds = word(window), window.end_seconds
        if running is not None and running.word == value:
            running = Run(running.word, running.start_seconds, end_seconds)
        else:
            if running is not None:
                yield running
            running = None if value is None else Run(value, before_seconds, end_seconds)
        before_seconds = end_seconds
    if running is not None:
        yield running


def columns(report: Report) -> dict[str, object]:
    """Return the set's course as columns of equal length; what is not known is null."""
    windows = thinned(report.windows)

    def rounded(value: float | None, decimals: int) -> float | None:
        return None if value is None else round(value, decimals)

    return {
        "seconds": [round(window.end_seconds, 1) for window in windows],
        "score": [rounded(window.set_overall, 2) for window in windows],
        "bpm": [rounded(window.bpm, 1) for window in windows],
        "key": [window.key for window in windows],
        "camelot": [window.camelot for window in windows],
        "section": [window.section for window in windows],
        "energy": [rounded(window.energy, 2) for window in windows],
    }
