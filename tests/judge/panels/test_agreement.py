"""Agreement, against worked examples that were published."""

from __future__ import annotations

import numpy as np
import pytest

from judge.panels.agreement import intraclass, krippendorff_alpha
from judge.panels.bootstrap import draws, figure
from tests.judge.panels.simulated import simulate

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
"""Shrout & Fleiss (1979), table 2: six targets, four judges."""

X = np.nan
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
        [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
    ]
).T
"""Krippendorff, *Computing Krippendorff's Alpha-Reliability* (2011), example C."""


def once(scores):
    return np.ones((1, len(scores)))


def test_icc_of_shrout_and_fleiss():
    single, mean = intraclass(SHROUT_FLEISS, once(SHROUT_FLEISS))
    assert single == pytest.approx([0.29], abs=0.005)
    assert mean == pytest.approx([0.62], abs=0.005)


def test_icc_is_that_of_the_mean_squares_to_the_bit_where_nothing_is_missing():
    scores = np.random.default_rng(0).normal(size=(30, 5)) + np.arange(5)
    sets, judges = scores.shape
    of_sets, of_judges = scores.mean(axis=1), scores.mean(axis=0)
    rows = judges * of_sets.var(ddof=1)
    columns = sets * of_judges.var(ddof=1)
    rest = scores - of_sets[:, None] - of_judges + scores.mean()
    error = (rest**2).sum() / ((sets - 1) * (judges - 1))
    expected = (rows - error) / (rows + (judges - 1) * error + judges * (columns - error) / sets)
    single, mean = intraclass(scores, once(scores))
    assert single[0] == pytest.approx(expected, rel=1e-9)
    assert mean[0] == pytest.approx((rows - error) / (rows + (columns - error) / sets), rel=1e-9)


def test_icc_with_scores_missing_is_near_the_truth():
    random = np.random.default_rng(1)
    scores = random.normal(0, 1, (2000, 1)) + random.normal(0, 0.5, 30)
    scores = scores + random.normal(0, 1, scores.shape)
    truth = 1 / (1 + np.var(scores.mean(axis=0)) + 1)
    scores[random.random(scores.shape) > 0.15] = np.nan
    scores = scores[(~np.isnan(scores)).sum(axis=1) >= 2]
    assert intraclass(scores, once(scores))[0] == pytest.approx([truth], abs=0.03)


def test_icc_does_not_see_agreement_where_there_is_none():
    scores = np.random.default_rng(2).normal(size=(400, 4))
    single, mean = intraclass(scores, once(scores))
    assert abs(single[0]) < 0.05
    assert abs(mean[0]) < 0.15


def test_alpha_of_krippendorff():
    pairable = KRIPPENDORFF[(~np.isnan(KRIPPENDORFF)).sum(axis=1) >= 2]
    assert krippendorff_alpha(pairable, once(pairable)) == pytest.approx([0.849], abs=0.0005)


def test_alpha_is_one_for_one_voice_and_about_nothing_for_noise():
    alike = np.repeat(np.arange(10.0)[:, None], 3, axis=1)
    assert krippendorff_alpha(alike, once(alike)) == pytest.approx([1.0])
    noise = np.random.default_rng(3).normal(size=(500, 3))
    assert abs(krippendorff_alpha(noise, once(noise))[0]) < 0.05


def test_a_weight_of_two_is_a_set_that_is_there_twice():
    weights = np.array([[2, 0, 1, 1, 2, 0]], float)
    twice = SHROUT_FLEISS[[0, 0, 2, 3, 4, 4]]
    assert krippendorff_alpha(SHROUT_FLEISS, weights) == pytest.approx(
        krippendorff_alpha(twice, once(twice))
    )
    assert intraclass(SHROUT_FLEISS, weights)[0] == pytest.approx(intraclass(twice, once(twice))[0])


def test_intervals_hold_the_figure_of_a_large_panel():
    large, _, _ = simulate(5, 3000, 5)
    truth = krippendorff_alpha(large.scores["energy"], once(large.sets))[0]
    inside = 0
    for seed in range(20):
        scores = large.scores["energy"][seed * 100 : seed * 100 + 100]
        found = figure(krippendorff_alpha(scores, draws(large.battles[:100], seed)))
        inside += found.low <= truth <= found.high
    assert inside >= 16  # of 19 expected; less than 16 comes once in five hundred


def test_battles_are_drawn_whole():
    drawn = draws([f"battle {index // 2}" for index in range(40)])
    assert np.all(drawn[0] == 1)
    assert np.all(drawn[:, ::2] == drawn[:, 1::2])
    assert np.all(drawn.sum(axis=1) == 40)
    alone = draws(["one battle"] * 40)
    assert np.any(alone[:, ::2] != alone[:, 1::2])
