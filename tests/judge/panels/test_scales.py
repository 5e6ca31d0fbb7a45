"""A distortion that is known is found, and none is found where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from core.messages import Component
from judge.calibration.scale import IDENTITY, Kind
from judge.panels.mapping import FOLDS, Pairs, affine, choose, fold_of, isotonic, mapped
from judge.panels.scales import Verdict, fit_scale
from judge.panels.severity import fit_severity
from tests.judge.panels.simulated import simulate

C = Component.TECHNICAL


def _fitted(seed, sets=100, **options):
    panel, opinions, truth = simulate(seed, sets, 5, density=0.8, **options)
    severity = fit_severity(panel.scores[C], panel.order)
    return fit_scale(severity, opinions.values[C], opinions.reaches[C]), opinions, truth


def test_a_judge_that_is_too_severe_is_put_right():
    fitted, opinions, truth = _fitted(1, distort=lambda quality: quality - 1.5)
    quality = truth.quality[C] + truth.leniency.mean()  # the panel's zero
    own = opinions.values[C]
    calibrated = np.array([fitted.scale.value(score) for score in own])
    assert fitted.gain.verdict is Verdict.FITTED
    assert fitted.scale.kind is Kind.AFFINE
    assert np.mean(own - quality) < -1.0
    assert np.mean(calibrated - quality) == pytest.approx(0, abs=0.3)
    assert fitted.gain.error_after < 0.7 * fitted.gain.error_before


def test_a_judge_that_spreads_too_little_is_stretched():
    fitted, _, truth = _fitted(
        2, sets=300, distort=lambda quality: 3 + 0.4 * quality, judge_error=0.05
    )
    first, last = fitted.scale.knots[0], fitted.scale.knots[-1]
    slope = (last.panel - first.panel) / (last.judge - first.judge)
    assert slope * 0.4 == pytest.approx(truth.stretch.mean(), abs=0.2)


def test_a_bent_scale_is_followed_where_there_are_sets_enough():
    def bent(quality):
        return np.where(quality < 5.5, 5.5 + 0.2 * (quality - 5.5), 5.5 + 1.2 * (quality - 5.5))

    fitted, opinions, truth = _fitted(3, sets=600, distort=bent, judge_error=0.05)
    assert fitted.scale.kind is Kind.ISOTONIC
    straight = affine(_pairs(opinions.values[C], truth.quality[C]))
    quality = truth.quality[C]
    bent_error = np.std([fitted.scale.value(s) for s in opinions.values[C]] - quality)
    assert bent_error < np.std(mapped(straight, opinions.values[C]) - quality)


def test_a_judge_that_is_right_is_left_alone():
    kinds = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        judge = random.normal(5.5, 1.2, 60)
        # The panel is told the best forecast: the judge's own score.
        kinds.append(choose(_pairs(judge, judge + random.normal(0, 0.8, 60))))
    assert kinds.count(Kind.IDENTITY) >= 27


def _pairs(judge, panel):
    return Pairs(judge, np.ones(len(judge)), panel, np.full(len(judge), 0.4))


def test_little_evidence_moves_little():
    judge, panel = np.array([4.0, 5.0, 6.0]), np.array([7.0, 8.0, 9.0])
    many = _pairs(np.tile(judge, 50), np.tile(panel, 50))
    one = Pairs(judge[:1], np.ones(1), panel[:1], np.array([2.0]))
    assert mapped(affine(many), judge) == pytest.approx(panel, abs=0.1)
    assert 4.5 < mapped(affine(one), judge)[0] < 6.0


def test_no_curve_ever_falls():
    random = np.random.default_rng(0)
    judge = random.uniform(2, 9, 150)
    against = _pairs(judge, 11 - judge)
    for fit in (affine, isotonic):
        heights = [knot.panel for knot in fit(against)]
        assert np.all(np.diff(heights) >= 0)


def test_intervals_hold_what_they_claim_on_sets_that_they_were_not_made_from():
    fitted, _, _ = _fitted(5, sets=200, reach=0.3)
    assert fitted.gain.coverage_before < 0.5
    assert 0.84 <= fitted.gain.coverage_after <= 0.96
    assert fitted.scale.widening > 2
    fresh, more, _ = simulate(6, 2000, 5, reach=0.3)
    severity = fit_severity(fresh.scores[C], fresh.order)
    intervals = [fitted.scale.apply(v, v - 0.3, v + 0.3) for v in more.values[C]]
    centre = np.mean([value for value, _, _ in intervals]) - severity.consensus.mean()
    panel = severity.consensus + centre
    inside = [low <= p <= high for (_, low, high), p in zip(intervals, panel, strict=True)]
    assert 0.82 <= np.mean(inside) <= 0.97  # another panel: its mean leniency is taken out


def test_every_set_is_held_out_once_and_always_in_the_same_fold():
    folds = fold_of(47)
    assert set(folds) == set(range(FOLDS))
    assert np.bincount(folds).max() - np.bincount(folds).min() <= 1
    assert np.array_equal(folds, fold_of(47))


def test_where_nothing_can_be_said_the_judges_own_scale_stays():
    panel, opinions, _ = simulate(7, 40, 5)
    severity = fit_severity(panel.scores[C], panel.order)
    values, reaches = opinions.values[C], opinions.reaches[C]
    few = np.where(np.arange(40) < 9, values, np.nan)
    for expected, arguments in (
        (Verdict.NOT_SCORED, (None, values, reaches)),
        (Verdict.FEW_SETS, (severity, few, reaches)),
        (Verdict.NO_AGREEMENT, (severity, 11 - values, reaches)),
    ):
        fitted = fit_scale(*arguments)
        assert fitted.gain.verdict is expected
        assert fitted.scale == IDENTITY
        assert fitted.gain.error_after is None


def test_without_intervals_scores_are_mapped_and_no_coverage_is_stated():
    panel, opinions, _ = simulate(8, 100, 5, distort=lambda quality: quality - 2)
    severity = fit_severity(panel.scores[C], panel.order)
    fitted = fit_scale(severity, opinions.values[C], np.full(100, np.nan))
    assert fitted.gain.verdict is Verdict.FITTED
    assert fitted.scale.widening == 1
    assert (fitted.gain.coverage_before, fitted.gain.coverage_after) == (None, None)
