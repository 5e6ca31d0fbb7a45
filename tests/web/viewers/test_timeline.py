import random

import pytest

from core.media import HOP_SECONDS
from tests.web.viewers.material import finding, score, transition
from web.viewers.timeline import MOST_MARKS, RoomTimeline

COLUMNS = ("set_overall", "set_low", "set_high", "window_overall", "energy")


def filled(windows, most_points=2_000, overall=lambda window: 5.0):
    timeline = RoomTimeline(most_points)
    for window in range(windows):
        timeline.add(score(window, overall(window)))
    return timeline


def test_four_hours_fit_and_keep_their_length():
    columns = filled(28_800).columns(2_000)
    times = columns["time_seconds"]
    assert 900 <= len(times) <= 2_000
    assert all(len(columns[name]) == len(times) for name in COLUMNS)
    assert times[-1] - columns["step_seconds"] < 28_800 * HOP_SECONDS <= times[-1]
    assert set(columns["window_overall"]) == {5.0}


@pytest.mark.parametrize("windows", [1, 15, 16, 17, 64, 1_000])
@pytest.mark.parametrize("resolution", [16, 100])
def test_never_more_points_than_asked_for(windows, resolution):
    columns = filled(windows, most_points=200).columns(resolution)
    assert 1 <= len(columns["time_seconds"]) <= resolution


def test_what_is_merged_is_the_mean_of_windows_and_the_last_of_the_set():
    columns = filled(8, overall=float).columns(2)
    assert columns["step_seconds"] == 2.0
    assert columns["time_seconds"] == [2.0, 4.0]
    assert columns["window_overall"] == [1.5, 5.5]
    assert columns["set_overall"] == [3.0, 7.0]


def test_merging_early_or_late_gives_the_same_points():
    values = [random.Random(7).uniform(1, 10) for _ in range(1_024)]
    early = filled(1_024, most_points=64, overall=values.__getitem__).columns(64)
    late = filled(1_024, most_points=2_000, overall=values.__getitem__).columns(64)
    assert early["step_seconds"] == late["step_seconds"]
    assert early["set_overall"] == late["set_overall"]
    assert early["window_overall"] == pytest.approx(late["window_overall"], abs=0.002)


def test_a_stretch_without_windows_is_a_gap_and_not_a_number():
    timeline = RoomTimeline()
    timeline.add(score(0))
    timeline.add(score(99))
    assert timeline.columns(2_000)["time_seconds"] == [0.5, 50.0]


def test_windows_without_scores_stay_null():
    columns = filled(40, overall=lambda window: None).columns(16)
    assert set(columns["set_overall"]) == {None}
    assert set(columns["window_overall"]) == {None}


def test_a_position_far_off_costs_no_memory():
    timeline = RoomTimeline(100)
    timeline.add(score(10**9))
    assert len(timeline.columns(100)["time_seconds"]) == 1
    assert len(timeline._buckets) <= 100


def test_marks_are_bounded_and_the_newest_stay():
    timeline = RoomTimeline()
    for index in range(MOST_MARKS + 5):
        timeline.add(transition(index))
        timeline.add(finding(f"code_{index}"))
    columns = timeline.columns(16)
    assert len(columns["transitions"]) == len(columns["findings"]) == MOST_MARKS
    assert columns["transitions"][-1]["index"] == MOST_MARKS + 4
    assert columns["findings"][-1]["code"] == f"code_{MOST_MARKS + 4}"
