"""Teaches hindsight: transitions of rendered sets, looked back on at several moments.

The parts of a transition are read by boosted trees from what it shows as a whole, each from the
aspects that it can follow from; how sure they are, from the errors they make on sets they were not
grown on. What the recurrent senses say is mixed in as far as that helps on the choosing sets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.evidence import PLACES
from judge.hindsight import ASPECTS, HINDSIGHT_FEATURES
from judge.parts import TRANSITION_PARTS, Part
from judge.scoring.tracking import AVERAGED_HOPS
from judge.specification import MEASURE_SCALES, PARTS, Measure, Output
from training.dataset import Example
from training.looks import Looks, looks_at
from training.model import Judge
from training.train import followed_alone
from training.trees import Growth, Rows, Trees, grown

FOLDS: Final = 2
SURE_GROWTH: Final = Growth(rounds=60, leaves=7, least_rows=120, patience=60)

_EVIDENCE: Final = ("within", "rise", "step", "peak")
_BEATS: Final = ("folds", "flams", "grids", "pulse")
_LEVELS: Final = ("level", "sound", "faults")
_PHRASES: Final = ("phrases", "counts", "grids")

READ_FROM: Final[Mapping[Part | Measure, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    Part.BEAT_OFFSET: (("beats", "timing"), _BEATS),
    Part.TEMPO_DRIFT: (("beats", "timing"), _BEATS),
    Part.LEVEL: (("levels", "timing"), _LEVELS),
    Part.BASS: (("levels", "timing"), _LEVELS),
    Part.PHRASE: (("folds", "timing"), _PHRASES),
    Part.CLIPPING: (("levels", "timing"), _LEVELS),
    Part.SILENCE: (("levels", "timing"), _LEVELS),
    Part.HARMONY: (("keys", "timing"), ("harmony",)),
    Part.TEMPO: (("beats", "timing"), ("grids", "pulse")),
    Part.REPETITION: (("likeness", "keys", "timing"), ("harmony", "sound")),
    Measure.OFFSET_MS: (("beats", "timing"), _BEATS),
    Measure.DRIFT_MS_PER_SECOND: (("beats", "timing"), _BEATS),
    Measure.LEVEL_STEP_LU: (("levels", "timing"), _LEVELS),
    Measure.BASS_EXCESS_DB: (("levels", "timing"), _LEVELS),
    Measure.PHRASE_ERROR_BEATS: (("folds", "timing"), _PHRASES),
}
"""Aspects, and places of the evidence within its averages. A flam says nothing of a key: what a
part cannot follow from is kept from it, and so are chance companions."""


@dataclass(frozen=True, slots=True)
class HindsightModel:
    """Trees for parts and measures and for the parts' deviations, and the senses' share in each.

    Attributes
    ----------
    told
        Fifteen.
    deviations
        Ten.
    senses_share
        Shape (15,), 0-1: how much of what is told comes from the senses.
    deviation_scale
        Shape (10,): brings the deviations to the size of the errors made on the choosing sets.
    """

    told: tuple[Trees, ...]
    deviations: tuple[Trees, ...]
    senses_share: NDArray[np.float32]
    deviation_scale: NDArray[np.float32]

    def says(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what the trees alone say, shape (N, 15)."""
        return np.stack([trees.says(features) for trees in self.told], axis=1)

    def mixed(
        self, features: NDArray[np.float32], senses: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what is told, shape (N, 15)."""
        return _mixed(self.says(features), senses, self.senses_share)


def _mixed(
    said: NDArray[np.float64], senses: NDArray[np.float64], share: NDArray[np.float32]
) -> NDArray[np.float64]:
    return said + share * (senses - said)


def columns_of(told: Part | Measure) -> NDArray[np.int64]:
    """Return the features that a part or measure is read from."""
    aspects, evidence = READ_FROM[told]
    every = np.arange(HINDSIGHT_FEATURES)
    whole = [every[ASPECTS[name]] for name in aspects]
    averages = [every[ASPECTS[name]][PLACES[place]] for name in _EVIDENCE for place in evidence]
    return np.concatenate((*whole, *averages))


def senses_at(model: Judge, examples: list[Example], looks: Looks) -> NDArray[np.float64]:
    """Return what the recurrent senses say at each look, shape (N, 15), measures in units."""
    rows = []
    for number, example in enumerate(examples):
        outputs, _ = followed_alone(model, example)
        told = np.concatenate(
            (
                outputs[:, Output.PARTS.value],
                outputs[:, Output.MEASURES.value] * np.array(MEASURE_SCALES),
            ),
            axis=1,
        )
        for hop in looks.hop[looks.set_number == number]:
            rows.append(told[max(hop - AVERAGED_HOPS + 1, 0) : hop + 1].mean(axis=0))
    return np.array(rows)


def teach(
    training: list[Example], choosing: list[Example], model: Judge, growth: Growth, seed: int
) -> HindsightModel:
    """Grow the trees, then see on the choosing sets how much the senses add."""
    looks, others = looks_at(training, seed), looks_at(choosing, seed + 1)
    told, deviations = grow(looks, others, growth)
    said = np.stack([trees.says(others.features) for trees in told], axis=1)
    senses = senses_at(model, choosing, others)
    share = _share(others, said, senses)
    sure = np.stack([trees.says(others.features) for trees in deviations], axis=1)
    mixed = _mixed(said, senses, share)
    return HindsightModel(told, deviations, share, _scale(others, mixed[:, :PARTS], sure))


def grow(
    looks: Looks, others: Looks, growth: Growth
) -> tuple[tuple[Trees, ...], tuple[Trees, ...]]:
    """Grow the trees of all parts and measures, and those of the parts' deviations.

    Parameters
    ----------
    looks, others
        What they are grown on, and what says when to stop.
    growth
        Of the former; the latter are smaller.
    """
    told, deviations = [], []
    for column, what in enumerate((*TRANSITION_PARTS, *Measure)):
        rows, choose = _rows(looks, column), _rows(others, column)
        columns = columns_of(what)
        trees = grown(rows, choose, columns, growth)
        told.append(trees)
        if isinstance(what, Part):
            rounds = max(trees.booster.best_iteration, 1)
            errors = _errors(looks, rows, columns, replace(growth, rounds=rounds))
            deviations.append(grown(errors, None, columns, _smaller(growth)))
    return tuple(told), tuple(deviations)


def _smaller(growth: Growth) -> Growth:
    return replace(
        growth,
        rounds=min(growth.rounds, SURE_GROWTH.rounds),
        leaves=min(growth.leaves, SURE_GROWTH.leaves),
        least_rows=min(3 * growth.least_rows, SURE_GROWTH.least_rows),
    )


def _rows(looks: Looks, column: int) -> Rows:
    return Rows(looks.features, looks.told[:, column], looks.weights)


def _errors(looks: Looks, rows: Rows, columns: NDArray[np.int64], growth: Growth) -> Rows:
    """Return rows that want the size of the error made on sets that were left out."""
    sizes = np.zeros(len(rows.wanted))
    for fold in range(FOLDS):
        out = looks.set_number % FOLDS == fold
        if out.all() or not out.any():
            continue
        kept = Rows(rows.features[~out], rows.wanted[~out], rows.weights[~out])
        said = np.clip(grown(kept, None, columns, growth).says(rows.features[out]), 0, 1)
        sizes[out] = np.abs(said - rows.wanted[out])
    # Of a normal error the mean size is 0.8 deviations.
    return Rows(rows.features, sizes / 0.8, rows.weights)


def _share(
    looks: Looks, said: NDArray[np.float64], senses: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the senses' share in each value that errs least, by least squares, within 0-1."""
    weights = looks.weights[:, None]
    apart = senses - said
    power = (weights * np.square(apart)).sum(axis=0)
    product = (weights * apart * (looks.told - said)).sum(axis=0)
    share = np.clip(product / np.maximum(power, 1e-9), 0, 1)
    return np.asarray(share, dtype=np.float32)


def _scale(
    looks: Looks, shares: NDArray[np.float64], sure: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return by what the deviations fall short of the errors of the last looks, shape (10,)."""
    last = looks.settled
    errors = np.square(np.clip(shares, 0, 1) - looks.told[:, :PARTS])[last].mean(axis=0)
    stated = np.square(sure[last]).mean(axis=0)
    return np.asarray(np.sqrt(errors / np.maximum(stated, 1e-9)), dtype=np.float32)
