"""Cheats: what must not win against an honest set of the same seed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.evaluation.alone import TrackAlone
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Cell, Chapter, Measure, Table
from training.evaluation.intervals import wilson
from training.evaluation.invariance import AIM as UNNOTICED
from training.evaluation.invariance import AS_PLAYED
from training.evaluation.judging import Traces
from training.evaluation.plan import Plan
from training.evaluation.simulated import Simulated
from training.evaluation.styles import Revision, StyleWords
from training.evaluation.traces import OVERALL, SCORED, Trace

AIM: Final = Aim(most=0.0)
MARGIN: Final = UNNOTICED.most or 0.0
"""A cheat wins that leads by more than what nobody would notice."""

LOUDER: Final = "a louder copy"
SPAM: Final = "one trick after the other"
SMEARED: Final = "effects over everything"
UNMIXED: Final = "one unmixed track"
INTROS: Final = "nothing but an intro"


def honest(plan: Plan, number: int) -> Case:
    """Return a set in which nothing goes wrong."""
    source = Simulated(plan.seeds.treated + number, revision=Revision())
    return Case(source, plan.sizes.treated_hops, AS_PLAYED)


def cheats(plan: Plan, number: int) -> dict[str, Case]:
    """Return the cheats of a seed by name."""
    seed, hops = plan.seeds.treated + number, plan.sizes.treated_hops
    source = honest(plan, number).source
    return {
        LOUDER: Case(source, hops, "6 dB louder"),
        SPAM: Case(Simulated(seed, StyleWords(spam=True), Revision()), hops, AS_PLAYED),
        SMEARED: Case(source, hops, "effects over everything"),
        UNMIXED: Case(TrackAlone(seed), hops, AS_PLAYED),
        INTROS: Case(TrackAlone(seed, intro_only=True), hops, AS_PLAYED),
    }


class Gaming:
    """The examination of cheats."""

    name = "gaming"

    def cases(self, plan: Plan) -> list[Case]:
        """Return honest sets and their cheats."""
        return [
            case
            for number in range(plan.sizes.gaming_sets)
            for case in (honest(plan, number), *cheats(plan, number).values())
        ]

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Count who wins."""
        measures: list[Measure] = []
        rows: list[tuple[Cell, ...]] = []
        for cheat in (LOUDER, SPAM, SMEARED, UNMIXED, INTROS):
            both = [
                found
                for number in range(plan.sizes.gaming_sets)
                if (found := traces.together(honest(plan, number), cheats(plan, number)[cheat]))
            ]
            measures.append(_measure(cheat, both))
            rows.append((cheat, len(both), *(_lead(both, scored) for scored in SCORED)))
        columns = ("cheat", "sets", *(f"mean lead, {scored}" for scored in SCORED))
        return Chapter(
            self.name,
            "Anti-gaming",
            f"Each cheat against a flawless set of the same seed. A cheat wins with an overall "
            f"score more than {MARGIN:g} points higher; one that gets no overall score does not "
            "win.",
            measures=tuple(measures),
            tables=(Table("Leads of the cheats in points", columns, tuple(rows)),),
        )


def _measure(cheat: str, both: list[list[Trace]]) -> Measure:
    name = f"{cheat} wins"
    decided = [(fair, unfair) for fair, unfair in both if fair.final(OVERALL) is not None]
    if not decided:
        return Measure(name, None, aim=AIM, reason="no honest set has an overall score")
    wins = sum(_wins(fair, unfair) for fair, unfair in decided)
    low, high = wilson(wins, len(decided))
    return Measure(name, wins / len(decided), "", low, high, AIM, {"chance": 0.5}, len(decided))


def _wins(fair: Trace, unfair: Trace) -> bool:
    score, honest_score = unfair.final(OVERALL), fair.final(OVERALL)
    return score is not None and honest_score is not None and score > honest_score + MARGIN


def _lead(both: list[list[Trace]], scored: str) -> float | None:
    leads = [
        second - first
        for first, second in ((fair.final(scored), unfair.final(scored)) for fair, unfair in both)
        if first is not None and second is not None
    ]
    return sum(leads) / len(leads) if leads else None
