"""The judge compared with people, on the very same sets."""

from __future__ import annotations

import numpy as np
import pytest

from core.messages import Component
from judge.panels.bootstrap import draws
from judge.panels.leaving_out import leave_one_out
from tests.judge.panels.simulated import simulate

PANEL, OPINIONS, TRUTH = simulate(4, 120, 5, density=0.8, judge_error=0.3)
SCORES, OPINION = PANEL.scores["technical"], OPINIONS.values[Component.TECHNICAL]
WEIGHTS = draws(PANEL.battles)


def test_correlations_are_those_of_the_sets_that_both_scored():
    found = leave_one_out(SCORES, OPINION, WEIGHTS)
    people, judge = [], []
    for index in range(5):
        others = np.delete(SCORES, index, axis=1)
        shared = ~np.isnan(SCORES[:, index]) & ~np.isnan(others).all(axis=1)
        mean = np.nanmean(others[shared], axis=1)
        people.append(np.corrcoef(SCORES[shared, index], mean)[0, 1])
        judge.append(np.corrcoef(OPINION[shared], mean)[0, 1])
    assert found.of_each == pytest.approx(people)
    assert found.people.value == pytest.approx(np.mean(people))
    assert found.judge.value == pytest.approx(np.mean(judge))
    assert found.difference.value == pytest.approx(np.mean(judge) - np.mean(people))


def test_a_judge_that_hears_well_is_better_than_one_person_and_one_that_guesses_is_not():
    good = leave_one_out(SCORES, OPINION, WEIGHTS)
    guess = np.random.default_rng(0).normal(5.5, 1, len(SCORES))
    bad = leave_one_out(SCORES, guess, WEIGHTS)
    assert good.difference.low > 0
    assert bad.difference.high < 0
    assert bad.judge.low < 0 < bad.judge.high


def test_what_cannot_be_known_is_none():
    unheard = leave_one_out(SCORES, np.full(len(SCORES), np.nan), WEIGHTS)
    assert (unheard.judge.value, unheard.people.value, unheard.difference.value) == (None,) * 3
    assert unheard.of_each == (None,) * 5
    flat = leave_one_out(SCORES, np.full(len(SCORES), 5.5), WEIGHTS)
    assert flat.judge.value is None
    assert flat.people.value is not None
    few = SCORES.copy()
    few[4:, 2] = np.nan
    assert leave_one_out(few, OPINION, WEIGHTS).of_each[2] is None
