"""The figures themselves, on cases done by hand."""

import numpy as np
import pytest

from training.crowd.metrics import (
    accuracy,
    area_under_curve,
    chance_macro_f1,
    macro_f1,
    recall_at,
)


def test_macro_f1_by_hand() -> None:
    truth, said = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    assert macro_f1(truth, said, 2) == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert macro_f1(truth, said, 3) == pytest.approx((2 / 3 + 4 / 5) / 3)
    assert accuracy(truth, said) == 0.75


def test_area_under_curve_by_hand() -> None:
    truth = np.array([True, False, True, False])
    assert area_under_curve(truth, np.array([0.9, 0.1, 0.8, 0.2])) == 1.0
    assert area_under_curve(truth, np.array([0.1, 0.9, 0.2, 0.8])) == 0.0
    assert area_under_curve(truth, np.zeros(4)) == 0.5
    assert area_under_curve(truth, np.array([0.5, 0.5, 0.9, 0.1])) == pytest.approx(3.5 / 4)


def test_recall_at_a_share_of_false_positives() -> None:
    truth = np.array([False] * 100 + [True] * 10)
    said = np.concatenate([np.linspace(0, 0.99, 100), np.full(10, 0.985)])
    recall, threshold = recall_at(truth, said, 0.01)
    assert recall == 1.0
    assert 0.97 < threshold < 0.985


def test_chance_of_balanced_labels_is_half() -> None:
    assert chance_macro_f1(np.array([0, 1] * 500), 2) == pytest.approx(0.5, abs=0.03)
