from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from training.evaluation.intervals import of_mean, wilson


@pytest.mark.parametrize(("right", "total"), [(0, 5), (5, 5), (47, 48), (90, 100)])
def test_wilson_is_scipys(right, total):
    expected = stats.binomtest(right, total).proportion_ci(method="wilson")
    assert wilson(right, total) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_nothing_tried_may_be_anything():
    assert wilson(0, 0) == (0.0, 1.0)


def test_interval_of_a_mean_is_near_the_normal_one():
    values = np.random.default_rng(0).normal(5, 2, 400)
    low, high = of_mean(values)
    reach = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - reach, values.mean() + reach), abs=0.03)
