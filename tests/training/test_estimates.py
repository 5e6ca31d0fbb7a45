import numpy as np

from training.estimates import estimated


def known(windows):
    transitions = np.zeros((windows, 10, 4), dtype=np.float32)
    transitions[:, 7:] = (0.5, 0.9, 1.0, 0.6)
    return transitions


def test_half_of_the_windows_know_nothing():
    blurred = estimated(known(2_000), np.random.default_rng(0))
    silent = (blurred == 0).all(axis=(1, 2)).mean()
    assert 0.45 < silent < 0.56


def test_what_is_missed_leaves_no_hole_and_the_newest_stays_last():
    blurred = estimated(known(500), np.random.default_rng(1), unheard_share=0.0)
    there = blurred[:, :, 0] > 0
    assert (np.diff(there.astype(int), axis=1) >= 0).all()
    assert not there[:, :7].any()
    assert blurred.min() >= 0 and blurred.max() <= 1


def test_blur_is_centred_on_the_truth():
    blurred = estimated(known(4_000), np.random.default_rng(2), unheard_share=0.0)
    smooth = blurred[:, 9, 3]
    assert abs(float(np.median(smooth[smooth > 0])) - 0.6) < 0.02


def test_the_truth_is_not_touched():
    transitions = known(10)
    before = transitions.copy()
    estimated(transitions, np.random.default_rng(3))
    np.testing.assert_array_equal(transitions, before)
