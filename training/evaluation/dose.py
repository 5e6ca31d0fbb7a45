"""Dose and response: more of one flaw must cost more, whatever the set."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.evaluation import plots
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Cell, Chapter, Measure, Table, known, mean_measure
from training.evaluation.flaws import Flaw, examined
from training.evaluation.judging import Traces
from training.evaluation.metrics import spearman
from training.evaluation.plan import Plan

AIM: Final = Aim(least=0.9)
LEAST_DOSES: Final = 4
"""A seed with fewer doses that were scored says nothing of an order."""

Losses = NDArray[np.float64]
"""Shape (seeds, 1 + doses): points lost against no dose at all; NaN where there is no score."""


class Dose:
    """The examination of each flaw in steps."""

    name = "dose"

    def cases(self, plan: Plan) -> list[Case]:
        """Return each flaw's doses, flaw by flaw: a budget ends with whole ones."""
        flaws = examined(plan)
        return [
            flaw.case(plan, number, size)
            for flaw in flaws
            if flaw.doses
            for number in range(plan.sizes.dose_seeds)
            for size in _doses(plan, flaw)
        ]

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Correlate dose and response."""
        flaws = examined(plan)
        measures: list[Measure] = []
        rows: list[tuple[Cell, ...]] = []
        curves: dict[str, tuple[list[float], Losses]] = {}
        for flaw in flaws:
            if not flaw.doses:
                continue
            losses = lost(plan, traces, flaw)
            doses = [0.0 if size is None else abs(size) for size in _doses(plan, flaw)]
            curves[f"{flaw.name}, {flaw.unit}"] = (doses, losses)
            measures.append(
                mean_measure(
                    f"{flaw.name}: dose and loss of {flaw.component.value}, SRCC within a set",
                    within(doses, losses),
                    f"no set has scores at {LEAST_DOSES} doses",
                    aim=AIM,
                )
            )
            rows.append(_row(flaw, doses, losses))
        columns = ("flaw", "component", "sets", "SRCC of the mean curve", "points lost by dose")
        return Chapter(
            self.name,
            "Dose and response",
            "Points lost by the flaw's own component against the same set without the flaw. The "
            "aim is held against the mean over sets of the rank correlation within each set; a set "
            "that does not respond at all counts as 0. Chance is 0.",
            measures=tuple(measures),
            tables=(Table("Dose and response", columns, tuple(rows)),),
            pictures=(plots.doses(curves, pictures),) if curves else (),
        )


def _doses(plan: Plan, flaw: Flaw) -> list[float | None]:
    doses = flaw.doses[:: 3 if plan.tiny else 1]
    return [None, *doses]


def lost(plan: Plan, traces: Traces, flaw: Flaw) -> Losses:
    """Return the points that each dose cost each set's component."""
    sizes = _doses(plan, flaw)
    scores = np.full((plan.sizes.dose_seeds, len(sizes)), np.nan)
    for number, column in np.ndindex(*scores.shape):
        trace = traces.known.get(flaw.case(plan, number, sizes[column]))
        value = None if trace is None else trace.final(flaw.component.value)
        if value is not None:
            scores[number, column] = value
    return np.asarray(scores[:, :1] - scores)


def within(doses: list[float], losses: Losses) -> list[float]:
    """Return each set's rank correlation of dose and loss; 0 where nothing responds."""
    found = []
    for row in losses:
        there = np.isfinite(row)
        if there.sum() >= min(LEAST_DOSES, len(doses)):
            value = spearman(np.array(doses)[there], row[there])
            found.append(value if np.isfinite(value) else 0.0)
    return found


def _row(flaw: Flaw, doses: list[float], losses: Losses) -> tuple[Cell, ...]:
    there = np.isfinite(losses)
    judged = there.any(axis=0)
    means = np.where(there, losses, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    text = ", ".join(f"{doses[index]:g}: {means[index]:.2f}" for index in np.flatnonzero(judged))
    curve = spearman(np.array(doses)[judged], means[judged])
    return (flaw.name, flaw.component.value, int(there.any(axis=1).sum()),
            known(curve), text or None)  # fmt: skip
