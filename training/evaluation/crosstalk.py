"""Which components a flaw costs: its own, and what should have been left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from core.messages import Component
from training.evaluation import plots
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Cell, Chapter, Measure, Table
from training.evaluation.flaws import SEVERE, Flaw, examined
from training.evaluation.judging import Traces
from training.evaluation.pairs import Pair, Pairs, matched, mean_known
from training.evaluation.plan import Plan

AIM: Final = Aim(most=0.25)
EVEN: Final = 0.75
"""Off target if a change were spread evenly over the four components."""


class Crosstalk:
    """The examination of the severe matched pairs, component by component."""

    name = "crosstalk"

    def cases(self, plan: Plan) -> list[Case]:
        """Return the sets of the matched pairs: they are judged once."""
        return Pairs().cases(plan)

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Return the matrix of components and flaws."""
        flaws = examined(plan)
        matrix, measure = _matrix(matched(plan, traces, flaws), flaws)
        return Chapter(
            self.name,
            "Cross-talk",
            "Mean change of each component by each severe flaw, from the matched pairs. Labels "
            "have cross-talk of their own: what fails technically earns nothing creatively, and a "
            "hole costs energy. Their share stands beside the judge's.",
            measures=(measure,),
            tables=() if matrix is None else (matrix,),
            pictures=() if matrix is None else (plots.crosstalk(matrix, pictures),),
        )


def _matrix(pairs: list[Pair], flaws: tuple[Flaw, ...]) -> tuple[Table | None, Measure]:
    """Return the mean change of each component by each severe flaw, and the share off target."""
    rows: list[tuple[Cell, ...]] = []
    shares, of_labels = [], []
    for flaw in flaws:
        group = [p for p in pairs if p.flaw.name == flaw.name and p.severity == SEVERE]
        means = _means([p.changes for p in group])
        share = off_target(means, flaw.component)
        label_share = off_target(_means([p.label_changes for p in group]), flaw.component)
        of_labels += [] if label_share is None else [label_share]
        if share is not None:
            shares.append(share)
            rows.append((flaw.name, *means, share))
    if not rows:
        return None, _measure([], of_labels)
    columns = ("severe flaw", *(component.value for component in Component), "off target")
    table = Table("Mean change in points", columns, tuple(rows))
    return table, _measure(shares, of_labels)


def _means(changes_: list[tuple[float | None, ...]]) -> list[float | None]:
    """Return each component's mean change."""
    return [mean_known([change[index] for change in changes_]) for index in range(len(Component))]


def off_target(means: list[float | None], target: Component) -> float | None:
    """Return the share of all change that falls on other components; None if nothing changed."""
    sizes = [abs(mean or 0.0) for mean in means]
    if sum(sizes) == 0:
        return None
    return 1 - sizes[list(Component).index(target)] / sum(sizes)


def _measure(shares: list[float], of_labels: list[float]) -> Measure:
    name = "share of the change that falls on other components, mean over flaws"
    if not shares:
        return Measure(name, None, aim=AIM, reason="no severe pair has scores")
    return Measure(
        name,
        float(np.mean(shares)),
        aim=AIM,
        beside={
            "worst flaw": max(shares),
            "the labels' own": mean_known([*of_labels]),
            "spread evenly": EVEN,
        },
        samples=len(shares),
    )
