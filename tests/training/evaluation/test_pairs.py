from __future__ import annotations

import pytest

from core.messages import Component
from tests.training.evaluation.making import NONE, ended
from training.evaluation.crosstalk import Crosstalk, off_target
from training.evaluation.flaws import BELOW, FLAWS, MODERATE, SEVERE
from training.evaluation.judging import Traces
from training.evaluation.pairs import Pairs, changes, matched
from training.evaluation.plan import Plan, Sizes

OFFSET = FLAWS[0]
CLEAN = (8.0, 8.0, 6.0, 5.0, 7.0)


@pytest.fixture(name="plan")
def _plan(tmp_path):
    return Plan(tmp_path, Sizes(pair_seeds=4), tiny=True)


def judged(plan, scores):
    """Return traces in which set `n` with an offset of some severity ends with given scores."""
    traces = Traces()
    for number in range(plan.sizes.pair_seeds):
        traces.known[OFFSET.case(plan, number, None)] = ended(CLEAN, CLEAN)
        for severity, size in OFFSET.sizes.items():
            whole = scores[severity][number]
            traces.known[OFFSET.case(plan, number, size)] = ended(whole, whole)
    return traces


def technical(*points):
    return [NONE if p is None else (p, *CLEAN[1:4], 7.0 - (8.0 - p) / 4) for p in points]


SCORES = {
    BELOW: technical(8.1, 7.9, 7.8, 8.0),
    MODERATE: technical(6.0, 6.0, 9.0, None),
    SEVERE: technical(3.0, 3.0, 3.0, 3.0),
}


@pytest.fixture(name="chapter")
def _chapter(plan, tmp_path):
    return Pairs().chapter(plan, judged(plan, SCORES), tmp_path)


def named(chapter, part):
    return next(measure for measure in chapter.measures if part in measure.name)


def test_lower_is_right_and_no_score_is_wrong(chapter):
    assert named(chapter, "severe").value == 1.0
    assert named(chapter, "severe").verdict == "met"
    moderate = named(chapter, "moderate")
    assert (moderate.value, moderate.samples, moderate.verdict) == (0.5, 4, "MISSED")
    assert (moderate.low, moderate.high) == pytest.approx((0.150, 0.850), abs=1e-3)


def test_what_is_below_hearing_is_measured_by_size(chapter):
    unheard = named(chapter, "below hearing")
    assert unheard.value == pytest.approx((0.1 + 0.1 + 0.2 + 0.0) / 4)
    assert unheard.verdict == "met"


def test_the_table_counts_what_is_undecided(chapter):
    table = chapter.tables[0]
    row = next(row for row in table.rows if row[:2] == ("beat offset", MODERATE))
    assert dict(zip(table.columns, row, strict=True)) | {"95 % interval": ""} == {
        "flaw": "beat offset",
        "severity": MODERATE,
        "size": "35 ms",
        "component": "technical",
        "pairs": 4,
        "right": 0.5,
        "95 % interval": "",
        "overall right": 0.5,
        "mean change, points": pytest.approx(-1.0),
        "of the label": pytest.approx(-1.0),
        "undecided": 1,
    }


def test_cross_talk_is_what_falls_beside_the_target(plan, tmp_path):
    severe = [(3.0, 7.0, 6.0, None, 5.0)] * 4
    chapter = Crosstalk().chapter(plan, judged(plan, SCORES | {SEVERE: severe}), tmp_path)
    (measure,) = chapter.measures
    assert measure.value == pytest.approx(1 / 6)
    assert measure.verdict == "met"
    assert chapter.tables[0].rows == (("beat offset", -5.0, -1.0, 0.0, None, pytest.approx(1 / 6)),)
    assert (tmp_path / chapter.pictures[0]).stat().st_size > 1_000
    nothing = Crosstalk().chapter(plan, Traces(), tmp_path)
    assert (nothing.measures[0].verdict, nothing.pictures) == ("not measured", ())


def test_off_target_is_a_share_of_all_change():
    assert off_target([-3.0, 0.5, None, -0.5], Component.TECHNICAL) == pytest.approx(0.25)
    assert off_target([-3.0, 0.5, None, -0.5], Component.SELECTION) == pytest.approx(0.875)
    assert off_target([0.0, None], Component.TECHNICAL) is None


def test_a_pair_needs_both_sets(plan):
    traces = Traces()
    traces.known[OFFSET.case(plan, 0, None)] = ended(CLEAN)
    assert matched(plan, traces, (OFFSET,)) == []


def test_changes_are_second_minus_first():
    assert changes(ended(CLEAN), ended((7.0, None, 6.5, 5.0, 6.0))) == (-1.0, None, 0.5, 0.0, -1.0)


def test_without_any_pair_the_chapter_says_so(plan, tmp_path):
    chapter = Pairs().chapter(plan, Traces(), tmp_path)
    assert named(chapter, "severe").reason == "no pair was judged"


def test_flawed_sets_differ_from_the_flawless_one_in_the_revision_alone(plan):
    clean, flawed = OFFSET.case(plan, 2, None), OFFSET.case(plan, 2, 35.0)
    assert clean.source.seed == flawed.source.seed
    assert clean.source.revision.kind == flawed.source.revision.kind
    assert flawed.source.revision.size == 35.0
    assert clean.digest() != flawed.digest()
