from __future__ import annotations

import gzip

import numpy as np
import pytest

from core.messages import Component, Genre, Reading
from judge.scoring.weights import GENRE_WEIGHTS
from tests.training.evaluation.making import moment, trace, transition
from training.evaluation.traces import (
    Deed,
    TrueTransition,
    Truth,
    highs,
    keep,
    kept,
    lows,
    on_scale,
    table,
    values,
)


@pytest.fixture(name="some")
def _some():
    said = moment(
        10.0,
        window=(None, 5.0, 6.0, 7.0, 6.5),
        truth=Truth(bpm=128.0, window=(2.0, None, 3.0, 4.0, 3.0)),
        bpm=Reading(127.9, 0.9),
    )
    return trace(
        [said, moment(12.5)],
        transitions=[transition(0, 3.0, 9.0, offset_ms=Reading(31.5, 0.8))],
        true=[TrueTransition(2.5, 9.5, "blend", overlaps=True, offset_ms=30.0)],
        deeds=[Deed("scratch", 4.0, 5.0)],
    )


def test_what_is_kept_comes_back(some, tmp_path):
    keep(some, tmp_path / "folder" / "trace.json.gz")
    assert kept(tmp_path / "folder" / "trace.json.gz") == some
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["trace.json.gz"]


def test_what_cannot_be_read_is_judged_again(some, tmp_path):
    path = tmp_path / "trace.json.gz"
    assert kept(path) is None
    keep(some, path)
    path.write_bytes(path.read_bytes()[:-20])
    assert kept(path) is None
    path.write_bytes(gzip.compress(b'{"genre": "house"}'))
    assert kept(path) is None


def test_rows_hold_nan_where_nothing_is_known(some):
    np.testing.assert_array_equal(
        table(some, lambda each: values(each.window)),
        [[np.nan, 5.0, 6.0, 7.0, 6.5], [np.nan] * 5],
    )
    assert table(some, lambda each: lows(each.window))[0, 1] == 4.0
    assert table(some, lambda each: highs(each.window))[0, 1] == 6.0


def test_labels_are_shown_on_1_to_10_and_weighed_as_the_genre_weighs():
    label = np.array([0.0, 1.0, 0.5, np.nan])
    shown = on_scale(label, "techno")
    assert shown[:4] == (1.0, 10.0, 5.5, None)
    weights = [GENRE_WEIGHTS[Genre.TECHNO][component] for component in list(Component)[:3]]
    assert shown[4] == pytest.approx(np.average([1.0, 10.0, 5.5], weights=weights))
    assert on_scale(np.full(4, np.nan), "house") == (None,) * 5


def test_the_moment_at_a_time_is_the_last_one_up_to_it(some):
    assert some.until(12.0).seconds == 10.0
    assert some.until(9.9) is None
    assert some.final("energy") is None
