from __future__ import annotations

import pytest

from tests.training.evaluation.making import ended
from training.evaluation.gaming import (
    AIM,
    INTROS,
    LOUDER,
    SMEARED,
    SPAM,
    UNMIXED,
    Gaming,
    cheats,
    honest,
)
from training.evaluation.judging import Traces
from training.evaluation.plan import Plan, Sizes


@pytest.fixture(name="plan")
def _plan(tmp_path):
    return Plan(tmp_path, Sizes(gaming_sets=4))


def overall(value):
    return ended((None, None, None, None, value))


def chapter_of(plan, tmp_path, **scores):
    """Examine sets whose honest score is 7, and a cheat's each of some."""
    traces = Traces()
    for number in range(4):
        traces.known[honest(plan, number)] = overall(7.0)
        for name, case in cheats(plan, number).items():
            traces.known[case] = overall(scores.get(name, [5.0] * 4)[number])
    return Gaming().chapter(plan, traces, tmp_path)


def measure(chapter, name):
    return next(each for each in chapter.measures if each.name == f"{name} wins")


def test_a_cheat_wins_by_more_than_nobody_would_notice(plan, tmp_path):
    chapter = chapter_of(plan, tmp_path, **{LOUDER: [7.1, 7.19, 7.3, 9.0]})
    assert measure(chapter, LOUDER).value == 0.5
    assert measure(chapter, LOUDER).verdict == "MISSED"
    for name in (SPAM, SMEARED, UNMIXED, INTROS):
        assert (measure(chapter, name).value, measure(chapter, name).verdict) == (0.0, "met")


def test_a_cheat_without_a_score_has_not_won(plan, tmp_path):
    chapter = chapter_of(plan, tmp_path, **{UNMIXED: [None] * 4})
    assert measure(chapter, UNMIXED).value == 0.0
    row = next(row for row in chapter.tables[0].rows if row[0] == UNMIXED)
    assert row[-1] is None


def test_where_no_honest_set_has_a_score_nothing_is_claimed(plan, tmp_path):
    traces = Traces()
    for case in (honest(plan, 0), *cheats(plan, 0).values()):
        traces.known[case] = overall(None)
    chapter = Gaming().chapter(plan, traces, tmp_path)
    assert {each.verdict for each in chapter.measures} == {"not measured"}
    assert all(each.aim == AIM for each in chapter.measures)


def test_cheats_are_of_the_honest_sets_seed(plan):
    seeds = {case.source.seed for case in cheats(plan, 2).values()}
    assert seeds == {honest(plan, 2).source.seed}
    digests = {case.digest() for case in (honest(plan, 2), *cheats(plan, 2).values())}
    assert len(digests) == 6
