"""What is told of a clip, and what is never told."""

from __future__ import annotations

import io
from dataclasses import replace

import orjson
import pytest
import soundfile

from core.messages import Component
from tests.web.clips.made import INFO, JUDGING, made, moment, packets, scores
from web.clips.facts import FactsDamaged, facts_body, new_id, read_facts
from web.clips.hearing import heard_score
from web.clips.making import ClipRefused, make


def test_a_clip_tells_where_it_is_from_and_how_the_set_stood():
    facts, _ = made()
    assert (facts.room, facts.dj_name, facts.title, facts.epoch) == (
        "nova",
        "Nova",
        "Night drive",
        "set-1",
    )
    assert (facts.start_seconds, facts.end_seconds) == (300.0, 330.0)
    assert (facts.moment.code, facts.moment.start_seconds) == ("drop", 312.0)
    assert (facts.moment.strength, facts.moment.hype) == (0.82, 87.4)
    assert (facts.model, facts.model_version, facts.software_version) == (
        "judge",
        "0.4.0",
        "0.1.0",
    )
    last = next(score for score in scores(337.0) if score.end_sample == 330 * 48_000)
    assert facts.scores is not None and facts.scores.overall is not None
    assert facts.scores.overall.value == round(last.set_overall.value, 3)
    assert facts.scores.bpm.value == 125.0


def test_the_course_has_each_half_second_of_the_clip_and_no_other():
    facts, _ = made()
    course = facts.course
    assert course.time_seconds == tuple(300.5 + 0.5 * at for at in range(60))
    columns = [course.overall, course.set_overall, course.energy, *course.components.values()]
    assert {len(column) for column in columns} == {60}
    assert set(course.components) == set(Component)
    told = {score.end_sample / 48_000: score for score in scores(337.0)}
    for at, seconds in enumerate(course.time_seconds):
        assert course.overall[at] == round(told[seconds].overall.value, 2)


def test_the_sound_is_as_long_as_the_facts_say_and_has_its_tags():
    facts, sound = made()
    with soundfile.SoundFile(io.BytesIO(sound)) as file:
        assert file.frames == round((facts.end_seconds - facts.start_seconds) * 48_000)
        assert file.title == "Nova: the drop at 5:12"
        assert (file.artist, file.album, file.date) == ("Nova", "Night drive", "2026-11-18")
    assert len(facts.levels) == 600
    assert 0 < max(facts.levels) <= 100


def test_facts_come_back_as_they_went():
    facts, _ = made()
    assert read_facts(facts_body(facts)) == facts


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"v":1}'])
def test_damaged_facts_are_refused(body: bytes):
    with pytest.raises(FactsDamaged):
        read_facts(body)


def test_facts_of_another_version_are_refused():
    facts, _ = made()
    with pytest.raises(FactsDamaged, match="version 2"):
        read_facts(facts_body(replace(facts, v=2)))


def test_nothing_of_the_audience_is_kept():
    facts, _ = made()
    plain = orjson.loads(facts_body(facts))
    assert set(plain) == {
        "v", "id", "room", "dj_name", "title", "epoch", "set_started_unix_seconds",
        "created_unix_seconds", "start_seconds", "end_seconds", "missing_seconds", "moment",
        "scores", "course", "levels", "model", "model_version", "software_version",
    }  # fmt: skip
    assert set(plain["moment"]) == {
        "id", "code", "start_seconds", "end_seconds", "strength", "hype",
    }  # fmt: skip


def test_a_set_without_scores_has_a_clip_all_the_same():
    facts, _ = make(
        new_id(),
        moment(12.0),
        packets(0, 30),
        scores=[],
        info=INFO,
        judging=JUDGING,
        now_unix_seconds=0.0,
    )
    assert facts.scores is None
    assert facts.course.time_seconds == ()
    early = [heard_score(score) for score in scores(8.0)]
    facts, _ = make(
        new_id(),
        moment(4.0),
        packets(0, 8),
        scores=early,
        info=INFO,
        judging=JUDGING,
        now_unix_seconds=0.0,
    )
    assert facts.scores is not None
    assert (facts.scores.overall, facts.scores.reason) == (None, "first_transition_pending")
    assert set(facts.course.overall) == {None}
    assert facts.end_seconds == 8.0


@pytest.mark.parametrize(
    ("seconds", "session", "reason"),
    [
        ((0, 0), "set-1", "clip_no_sound"),
        ((400, 430), "set-1", "clip_no_sound"),
        ((300, 330), "another", "clip_no_sound"),
        ((300, 304.9), "set-1", "clip_too_short"),
    ],
)
def test_too_little_sound_makes_no_clip(seconds: tuple[float, float], session: str, reason: str):
    with pytest.raises(ClipRefused) as refused:
        make(
            new_id(),
            moment(),
            packets(*seconds, session=session),
            scores=[],
            info=INFO,
            judging=JUDGING,
            now_unix_seconds=0.0,
        )
    assert refused.value.reason == reason


def test_what_was_lost_is_said_and_does_not_count_as_sound():
    kept = [
        packet for packet in packets(299, 331) if not 303 <= packet.start_sample / 48_000 < 327.5
    ]
    facts, _ = make(
        new_id(),
        moment(),
        kept,
        scores=[],
        info=INFO,
        judging=JUDGING,
        now_unix_seconds=0.0,
    )
    assert facts.missing_seconds == pytest.approx(24.5)
    with pytest.raises(ClipRefused, match="clip_too_short"):
        make(
            new_id(),
            moment(),
            [packet for packet in kept if packet.start_sample < 329 * 48_000],
            scores=[],
            info=INFO,
            judging=JUDGING,
            now_unix_seconds=0.0,
        )
