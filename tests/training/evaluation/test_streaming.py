from __future__ import annotations

import numpy as np
import pytest

from tests.training.evaluation.making import moment, trace
from training.evaluation.judging import Traces
from training.evaluation.plan import Plan, Sizes
from training.evaluation.recipes import alike
from training.evaluation.streaming import Streaming, curve
from training.evaluation.traces import Truth


def growing(final, label, minutes=12):
    """Return a set whose scores come from 5.5 to the final one, and has none in minute one."""
    made = []
    for minute in range(1, minutes + 1):
        value = 5.5 + (final - 5.5) * minute / minutes
        whole = (None, value, value, value, None if minute < 2 else value)
        made.append(moment(60.0 * minute, whole=whole, truth=Truth(whole=(label,) * 5), reach=1.0))
    return trace(made)


@pytest.fixture(name="chapter")
def _chapter(tmp_path):
    plan = Plan(tmp_path, Sizes(alike_sets=3, alike_hops=1_440))
    traces = Traces()
    sets = [growing(9.0, 6.0), growing(2.0, 5.0), growing(6.0, 9.0)]
    traces.known.update(zip(alike(plan), sets, strict=True))
    return Streaming().chapter(plan, traces, tmp_path)


def row(chapter, minute, scored):
    table = chapter.tables[0]
    return next(
        dict(zip(table.columns, row, strict=True))
        for row in table.rows
        if row[:2] == (minute, scored)
    )


def test_scores_come_nearer_to_the_final_one(chapter):
    at = {minute: row(chapter, minute, "energy") for minute in (1.0, 2.0, 5.0, 10.0)}
    distances = [at[minute]["mean distance to the final score"] for minute in at]
    whole = np.mean([3.5, 3.5, 0.5])
    assert distances == pytest.approx([whole * (12 - minute) / 12 for minute in at])
    assert at[1.0]["SRCC with the final score"] == pytest.approx(1.0)
    assert at[1.0]["mean width of the interval"] == pytest.approx(2.0)


def test_what_has_no_score_yet_is_not_counted(chapter):
    assert row(chapter, 1.0, "overall")["sets with a score"] == 0
    assert row(chapter, 2.0, "overall")["sets with a score"] == 3
    assert row(chapter, 10.0, "technical")["sets with a score"] == 0


def test_intervals_are_held_against_label_and_final_score(chapter):
    last = row(chapter, 10.0, "energy")
    assert last["final score inside the interval"] == 1.0
    assert last["label inside the interval"] == 0.0
    first = row(chapter, 1.0, "energy")  # 5.79, 5.21, 5.54 against 6, 5, 9
    assert first["label inside the interval"] == pytest.approx(2 / 3)
    assert first["final score inside the interval"] == pytest.approx(1 / 3)
    measure = next(m for m in chapter.measures if " 10 min" in m.name)
    assert (measure.value, measure.verdict, measure.samples) == (0.0, "MISSED", 12)


def test_the_curve_ends_at_nothing():
    minutes, distances = curve([growing(9.0, 6.0), growing(2.0, 5.0, minutes=6)])["energy"]
    assert minutes == list(range(1, 13))
    assert distances[-1] == 0.0
