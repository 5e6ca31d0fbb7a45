"""The shelf: nothing is judged twice, errors end no other set, a budget ends all."""

from __future__ import annotations

import pytest

from tests.training.evaluation.making import ended
from training.evaluation import judging, serving
from training.evaluation.cases import Case
from training.evaluation.judging import Shelf, judge_all
from training.evaluation.simulated import Simulated

CASES = [Case(Simulated(seed), hops=30) for seed in range(3)]


@pytest.fixture(name="shelf")
def _shelf(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "sha256_of", lambda models: f"models-{models.name}")
    return Shelf(tmp_path / "kept", tmp_path / "models")


@pytest.fixture(name="judged")
def _judged(monkeypatch):
    seen = []

    def judge(case, _models):
        seen.append(case.source.seed)
        if case.source.seed == 1 and len(seen) < 4:
            raise ValueError("this set is broken")
        return ended((float(case.source.seed),) * 5)

    monkeypatch.setattr(serving, "judged", judge)
    return seen


def test_a_second_run_goes_on_where_the_first_stood(shelf, judged):
    shown = []
    first = judge_all([*CASES, CASES[0]], shelf, workers=1, shown=lambda *each: shown.append(each))
    assert judged == [0, 1, 2]
    assert shown == [(1, 3), (2, 3), (3, 3)]
    assert first.failed == {CASES[1]: "ValueError: this set is broken"}
    assert [trace.final("energy") for trace in first.of(CASES)] == [0.0, 2.0]
    assert first.together(*CASES) is None
    second = judge_all(CASES, shelf, workers=1)
    assert judged == [0, 1, 2, 1]
    assert not second.failed
    assert second.together(CASES[0], CASES[2]) == first.together(CASES[0], CASES[2])


def test_other_models_or_other_code_judge_again(shelf, judged, monkeypatch):
    judge_all(CASES[:1], shelf, workers=1)
    judge_all(CASES[:1], Shelf(shelf.folder, shelf.models.with_name("others")), workers=1)
    monkeypatch.setattr(judging, "code_digest", lambda: "other code")
    judge_all(CASES[:1], shelf, workers=1)
    assert judged == [0, 0, 0]


def test_no_set_begins_once_the_budget_is_spent(shelf, judged):
    traces = judge_all(CASES, shelf, workers=1, budget_seconds=0.0)
    assert (judged, traces.left, traces.known) == ([], 3, {})


def test_cases_that_differ_have_other_names():
    plain = Case(Simulated(1), hops=30)
    others = [Case(Simulated(2), 30), Case(Simulated(1), 31), Case(Simulated(1), 30, "6 dB louder")]
    assert len({case.digest() for case in (plain, *others)}) == 4
    assert Case(Simulated(1), hops=30).digest() == plain.digest()
