"""Severities that were put in come out again."""

from __future__ import annotations

import numpy as np
import pytest

from judge.panels.severity import fit_severity
from tests.judge.panels.simulated import NOISE, simulate

FACET = "technical"


def _error(values, truth):
    difference = values - truth
    return float(np.sqrt(np.mean((difference - difference.mean()) ** 2)))


def _panel(seed=1, **options):
    panel, _, truth = simulate(seed, 200, 7, density=0.6, drift=-0.01, **options)
    return panel, truth


def test_leniency_stretch_drift_and_noise_are_recovered():
    panel, truth = _panel()
    found = fit_severity(panel.scores[FACET], panel.order)
    assert np.corrcoef(found.leniency, truth.leniency)[0, 1] > 0.95
    assert _error(found.leniency, truth.leniency) < 0.25
    assert np.corrcoef(found.stretch, truth.stretch)[0, 1] > 0.6
    assert found.drift == pytest.approx(truth.drift, abs=0.003)
    assert found.noise == pytest.approx(np.hypot(NOISE, 0.4), abs=0.1)  # the halo is noise, too


def test_what_is_said_of_the_error_is_about_true():
    inside = []
    for seed in range(20):
        panel, truth = _panel(seed)
        found = fit_severity(panel.scores[FACET], panel.order)
        error = found.leniency - (truth.leniency - truth.leniency.mean())
        inside.append(np.abs(error) < 1.645 * found.leniency_error)
    assert 0.8 <= np.mean(inside) <= 0.97


def test_sets_that_met_severe_people_get_what_they_deserve():
    """The severe heard one half of the sets and the lenient the other; two heard all."""
    panel, _, truth = simulate(2, 100, 6)
    scores = panel.scores[FACET].copy()
    order = np.argsort(truth.leniency)
    scores[:50, order[-2:]] = np.nan
    scores[50:, order[:2]] = np.nan
    found = fit_severity(scores, panel.order)
    quality = truth.quality[FACET]
    plain = np.nanmean(scores, axis=1)

    def unfair(values):
        gap = values - quality
        return abs(gap[:50].mean() - gap[50:].mean())

    assert unfair(plain) > 0.5
    assert unfair(found.consensus) < 0.3
    assert _error(found.consensus, quality) < _error(plain, quality)


def test_few_scores_shrink_severity_and_many_do_not():
    random = np.random.default_rng(0)
    quality = random.normal(0, 1, (200, 1))
    scores = 5.5 + quality + random.normal(0, 1, (200, 4))
    scores[:, 0] += 2.0
    none = np.full(scores.shape, np.nan)
    few = scores.copy()
    few[3:, 0] = np.nan
    lenient = [fit_severity(each, none).leniency[0] for each in (scores, few)]
    assert lenient[0] == pytest.approx(1.5, abs=0.2)  # the panel's own mean has a quarter of it
    assert 0.2 < lenient[1] < lenient[0]


def test_order_that_is_the_same_for_all_says_nothing():
    panel, _, _ = simulate(1, 40, 5)
    same = np.repeat(np.arange(40.0)[:, None], 5, axis=1)
    assert fit_severity(panel.scores[FACET], same).drift is None
    assert fit_severity(panel.scores[FACET], np.full((40, 5), np.nan)).drift is None


def test_a_set_that_nobody_scored_has_no_consensus():
    panel, _, _ = simulate(1, 40, 5)
    scores = panel.scores[FACET].copy()
    scores[7] = np.nan
    found = fit_severity(scores, panel.order)
    assert np.flatnonzero(np.isnan(found.consensus)).tolist() == [7]
    assert np.flatnonzero(np.isnan(found.consensus_error)).tolist() == [7]


def test_a_score_more_moves_the_consensus_no_more_than_it_should():
    """With all severities the same, the consensus is close to the plain mean."""
    random = np.random.default_rng(0)
    scores = 5.5 + random.normal(0, 1, (300, 1)) + random.normal(0, 1, (300, 5))
    found = fit_severity(scores, np.full(scores.shape, np.nan))
    assert np.abs(found.consensus - scores.mean(axis=1)).max() < 0.35
    assert np.abs(found.leniency).max() < 0.15
