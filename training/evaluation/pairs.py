"""Matched pairs: the same set twice, one flaw changed; the judge must tell which is better.

The flawless set is the same for all flaws of one kind of transition. A set that got no score of the
component is undecided, and undecided is wrong: a judge that says nothing has not seen the flaw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from training.evaluation.cases import Case
from training.evaluation.chapters import (
    Aim,
    Cell,
    Chapter,
    Measure,
    Table,
    known,
    mean_measure,
    share_measure,
)
from training.evaluation.flaws import BELOW, MODERATE, SEVERE, Flaw, examined
from training.evaluation.intervals import wilson
from training.evaluation.judging import Traces
from training.evaluation.plan import Plan
from training.evaluation.traces import OVERALL, SCORED, Trace

CHANCE: Final = 0.5
SETTLING_SECONDS: Final = 16.0
"""What a listener may take after a transition to know what it was worth."""

AIMS: Final = {SEVERE: Aim(least=0.98), MODERATE: Aim(least=0.90)}
UNHEARD_AIM: Final = Aim(most=0.2)


@dataclass(frozen=True, slots=True)
class Pair:
    """Changes from the flawless to the flawed set, in points; None where either has no score.

    Attributes
    ----------
    changes, label_changes
        Of the judge's scores and of the labels, in the order of SCORED.
    over
        Whether the flawed transition was over before the set was.
    """

    flaw: Flaw
    severity: str
    changes: tuple[float | None, ...]
    label_changes: tuple[float | None, ...]
    over: bool

    def change(self, scored: str) -> float | None:
        """Return the change of a component or overall."""
        return self.changes[SCORED.index(scored)]

    def right(self, scored: str) -> bool:
        """Tell whether the flawed set scored lower."""
        change = self.change(scored)
        return change is not None and change < 0


class Pairs:
    """The examination of matched pairs."""

    name = "pairs"

    def cases(self, plan: Plan) -> list[Case]:
        """Return each seed's flawless sets and all its flawed ones."""
        flaws = examined(plan)
        return [
            flaw.case(plan, number, size)
            for number in range(plan.sizes.pair_seeds)
            for flaw in flaws
            for size in (None, *flaw.sizes.values())
        ]

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Count the pairs in the right order."""
        flaws = examined(plan)
        pairs = matched(plan, traces, flaws)
        unheard = _unheard(pairs)
        return Chapter(
            self.name,
            "Matched pairs",
            f"{plan.sizes.pair_seeds} seeds; each set is rendered flawless and with one flaw in "
            "its first transition, all else alike. Right is a lower score of the component that "
            "the flaw belongs to; a set without that score counts as wrong. Chance is .5.",
            measures=(*(_order(pairs, severity) for severity in AIMS), *unheard),
            tables=(_order_table(pairs),),
            missing=_unfinished(pairs),
        )


def _unfinished(pairs: list[Pair]) -> tuple[str, ...]:
    short = sum(not pair.over for pair in pairs)
    if not short:
        return ()
    note = (
        f"{short} of {len(pairs)} flawed sets end before their transition is over and "
        f"{SETTLING_SECONDS:g} s more: make `pair_hops` larger"
    )
    return (note,)


def matched(plan: Plan, traces: Traces, flaws: tuple[Flaw, ...]) -> list[Pair]:
    """Return every pair of which both sets were judged."""
    pairs = []
    for number in range(plan.sizes.pair_seeds):
        for flaw in flaws:
            for severity, size in flaw.sizes.items():
                both = traces.together(flaw.case(plan, number, None), flaw.case(plan, number, size))
                if both is not None:
                    before, after = both
                    label_changes = differences(label(before), label(after))
                    pair = Pair(flaw, severity, changes(*both), label_changes, _over(after))
                    pairs.append(pair)
    return pairs


def changes(before: Trace, after: Trace) -> tuple[float | None, ...]:
    """Return how the five scores at the end of a set differ; None where either is not known."""
    return differences(*([trace.final(name) for name in SCORED] for trace in (before, after)))


def label(trace: Trace) -> Sequence[float | None]:
    """Return the labels of a whole set."""
    return trace.moments[-1].truth.whole if trace.moments else (None,) * len(SCORED)


def differences(
    before: Sequence[float | None], after: Sequence[float | None]
) -> tuple[float | None, ...]:
    """Return second minus first, None where either is not known."""
    return tuple(
        None if first is None or second is None else second - first
        for first, second in zip(before, after, strict=True)
    )


def _over(trace: Trace) -> bool:
    if not trace.moments or not trace.true_transitions:
        return False
    return trace.true_transitions[0].end_seconds + SETTLING_SECONDS <= trace.moments[-1].seconds


def _order(pairs: list[Pair], severity: str) -> Measure:
    right = [p.right(p.flaw.component.value) for p in pairs if p.severity == severity]
    name = f"{severity} flaws in the right order"
    measure = share_measure(name, right, "no pair was judged", AIMS[severity])
    return replace(measure, beside={"chance": CHANCE})


def _unheard(pairs: list[Pair]) -> list[Measure]:
    """Return how far each flaw below hearing moves its component, or overall if that is more."""
    measures = []
    for flaw in dict.fromkeys(p.flaw.name for p in pairs if BELOW in p.flaw.sizes):
        moved = []
        for pair in (p for p in pairs if p.flaw.name == flaw and p.severity == BELOW):
            sizes = [pair.change(pair.flaw.component.value), pair.change(OVERALL)]
            heard = [abs(size) for size in sizes if size is not None]
            moved += [max(heard)] if heard else []
        measures.append(
            mean_measure(
                f"{flaw} below hearing moves the score by",
                moved,
                "no pair of this flaw has scores",
                "points",
                UNHEARD_AIM,
            )
        )
    return measures


def _order_table(pairs: list[Pair]) -> Table:
    rows = []
    for name, severity in dict.fromkeys((p.flaw.name, p.severity) for p in pairs):
        group = [p for p in pairs if (p.flaw.name, p.severity) == (name, severity)]
        flaw = group[0].flaw
        component = flaw.component.value
        right = sum(p.right(component) for p in group)
        low, high = wilson(right, len(group))
        moved = [c for c in (p.change(component) for p in group) if c is not None]
        row: tuple[Cell, ...] = (
            name,
            severity,
            f"{flaw.sizes[severity]:g} {flaw.unit}".strip(),
            component,
            len(group),
            right / len(group),
            f"{low:.2f} to {high:.2f}",
            sum(p.right(OVERALL) for p in group) / len(group),
            known(float(np.mean(moved))) if moved else None,
            mean_known([p.label_changes[SCORED.index(component)] for p in group]),
            len(group) - len(moved),
        )
        rows.append(row)
    columns = (
        *("flaw", "severity", "size", "component", "pairs", "right", "95 % interval"),
        *("overall right", "mean change, points", "of the label", "undecided"),
    )
    return Table("Pairs in the right order", columns, tuple(rows))


def mean_known(values: list[float | None]) -> float | None:
    """Return the mean of the known values; None where none is."""
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if there else None
