from itertools import pairwise

import numpy as np
import pytest

from training.crowd.highlights_events import count, found, interval, spans, thrown

LABELLED = [(10, 20), (40, 60), (100, 110)]


def test_spans_are_the_labelled_stretches() -> None:
    labels = np.array([1, 1, 0, 0, 1, 0, 1, 1, 1], dtype=bool)
    assert spans(labels) == [(0, 2), (4, 5), (6, 9)]
    assert spans(np.zeros(5, dtype=bool)) == []


def test_events_that_share_a_second_touch() -> None:
    told = count([(19, 25), (25, 30), (60, 70)], LABELLED)  # ends are not included
    assert (told.found, told.right, told.matched) == (1, 1, 1)
    assert (told.labelled, told.reported) == (3, 3)


def test_one_long_report_finds_all_and_matches_one() -> None:
    told = count([(0, 200)], LABELLED)
    assert (told.found, told.right, told.matched) == (3, 1, 1)


def test_two_reports_of_one_are_both_right_and_match_once() -> None:
    told = count([(41, 45), (50, 55)], LABELLED)
    assert (told.found, told.right, told.matched) == (1, 2, 1)


def test_as_many_as_can_be_are_matched() -> None:
    assert count([(15, 45), (50, 55)], [(10, 20), (40, 60)]).matched == 2


def test_f1_by_hand() -> None:
    figures = found([count([(12, 14), (70, 80)], LABELLED), count([(45, 50)], LABELLED)])
    assert figures.precision == pytest.approx(2 / 3)
    assert figures.recall == pytest.approx(2 / 6)
    assert figures.f1 == pytest.approx(2 * (2 / 3) * (1 / 3) / (2 / 3 + 1 / 3))
    assert figures.strict_f1 == pytest.approx(2 * 2 / (3 + 6))


def test_nothing_reported_finds_nothing() -> None:
    figures = found([count([], LABELLED)])
    assert (figures.f1, figures.precision, figures.strict_f1) == (0.0, 0.0, 0.0)
    assert found([count(LABELLED, LABELLED)]).f1 == 1.0


def test_thrown_events_keep_number_and_lengths_and_do_not_touch() -> None:
    rng = np.random.default_rng(2)
    events = [(0, 30), (50, 80), (100, 145), (200, 240)]
    starts = set()
    for _ in range(200):
        blind = thrown(events, 300, rng)
        assert sorted(e - s for s, e in blind) == [30, 30, 40, 45]
        assert all(first[1] <= second[0] for first, second in pairwise(blind))
        assert blind[0][0] >= 0 and blind[-1][1] <= 300
        starts.add(blind[0][0])
    assert len(starts) > 20
    assert thrown([], 300, rng) == []


def test_the_interval_holds_the_figure_and_narrows_with_games() -> None:
    good, bad = count([(12, 14)], LABELLED), count([(70, 80)], LABELLED)
    few, many = [good, bad] * 3, [good, bad] * 60
    low, high = interval(few)
    assert low < found(few).f1 < high
    narrow_low, narrow_high = interval(many)
    assert narrow_high - narrow_low < (high - low) / 2
