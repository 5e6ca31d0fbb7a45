"""Reports of transitions beside the true ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.media import SAMPLE_RATE_HZ
from core.messages import Transition
from training.evaluation.traces import Trace, TrueTransition

NEAR_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Match:
    """A true transition and the report of it, if there is one."""

    true: TrueTransition
    heard: Transition | None


def matched(sets: Iterable[Trace]) -> tuple[list[Match], int]:
    """Match true transitions to reports that start within 5 s, nearest first.

    Returns
    -------
    tuple of matches and int
        One match for each true transition, and how many reports are of none.
    """
    matches, made_up = [], 0
    for trace in sets:
        reports = {report.index: report for report in trace.transitions}
        distances = sorted(
            (abs(report.start_sample / SAMPLE_RATE_HZ - true.start_seconds), place, report.index)
            for place, true in enumerate(trace.true_transitions)
            for report in trace.transitions
        )
        heard: dict[int, Transition] = {}
        for distance, place, index in distances:
            if distance <= NEAR_SECONDS and place not in heard and index in reports:
                heard[place] = reports.pop(index)
        made_up += len(reports)
        matches += [
            Match(true, heard.get(place)) for place, true in enumerate(trace.true_transitions)
        ]
    return matches, made_up


def offset_errors(
    sets: Iterable[Trace], least_ms: float, most_ms: float
) -> tuple[list[float], int]:
    """Return errors in ms of the offsets of a size that were read, and how many were not."""
    errors, unread = [], 0
    for match in matched(sets)[0]:
        true = match.true.offset_ms
        if true is None or not least_ms - 1 <= true <= most_ms + 1:
            continue
        heard = None if match.heard is None else match.heard.offset_ms.value
        if isinstance(heard, int | float):
            errors.append(abs(abs(float(heard)) - true))
        else:
            unread += 1
    return errors, unread
