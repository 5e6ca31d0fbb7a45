from __future__ import annotations

import numpy as np
import pytest

from tests.training.evaluation.making import NONE, ended
from training.evaluation.dose import Dose, lost, within
from training.evaluation.flaws import FLAWS
from training.evaluation.judging import Traces
from training.evaluation.plan import Plan, Sizes

OFFSET = FLAWS[0]


@pytest.fixture(name="plan")
def _plan(tmp_path):
    return Plan(tmp_path, Sizes(dose_seeds=2))


def judged(plan, scores):
    traces = Traces()
    for number, row in enumerate(scores):
        for size, score in zip((None, *OFFSET.doses), row, strict=True):
            whole = NONE if score is None else (score, *NONE[1:])
            traces.known[OFFSET.case(plan, number, size)] = ended(whole)
    return traces


def test_losses_are_against_the_same_set_without_the_flaw(plan):
    traces = judged(plan, [[9, 8, 7, 6, 5, 4, 3], [8, 8, 8, None, 8, 8, 8]])
    np.testing.assert_array_equal(
        lost(plan, traces, OFFSET), [[0, 1, 2, 3, 4, 5, 6], [0, 0, 0, np.nan, 0, 0, 0]]
    )


def test_order_is_taken_within_each_set():
    doses = [0.0, 1.0, 2.0, 3.0]
    rising, falling = [0.0, 1.0, 5.0, 6.0], [0.0, -1.0, -2.0, -3.0]
    flat, unknown = [0.0] * 4, [0.0, np.nan, 1.0, 2.0]
    assert within(doses, np.array([rising, falling, flat, unknown])) == pytest.approx([1, -1, 0])


def test_a_judge_that_responds_meets_the_aim(plan, tmp_path):
    traces = judged(plan, [[9, 8, 7, 6, 5, 4, 3], [9, 8, 7, 6, 4.9, 5, 3]])
    chapter = Dose().chapter(plan, traces, tmp_path)
    measure = chapter.measures[0]
    assert measure.value == pytest.approx((1 + 27 / 28) / 2)
    assert measure.verdict == "met"
    row = chapter.tables[0].rows[0]
    assert row[:4] == ("beat offset", "technical", 2, pytest.approx(1.0))
    assert row[4].startswith("0: 0.00, 15: 1.00, 24: 2.00")
    assert (tmp_path / "dose-response.png").stat().st_size > 1_000


def test_a_flaw_that_nothing_was_judged_of_is_not_measured(plan, tmp_path):
    chapter = Dose().chapter(plan, judged(plan, []), tmp_path)
    assert {measure.verdict for measure in chapter.measures} == {"not measured"}


def test_cases_are_every_dose_of_every_set(plan):
    cases = Dose().cases(plan)
    assert len(cases) == 2 * sum(1 + len(flaw.doses) for flaw in FLAWS if flaw.doses)
    assert all(len(flaw.doses) >= 5 for flaw in FLAWS if flaw.doses)
