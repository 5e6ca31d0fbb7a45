"""How far the judge recovers the labels of held-out sets: by split, component, level and genre."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from training.evaluation import plots
from training.evaluation.baselines import Baseline, fit_baselines
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Cell, Chapter, Measure, Table, known
from training.evaluation.judging import Traces
from training.evaluation.metrics import FIGURES, Agreement
from training.evaluation.plan import Plan
from training.evaluation.recipes import Split, fitted, splits
from training.evaluation.samples import JUDGE, LEVELS, WINDOW, Sample, sample
from training.evaluation.traces import OVERALL, SCORED

LEAST_OF_GENRE: Final = 10
"""A genre with no more samples than this gets no row."""

AIMS: Final = {
    ("A", OVERALL): Aim(least=0.85),
    **{("A", scored): Aim(least=0.75) for scored in SCORED if scored != OVERALL},
    ("B", OVERALL): Aim(least=0.75),
    ("F", OVERALL): Aim(least=0.75),
}
"""R2 asked for at the level of windows and of sets."""

WITH_INTERVAL: Final = ("mae", "rmse", "pearson", "srcc", "kendall")
COLUMNS: Final = (
    *("split", "level", "score", "predictor", "R2", "95 % interval", "MAE", "MSE", "RMSE"),
    *("mean error", "SD", "Pearson", "SRCC", "Kendall", "rows", "sets", "in 90 % interval"),
)


class Splits:
    """The examination of all splits."""

    name = "splits"

    def cases(self, plan: Plan) -> list[Case]:
        """Return what baselines are fitted to, and every split's sets."""
        return [*fitted(plan), *(case for split in splits(plan) for case in split.cases)]

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Compare the judge and its baselines with the labels."""
        baselines = fit_baselines(traces.of(fitted(plan)))
        examined: list[tuple[Split, dict[str, Sample]]] = []
        missing = []
        for split in splits(plan):
            found = traces.of(split.cases)
            if found:
                samples = {level: sample(found, level, baselines) for level in LEVELS}
                examined.append((split, samples))
            else:
                missing.append(f"{split.name}: {split.missing or 'no set was judged in time'}")
        drawn: tuple[str, ...] = ()
        for split, samples in examined:
            if split.letter == "A":
                drawn = (
                    plots.source_guide(samples[WINDOW], pictures),
                    plots.calibration(samples, pictures),
                )
        return Chapter(
            self.name,
            "Recovery of the labels on held-out sets",
            "Rendered sound through Opus and the whole server pipeline. *Window* compares the last "
            "10 s, *set* the set's score at its end. Baselines answer the same rows, those on "
            "which the judge gave a score; they are fitted to sets of the training's seeds. "
            "Intervals resample whole sets.",
            measures=tuple(m for split, samples in examined for m in _measures(split, samples)),
            tables=(
                _table(examined, baselines),
                _intervals(examined),
                _by_genre(examined),
            ),
            pictures=drawn,
            missing=tuple(missing),
        )


def _measures(split: Split, samples: dict[str, Sample]) -> list[Measure]:
    """Return the R2 that were asked for, beside the best baseline's."""
    measures = []
    for level, flat in samples.items():
        for scored in SCORED:
            aim = AIMS.get((split.letter, scored))
            if aim is None:
                continue
            found = flat.agreement(JUDGE, scored)
            name = f"R2 of {scored}, {level}, split {split.letter}"
            if found is None or not np.isfinite(found.r2):
                measures.append(Measure(name, None, aim=aim, reason="too few scores to compare"))
                continue
            low, high = found.intervals["r2"]
            others = {
                predictor: known(_r2(flat.agreement(predictor, scored)))
                for predictor in flat.predictions
                if predictor != JUDGE
            }
            measures.append(
                Measure(
                    name, found.r2, "", known(low), known(high), aim, others, samples=found.rows
                )
            )
    return measures


def _r2(found: Agreement | None) -> float | None:
    return None if found is None else found.r2


def _table(examined: list[tuple[Split, dict[str, Sample]]], baselines: list[Baseline]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for split, samples in examined:
        for level, flat in samples.items():
            for scored in SCORED:
                for predictor in (JUDGE, *(baseline.name for baseline in baselines)):
                    found = flat.agreement(predictor, scored)
                    if found is not None:
                        covered = flat.coverage(scored) if predictor == JUDGE else None
                        rows.append((split.name, level, scored, predictor, *_cells(found), covered))
    return Table("All figures, on 1-10", COLUMNS, tuple(rows))


def _cells(found: Agreement) -> tuple[Cell, ...]:
    first, *others = (known(getattr(found, name)) for name in FIGURES)
    low, high = found.intervals["r2"]
    interval = f"{low:.2f} to {high:.2f}" if np.isfinite(low) else None
    return (first, interval, *others, found.rows, found.sets)


def _intervals(examined: list[tuple[Split, dict[str, Sample]]]) -> Table:
    """Return the intervals of the judge's other figures."""
    rows: list[tuple[Cell, ...]] = []
    for split, samples in examined:
        for level, flat in samples.items():
            for scored in SCORED:
                found = flat.agreement(JUDGE, scored, rank_intervals=True)
                if found is not None:
                    ends = [found.intervals[name] for name in WITH_INTERVAL]
                    cells = [f"{low:.2f} to {high:.2f}" if np.isfinite(low) else None
                             for low, high in ends]  # fmt: skip
                    rows.append((split.name, level, scored, *cells))
    columns = ("split", "level", "score", "MAE", "RMSE", "Pearson", "SRCC", "Kendall")
    return Table("95 % intervals of the judge's figures, over sets", columns, tuple(rows))


def _by_genre(examined: list[tuple[Split, dict[str, Sample]]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for split, samples in examined:
        for level, flat in samples.items():
            for genre in sorted(set(flat.genres.tolist())):
                for scored in SCORED:
                    found = flat.agreement(JUDGE, scored, genre=genre)
                    if found is not None and found.rows > LEAST_OF_GENRE:
                        rows.append((split.name, level, genre, scored, *_cells(found)))
    columns = ("split", "level", "genre", *COLUMNS[2:3], *COLUMNS[4:-1])
    return Table(f"The judge by genre, where it has more than {LEAST_OF_GENRE} samples", columns,
                 tuple(rows))  # fmt: skip
