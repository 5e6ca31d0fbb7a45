import numpy as np

from training.estimates import UNHEARD_SHARE, estimated


def known(windows, transitions=3):
    table = np.zeros((windows, 10, 4), dtype=np.float32)
    if transitions:
        table[:, -transitions:] = (0.5, 0.9, 1.0, 0.6)
    return table


def reports(table):
    return table.any(axis=2).sum(axis=1)


def test_some_windows_know_nothing():
    silent = (reports(estimated(known(3_000), np.random.default_rng(0))) == 0).mean()
    assert UNHEARD_SHARE < silent < UNHEARD_SHARE + 0.1


def test_reports_stand_without_holes_and_the_newest_last():
    table = estimated(known(500), np.random.default_rng(1), unheard_share=0.0)
    there = table.any(axis=2)
    assert (np.diff(there.astype(int), axis=1) >= 0).all()
    assert table.min() >= 0 and table.max() <= 1


def test_false_reports_come_also_without_any_transition():
    table = estimated(known(2_000, transitions=0), np.random.default_rng(2), unheard_share=0.0)
    assert 0.6 < reports(table).mean() < 1.0


def test_what_is_reported_still_tells_good_from_bad():
    good, bad = known(3_000), known(3_000)
    bad[:, -3:, 1] = 0.1
    means = [
        estimated(table, np.random.default_rng(3), unheard_share=0.0)[..., 1].sum()
        for table in (good, bad)
    ]
    assert means[0] > 1.4 * means[1]


def test_never_more_than_fit():
    table = estimated(known(300, transitions=10), np.random.default_rng(4), unheard_share=0.0)
    assert reports(table).max() == 10


def test_the_truth_is_not_touched():
    transitions = known(10)
    before = transitions.copy()
    estimated(transitions, np.random.default_rng(5))
    np.testing.assert_array_equal(transitions, before)
