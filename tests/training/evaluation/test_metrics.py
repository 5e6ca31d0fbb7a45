"""Figures against scikit-learn and SciPy, intervals against resampling by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as reference

from training.evaluation.metrics import (
    RANK_RESAMPLES,
    RESAMPLES,
    SEED,
    agreement,
    coverage,
    kendall,
    spearman,
)


@pytest.fixture(name="rows")
def _rows():
    rng = np.random.default_rng(3)
    labels = rng.uniform(1, 10, 240)
    said = np.round(0.6 * labels + 2 + rng.normal(0, 1, 240), 1)
    return labels, said, np.repeat(np.arange(12), 20)


def rows_of(groups, counts):
    """Return the rows of every set as many times as it was drawn."""
    return np.concatenate([np.flatnonzero(groups == g).repeat(n) for g, n in enumerate(counts)])


def test_figures_are_those_of_the_libraries(rows):
    labels, said, groups = rows
    found = agreement(labels, said, groups)
    assert found.r2 == pytest.approx(reference.r2_score(labels, said))
    assert found.mae == pytest.approx(reference.mean_absolute_error(labels, said))
    assert found.mse == pytest.approx(reference.mean_squared_error(labels, said))
    assert found.rmse == pytest.approx(reference.root_mean_squared_error(labels, said))
    assert found.error_mean == pytest.approx(np.mean(said - labels))
    assert found.error_sd == pytest.approx(np.std(said - labels))
    assert found.pearson == pytest.approx(stats.pearsonr(labels, said).statistic)
    assert found.srcc == pytest.approx(stats.spearmanr(labels, said).statistic)
    assert found.kendall == pytest.approx(stats.kendalltau(labels, said).statistic)
    assert (found.rows, found.sets) == (240, 12)


def test_intervals_resample_whole_sets(rows):
    labels, said, groups = rows
    found = agreement(labels, said, groups)
    draws = np.random.default_rng(SEED).multinomial(12, np.full(12, 1 / 12), size=RESAMPLES)
    scores = []
    for counts in draws:
        taken = np.concatenate(
            [np.flatnonzero(groups == g).repeat(n) for g, n in enumerate(counts)]
        )
        scores.append(reference.r2_score(labels[taken], said[taken]))
    assert found.intervals["r2"] == pytest.approx(tuple(np.percentile(scores, (2.5, 97.5))))


def test_windows_that_all_agree_within_their_set_do_not_narrow_the_interval():
    rng = np.random.default_rng(5)
    labels, said = rng.uniform(1, 10, 10), rng.uniform(1, 10, 10)
    few = agreement(labels, said, np.arange(10))
    many = agreement(labels.repeat(50), said.repeat(50), np.arange(10).repeat(50))
    assert many.intervals["mae"] == pytest.approx(few.intervals["mae"])


def test_ranks_get_intervals_where_asked_for(rows):
    labels, said, groups = rows
    found = agreement(labels, said, groups, rank_intervals=True)
    draws = np.random.default_rng(SEED).multinomial(12, np.full(12, 1 / 12), size=RESAMPLES)
    taus = []
    for counts in draws[:RANK_RESAMPLES]:
        taken = np.concatenate(
            [np.flatnonzero(groups == g).repeat(n) for g, n in enumerate(counts)]
        )
        taus.append(stats.kendalltau(labels[taken], said[taken]).statistic)
    assert found.intervals["kendall"] == pytest.approx(tuple(np.percentile(taus, (2.5, 97.5))))
    assert found.intervals["srcc"][0] < found.srcc < found.intervals["srcc"][1]


def test_rows_with_a_gap_are_left_out(rows):
    labels, said, groups = (np.array(column) for column in rows)
    whole = agreement(labels[20:], said[20:], groups[20:])
    labels[:10], said[10:20] = np.nan, np.nan
    assert agreement(labels, said, groups) == whole


def test_nothing_to_compare_is_none():
    assert agreement(np.array([np.nan]), np.array([1.0]), np.array([0])) is None


def test_constants_have_no_correlation_and_the_mean_explains_nothing():
    labels = np.array([1.0, 2.0, 3.0, 4.0])
    found = agreement(labels, np.full(4, 2.5), np.arange(4))
    assert found.r2 == pytest.approx(0.0)
    assert np.isnan([found.pearson, found.srcc, found.kendall]).all()
    flat = agreement(np.full(4, 3.0), labels, np.arange(4))
    assert np.isnan(flat.r2)
    assert flat.mae == pytest.approx(1.0)


def test_ranks_of_ties():
    first, second = np.array([1.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0, 4.0])
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)
    assert kendall(first, second) == pytest.approx(stats.kendalltau(first, second).statistic)


def test_coverage_counts_what_lies_inside():
    labels = np.array([1.0, 5.0, 9.0, np.nan])
    assert coverage(labels, labels - [0, 1, -1, 0], labels + 1) == pytest.approx(2 / 3)
    assert coverage(labels, np.full(4, np.nan), labels) is None
