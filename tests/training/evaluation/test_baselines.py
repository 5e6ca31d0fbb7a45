from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge as Reference

from tests.training.evaluation.making import moment, trace
from training.evaluation.baselines import RIDGE, Line, fit_baselines, ridge
from training.evaluation.samples import JUDGE, SET, WINDOW, sample
from training.evaluation.traces import Truth


def told_by(coefficient, seed, moments=12):
    """Return a set whose labels follow from an MFCC and nothing else."""
    rng = np.random.default_rng(seed)
    made = []
    for index in range(moments):
        mfcc = rng.normal(size=13)
        label = 5.0 + coefficient * float(mfcc[3])
        truth = Truth(window=(label,) * 5, whole=(None, *(label,) * 4))
        said = (label + 1.0,) * 5
        made.append(
            moment(10.0 + index, window=said, whole=said, mfcc=tuple(mfcc), truth=truth, reach=0.5)
        )
    return trace(made)


def test_ridge_is_scikit_learns():
    rng = np.random.default_rng(1)
    design, targets = rng.normal(size=(50, 4)), rng.normal(size=50)
    expected = Reference(alpha=RIDGE, fit_intercept=False).fit(design, targets).coef_
    assert ridge(design, targets) == pytest.approx(expected)


def test_a_line_is_fitted_to_the_rows_whose_label_is_known():
    rng = np.random.default_rng(2)
    features = rng.normal(3, 2, size=(400, 2))
    labels = np.tile((features @ [1.0, -0.5] + 4)[:, None], (1, 5))
    labels[::2, 0] = np.nan
    labels[:, 4] = np.nan
    predicted = Line.fitted(features, labels).predicted(features)
    assert predicted[:, 0] == pytest.approx(predicted[:, 1], abs=0.3)
    assert predicted[:, 1] == pytest.approx(labels[:, 1], abs=0.3)
    assert np.isnan(predicted[:, 4]).all()


def test_every_baseline_answers_the_rows_of_the_judge():
    baselines = fit_baselines([told_by(2.0, seed) for seed in range(8)])
    held_out = [told_by(2.0, seed) for seed in range(100, 104)]
    flat = sample(held_out, WINDOW, baselines)
    names = [baseline.name for baseline in baselines]
    assert names == ["mean of training labels", "loudness alone", "ridge on MFCC", "DSP rubric"]
    assert set(flat.predictions) == {JUDGE, *names}
    r2 = {name: flat.agreement(name, "energy").r2 for name in flat.predictions}
    assert r2["ridge on MFCC"] > 0.95
    assert r2["mean of training labels"] == pytest.approx(0.0, abs=0.05)
    assert r2["loudness alone"] == pytest.approx(0.0, abs=0.05)
    judge = flat.agreement(JUDGE, "energy")
    assert (judge.error_mean, judge.error_sd) == (pytest.approx(1.0), pytest.approx(0.0))
    assert (judge.rows, judge.sets) == (48, 4)
    assert flat.coverage("energy") == 0.0


def test_a_set_counts_once_and_at_its_end():
    flat = sample([told_by(2.0, seed) for seed in range(3)], SET)
    assert len(flat.labels) == 3
    assert flat.agreement(JUDGE, "technical") is None
    assert flat.agreement(JUDGE, "energy").rows == 3
    assert flat.agreement(JUDGE, "energy", genre="techno") is None


def test_without_sets_to_fit_only_the_rubric_is_left():
    assert [baseline.name for baseline in fit_baselines([])] == ["DSP rubric"]
