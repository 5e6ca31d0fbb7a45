"""How much of each part of a transition the evidence holds, whatever network reads it.

For every transition of a training data set the evidence is averaged before, within and after it,
and two plain models are fitted to the averages, in four folds by set: ridge regression and
extremely randomised trees. They know where the transitions lie, so this bounds what a reader can
make of the evidence with so little data; it is no judge.

`python -m benchmarks.evidence SOUNDS HEARD`, the two folders that `make train` keeps in
`var/training` (`sound-...` and `heard-...`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from judge.evidence import EVIDENCE_FEATURES, PLACES
from judge.mel.specification import SCALE_DB
from judge.parts import TRANSITION_PARTS, Part
from judge.readings import FRAMES_PER_HOP, MEL_BANDS
from training.features import Features, load_features
from training.renders import Truth, load_truth

FOLDS: Final = 4
BEFORE_HOPS: Final = 48
AFTER_HOPS: Final = 32
STATISTICS: Final = 6
LEVEL_BANDS: Final = ((0, 128), (0, 12), (12, 70), (70, 128))
READ: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.BEAT_OFFSET: ("folds", "flams", "grids", "pulse"),
    Part.TEMPO_DRIFT: ("flams", "grids", "pulse"),
    Part.LEVEL: ("level", "sound"),
    Part.BASS: ("level", "sound"),
    Part.PHRASE: ("phrases", "counts"),
    Part.CLIPPING: ("faults", "level"),
    Part.HARMONY: ("harmony",),
    Part.TEMPO: ("grids", "pulse"),
    Part.REPETITION: ("harmony", "sound"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One transition: averaged evidence, differences of level, its parts, and its set."""

    evidence: NDArray[np.float32]  # shape (STATISTICS * EVIDENCE_FEATURES,)
    levels_db: NDArray[np.float32]
    parts: NDArray[np.float64]
    set_name: str


def events(sounds: Path, heard: Path) -> Iterator[Event]:
    """Yield the transitions of all sets that have enough sound on both sides."""
    for path in sorted(heard.glob("*.features.npz")):
        truth = load_truth(sounds / path.name.replace(".features.", ".truth."))
        features = load_features(path)
        levels_db = _levels_db(features)
        for row in range(len(truth.spans)):
            sides = _sides(truth, row)
            if sides is not None:
                evidence = _averages(features.evidence.astype(np.float32), *sides)
                levels = _level_steps(levels_db, *sides)
                yield Event(evidence, levels, truth.course.parts[row], path.name)


def _sides(truth: Truth, row: int) -> tuple[int, int, int, int] | None:
    """Return from where to where a transition and its neighbourhood reach, in hops."""
    hops, spans = len(truth.bpm), truth.spans
    start, end = max(int(spans[row, 0]), 1), int(spans[row, 1])
    first = max(start - BEFORE_HOPS, int(spans[row - 1, 1]) if row else 0)
    last = min(end + AFTER_HOPS, int(spans[row + 1, 0]) if row + 1 < len(spans) else hops)
    return (first, start, end, last) if start - first >= 6 and last - end >= 10 else None


def _averages(
    rows: NDArray[np.float32], first: int, start: int, end: int, last: int
) -> NDArray[np.float32]:
    within = rows[start : max(end, start + 6) + 4]
    before, during = rows[first:start].mean(axis=0), within.mean(axis=0)
    after = rows[min(end + 4, last - 4) : last].mean(axis=0)
    return np.concatenate(
        (before, during, after, during - before, after - before, within.max(axis=0))
    )


def _levels_db(features: Features) -> NDArray[np.float32]:
    mel = features.log_mel.reshape(-1, FRAMES_PER_HOP, MEL_BANDS).astype(np.float32)
    power = 10 ** (mel * SCALE_DB / 10)
    sums = [power[:, :, low:high].mean(axis=1).sum(axis=1) for low, high in LEVEL_BANDS]
    return np.asarray(10 * np.log10(np.stack(sums, axis=1) + 1e-9))


def _level_steps(
    levels_db: NDArray[np.float32], first: int, start: int, end: int, last: int
) -> NDArray[np.float32]:
    before, after = levels_db[first:start], levels_db[end:last]
    within = levels_db[start : end + 4]
    steps = [
        np.percentile(after, q, axis=0) - np.percentile(before, q, axis=0) for q in (20, 50, 80, 95)
    ]
    highest = within.max(axis=0) - np.percentile(before, 80, axis=0)
    lowest = within.min(axis=0) - np.percentile(before, 50, axis=0)
    length = np.log([max(end - start, 1)])
    return np.concatenate((*steps, highest, lowest, length)).astype(np.float32)


def recovered(found: list[Event], part: Part) -> tuple[float, float]:
    """Return the R2 of ridge regression and of trees for one part, in folds by set."""
    places = np.concatenate([np.arange(EVIDENCE_FEATURES)[PLACES[name]] for name in READ[part]])
    columns = np.concatenate([places + turn * EVIDENCE_FEATURES for turn in range(STATISTICS)])
    inputs = np.array([np.concatenate((each.evidence[columns], each.levels_db)) for each in found])
    wanted = np.array([each.parts[TRANSITION_PARTS.index(part)] for each in found])
    sets = [each.set_name for each in found]
    ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(1, 5, 9)))
    trees = ExtraTreesRegressor(200, max_features=0.3, min_samples_leaf=3, random_state=0)
    scores = []
    for model in (ridge, trees):
        said = cross_val_predict(model, inputs, wanted, groups=sets, cv=GroupKFold(FOLDS))
        scores.append(1 - float(np.square(said - wanted).mean() / wanted.var()))
    return scores[0], scores[1]


def main(arguments: list[str]) -> None:
    """Print a table."""
    sounds, heard = (Path(each) for each in arguments)
    found = list(events(sounds, heard))
    print(f"{len(found)} transitions of {len({each.set_name for each in found})} sets")
    print("| part | ridge | trees |\n|---|---|---|")
    for part in READ:
        ridge, trees = recovered(found, part)
        print(f"| {part.value} | {ridge:.2f} | {trees:.2f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
