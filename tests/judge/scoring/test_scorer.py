"""Scores of windows and of the set."""

import itertools

import numpy as np
import pytest

from core.media import HOP_SAMPLES
from core.messages import Component, Genre, Reading
from judge.scoring import GENRE_WEIGHTS, SetScorer
from judge.scoring.estimates import Belief, overall_belief
from judge.scoring.evidence import PRIOR, ComponentEvidence

from .parts import heard, hop, info, opinion, transition


def play(scorer, count, first=0, *, view=None, reason=None, concealed_ratio=0.0, **changes):
    scores = [
        scorer.score(
            hop(first + index), heard(**changes), view or opinion(), reason, concealed_ratio, 1
        )[0]
        for index in range(count)
    ]
    return scores[-1]


def test_weights_add_up_and_other_is_the_mean_of_those_stated():
    for genre in Genre:
        assert sum(GENRE_WEIGHTS[genre].values()) == pytest.approx(1)
    stated = [GENRE_WEIGHTS[genre] for genre in Genre if genre is not Genre.OTHER]
    for component in Component:
        mean = np.mean([weights[component] for weights in stated])
        assert GENRE_WEIGHTS[Genre.OTHER][component] == pytest.approx(mean)


def test_a_window_is_the_models_opinion_on_the_scale_that_people_see():
    score = play(SetScorer(info()), 1, view=opinion((0.0, 0.5, 1.0, 0.6), 0.1))
    values = [score.components[component].value for component in Component]
    assert values == pytest.approx([1.0, 5.5, 10.0, 6.4])
    middle = score.components[Component.SELECTION]
    assert (middle.low, middle.high) == pytest.approx((5.5 - 1.4804, 5.5 + 1.4804), abs=1e-3)
    lowest = score.components[Component.TECHNICAL]
    assert (lowest.low, lowest.value) == (1.0, 1.0)


def test_overall_weighs_by_the_declared_genre():
    view = opinion((1.0, 0.0, 0.0, 0.0))
    dubstep = play(SetScorer(info(Genre.DUBSTEP)), 1, view=view)
    techno = play(SetScorer(info(Genre.TECHNO)), 1, view=view)
    assert dubstep.overall.value == pytest.approx(1 + 9 * 0.35)
    assert techno.overall.value == pytest.approx(1 + 9 * 0.20)


def test_a_heard_genre_must_last_before_its_weights_apply():
    scorer = SetScorer(info())
    view = opinion((1.0, 0.0, 0.0, 0.0))
    other = 1 + 9 * GENRE_WEIGHTS[Genre.OTHER][Component.TECHNICAL]
    changes = {"view": view, "genre": Reading("dubstep", 0.6)}
    assert play(scorer, 59, **changes).overall.value == pytest.approx(other)
    assert play(scorer, 1, 59, **changes).overall.value == pytest.approx(1 + 9 * 0.35)
    assert play(scorer, 20, 60, view=view, genre=Reading("techno", 0.6)).overall.value == (
        pytest.approx(1 + 9 * 0.35)
    )


def test_unknown_components_leave_the_weights_to_the_others():
    beliefs = {Component.SELECTION: Belief(4, 1), Component.ENERGY: Belief(8, 1)}
    belief = overall_belief(beliefs, GENRE_WEIGHTS[Genre.TRANCE])
    assert belief.mean == pytest.approx((0.25 * 4 + 0.30 * 8) / 0.55)
    assert 0.7 < belief.deviation < 1.0  # between independent and fully shared errors
    assert overall_belief({}, GENRE_WEIGHTS[Genre.TRANCE]) is None


@pytest.mark.parametrize("reason", ["too_short", "silent", "concealed", "deadline"])
def test_a_window_with_a_reason_has_no_score_and_does_not_count(reason):
    scorer = SetScorer(info())
    before = play(scorer, 30)
    for view in (None, opinion(0.0)):
        score, _ = scorer.score(hop(30), heard(), view, reason, 0.9, 0)
        assert (score.reason, score.overall) == (reason, None)
        assert set(score.components.values()) == {None}
        assert score.set_components == before.set_components


def test_no_opinion_and_no_reason_is_refused():
    with pytest.raises(ValueError, match="reason"):
        SetScorer(info()).score(hop(0), heard(), None, None, 0.0, 0)


def test_a_set_without_a_judged_window_has_no_score():
    score, _ = SetScorer(info()).score(hop(0), heard(), None, "too_short", 0.0, 0)
    assert score.set_reason == "too_short"
    assert set(score.set_components.values()) == {None}


def test_the_set_waits_for_its_first_transition():
    scorer = SetScorer(info())
    score = play(scorer, 100)
    assert (score.set_reason, score.set_overall) == ("first_transition_pending", None)
    assert score.set_components[Component.TECHNICAL] is None
    assert score.set_components[Component.ENERGY] is not None
    score = play(scorer, 1, 100, transitions=(transition(settled=False),))
    assert score.set_overall is None
    score = play(scorer, 1, 101, transitions=(transition(settled=True),))
    assert score.set_reason is None
    assert score.set_overall is not None
    assert score.set_components[Component.TECHNICAL] is not None


def test_or_for_three_minutes_and_then_technique_stays_unknown():
    scorer = SetScorer(info())
    assert play(scorer, 359).set_overall is None
    score = play(scorer, 1, 359)
    assert score.set_overall is not None
    assert score.set_components[Component.TECHNICAL] is None


def test_the_set_shrinks_to_the_prior_and_its_interval_narrows():
    scorer = SetScorer(info())
    widths, values = [], []
    for index in range(1200):
        estimate = play(scorer, 1, index, view=opinion(0.9)).set_components[Component.ENERGY]
        widths.append(estimate.high - estimate.low)
        values.append(estimate.value)
    assert values[0] < PRIOR.mean + 1  # one window says little yet
    assert values[-1] == pytest.approx(9.1, abs=0.1)
    assert all(later >= earlier for earlier, later in itertools.pairwise(values))
    assert widths[-1] < widths[100] < widths[20]
    # What the windows of a set err in common does not go away by hearing more of it.
    assert widths[-1] > 2 * 1.6449 * 0.9 * 0.5 * 0.99


def test_twenty_overlapping_windows_are_one():
    evidence = ComponentEvidence()
    for _ in range(20):
        evidence.add(Belief(8.0, 1.0))
    assert evidence.independent_windows == pytest.approx(1.0)
    expected = (PRIOR.mean / PRIOR.deviation**2 + 8.0) / (1 / PRIOR.deviation**2 + 1)
    assert evidence.belief().mean == pytest.approx(expected)


def test_unsure_and_concealed_windows_weigh_less():
    def after(*views):
        evidence = ComponentEvidence()
        for belief, share in views:
            evidence.add(belief, share)
        return evidence.belief().mean

    low, sure, unsure = Belief(2, 1), Belief(9, 1), Belief(9, 3)
    assert after((low, 1), (unsure, 1)) < after((low, 1), (sure, 1))
    assert after((low, 1), (sure, 0.3)) < after((low, 1), (sure, 1))


def test_positions_of_the_window():
    scorer = SetScorer(info())
    early = play(scorer, 1, 3, reason="too_short")
    late = play(scorer, 1, 40)
    assert (early.window, early.start_sample, early.end_sample) == (3, 0, 4 * HOP_SAMPLES)
    assert (late.start_sample, late.end_sample) == (21 * HOP_SAMPLES, 41 * HOP_SAMPLES)


def test_transition_features_are_the_last_ten_newest_last():
    scorer = SetScorer(info())
    assert scorer.transition_features().shape == (10, 4)
    assert not scorer.transition_features().any()
    first = transition(0, start=20, end=36, beat_match_accuracy=0.9, harmonic_compatibility=0.5)
    play(scorer, 1, transitions=(first,))
    table = scorer.transition_features()
    assert table.dtype == np.float32
    assert table[-1] == pytest.approx([0.5, 0.9, 0.5, 0.0])
    assert not table[:-1].any()
    for index in range(1, 13):
        later = transition(index, start=100, end=200, transition_smoothness=index / 100)
        play(scorer, 1, index, transitions=(later,))
    table = scorer.transition_features()
    assert table[:, 3] == pytest.approx(np.arange(3, 13) / 100)
    assert (table[:, 0] == 1.0).all()


def test_a_changed_transition_replaces_what_was_known_of_it():
    scorer = SetScorer(info())
    play(scorer, 1, transitions=(transition(0, settled=False),))
    play(scorer, 1, 1, transitions=(transition(0, beat_match_accuracy=0.8),))
    assert scorer.transition_features()[-1, 1] == pytest.approx(0.8)
    assert not scorer.transition_features()[-2].any()


def test_the_same_calls_give_the_same_bits():
    def run():
        rng = np.random.default_rng(4)
        scorer = SetScorer(info())
        results = []
        for index in range(200):
            view = opinion(rng.uniform(0, 1, 4), 0.1)
            passing = (transition(0, offset_ms=40.0),) if index == 90 else ()
            results.append(
                scorer.score(hop(index), heard(transitions=passing), view, None, 0.01, 8)
            )
        return results

    assert run() == run()
