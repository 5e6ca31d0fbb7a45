"""Hindsight learns what its features show, and believes the senses as far as they are right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import training.hindsight
from judge.hindsight import ASPECTS, HINDSIGHT_FEATURES
from judge.parts import TRANSITION_PARTS, Part
from judge.scoring.tracking import BEGIN_HOPS, SETTLE_HOPS
from judge.specification import LAG_HOPS, Measure
from tests.training.examples import example
from training.hindsight import READ_FROM, columns_of, grow, senses_at, teach
from training.hindsight_graph import difference, hindsight_graph
from training.looks import Looks, looks_at
from training.model import seeded_judge
from training.trees import Growth

pytestmark = pytest.mark.training

GROWTH = Growth(rounds=30, leaves=4, least_rows=4, features_share=1.0, threads=1)


def looks(count: int, seed: int) -> Looks:
    """Return looks that show the share of the offset and that of the key where they are read."""
    rng = np.random.default_rng(seed)
    told = rng.uniform(0, 1, (count, 15))
    features = rng.normal(0, 0.1, (count, HINDSIGHT_FEATURES)).astype(np.float32)
    features[:, ASPECTS["beats"].start] = told[:, 0]
    features[:, ASPECTS["keys"].start] = told[:, TRANSITION_PARTS.index(Part.HARMONY)]
    return Looks(features, told, np.full(count, True), np.arange(count) // 4, np.arange(count))


def test_every_part_and_measure_is_read_from_something_of_its_own() -> None:
    assert set(READ_FROM) == {*TRANSITION_PARTS, *Measure}
    for what in READ_FROM:
        columns = columns_of(what)
        assert len(set(columns.tolist())) == len(columns)
        assert columns.max() < HINDSIGHT_FEATURES
    assert not set(columns_of(Part.HARMONY)) & set(range(*_range("beats")))


def _range(aspect: str) -> tuple[int, int]:
    return ASPECTS[aspect].start, ASPECTS[aspect].stop


def test_sets_are_looked_at_while_a_transition_goes_on_and_when_it_has_settled() -> None:
    found = looks_at([example(0, hops=120, spans=((40, 60),))], 0)
    assert found.settled.sum() == 1
    assert found.features.shape == (len(found.hop), HINDSIGHT_FEATURES)
    assert found.hop.min() >= 40 - 6 + LAG_HOPS + BEGIN_HOPS - 1
    assert found.hop[found.settled] == pytest.approx(60 + LAG_HOPS + SETTLE_HOPS, abs=8)
    assert (found.weights[found.settled] > found.weights[~found.settled].max()).all()


def test_some_sets_are_heard_as_if_late_in_a_night() -> None:
    sets = [example(seed, hops=160, spans=((40, 60), (100, 110))) for seed in range(12)]
    for number, each in enumerate(sets):
        rng = np.random.default_rng(number)
        each.features.notes[:] = rng.uniform(0, 1, each.features.notes.shape)
    found = looks_at(sets, 0)
    earlier = found.features[found.settled, ASPECTS["likeness"].stop - 1]
    assert np.nanmax(earlier) > 160 / 4, "more than one set was heard"
    assert np.isnan(earlier).any(), "some begin with nothing before them"
    alone = looks_at(sets[:1], 0).features[:, ASPECTS["likeness"].stop - 1]
    assert np.nanmax(alone) <= 160 / 4, "there is no other set"


def test_trees_learn_what_is_shown_and_no_more() -> None:
    told, deviations = grow(looks(400, 1), looks(100, 2), GROWTH)
    fresh = looks(200, 3)
    harmony = TRANSITION_PARTS.index(Part.HARMONY)
    error = {column: _error(told[column].says(fresh.features), fresh.told[:, column])
             for column in range(10)}  # fmt: skip
    assert error[0] < 0.02
    assert error[harmony] < 0.02
    assert error[TRANSITION_PARTS.index(Part.LEVEL)] > 0.07, "nothing shows it"
    sure = [float(trees.says(fresh.features).mean()) for trees in deviations]
    assert sure[0] < 0.15 < sure[TRANSITION_PARTS.index(Part.LEVEL)]


def _error(said: np.ndarray, true: np.ndarray) -> float:
    return float(np.square(said - true).mean())


@pytest.mark.parametrize(("blur", "low", "high"), [(0.0, 0.9, 1.0), (3.0, 0.0, 0.1)])
def test_the_senses_are_believed_as_far_as_they_are_right(
    monkeypatch: pytest.MonkeyPatch, blur: float, low: float, high: float
) -> None:
    choosing = looks(200, 5)
    noise = blur * np.random.default_rng(0).normal(size=choosing.told.shape)
    monkeypatch.setattr(
        training.hindsight, "looks_at", lambda examples, seed: choosing if seed else looks(200, 4)
    )
    monkeypatch.setattr(training.hindsight, "senses_at", lambda *_: choosing.told + noise)
    model = teach([], [], seeded_judge(0), GROWTH, 0)
    unseen = TRANSITION_PARTS.index(Part.LEVEL)
    assert low <= model.senses_share[unseen] <= high
    off = np.clip(model.mixed(choosing.features, choosing.told + noise), 0, None)[:, :10]
    errors = np.sqrt(np.square(np.clip(off, 0, 1) - choosing.told[:, :10]).mean(axis=0))
    stated = np.stack([trees.says(choosing.features) for trees in model.deviations], axis=1)
    stated = np.sqrt(np.square(stated * model.deviation_scale).mean(axis=0))
    assert stated == pytest.approx(errors, rel=1e-3)


def test_the_senses_are_asked_at_each_look() -> None:
    sets = [example(seed, hops=120, spans=((40, 60),)) for seed in (0, 1)]
    found = looks_at(sets, 0)
    said = senses_at(seeded_judge(0), sets, found)
    assert said.shape == (len(found.hop), 15)
    assert np.isfinite(said).all()


def test_the_file_says_what_the_trees_say() -> None:
    told, deviations = grow(looks(200, 1), looks(50, 2), replace(GROWTH, rounds=5))
    model = training.hindsight.HindsightModel(
        told, deviations, np.linspace(0, 1, 15).astype(np.float32), np.full(10, 1.5, np.float32)
    )
    assert difference(model, hindsight_graph(model, 18).SerializeToString()) < 1e-5
