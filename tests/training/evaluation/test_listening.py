from __future__ import annotations

import pytest

from core.media import SAMPLE_RATE_HZ
from core.messages import Component, Finding, Reading
from tests.training.evaluation.making import NOTHING, moment, trace, transition
from training.evaluation.judging import Traces
from training.evaluation.listening import (
    Listening,
    related_keys,
    tempo_right,
    within,
)
from training.evaluation.matching import matched, offset_errors
from training.evaluation.plan import Plan, Sizes
from training.evaluation.recipes import alike
from training.evaluation.traces import Deed, TrueTransition, Truth


def true(start, offset_ms=None, kind="blend"):
    return TrueTransition(start, start + 16, kind, overlaps=True, offset_ms=offset_ms)


def heard(index, start, offset_ms=None, kind=None):
    return transition(
        *(index, start, start + 10),
        offset_ms=NOTHING if offset_ms is None else Reading(offset_ms, 0.9),
        kind=NOTHING if kind is None else Reading(kind, 0.9),
    )


@pytest.mark.parametrize(
    ("bpm", "octaves", "right"),
    [
        (129.2, False, True),
        (129.4, False, False),
        (64.0, False, False),
        (64.3, True, True),
        (257.0, True, True),
        (192.0, True, False),
    ],
)
def test_a_tempo_is_right_within_1_percent(bpm, octaves, right):
    assert within(Reading(bpm, 1.0), 128.0, octaves=octaves) is right


def test_tempo_is_asked_for_where_a_beat_sounds():
    said = Reading(70.0, 1.0)
    moments = [
        moment(10, bpm=said, truth=Truth(bpm=70.2, beat=True, genre="house")),
        moment(11, bpm=said, truth=Truth(bpm=140.0, beat=True, genre="house")),
        moment(12, bpm=said, truth=Truth(bpm=140.0, beat=True, genre="dubstep")),
        moment(13, bpm=said, truth=Truth(bpm=99.0, beat=False)),
        moment(14, bpm=said, truth=Truth(bpm=None, beat=True)),
        moment(15, bpm=NOTHING, truth=Truth(bpm=70.0, beat=True)),
    ]
    assert tempo_right(moments) == [True, False, True, False]
    assert tempo_right(moments, octaves=True) == [True, True, True, False]


@pytest.mark.parametrize(
    ("first", "second", "related"),
    [
        ("A minor", "A minor", True),
        ("A minor", "E minor", True),
        ("D minor", "A minor", True),
        ("A minor", "C major", True),
        ("C major", "A minor", True),
        ("A minor", "A major", False),
        ("A minor", "B minor", False),
        ("C major", "E minor", False),
    ],
)
def test_keys_a_fifth_apart_or_relative_are_related(first, second, related):
    assert related_keys(first, second) is related


def test_reports_match_the_nearest_transition_within_5_seconds():
    one = trace(
        transitions=[heard(0, 18.0), heard(1, 22.0), heard(2, 60.0), heard(3, 95.0)],
        true=[true(20.5), true(56.0), true(90.1), true(200.0)],
    )
    matches, made_up = matched([one])
    assert [m.heard.index if m.heard else None for m in matches] == [1, 2, 3, None]
    assert made_up == 1


def test_offsets_are_compared_without_their_sign():
    sets = [
        trace(transitions=[heard(0, 20.0, -45.0)], true=[true(20.0, 40.0)]),
        trace(transitions=[heard(0, 20.0, 90.0)], true=[true(20.0, 80.0)]),
        trace(transitions=[heard(0, 20.0)], true=[true(20.0, 60.0)]),
        trace(true=[true(20.0, 100.0)]),
        trace(transitions=[heard(0, 20.0, 1.0)], true=[true(20.0, 3.0)]),
    ]
    assert offset_errors(sets, 20, 120) == ([pytest.approx(5.0), pytest.approx(10.0)], 2)


@pytest.fixture(name="chapter")
def _chapter(tmp_path):
    plan = Plan(tmp_path, Sizes(alike_sets=1, dose_seeds=1))
    told = round(31 * SAMPLE_RATE_HZ)
    findings = [
        Finding("scratch", Component.CREATIVITY, told, told + 9, 1.0, 0.0, "count", 0.2),
        Finding("stutter", Component.CREATIVITY, told, told + 9, 1.0, 0.0, "count", 0.2),
        Finding("beat_offset", Component.TECHNICAL, told, told + 9, 30.0, 12.0, "ms", -0.2),
    ]
    truth = Truth(bpm=128.0, beat=True, key="A minor", section="drop", genre="house")
    moments = [
        moment(10, bpm=Reading(128.0, 1.0), key=Reading("C major", 1.0),
               section=Reading("drop", 1.0), truth=truth),
        moment(12, bpm=Reading(64.0, 1.0), key=Reading("F minor", 1.0),
               section=Reading("break", 1.0), truth=truth),
    ]  # fmt: skip
    one = trace(
        moments,
        transitions=[heard(0, 21.0, kind="blend"), heard(1, 80.0)],
        findings=findings,
        true=[true(20.0), true(50.0, kind="cut")],
        deeds=[Deed("scratch", 30.0, 32.0), Deed("backspin", 40.0, 41.0)],
    )
    traces = Traces()
    traces.known[alike(plan)[0]] = one
    return Listening().chapter(plan, traces, tmp_path)


def test_the_chapter_counts_what_was_heard(chapter):
    values = {measure.name: measure.value for measure in chapter.measures}
    assert values["tempo within 1%, windows with a beat"] == 0.5
    assert values["key exact, a fifth off or relative"] == 0.5
    assert values["transitions found, start within 5 s (recall)"] == 0.5
    assert values["reported transitions that are some (precision)"] == 0.5
    assert values["techniques found (recall)"] == 0.5
    assert values["techniques told that were there (precision)"] == 0.5
    assert values["offset of flams from 20 to 120 ms: median error"] is None
    kinds, sections = chapter.tables
    assert kinds.columns == ("true", "blend", "not found", "right")
    assert kinds.rows == (("blend", 1, 0, 1.0), ("cut", 0, 1, 0.0))
    assert sections.rows == (("drop", 1, 1, 0.5),)
