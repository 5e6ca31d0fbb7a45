"""Findings: what was lost, once, with limits, in words that exist; points as in the score."""

import itertools
import json
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import web
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Component, Genre, Reading, Technique
from judge.parts import Part
from judge.rubric import JUMPS_A_FIVE_MINUTES, TECHNIQUE_WORTH
from judge.scoring import SetScorer
from judge.scoring.findings import DEED_POINTS, of_transition
from judge.scoring.mixing import CODES, LEAST_POINTS, MIXED, deviation, losses
from judge.scoring.mixing import told as plain
from judge.scoring.rules import MOMENTS, TELLINGS, Rule
from judge.scoring.tracking import Track
from judge.specification import MEASURE_SCALES, Measure

from .parts import (
    SOUND,
    heard,
    hop,
    info,
    level,
    opinion,
    play,
    readings_of,
    transition_course,
)

LOCALES = Path(web.__file__).parent / "static" / "locales"
PRAISE = {"clean_beatmatch", "harmonic_blend"}
LIVELY = 0.6


def codes(findings):
    return [finding.code for finding in findings]


def told(results, *, concealed_samples=0, sounds=None, indices=None):
    """Play what was heard hop by hop, and half a minute of nothing; return faults and builds."""
    scorer, findings = SetScorer(info()), []
    order = list(range(len(results))) if indices is None else list(indices)
    quiet = 60
    for position in range(len(results) + quiet):
        within = position < len(results)
        index = order[position] if within else order[-1] + position - len(results) + 1
        result = results[position] if within else heard(energy=None)
        samples = sounds[position] if within and sounds is not None else SOUND
        concealed = concealed_samples if within else 0
        piece = hop(index, concealed_samples=concealed, samples=samples)
        findings += scorer.score(piece, result, opinion(), None, 0.0, 1).findings
    told_of_moments = {rule.code for rule in MOMENTS}
    return [finding for finding in findings if finding.code in told_of_moments]


def track(shares, *, measures=(0.0, 0.0, 0.0, 0.0, 0.0), seconds=16.0, settled=True):
    return Track(
        index=0,
        start_hop=40,
        end_hop=40 + round(2 * seconds),
        likelihood=1.0,
        heard_hops=60,
        parts=readings_of(shares),
        measures=np.array(measures),
        kinds=np.full(9, 1 / 9),
        settled=settled,
    )


# Rules


@pytest.mark.parametrize("rule", MOMENTS, ids=lambda rule: rule.code)
def test_every_rule_is_whole_at_its_extreme_and_nothing_at_its_limit(rule: Rule):
    assert rule.finding(rule.limit, 5, 9) is None
    finding = rule.finding(rule.extreme, 5, 9)
    assert (finding.points, finding.limit, finding.unit) == (rule.points, rule.limit, rule.unit)
    middle = rule.finding((rule.limit + rule.extreme) / 2, 5, 9)
    assert middle.points == pytest.approx(rule.points / 2)


@pytest.mark.parametrize("rule", MOMENTS, ids=lambda rule: rule.code)
def test_what_is_worth_no_points_when_rounded_is_not_told(rule: Rule):
    """A list of +0.0 hides what counts."""
    steps = [
        rule.finding(measured, 0, 1) for measured in np.linspace(rule.limit, rule.extreme, 1001)
    ]
    points = [finding.points for finding in steps if finding is not None]
    assert all(round(value, 1) != 0 for value in points)
    assert min(map(abs, points)) < 0.06  # and nothing more than that is held back
    assert rule.finding(rule.extreme, 0, 1, confidence=0.04 / abs(rule.points)) is None


def test_a_fault_outside_weighs_as_one_inside_a_transition():
    for code, part in (("dead_air", Part.SILENCE), ("clipping", Part.CLIPPING)):
        rule = next(rule for rule in MOMENTS if rule.code == code)
        inside = losses(Component.TECHNICAL, track({part: 0.0}))[code]
        assert -rule.points == pytest.approx(9 * inside, abs=0.05)


@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_that_can_be_told_has_words_and_a_fix(language):
    words = json.loads((LOCALES / f"judge.{language}.json").read_text("utf-8"))
    can_be = {
        *TELLINGS,
        *(rule.code for rule in MOMENTS),
        *PRAISE,
        *(f"technique_{technique.value}" for technique in Technique),
    }
    for code in can_be | {"prior", "calibration"}:
        for key in (f"finding.{code}", f"finding.{code}.fix"):
            assert words[key]
            names = {name for _, name, _, _ in Formatter().parse(words[key]) if name}
            assert names <= {"measured", "limit", "unit"}
    for code in {*TELLINGS, "prior", "calibration"}:
        assert words[f"loss.{code}"]


# Transitions


@pytest.mark.parametrize(("part", "code"), CODES.items())
def test_each_part_is_told_by_its_code_and_charged_to_its_component(part, code):
    found = of_transition(track({part: 0.3}), None)
    loss = next(finding for finding in found if finding.points < 0)
    assert loss.code == code
    telling = TELLINGS[code]
    assert (loss.component, loss.limit, loss.unit) == (
        telling.component,
        telling.limit,
        telling.unit,
    )
    assert (loss.start_sample, loss.end_sample) == (20 * SAMPLE_RATE_HZ, 36 * SAMPLE_RATE_HZ)


SHARES = st.lists(st.floats(0, 1), min_size=len(Part), max_size=len(Part))
MEASURES = st.tuples(*(st.floats(-scale, scale) for scale in MEASURE_SCALES))


@settings(max_examples=60)
@given(SHARES, MEASURES)
def test_a_transitions_findings_sum_to_what_it_lost_but_for_what_is_too_little_to_be_told(
    shares, measures
):
    judged = track(dict(zip(Part, shares, strict=True)), measures=measures)
    found = [finding for finding in of_transition(judged, None) if finding.code not in PRAISE]
    for component in MIXED:
        points = sum(finding.points for finding in found if finding.component is component)
        each = losses(component, judged)
        untold = [9 * loss for code, loss in each.items() if code not in plain(component, judged)]
        assert -points == pytest.approx(9 * sum(each.values()) - sum(untold))
        assert sum(each.values()) <= 1 + 1e-12
        assert deviation(component, judged) > 0
    assert all(-finding.points >= LEAST_POINTS for finding in found)
    assert all(finding.measured >= 0 for finding in found if finding.code != "bass_clash")


def test_of_a_nearly_flawless_transition_nothing_is_told() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        near = 1 - np.abs(rng.normal(0, 0.02, len(Part))).clip(0, 0.069)
        judged = track(dict(zip(Part, near, strict=True)), measures=(0.0,) * len(MEASURE_SCALES))
        assert [one for one in of_transition(judged, None) if one.code not in PRAISE] == []


def test_that_a_track_came_again_is_told_where_that_is_more_likely_than_not() -> None:
    for share, codes in ((0.55, set()), (0.45, {"repetition"})):
        shares = dict.fromkeys(Part, 1.0) | {Part.REPETITION: share}
        judged = track(shares, measures=(0.0,) * len(MEASURE_SCALES))
        found = {one.code for one in of_transition(judged, None)} - set(PRAISE)
        assert found == codes


def test_the_set_names_its_losses_as_the_findings_do():
    """A hole in the bass is no clash of two."""
    for excess_db, code in ((2.5, "bass_clash"), (-2.0, "bass_hole")):
        course = transition_course(
            90, [(20, 50)], parts={Part.BASS: 0.2}, measures={Measure.BASS_EXCESS_DB: excess_db}
        )
        played = play(course)
        assert code in codes(played.findings)
        of_set = {loss.code: loss for loss in played.last.set_losses}
        assert of_set[code].count == 1
        assert {"bass_clash", "bass_hole"} & of_set.keys() == {code}


def test_a_settled_transition_is_told_once_and_one_under_way_not_at_all():
    course = transition_course(120, [(20, 50)], parts={Part.BEAT_OFFSET: 0.1})
    played = play(course)
    assert codes(played.findings).count("beat_offset") == 1
    assert "beat_offset" not in codes(play(course[:60]).findings)
    losing = [loss for loss in play(course[:60]).last.set_losses if loss.code == "beat_offset"]
    assert losing, "what is heard already counts in the score"


def test_what_went_well_is_praised_and_costs_nothing():
    clean = of_transition(track({}, measures=(4.0, 0, 0, 0, 0)), None)
    assert set(codes(clean)) == PRAISE
    assert all(finding.points > 0 for finding in clean)
    assert of_transition(track({}, seconds=2.0), None) == ()
    rough = of_transition(track({Part.BEAT_OFFSET: 0.4, Part.HARMONY: 0.5}), None)
    assert not PRAISE & set(codes(rough))


def test_a_jump_in_tempo_is_measured_where_both_sides_are_known():
    course = transition_course(160, [(40, 60)], parts={Part.TEMPO: 0.2})
    slow, fast = heard(bpm=Reading(120.0, 0.9)), heard(bpm=Reading(132.0, 0.9))
    listened = {index: slow if index < 60 else fast for index in range(160)}
    jump = next(f for f in play(course, listened).findings if f.code == "tempo_jump")
    assert 5 <= jump.measured <= 12, "the new tempo is not settled yet, so it is what was read"
    later = track({Part.TEMPO: 0.2})
    assert next(f for f in of_transition(later, 10.0) if f.code == "tempo_jump").measured == 10.0


# Faults between transitions


def silence_at(*starts, seconds=2):
    results = {}
    for start in starts:
        for back in range(seconds * 2):
            results[start + back] = heard(silent_samples=(back + 1) * HOP_SAMPLES, beat=None)
    return results


def test_a_fault_between_transitions_is_told_and_charged_once():
    course = transition_course(200, [(20, 40), (140, 160)])
    played = play(course, silence_at(90))
    assert codes(played.findings).count("dead_air") == 1
    dead_air = [loss for loss in played.last.set_losses if loss.code == "dead_air"]
    assert [loss.count for loss in dead_air] == [1]
    finding = next(finding for finding in played.findings if finding.code == "dead_air")
    assert dead_air[0].points == pytest.approx(finding.points / (0.4 + 2 * 0.95 + 1))


@pytest.mark.parametrize("at", [20, 26, 38])
def test_a_fault_within_a_transition_is_charged_there_and_not_twice(at):
    share = {Part.SILENCE: 0.2}
    within = play(transition_course(120, [(20, 44)], parts=share), silence_at(at))
    assert codes(within.findings).count("dead_air") == 1
    alone = play(transition_course(120, [(20, 44)], parts=share))
    assert (
        within.last.set_components[Component.TECHNICAL]
        == (alone.last.set_components[Component.TECHNICAL])
    )


def test_a_level_that_is_wrong_throughout_is_no_part_of_a_transition():
    played = play(transition_course(160, [(40, 60), (110, 130)]), heard(loudness=level(-40.0)))
    assert codes(played.findings).count("too_quiet") == 1
    assert [loss.count for loss in played.last.set_losses if loss.code == "too_quiet"] == [1]


def clipped(*indices, count=400):
    return [heard(clipped_runs=1 if index in indices else 0) for index in range(count)]


def test_clipping_is_told_once_a_clean_minute_apart():
    findings = told(clipped(10, 12, 30, 50))
    assert codes(findings) == ["clipping"]
    assert findings[0].measured == 2, "told 5 s after the first"
    assert findings[0].start_sample == 10 * HOP_SAMPLES
    assert codes(told(clipped(10, 300))) == ["clipping", "clipping"]


def test_clipping_in_concealed_sound_is_not_the_djs():
    assert told(clipped(10, 12), concealed_samples=480) == []


def silence(seconds_and_sound):
    """Turn [(seconds, sounding), ...] in whole hops into what is heard of it, and its samples."""
    results, sounds, run = [], [], 0
    for seconds, sounding in seconds_and_sound:
        for _ in range(round(seconds * 2)):
            run = 0 if sounding else run + HOP_SAMPLES
            results.append(heard(silent_samples=run, beat=heard().beat if sounding else None))
            sounds.append(SOUND if sounding else np.zeros_like(SOUND))
    return results, sounds


def test_dead_air_is_told_when_the_sound_returns():
    results, sounds = silence([(10, True), (2, False), (10, True)])
    findings = told(results, sounds=sounds)
    assert codes(findings) == ["dead_air"]
    assert findings[0].measured == pytest.approx(1.5)  # beyond a beat of half a second
    assert (findings[0].start_sample, findings[0].end_sample) == (480_000, 576_000)


def test_dead_air_counts_the_silence_within_hops_too():
    results, sounds = silence([(10, True), (1, False), (10, True)])
    late = SOUND.copy()
    late[:12_000] = 0
    sounds[22] = late
    assert told(results, sounds=sounds)[0].measured == pytest.approx(0.75)


def test_long_dead_air_is_told_while_it_lasts_and_once():
    results, sounds = silence([(10, True), (20, False), (5, True)])
    assert codes(told(results, sounds=sounds)) == ["dead_air"]


@pytest.mark.parametrize(
    "stretches",
    [
        pytest.param([(5, False), (10, True)], id="before the first sound"),
        pytest.param([(10, True), (0.5, False), (10, True)], id="a beat of rest before a drop"),
    ],
)
def test_what_is_no_dead_air(stretches):
    results, sounds = silence(stretches)
    assert told(results, sounds=sounds) == []


def test_silence_that_the_network_made_is_excused():
    results, sounds = silence([(10, True), (3, False), (10, True)])
    assert told(results, sounds=sounds, concealed_samples=HOP_SAMPLES) == []
    gap = [*range(23), *range(60, 60 + len(results) - 23)]
    assert told(results, sounds=sounds, indices=gap) == []


@pytest.mark.parametrize(("lufs", "code"), [(-40.0, "too_quiet"), (-4.0, "too_loud")])
def test_half_a_minute_at_a_wrong_level_is_told_once(lufs, code):
    findings = told([heard(loudness=level(lufs), energy=None)] * 200)
    assert codes(findings) == [code]
    assert findings[0].measured > 0
    assert told([heard(loudness=level(lufs), energy=None)] * 30) == []


def test_a_build_is_a_gain():
    low, high = heard(energy=0.4), heard(energy=0.9)
    findings = told([*[low] * 60, *[high] * 60])
    assert codes(findings) == ["energy_build"]
    assert findings[0].points > 0
    assert told([low] * 120) == []


# What was done, and the set as a whole


def test_a_technique_is_told_once_it_is_plain_that_it_stands_alone():
    used = {Technique.SCRATCH: 0.9}
    course = [opinion(techniques=used if 30 <= index < 36 else {}) for index in range(80)]
    found = [f for f in play(course).findings if f.code == "technique_scratch"]
    assert len(found) == 1
    assert found[0].points == pytest.approx(DEED_POINTS * TECHNIQUE_WORTH["scratch"])
    assert (found[0].start_sample, found[0].end_sample) == (30 * HOP_SAMPLES, 36 * HOP_SAMPLES)
    within = [
        opinion(
            active=0.9 if 28 <= index < 60 else 0.0, techniques=used if 30 <= index < 36 else {}
        )
        for index in range(80)
    ]
    assert "technique_scratch" not in codes(play(within).findings)


def test_what_the_whole_set_lacks_is_told_now_and_then():
    flat = play([opinion(drive=(0.7, 0.9))] * 1_100).findings
    energy = [finding for finding in flat if finding.component is Component.ENERGY]
    assert codes(energy)[0] == "flat_energy"
    assert energy[0].end_sample == 361 * HOP_SAMPLES, "after three minutes"
    ends = [f.end_sample / SAMPLE_RATE_HZ for f in energy if f.code == "flat_energy"]
    assert all(later - earlier >= 300 for earlier, later in itertools.pairwise(ends))
    assert all(finding.points <= -0.4 for finding in energy)


@pytest.mark.parametrize("genre", [Genre.TECHNO, Genre.DUBSTEP])
def test_how_many_drops_are_usual_is_the_genres(genre):
    """Contrast enough, and not one drop: the level rises too slowly to arrive."""
    ramp = np.linspace(0.0, 1.0, 361)
    course = [opinion(drive=(float(level), 0.9)) for level in ramp]
    found = play(course, scorer=SetScorer(info(genre))).findings
    few = next(finding for finding in found if finding.code == "few_drops")
    assert few.measured == 0
    assert few.limit == JUMPS_A_FIVE_MINUTES[genre]


def test_the_set_says_what_its_flatness_cost_as_its_score_does():
    played = play([opinion(drive=(0.7, 0.9))] * 361)
    cost = {f.code: f.points for f in played.findings if f.component is Component.ENERGY}
    of_set = {loss.code: loss.points for loss in played.last.set_losses}
    assert cost
    for code, points in cost.items():
        assert points == pytest.approx(of_set[code])
