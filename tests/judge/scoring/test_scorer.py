"""Scores of windows and of the set: sums of what was lost, unknown until something is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.media import HOP_SAMPLES
from core.messages import Component, Genre, Reading, Section, Technique, TransitionKind
from judge.calibration import IDENTITY, Calibration, Kind, Scale
from judge.calibration.calibration import Source
from judge.calibration.scale import straight
from judge.parts import Part
from judge.scoring import GENRE_WEIGHTS, SetScorer
from judge.scoring.estimates import Belief, overall_belief
from judge.scoring.scorer import PENDING_SECONDS
from judge.scoring.standing import PRIOR_LOSS
from judge.specification import Measure, Output

from .parts import (
    heard,
    hop,
    info,
    opinion,
    play,
    random_opinion,
    transition_course,
)

TECHNICAL, SELECTION, ENERGY, CREATIVITY = Component
USUAL = 10 - 9 * PRIOR_LOSS
FLAM = {Part.BEAT_OFFSET: 0.2, Part.LEVEL: 0.7}


def lost(score, component):
    return sum(loss.points for loss in score.set_losses if loss.component is component)


def assert_losses_explain(score):
    for component in Component:
        estimate = score.set_components[component]
        if estimate is None:
            assert lost(score, component) == 0
        else:
            assert lost(score, component) == pytest.approx(estimate.value - 10, abs=1e-9)
            assert estimate.low <= estimate.value <= estimate.high
    assert all(loss.points <= 0 for loss in score.set_losses)


def calibration(*scales):
    source = Source("", "", 5, 10, 50, "0")
    by_component = dict(zip(Component, scales, strict=True))
    return Calibration.fitted(source, by_component, {}, "2026-01-01T00:00:00Z")


def test_weights_add_up_and_other_is_the_mean_of_those_stated():
    for genre in Genre:
        assert sum(GENRE_WEIGHTS[genre].values()) == pytest.approx(1)
    stated = [GENRE_WEIGHTS[genre] for genre in Genre if genre is not Genre.OTHER]
    for component in Component:
        mean = np.mean([weights[component] for weights in stated])
        assert GENRE_WEIGHTS[Genre.OTHER][component] == pytest.approx(mean)


def test_a_window_says_energy_and_creativity_on_the_scale_that_people_see():
    score = play([opinion(window=(0.5, 1.0), deviation=0.1)]).last
    middle, highest = score.components[ENERGY], score.components[CREATIVITY]
    assert middle.value == pytest.approx(5.5)
    assert (middle.low, middle.high) == pytest.approx((5.5 - 1.4804, 5.5 + 1.4804), abs=1e-3)
    assert (highest.value, highest.high) == (10.0, 10.0)
    assert score.components[TECHNICAL] is None
    assert score.components[SELECTION] is None


def test_a_window_is_judged_by_its_newest_transition():
    score = play(transition_course(80, [(10, 30), (50, 70)], parts=FLAM)).last
    lost_by_hand = (
        0.7 * (0.28 * (1 - FLAM[Part.BEAT_OFFSET]) + 0.16 * (1 - FLAM[Part.LEVEL]))
        + 0.3 * (1 - FLAM[Part.BEAT_OFFSET])
    )  # fmt: skip
    assert score.components[TECHNICAL].value == pytest.approx(10 - 9 * lost_by_hand, abs=1e-5)
    assert score.components[SELECTION].value == pytest.approx(10)


def test_overall_weighs_by_the_declared_genre():
    view = opinion(window=(1.0, 0.0))
    for genre in (Genre.DUBSTEP, Genre.TECHNO):
        weights = GENRE_WEIGHTS[genre]
        share = weights[ENERGY] / (weights[ENERGY] + weights[CREATIVITY])
        score = play([view], scorer=SetScorer(info(genre))).last
        assert score.overall.value == pytest.approx(1 + 9 * share)


def test_a_heard_genre_must_last_before_its_weights_apply():
    scorer = SetScorer(info())
    view = opinion(window=(1.0, 0.0))

    def expected(genre):
        weights = GENRE_WEIGHTS[genre]
        return pytest.approx(1 + 9 * weights[ENERGY] / (weights[ENERGY] + weights[CREATIVITY]))

    techno = heard(genre=Reading("techno", 0.6))
    assert play([view] * 59, techno, scorer=scorer).last.overall.value == expected(Genre.OTHER)
    assert play([view], techno, scorer=scorer, first=59).last.overall.value == expected(
        Genre.TECHNO
    )
    house = heard(genre=Reading("house", 0.6))
    assert play([view] * 20, house, scorer=scorer, first=60).last.overall.value == expected(
        Genre.TECHNO
    )


def test_unknown_components_leave_the_weights_to_the_others():
    beliefs = {SELECTION: Belief(4, 1), ENERGY: Belief(8, 1)}
    belief = overall_belief(beliefs, GENRE_WEIGHTS[Genre.TRANCE])
    assert belief.mean == pytest.approx((0.25 * 4 + 0.30 * 8) / 0.55)
    assert 0.7 < belief.deviation < 1.0  # between independent and fully shared errors
    assert overall_belief({}, GENRE_WEIGHTS[Genre.TRANCE]) is None


@pytest.mark.parametrize("reason", ["too_short", "silent", "concealed", "deadline"])
def test_a_window_with_a_reason_has_no_score(reason):
    scorer = SetScorer(info())
    before = play(transition_course(60, [(10, 30)]), scorer=scorer).last
    for index, view in ((60, None), (61, opinion(window=(0.0, 0.0)))):
        score = scorer.score(hop(index), heard(), view, reason, 0.9, 0).score
        assert (score.reason, score.overall) == (reason, None)
        assert set(score.components.values()) == {None}
        assert score.section.reason == reason
        assert score.set_components[TECHNICAL] == before.set_components[TECHNICAL]
        assert_losses_explain(score)


def test_no_opinion_and_no_reason_is_refused():
    with pytest.raises(ValueError, match="reason"):
        SetScorer(info()).score(hop(0), heard(), None, None, 0.0, 0)


def test_a_set_without_a_judged_window_has_no_score_and_no_losses():
    for view in (None, opinion(active=1.0)):
        score = SetScorer(info()).score(hop(0), heard(), view, "too_short", 0.0, 0).score
        assert score.set_reason == "too_short"
        assert score.set_overall is None
        assert set(score.set_components.values()) == {None}
        assert score.set_losses == ()


def test_the_set_waits_for_its_first_transition():
    course = transition_course(60, [(20, 44)])
    scores = [said.score for said in play(course).said]
    assert (scores[25].set_reason, scores[25].set_overall) == ("first_transition_pending", None)
    assert scores[25].set_components[TECHNICAL] is None
    assert scores[25].set_components[ENERGY] is not None
    known = [score.set_components[TECHNICAL] is not None for score in scores]
    assert known.index(True) == 20 + 8 + 4  # said 4 s late, likely for 2.5 s
    assert all(known[38:])
    assert scores[38].set_reason is None
    assert scores[38].set_overall is not None


def test_or_for_three_minutes_and_then_technique_stays_unknown():
    """No score is made up: what is usual is no evidence."""
    hops = round(PENDING_SECONDS * 2)
    scores = [said.score for said in play([opinion()] * hops).said]
    assert scores[-2].set_overall is None
    assert scores[-1].set_overall is not None
    assert scores[-1].set_components[TECHNICAL] is None
    assert scores[-1].set_components[SELECTION] is None
    assert_losses_explain(scores[-1])


def test_the_prior_shrinks_as_transitions_are_heard():
    spans = [(start, start + 16) for start in range(10, 610, 60)]
    score_after = [said.score for said in play(transition_course(640, spans)).said]
    priors, widths = [], []
    for _, end in spans:
        score = score_after[end + 12]
        losses = {
            loss.code: loss.points for loss in score.set_losses if loss.component is TECHNICAL
        }
        assert set(losses) == {"prior"}
        priors.append(losses["prior"])
        estimate = score.set_components[TECHNICAL]
        widths.append(estimate.high - estimate.low)
    expected = [-9 * PRIOR_LOSS * 0.4 / (0.4 + 0.95 * (count + 1)) for count in range(len(spans))]
    assert priors == pytest.approx(expected)
    assert widths == sorted(widths, reverse=True)


def test_the_whole_sets_prior_shrinks_with_time():
    priors = [
        next(
            loss.points
            for loss in play([opinion()] * hops).last.set_losses
            if (loss.component, loss.code) == (ENERGY, "prior")
        )
        for hops in (2, 120, 480)
    ]
    expected = [-9 * PRIOR_LOSS * 60 / (60 + seconds) for seconds in (1, 60, 240)]
    assert priors == pytest.approx(expected)


def test_the_first_transition_outweighs_what_is_usual():
    clean = play(transition_course(60, [(10, 30)])).last.set_components[TECHNICAL].value
    dirty = play(transition_course(60, [(10, 30)], parts=dict.fromkeys(Part, 0.0))).last
    assert clean - USUAL > 10 - clean
    assert USUAL - dirty.set_components[TECHNICAL].value > dirty.set_components[TECHNICAL].value - 1


@settings(max_examples=15)
@given(seed=st.integers(0, 2**31), hops=st.integers(1, 200), declared=st.sampled_from(Genre))
def test_losses_sum_to_what_the_score_lacks_at_every_hop(seed, hops, declared):
    rng = np.random.default_rng(seed)
    scorer = SetScorer(info(declared))
    index = 0
    for _ in range(hops):
        index += 1 + int(rng.integers(30) == 0) * int(rng.integers(60))
        silent = int(rng.integers(20) == 0) * HOP_SAMPLES * int(rng.integers(1, 5))
        listened = heard(silent_samples=silent, clipped_runs=int(rng.integers(12) == 0))
        view = random_opinion(rng) if rng.uniform() < 0.95 else None
        reason = "deadline" if view is None else None
        said = scorer.score(hop(index), listened, view, reason, 0.0, 1)
        assert_losses_explain(said.score)


@settings(max_examples=10)
@given(
    seed=st.integers(0, 2**31),
    shift=st.floats(-3, 3),
    slope=st.floats(0.2, 2),
    widening=st.floats(0.3, 3),
)
def test_a_calibration_is_applied_and_losses_still_sum(seed, shift, slope, widening):
    scale = Scale(Kind.AFFINE, straight(shift, slope), widening)
    fitted = calibration(scale, scale, scale, IDENTITY)
    rng = np.random.default_rng(seed)
    plain, moved = SetScorer(info()), SetScorer(info(), fitted)
    for index in range(120):
        view = random_opinion(rng)
        one, other = (
            scorer.score(hop(index), heard(), view, None, 0.0, 1).score for scorer in (plain, moved)
        )
        assert_losses_explain(other)
        assert other.set_components[CREATIVITY] == one.set_components[CREATIVITY]
        for component in (TECHNICAL, SELECTION, ENERGY):
            for own, theirs in (
                (one.components[component], other.components[component]),
                (one.set_components[component], other.set_components[component]),
            ):
                if own is not None:
                    assert (theirs.value, theirs.low, theirs.high) == scale.apply(
                        own.value, own.low, own.high
                    )


def test_what_a_calibration_takes_is_a_loss_of_its_own():
    strict = Scale(Kind.AFFINE, straight(-2.0, 1.0), 1.0)
    scorer = SetScorer(info(), calibration(strict, IDENTITY, IDENTITY, IDENTITY))
    score = play(transition_course(60, [(10, 30)], parts=FLAM), scorer=scorer).last
    points = {loss.code: loss.points for loss in score.set_losses if loss.component is TECHNICAL}
    assert points["calibration"] == pytest.approx(-2.0)
    plain = play(transition_course(60, [(10, 30)], parts=FLAM)).last
    assert {"calibration", *(x.code for x in plain.set_losses if x.component is TECHNICAL)} == set(
        points
    )
    assert score.set_overall.value < plain.set_overall.value


def test_a_fault_never_raises_a_score():
    """Averaged among transitions that are worse, it would."""
    wreck = transition_course(200, [(10, 30), (70, 90)], parts=dict.fromkeys(Part, 0.1))
    silence = heard(silent_samples=2 * HOP_SAMPLES)
    before = play(wreck).last.set_components[TECHNICAL].value
    with_fault = play(wreck, {130: replace(silence, silent_samples=HOP_SAMPLES), 131: silence})
    assert [finding.code for finding in with_fault.findings].count("dead_air") >= 1
    assert with_fault.last.set_components[TECHNICAL].value < before
    assert_losses_explain(with_fault.last)


def test_positions_of_the_window():
    early = play([opinion()], first=3, reason="too_short").last
    late = play([opinion()], first=40).last
    assert (early.window, early.start_sample, early.end_sample) == (3, 0, 4 * HOP_SAMPLES)
    assert (late.start_sample, late.end_sample) == (21 * HOP_SAMPLES, 41 * HOP_SAMPLES)


def test_the_section_is_said_where_it_is_clear():
    clear = play([opinion(section=Section.BUILD, sure=0.8)]).last.section
    assert (clear.value, clear.confidence) == ("build", pytest.approx(0.8))
    assert play([opinion(section=Section.BUILD, sure=0.4)]).last.section.reason == "section_unsure"


def test_what_was_heard_goes_with_the_score():
    score = play([opinion()], heard(onset_rate_hz=7.5, brightness_hz=2_000.0, kick_db=-3.0)).last
    assert (score.onset_rate_hz, score.brightness_hz, score.kick_db) == (7.5, 2_000.0, -3.0)


def test_a_transition_is_told_while_it_goes_on_and_in_full_when_settled():
    told = play(
        transition_course(
            90,
            [(20, 44)],
            parts={Part.BEAT_OFFSET: 0.5, Part.HARMONY: 0.8},
            measures={Measure.OFFSET_MS: -36.0, Measure.LEVEL_STEP_LU: -2.0},
            kind=TransitionKind.BASS_SWAP,
        )
    ).transitions
    *pending, last = told
    assert all(not transition.settled for transition in pending)
    assert {transition.offset_ms.reason for transition in pending} == {"transition_under_way"}
    assert len(pending) > 5
    assert last.settled
    assert abs(last.start_sample - 20 * HOP_SAMPLES) <= HOP_SAMPLES
    assert abs(last.end_sample - 44 * HOP_SAMPLES) <= HOP_SAMPLES
    assert last.offset_ms.value == pytest.approx(36.0, abs=1e-3)
    assert last.level_step_lu.value == pytest.approx(-2.0, abs=1e-3)
    assert last.kind.value == "bass_swap"
    assert last.harmonic_compatibility.value == pytest.approx(0.8, abs=1e-5)
    assert last.beat_match_accuracy.confidence == pytest.approx(0.8, abs=1e-5)


def test_what_the_model_is_unsure_of_is_not_told():
    told = play(transition_course(80, [(10, 30)], deviation=0.4, sure=0.3)).transitions[-1]
    assert told.offset_ms.reason == "beat_unsure"
    assert told.harmonic_compatibility.reason == "no_key"
    assert told.kind.reason == "kind_unsure"


def test_a_transition_that_begins_before_the_last_one_settled_is_another():
    told = play(transition_course(120, [(20, 40), (52, 70)])).transitions
    settled = [transition for transition in told if transition.settled]
    assert [transition.index for transition in settled] == [0, 1]
    assert [round(t.start_sample / HOP_SAMPLES) for t in settled] == [20, 52]
    assert [round(t.end_sample / HOP_SAMPLES) for t in settled] == [40, 70]


def test_a_blip_is_no_transition_and_a_pause_no_end():
    blip = transition_course(100, [(20, 21)])
    assert play(blip).transitions == []
    paused = play(transition_course(120, [(20, 40), (43, 60)])).transitions
    assert {transition.index for transition in paused} == {0}


def test_transition_features_are_the_last_ten_settled_newest_last():
    scorer = SetScorer(info())
    assert scorer.transition_features().shape == (10, 6)
    assert not scorer.transition_features().any()
    spans = [(start, start + 16) for start in range(10, 730, 60)]
    course = transition_course(780, spans, parts=FLAM)
    play(course[:30], scorer=scorer)
    assert not scorer.transition_features().any(), "what goes on may still change"
    play(course[30:70], scorer=scorer, first=30)
    table = scorer.transition_features()
    assert table.dtype == np.float32
    assert not table[:-1].any()
    duration, beats, harmony, smoothness, technical, selection = table[-1]
    assert duration == pytest.approx(16 * 0.5 / 32)
    assert beats == pytest.approx(0.2, abs=1e-5)
    assert (harmony, selection) == (1, 1)
    assert smoothness == pytest.approx((3 + 0.7) / 4, abs=1e-5)
    score = play(course[70:71], scorer=scorer, first=70).last
    assert technical == pytest.approx((score.components[TECHNICAL].value - 1) / 9, abs=1e-5)
    play(course[71:], scorer=scorer, first=71)
    assert (scorer.transition_features()[:, 0] > 0).all()


def test_ideas_are_done_on_purpose_and_well():
    gesture = [opinion(techniques={Technique.SCRATCH: 0.9}, window=(0.6, 0.0))] * 6
    plain = [opinion(window=(0.6, 0.0))] * 200
    idle = play(plain).last.set_components[CREATIVITY].value
    busy = play([*plain[:100], *gesture, *plain[:94]]).last.set_components[CREATIVITY].value
    assert busy > idle
    noticed = play([opinion(window=(0.6, 0.6))] * 200).last.set_components[CREATIVITY].value
    assert noticed > idle, "ideas count where they are noticed, told apart or not"
    wreck = transition_course(200, [(90, 120)], parts=dict.fromkeys(Part, 0.0))
    spam = [
        replace_techniques(view) if 100 <= index < 110 else view for index, view in enumerate(wreck)
    ]
    assert play(spam).last.set_components[CREATIVITY] == play(wreck).last.set_components[CREATIVITY]


def replace_techniques(view):
    outputs = view.outputs.copy()
    outputs[Output.TECHNIQUES.value] = 0.9
    return replace(view, outputs=outputs)


def test_the_same_calls_give_the_same_bits():
    def run():
        rng = np.random.default_rng(4)
        scorer = SetScorer(info())
        return [
            scorer.score(hop(index), heard(), random_opinion(rng), None, 0.01, 8)
            for index in range(300)
        ]

    assert run() == run()


def test_hops_that_never_came_are_survived():
    indices = [*range(40), *range(400, 460)]
    played = play(transition_course(100, [(20, 30)]), indices=indices)
    for said in played.said:
        assert_losses_explain(said.score)
    assert played.last.set_components[TECHNICAL] is not None
