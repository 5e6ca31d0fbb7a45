"""Moments become clips, and where they cannot, a reason says why."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.errors import NotFound, StorageUnavailable
from core.messages import Envelope, Phase, SessionInfo, SessionState
from core.metrics import Metrics
from tests.web.clips.made import (
    INFO,
    NOW,
    contents,
    envelopes,
    made,
    maker,
    moment,
    packets,
    store,
)
from web.clips import ClipMaker, ClipOutcome, hearing
from web.clips import store as store_module
from web.clips.facts import ClipFacts
from web.clips.hearing import HEARD_SCORES, HeardSets
from web.texts import LANGUAGES, Texts

SOUND = (299.0, 331.0)


def refused(metrics: Metrics, reason: str) -> float:
    return metrics.registry.get_sample_value("djuv_clips_refused_total", {"reason": reason}) or 0


async def test_a_moment_becomes_a_clip(tmp_path: Path):
    metrics = Metrics()
    clips = store(tmp_path / "clips", metrics=metrics)
    outcome = await maker(clips).make("nova", moment(), packets(*SOUND))
    assert outcome.clip is not None and outcome.reason is None
    facts = await clips.facts(outcome.clip)
    assert facts.created_unix_seconds == NOW
    assert len(facts.course.time_seconds) == 60
    path, about = await clips.sound(outcome.clip)
    assert path.stat().st_size == about.st_size > 100_000
    value = metrics.registry.get_sample_value
    assert value("djuv_clips_made_total") == 1
    assert value("djuv_clip_bytes") == sum(each.stat().st_size for each in path.parent.glob("*"))
    await clips.delete(outcome.clip)
    with pytest.raises(NotFound):
        await clips.facts(outcome.clip)
    await clips.stop()


async def test_a_set_that_was_not_heard_has_no_clips(tmp_path: Path):
    clips = store(tmp_path)
    outcome = await maker(clips).make("nova", moment(epoch="other"), packets(*SOUND))
    assert outcome == ClipOutcome(reason="clip_set_unknown")
    await clips.stop()


async def test_a_set_that_is_heard_twice_is_told_once(tmp_path: Path):
    """As it is taken in, and over the bus, the one ahead of the other."""
    clips = store(tmp_path)
    twice = maker(clips)
    for envelope in envelopes(400.0):
        twice.hear(envelope)
    for envelope in envelopes(337.0):
        twice.hear(envelope)
    outcome = await twice.make("nova", moment(), packets(*SOUND))
    once = await maker(clips, 400.0).make("nova", moment(), packets(*SOUND))
    assert outcome.clip is not None and once.clip is not None
    assert (await clips.facts(outcome.clip)).course == (await clips.facts(once.clip)).course
    await clips.stop()


async def test_too_little_sound_is_a_reason(tmp_path: Path):
    metrics = Metrics()
    clips = store(tmp_path / "clips", metrics=metrics)
    listening = maker(clips)
    assert (await listening.make("nova", moment(), [])).reason == "clip_no_sound"
    assert (await listening.make("nova", moment(), packets(300, 303))).reason == "clip_too_short"
    assert refused(metrics, "clip_no_sound") == refused(metrics, "clip_too_short") == 1
    assert not (tmp_path / "clips").exists()
    await clips.stop()


async def test_a_full_disk_is_a_reason_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    metrics = Metrics()
    clips = store(tmp_path / "clips", metrics=metrics)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        outcome = await maker(clips).make("nova", moment(), packets(*SOUND))
    assert outcome == ClipOutcome(reason="clip_disk_full")
    assert refused(metrics, "clip_disk_full") == 1
    assert contents(tmp_path / "clips") == {}
    assert (await maker(clips).make("nova", moment(), packets(*SOUND))).clip  # when it has room
    await clips.stop()


async def test_too_little_free_space_is_a_full_disk(tmp_path: Path):
    clips = store(tmp_path / "clips", least_free_bytes=1 << 60)
    outcome = await maker(clips).make("nova", moment(), packets(*SOUND))
    assert outcome.reason == "clip_disk_full"
    await clips.stop()


async def test_a_folder_that_cannot_be_made_is_a_reason(tmp_path: Path):
    (tmp_path / "clips").write_text("a file is in the way")
    clips = store(tmp_path / "clips")
    outcome = await maker(clips).make("nova", moment(), packets(*SOUND))
    assert outcome.reason == "clip_disk_failed"
    await clips.stop()


async def test_a_disk_that_hangs_costs_the_clip_and_nothing_is_kept_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    goes_on, hung = threading.Event(), threading.Event()

    def hang(_descriptor: int) -> None:
        hung.set()
        goes_on.wait(30)

    facts, sound = made()

    def at_once(clip_id: str, *_given: object, **_named: object) -> tuple[ClipFacts, bytes]:
        return replace(facts, id=clip_id), sound

    monkeypatch.setattr(store_module, "make", at_once)
    clips = store(tmp_path / "clips", write_seconds=2.0)
    listening = maker(clips)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", hang)
        outcome = await listening.make("nova", moment(), packets(*SOUND))
        assert outcome.reason == "clip_disk_failed"
        assert hung.is_set()
        goes_on.set()
    # The thread does one thing after the other: when this one is there, the hung one is over.
    after = await listening.make("nova", moment(), packets(*SOUND))
    assert after.clip is not None
    assert set(contents(tmp_path / "clips")) == {f"{after.clip}.json", f"{after.clip}.ogg"}
    await clips.stop()


async def test_moments_beyond_what_can_be_made_are_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(store_module, "MOST_WAITING", 2)
    clips = store(tmp_path / "clips")
    listening = maker(clips)
    sound = packets(*SOUND)
    outcomes = await asyncio.gather(*(listening.make("nova", moment(), sound) for _ in range(4)))
    assert [outcome.reason for outcome in outcomes] == [None, None, "clip_busy", "clip_busy"]
    assert (await listening.make("nova", moment(), sound)).clip
    await clips.stop()


async def test_whatever_goes_wrong_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(*_given: object, **_named: object) -> None:
        raise ValueError("never seen before")

    monkeypatch.setattr(store_module, "make", broken)
    clips = store(tmp_path)
    assert (await maker(clips).make("nova", moment(), [])).reason == "clip_failed"
    await clips.stop()


async def test_giving_up_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    goes_on, begun = threading.Event(), threading.Event()

    def wait(_descriptor: int) -> None:
        begun.set()
        goes_on.wait(30)

    clips = store(tmp_path / "clips")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", wait)
        making = asyncio.create_task(maker(clips).make("nova", moment(), packets(*SOUND)))
        assert await asyncio.to_thread(begun.wait, 10)
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        goes_on.set()
    assert (await maker(clips).make("nova", moment(), [])).reason == "clip_no_sound"
    assert contents(tmp_path / "clips") == {}
    await clips.stop()


async def test_old_clips_go_at_the_start_and_new_ones_make_room(tmp_path: Path):
    clock = ManualClock(wall_seconds=NOW)
    clips = store(tmp_path / "clips", clock=clock)
    old = (await maker(clips).make("nova", moment(), packets(*SOUND))).clip
    await clips.stop()
    clock.advance(31 * 86_400)
    again = store(tmp_path / "clips", clock=clock)
    again.start()
    async with asyncio.timeout(10):
        while list((tmp_path / "clips").glob("*")):
            await asyncio.sleep(0.01)
    with pytest.raises(NotFound):
        await again.facts(old)
    await again.stop()

    small = store(tmp_path / "clips", clock=clock, most_bytes=1)
    listening = maker(small)
    first = (await listening.make("nova", moment(), packets(*SOUND))).clip
    second = (await listening.make("nova", moment(), packets(*SOUND))).clip
    assert first and second
    assert set(contents(tmp_path / "clips")) == {f"{second}.json", f"{second}.ogg"}
    await small.stop()


async def test_a_disk_that_cannot_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def unreadable(_path: Path) -> bytes:
        raise OSError(errno.EIO, "input/output error")

    clips = store(tmp_path)
    monkeypatch.setattr(Path, "read_bytes", unreadable)
    with pytest.raises(StorageUnavailable) as refusal:
        await clips.facts("a" * 22)
    assert refusal.value.slug == "clips_unavailable"
    await clips.stop()


def test_what_is_heard_of_a_set_is_bounded():
    heard = HeardSets()
    for envelope in envelopes(HEARD_SCORES):  # twice as many scores as are kept
        heard.hear(envelope)
    found = heard.find("set-1")
    assert found is not None
    assert len(found.scores) == HEARD_SCORES
    assert found.scores[-1].seconds == HEARD_SCORES
    assert heard.find("other") is None


def test_sets_that_fell_silent_are_forgotten_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hearing, "MOST_SETS", 2)
    heard = HeardSets()

    def state(session: str, seq: int) -> Envelope:
        info = SessionInfo(session, "nova", "Nova", 0.0)
        return Envelope("nova", session, seq, 0, SessionState(info, Phase.LIVE))

    for seq, session in enumerate(("a", "b", "a", "c"), 1):
        heard.hear(state(session, seq))
    assert [heard.find(session) is not None for session in "abc"] == [True, False, True]


def test_a_score_of_a_set_that_is_not_known_is_let_go():
    heard = HeardSets()
    stream = envelopes(2.0)
    next(stream)  # its state
    for envelope in stream:
        heard.hear(envelope)
    assert heard.find("set-1") is None


def test_a_maker_listens_to_a_feed_as_well(tmp_path: Path):
    listening = ClipMaker(store(tmp_path))
    for envelope in envelopes(2.0, INFO):
        listening.envelope(envelope)
    assert listening._sets.find("set-1") is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str):
    texts = Texts(language)
    for reason in (
        "no_sound", "too_short", "set_unknown", "busy", "disk_full", "disk_failed", "failed",
    ):  # fmt: skip
        assert f"reason.clip_{reason}" in texts
