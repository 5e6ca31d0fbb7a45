from __future__ import annotations

import numpy as np
import pytest

from tests.training.evaluation.making import moment, trace
from training.evaluation.judging import Traces
from training.evaluation.leak import Leak, folded
from training.evaluation.plan import Plan, Sizes
from training.evaluation.recipes import alike
from training.evaluation.traces import Truth


def chapter_of(label, tmp_path):
    """Examine sets whose technical label is some function of tempo and chance."""
    plan = Plan(tmp_path, Sizes(alike_sets=40, fitted_sets=1))
    rng = np.random.default_rng(4)
    traces = Traces()
    for case in alike(plan):
        bpm, chance = float(rng.uniform(118, 150)), float(rng.uniform(1, 10))
        truth = Truth(bpm=bpm, window=(label(bpm, chance),) * 5)
        traces.known[case] = trace([moment(10.0 + n, truth=truth) for n in range(5)])
    return Leak().chapter(plan, traces, tmp_path)


def test_a_label_that_follows_tempo_is_caught(tmp_path):
    measure = chapter_of(lambda bpm, _: (bpm - 118) / 4, tmp_path).measures[0]
    assert measure.value > 0.9
    assert measure.verdict == "MISSED"


def test_a_label_that_follows_nothing_is_not(tmp_path):
    measure = chapter_of(lambda _, chance: chance, tmp_path).measures[0]
    assert measure.value < 0.05
    assert measure.verdict == "met"


def test_a_set_never_tells_itself():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(10), 20)
    own = rng.normal(size=10)[groups]  # tells the set, and with it the label, but only by heart
    features = np.stack([np.eye(10)[groups].T[k] for k in range(10)], axis=1)
    labels = np.tile(own[:, None], (1, 5))
    predicted = folded(features, labels, groups)
    for group in range(10):
        spread = np.ptp(predicted[groups == group, 0])
        assert spread == pytest.approx(0.0)
    assert abs(np.corrcoef(predicted[:, 0], own)[0, 1]) < 0.9
    assert np.isfinite(predicted).all()
