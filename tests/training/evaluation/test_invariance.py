from __future__ import annotations

import pytest

from tests.training.evaluation.making import ended
from training.evaluation.invariance import AS_PLAYED, TREATED, Invariance, treated
from training.evaluation.judging import Traces
from training.evaluation.plan import Plan, Sizes
from training.evaluation.treatments import TREATMENTS


def test_the_score_that_moved_most_counts(tmp_path):
    plan = Plan(tmp_path, Sizes(invariance_sets=2))
    traces = Traces()
    before = (8.0, 7.0, 6.0, 5.0, 6.5)
    for number in range(2):
        traces.known[treated(plan, number, AS_PLAYED)] = ended(before)
        for treatment in TREATED:
            traces.known[treated(plan, number, treatment)] = ended(before)
    moved = (8.1, 6.7, 6.0, None, 6.5), (8.0, 7.0, 6.1, 5.0, 6.5)
    for number, after in enumerate(moved):
        traces.known[treated(plan, number, "MP3 128 kbit/s")] = ended(after)
    chapter = Invariance().chapter(plan, traces, tmp_path)
    by_name = {measure.name.split(":")[0]: measure for measure in chapter.measures}
    assert by_name["MP3 128 kbit/s"].value == pytest.approx((0.3 + 0.1) / 2)
    assert by_name["6 dB louder"].value == 0.0
    row = next(r for r in chapter.tables[0].rows if r[:2] == ("MP3 128 kbit/s", "selection"))
    assert row[2:4] == (2, pytest.approx(-0.15))
    assert row[-1] == pytest.approx(0.3)


def test_every_treatment_exists(tmp_path):
    assert {AS_PLAYED, *TREATED} <= set(TREATMENTS)
    cases = Invariance().cases(Plan(tmp_path, Sizes(invariance_sets=3)))
    assert len({case.digest() for case in cases}) == 18
