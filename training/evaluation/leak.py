"""Whether labels could be guessed from what has nothing to do with mixing.

If tempo, duration, genre and loudness alone tell the technical label, a judge could seem to hear
mixing and count beats. A ridge regression from them, tested on sets it was not fitted to, must
explain nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from training.evaluation.baselines import Features, Line, loudness
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Chapter, Measure, known
from training.evaluation.judging import Traces
from training.evaluation.metrics import agreement
from training.evaluation.plan import Plan
from training.evaluation.recipes import alike, fitted
from training.evaluation.traces import SCORED, Rows, Trace, table
from training.simulator.set_plan import GENRES

FOLDS: Final = 5
AIM: Final = Aim(most=0.05)
"""Near 0: R2 out of sample is below 0 where nothing is there to learn."""

NO_BPM: Final = 125.0


class Leak:
    """The examination of what gives labels away."""

    name = "leak"

    def cases(self, plan: Plan) -> list[Case]:
        """Return sets that others ask for as well."""
        return [*fitted(plan), *alike(plan)]

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Guess in folds of whole sets."""
        sets = [t for t in traces.of([*fitted(plan), *alike(plan)]) if t.moments]
        measures = [_probe(sets, scored) for scored in SCORED]
        return Chapter(
            self.name,
            "Leak probe",
            "Ridge regression from tempo, time since the set began, genre and loudness to the "
            f"labels of windows, in {FOLDS} folds of whole sets. Energy may well be told by "
            "loudness; technical must not be told by any of them.",
            measures=tuple(measures),
        )


def _probe(sets: list[Trace], scored: str) -> Measure:
    name = f"R2 of {scored} from tempo, duration, genre and loudness"
    aim = AIM if scored == "technical" else None
    if len(sets) < 2:
        return Measure(name, None, aim=aim, reason="fewer than two sets were judged")
    features = np.concatenate([unrelated(trace) for trace in sets])
    labels = np.concatenate([table(trace, lambda moment: moment.truth.window) for trace in sets])
    groups = np.repeat(np.arange(len(sets)), [len(trace.moments) for trace in sets])
    column = SCORED.index(scored)
    found = agreement(labels[:, column], folded(features, labels, groups)[:, column], groups)
    if found is None:
        return Measure(name, None, aim=aim, reason="no labels are known")
    low, high = found.intervals["r2"]
    return Measure(
        name, known(found.r2), "", known(low), known(high), aim, {"chance": 0.0}, found.rows
    )


def folded(features: Features, labels: Rows, groups: np.typing.NDArray[np.int64]) -> Rows:
    """Predict every row by a line fitted to the other folds; a set lies in one fold."""
    sets = np.unique(groups)
    order = np.random.default_rng(0).permutation(len(sets))
    fold_of = {int(sets[place]): number % FOLDS for number, place in enumerate(order)}
    folds = np.array([fold_of[int(group)] for group in groups])
    predicted = np.full(labels.shape, np.nan)
    for fold in range(min(FOLDS, len(sets))):
        asked = folds == fold
        predicted[asked] = Line.fitted(features[~asked], labels[~asked]).predicted(features[asked])
    return predicted


def unrelated(trace: Trace) -> Features:
    """Return what has nothing to do with mixing, at each moment: shape (N, 4 + genres)."""
    rows = []
    for moment, levels in zip(trace.moments, loudness(trace), strict=True):
        bpm = moment.truth.bpm or NO_BPM
        genres = [float(trace.genre == genre.value) for genre in GENRES]
        rows.append([bpm, moment.seconds, *levels, *genres])
    return np.array(rows)
