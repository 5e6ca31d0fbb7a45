"""Who picks the winners of battles."""

from __future__ import annotations

import numpy as np
import pytest

from core.messages import Component, Genre
from judge.panels.bootstrap import draws
from judge.panels.winners import Overall, pick_winners, weighed
from judge.scoring.weights import GENRE_WEIGHTS

BATTLES = tuple(f"battle {index // 2}" for index in range(40))
PANEL = np.tile([6.0, 5.0], 20)
PEOPLE = PANEL[:, None] + np.zeros((1, 3))


def _picked(judge, deviation=1.0, people=PEOPLE):
    overall = Overall(judge, np.full(40, deviation))
    return pick_winners(BATTLES, PANEL, people, overall, overall, draws(BATTLES))


def test_a_judge_who_is_right_and_sure_of_it():
    found = _picked(PANEL, deviation=0.01)
    assert found.pairs == 20
    assert (found.judge_accuracy.value, found.person_accuracy.value) == (1.0, 1.0)
    assert found.brier_before.value == pytest.approx(0, abs=1e-9)


def test_a_judge_who_is_wrong_and_sure_of_it():
    found = _picked(-PANEL, deviation=0.01)
    assert found.judge_accuracy.value == 0.0
    assert found.brier_before.value == pytest.approx(1)


def test_a_judge_who_does_not_know_is_a_coin():
    found = _picked(np.full(40, 5.5))
    assert found.judge_accuracy.value == 0.5
    assert found.brier_before.value == pytest.approx(0.25)


def test_the_probability_is_that_of_two_normal_errors():
    found = _picked(np.tile([6.0, 5.0], 20), deviation=1.0)
    assert found.brier_before.value == pytest.approx((1 - 0.76025) ** 2, abs=1e-4)  # 1/sqrt 2


def test_ties_and_unscored_sets_are_no_battles_and_too_few_say_nothing():
    judge = PANEL.copy()
    judge[:22:2] = np.nan
    assert _picked(judge) is None
    judge[20] = 6.0
    assert _picked(judge).pairs == 10


def test_one_person_is_compared_with_the_others():
    people = PEOPLE.copy()
    people[:, 0] *= -0.5  # against the others, and not loud enough to outweigh one of them
    found = _picked(PANEL, people=people)
    assert found.person_accuracy.value == pytest.approx(2 / 3)


def test_overall_scores_are_weighed_as_serving_weighs_them():
    values = {c: np.array([float(i), np.nan]) for i, c in enumerate(Component, start=4)}
    reaches = {c: np.array([1.0, 1.0]) for c in Component}
    found = weighed(values, reaches, (Genre.TECHNO, Genre.HOUSE))
    weights = GENRE_WEIGHTS[Genre.TECHNO]
    expected = sum(weights[c] * i for i, c in enumerate(Component, start=4))
    assert found.mean[0] == pytest.approx(expected)
    assert 0 < found.deviation[0] < 1 / 1.6449
    assert np.isnan(found.mean[1])
