"""How soon a set's score can be trusted: at 1, 2, 5 and 10 minutes against the set's end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from core.media import HOP_SECONDS
from training.evaluation import plots
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Cell, Chapter, Measure, Table, known
from training.evaluation.judging import Traces
from training.evaluation.metrics import spearman
from training.evaluation.plan import Plan
from training.evaluation.recipes import alike
from training.evaluation.traces import SCORED, Moment, Trace, table, values

MINUTES: Final = (1.0, 2.0, 5.0, 10.0)
TINY_MINUTES: Final = (0.25, 0.4)
STATED: Final = 0.90
COVERAGE_AIM: Final = Aim(least=0.85)
"""Stated are 90 %; a few sets give or take 5 % of that by chance."""


class Streaming:
    """The examination of scores while they grow."""

    name = "streaming"

    def cases(self, plan: Plan) -> list[Case]:
        """Return the sets of split A: they are judged once."""
        return list(alike(plan))

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Compare scores along the way with the last one, and with the label of the moment."""
        sets = [trace for trace in traces.of(alike(plan)) if trace.moments]
        minutes = TINY_MINUTES if plan.tiny else MINUTES
        rows = [_row(sets, minute, scored) for minute in minutes for scored in SCORED]
        columns = (
            *("minutes", "score", "sets with a score", "mean distance to the final score"),
            *("SRCC with the final score", "final score inside the interval"),
            *("label inside the interval", "mean width of the interval"),
        )
        length = plan.sizes.alike_hops * HOP_SECONDS / 60
        return Chapter(
            self.name,
            "Streaming",
            f"The sets of split A, {length:g} minutes long. Before the first transition has "
            "settled a set has no technical and no overall score. The stated intervals are of "
            f"{STATED:.0%} for the label.",
            measures=tuple(_coverage(sets, minute) for minute in minutes),
            tables=(Table("The score along the way", columns, tuple(rows)),),
            pictures=(plots.streaming(curve(sets), pictures),) if sets else (),
        )


def curve(sets: list[Trace]) -> dict[str, tuple[list[float], list[float]]]:
    """Return minutes and mean distance to the final score, by what is scored."""
    longest = max(len(trace.moments) for trace in sets)
    said = np.full((len(sets), longest, len(SCORED)), np.nan)
    for index, trace in enumerate(sets):
        said[index, : len(trace.moments)] = table(trace, lambda moment: values(moment.whole))
    final = np.stack([said[i, len(trace.moments) - 1] for i, trace in enumerate(sets)])
    away = np.abs(said - final[:, None])
    longest_trace = max(sets, key=lambda trace: len(trace.moments))
    minutes = np.array([moment.seconds / 60 for moment in longest_trace.moments])
    curves = {}
    for column, scored in enumerate(SCORED):
        there = np.isfinite(away[:, :, column])
        counts = there.sum(axis=0)
        means = np.where(there, away[:, :, column], 0.0).sum(axis=0) / np.maximum(counts, 1)
        curves[scored] = (minutes[counts > 0].tolist(), means[counts > 0].tolist())
    return curves


def _coverage(sets: list[Trace], minute: float) -> Measure:
    name = f"labels of the set inside the stated 90 % interval at {minute:g} min, all scores"
    inside = [
        within
        for moment in _at(sets, minute)
        for scored in SCORED
        if (within := _label_inside(moment, scored)) is not None
    ]
    if not inside:
        return Measure(name, None, aim=COVERAGE_AIM, reason="no set has a score by then")
    share = sum(inside) / len(inside)
    return Measure(name, share, aim=COVERAGE_AIM, beside={"stated": STATED}, samples=len(inside))


def _at(sets: Iterable[Trace], minute: float) -> list[Moment]:
    """Return each set's moment at a time; a set that ended before has none."""
    found = [
        trace.until(60 * minute) for trace in sets if trace.moments[-1].seconds >= 60 * minute - 3
    ]
    return [moment for moment in found if moment is not None]


def _label_inside(moment: Moment, scored: str) -> bool | None:
    column = SCORED.index(scored)
    estimate, label = moment.whole[column], moment.truth.whole[column]
    if estimate is None or label is None:
        return None
    return estimate.low <= label <= estimate.high


def _row(sets: list[Trace], minute: float, scored: str) -> tuple[Cell, ...]:
    column = SCORED.index(scored)
    now, last, labelled, widths, covered = [], [], [], [], []
    for trace in sets:
        final = trace.final(scored)
        for moment in _at([trace], minute):
            estimate = moment.whole[column]
            if estimate is None or final is None:
                continue
            now.append(estimate.value)
            last.append(final)
            widths.append(estimate.high - estimate.low)
            covered.append(estimate.low <= final <= estimate.high)
            inside = _label_inside(moment, scored)
            labelled += [] if inside is None else [inside]
    if not now:
        return (minute, scored, 0, None, None, None, None, None)
    distance = float(np.mean(np.abs(np.array(now) - np.array(last))))
    return (
        minute,
        scored,
        len(now),
        distance,
        known(spearman(np.array(now), np.array(last))),
        sum(covered) / len(covered),
        sum(labelled) / len(labelled) if labelled else None,
        float(np.mean(widths)),
    )
