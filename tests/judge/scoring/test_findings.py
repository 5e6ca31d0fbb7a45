"""Findings: told when measured, once, with limits, and in words that exist."""

import json
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

import web
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Reading
from judge.scoring import SetScorer
from judge.scoring.rubric import BEAT_OFFSET, RULES, Rule

from .parts import SOUND, heard, hop, info, level, opinion, transition

LOCALES = Path(web.__file__).parent / "static" / "locales"


def told(results, *, concealed_samples=0, sounds=None, indices=None):
    """Play what was heard hop by hop; return all findings."""
    scorer, findings = SetScorer(info()), []
    for position, result in enumerate(results):
        index = position if indices is None else indices[position]
        samples = SOUND if sounds is None else sounds[position]
        piece = hop(index, concealed_samples=concealed_samples, samples=samples)
        findings += scorer.score(piece, result, opinion(), None, 0.0, 1)[1]
    return findings


def codes(findings):
    return [finding.code for finding in findings]


def test_points_are_linear_between_the_limits():
    at = {value: BEAT_OFFSET.finding(value, 0, 1) for value in (12.0, 36.0, 60.0, 500.0)}
    assert at[12.0] is None
    assert at[36.0].points == pytest.approx(-1.0)
    assert at[60.0].points == at[500.0].points == pytest.approx(-2.0)
    assert BEAT_OFFSET.finding(36.0, 0, 1, confidence=0.5).points == pytest.approx(-0.5)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_whole_at_its_extreme_and_nothing_at_its_limit(rule: Rule):
    assert rule.finding(rule.limit, 5, 9) is None
    finding = rule.finding(rule.extreme, 5, 9)
    assert (finding.points, finding.limit, finding.unit) == (rule.points, rule.limit, rule.unit)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_what_is_worth_no_points_when_rounded_is_not_told(rule: Rule):
    """A list of +0.0 hides what counts."""
    steps = [
        rule.finding(measured, 0, 1) for measured in np.linspace(rule.limit, rule.extreme, 1001)
    ]
    told_points = [finding.points for finding in steps if finding is not None]
    assert all(round(points, 1) != 0 for points in told_points)
    assert min(map(abs, told_points)) < 0.06  # and nothing more than that is held back
    unsure = 0.04 / abs(rule.points)
    assert rule.finding(rule.extreme, 0, 1, confidence=unsure) is None


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_finding_has_words_and_a_fix(language):
    words = json.loads((LOCALES / f"judge.{language}.json").read_text("utf-8"))
    for rule in RULES:
        for key in (f"finding.{rule.code}", f"finding.{rule.code}.fix"):
            assert words[key]
            names = {name for _, name, _, _ in Formatter().parse(words[key]) if name}
            assert names <= {"measured", "limit", "unit"}


def settled(**readings):
    quiet = [heard()] * 120
    return [*quiet, heard(transitions=(transition(0, **readings),)), heard()]


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ({"offset_ms": -45.0, "beat_match_accuracy": 0.2}, {"beat_offset"}),
        ({"offset_ms": 4.0, "beat_match_accuracy": 0.97}, {"clean_beatmatch"}),
        ({"tempo_difference_percent": -0.6}, {"tempo_gap"}),
        ({"tempo_difference_percent": 0.05}, set()),
        ({"harmonic_compatibility": 0.1}, {"key_clash"}),
        ({"harmonic_compatibility": 0.95}, {"harmonic_blend"}),
        ({"harmonic_compatibility": 0.6}, set()),
        ({}, set()),
    ],
)
def test_what_a_settled_transition_tells(readings, expected):
    findings = told(settled(**readings))
    assert set(codes(findings)) == expected
    for finding in findings:
        assert finding.start_sample == 20 * SAMPLE_RATE_HZ
        assert finding.end_sample == 36 * SAMPLE_RATE_HZ
        assert (finding.points > 0) == (finding.code in {"clean_beatmatch", "harmonic_blend"})


def test_an_unsure_measurement_costs_nothing():
    unsure = transition(0)
    unsure = type(unsure)(
        **{
            name: getattr(unsure, name)
            for name in unsure.__dataclass_fields__
            if name != "offset_ms"
        },
        offset_ms=Reading(50.0, 0.3),
    )
    assert told([heard(transitions=(unsure,))]) == []


def test_a_transition_under_way_or_told_again_tells_nothing_new():
    still = heard(transitions=(transition(0, settled=False, offset_ms=50.0),))
    done = heard(transitions=(transition(0, offset_ms=50.0),))
    assert codes(told([still, still, done, done])) == ["beat_offset"]


def test_a_cut_to_another_tempo_is_a_matter_of_selection():
    cut = heard(transitions=(transition(0, start=20, end=21, tempo_difference_percent=9.0),))
    assert codes(told([cut])) == ["tempo_jump"]


def test_a_level_step_from_one_track_to_the_next():
    quiet, loud = heard(loudness=level(-16.0)), heard(loudness=level(-11.0))
    change = heard(loudness=level(-11.0), transitions=(transition(0, start=20, end=28),))
    findings = told([*[quiet] * 48, *[loud] * 40, change])
    assert codes(findings) == ["loudness_step"]
    assert findings[0].measured == pytest.approx(5.0, abs=0.2)
    assert findings[0].points == pytest.approx(-0.8, abs=0.05)


def test_a_bass_hole_between_two_tracks_with_bass():
    there, gone = heard(), heard(bass_db=-25.0)
    change = heard(transitions=(transition(0, start=20, end=36),))
    findings = told([*[there] * 44, *[gone] * 16, *[there] * 40, change])
    assert codes(findings) == ["bass_hole"]
    assert findings[0].measured == pytest.approx(16.0)
    # A track that has no bass by nature has no hole.
    assert told([*[there] * 44, *[gone] * 60, change]) == []


def clipped(*indices, count=400):
    return [heard(clipped_samples=480 if index in indices else 0) for index in range(count)]


def test_clipping_is_told_once_a_clean_minute_apart():
    findings = told(clipped(10, 12, 30, 50))
    assert codes(findings) == ["clipping"]
    assert findings[0].measured == pytest.approx(20.0)
    assert findings[0].start_sample == 10 * HOP_SAMPLES
    assert codes(told(clipped(10, 300))) == ["clipping", "clipping"]


def test_a_trace_of_clipping_is_told_once_it_adds_up():
    trace = [heard(clipped_samples=24 if index in (10, 40, 41, 42) else 0) for index in range(80)]
    findings = told(trace)
    assert codes(findings) == ["clipping"]
    assert findings[0].measured == pytest.approx(1.0)  # half a millisecond alone is worth nothing
    assert told(trace[:38]) == []


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
    assert told([heard(loudness=level(lufs), energy=None)] * 50) == []


def test_a_build_is_a_gain():
    low, high = heard(energy=0.4), heard(energy=0.9)
    findings = told([*[low] * 60, *[high] * 60])
    assert codes(findings) == ["energy_build"]
    assert findings[0].points > 0
    assert told([low] * 120) == []
