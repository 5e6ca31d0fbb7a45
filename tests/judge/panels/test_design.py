"""Panels from which nothing can be learnt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.errors import BadInput
from judge.panels.design import check_design
from judge.panels.panel import Panel
from tests.judge.panels.simulated import simulate

FACET = "technical"


def _only(change, seed=1, sets=40, judges=5) -> Panel:
    panel, _, _ = simulate(seed, sets, judges)
    scores = panel.scores[FACET].copy()
    return replace(panel, scores={FACET: change(scores)})


def _refused(panel) -> BadInput:
    with pytest.raises(BadInput) as found:
        check_design(panel)
    return found.value


def _with(column, values):
    def change(scores):
        scores[:, column] = values(scores)
        return scores

    return change


def test_good_panels_pass():
    for seed in range(30):
        check_design(simulate(seed, 20, 3)[0])
        check_design(simulate(seed, 60, 7, density=0.4)[0])


def test_a_panel_without_scores():
    panel, _, _ = simulate(1, 40, 5)
    assert _refused(replace(panel, scores={})).slug == "panel_without_scores"


def test_too_few_people_who_share_sets():
    error = _refused(_only(lambda scores: scores[:, :2]))
    assert error.slug == "panel_few_judges"
    assert error.details["judges"] == 2

    def alone(scores):
        scores[:20, 2] = np.nan  # the third heard only what nobody else did
        scores[20:, :2] = np.nan
        return scores[:, :3]

    assert _refused(_only(alone)).slug == "panel_few_judges"


def test_too_few_sets():
    error = _refused(_only(lambda scores: scores[:9]))
    assert error.slug == "panel_few_sets"
    assert error.details["sets"] == 9


def test_people_without_a_link():
    def apart(scores):
        scores[:20, 3:] = np.nan
        scores[20:, :3] = np.nan
        return scores

    error = _refused(_only(apart))
    assert error.slug == "panel_disconnected"
    assert (error.details["one"], error.details["rest"]) == (
        "judge 0, judge 1, judge 2",
        "judge 3, judge 4",
    )

    def linked(scores):
        whole = scores[25, 1]
        scores = apart(scores)
        scores[25, 1] = whole
        return scores

    check_design(_only(linked))


def test_a_person_who_gives_everybody_the_same():
    error = _refused(_only(_with(2, lambda scores: 7.0)))
    assert error.slug == "panel_judge_constant"
    assert error.details["judge"] == "judge 2"


def test_a_person_who_copies():
    error = _refused(_only(_with(4, lambda scores: scores[:, 1])))
    assert error.slug == "panel_judge_copies"
    assert (error.details["one"], error.details["other"]) == ("judge 1", "judge 4")


def test_a_person_who_takes_one_for_the_best():
    error = _refused(_only(_with(3, lambda scores: 11 - scores[:, 3]), sets=60))
    assert error.slug == "panel_judge_reversed"
    assert error.details["judge"] == "judge 3"


def test_a_person_who_guesses_is_not_refused():
    for seed in range(20):
        random = np.random.default_rng(seed)
        check_design(_only(_with(0, lambda scores: random.uniform(1, 10, len(scores))), seed))  # noqa: B023 - called at once
