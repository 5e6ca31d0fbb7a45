"""What must not change a score: loudness, lossy codecs, another sample rate on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Cell, Chapter, Table, mean_measure
from training.evaluation.intervals import of_mean
from training.evaluation.judging import Traces
from training.evaluation.pairs import changes
from training.evaluation.plan import Plan
from training.evaluation.simulated import Simulated
from training.evaluation.traces import SCORED

AS_PLAYED: Final = "as played"
TREATED: Final = (
    *("6 dB louder", "6 dB softer", "Opus 96 kbit/s", "MP3 128 kbit/s", "44.1 kHz and back"),
)
AIM: Final = Aim(most=0.2)


def treated(plan: Plan, number: int, treatment: str) -> Case:
    """Return a set whose sound is treated."""
    source = Simulated(plan.seeds.treated + number)
    return Case(source, plan.sizes.treated_hops, treatment)


class Invariance:
    """The examination of what must not matter."""

    name = "invariance"

    def cases(self, plan: Plan) -> list[Case]:
        """Return every set as played, and treated in each way."""
        return [
            treated(plan, number, treatment)
            for number in range(plan.sizes.invariance_sets)
            for treatment in (AS_PLAYED, *TREATED)
        ]

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Compare the scores at the end."""
        measures, rows = [], []
        for treatment in TREATED:
            found = [
                changes(*both)
                for number in range(plan.sizes.invariance_sets)
                if (both := traces.together(
                    treated(plan, number, AS_PLAYED), treated(plan, number, treatment)
                )) is not None
            ]  # fmt: skip
            known = [[abs(c) for c in change if c is not None] for change in found]
            moved = [max(each) for each in known if each]
            measures.append(
                mean_measure(
                    f"{treatment}: most moved of a set's five scores, mean over sets",
                    moved,
                    "no set has scores",
                    "points",
                    AIM,
                )
            )
            rows += [_row(treatment, scored, found) for scored in SCORED]
        columns = ("treatment", "score", "sets", "mean change", "95 % interval", "mean size",
                   "largest")  # fmt: skip
        return Chapter(
            self.name,
            "Invariance",
            "A set played 6 dB below full scale, and the same one treated: scores at its end.",
            measures=tuple(measures),
            tables=(Table("Changes by treatment", columns, tuple(rows)),),
        )


def _row(treatment: str, scored: str, found: list[tuple[float | None, ...]]) -> tuple[Cell, ...]:
    column = SCORED.index(scored)
    sizes = [change[column] for change in found]
    there = [size for size in sizes if size is not None]
    if not there:
        return (treatment, scored, 0, None, None, None, None)
    low, high = of_mean(there)
    absolute = [abs(size) for size in there]
    return (treatment, scored, len(there), sum(there) / len(there), f"{low:.2f} to {high:.2f}",
            sum(absolute) / len(absolute), max(absolute))  # fmt: skip
