from __future__ import annotations

import pytest

from core.crowd import (
    ChatRemoved,
    CrowdPulse,
    Deed,
    Join,
    Joined,
    Moment,
    MomentStatus,
    Role,
)
from sentiment.chat import ChatLimits
from sentiment.chat.history import History
from tests.sentiment.chat.crowded import Crowded, removals, texts

PULSE = CrowdPulse(None, "too_few", None, 0, 0, 0.0, None, (), {})


def moment(name: str, status: MomentStatus = MomentStatus.PROVISIONAL) -> Moment:
    return Moment(name, status, 1.0, 2.0, "drop", "set", 0.5, None)


@pytest.fixture
def crowd() -> Crowded:
    crowd = Crowded()
    crowd.join("ana")
    return crowd


def resume(crowd: Crowded, epoch: str | None, seq: int) -> Joined:
    joined = crowd.room.join(Join("room", None, None, "x", None, epoch, seq), None)
    assert isinstance(joined, Joined)
    return joined


def test_seq_counts_from_one_without_gaps(crowd: Crowded) -> None:
    for n in range(5):
        crowd.say("ana", str(n))
    assert [e.seq for e in crowd.world.envelopes] == [1, 2, 3, 4, 5]


def test_who_comes_back_gets_exactly_what_was_missed(crowd: Crowded) -> None:
    for n in range(10):
        crowd.say("ana", str(n))
    epoch = crowd.room.floor.history.epoch
    for seen in range(11):
        joined = resume(crowd, epoch, seen)
        assert joined.from_seq == seen + 1
        assert joined.last_seq == 10
        assert list(joined.events) == crowd.world.envelopes[seen:]


def test_who_joins_gets_the_latest_messages_the_pulse_and_the_moments() -> None:
    crowd = Crowded(ChatLimits(shown_most=3, log_most=4))
    crowd.join("ana")
    floor = crowd.room.floor
    floor.publish(moment("m"))
    floor.publish(moment("m", MomentStatus.CONFIRMED))
    for n in range(5):
        crowd.say("ana", str(n))
        floor.publish(PULSE)
    joined = resume(crowd, None, 0)
    assert joined.from_seq == joined.last_seq + 1 == 13
    assert texts(joined.events) == ["2", "3", "4"]
    assert [e.seq for e in joined.events] == sorted(e.seq for e in joined.events)
    rest = [e.event for e in joined.events if not texts([e])]
    assert rest == [moment("m", MomentStatus.CONFIRMED), PULSE]


@pytest.mark.parametrize("seq", [-3, 11, 10_000])
def test_a_place_that_cannot_be_gets_everything(crowd: Crowded, seq: int) -> None:
    for n in range(10):
        crowd.say("ana", str(n))
    joined = resume(crowd, crowd.room.floor.history.epoch, seq)
    assert joined.from_seq == 11
    assert texts(joined.events) == [str(n) for n in range(10)]


def test_who_was_away_for_too_long_starts_over() -> None:
    crowd = Crowded(ChatLimits(shown_most=3, log_most=4))
    crowd.join("ana")
    epoch = crowd.room.floor.history.epoch
    for n in range(10):
        crowd.say("ana", str(n))
    assert resume(crowd, epoch, 6).from_seq == 7
    late = resume(crowd, epoch, 5)
    assert late.from_seq == 11
    assert texts(late.events) == ["7", "8", "9"]


def test_who_resumes_finds_news_of_a_removal_and_no_text(crowd: Crowded) -> None:
    crowd.join("mod", role=Role.MODERATOR)
    crowd.say("ana", "before")
    gone = crowd.shown("ana", "SECRET")
    crowd.say("ana", "quoting", reply_to=gone)
    epoch = crowd.room.floor.history.epoch
    crowd.do("mod", Deed.DELETE, message=gone)
    for seen in (0, 1, 2, 3):
        joined = resume(crowd, epoch, seen)
        assert [e.seq for e in joined.events] == list(range(seen + 1, 5))
        assert ChatRemoved((gone,), "deleted") in removals(joined.events)
        assert "SECRET" not in str(joined)
    assert texts(resume(crowd, None, 0).events) == ["before", "quoting"]


def test_a_removal_reaches_messages_that_only_the_log_still_holds() -> None:
    crowd = Crowded(ChatLimits(shown_most=2, log_most=10))
    crowd.join("ana")
    crowd.join("mod", role=Role.MODERATOR)
    gone = crowd.shown("ana", "SECRET")
    for n in range(4):
        crowd.say("ana", str(n))
    crowd.do("mod", Deed.DELETE, message=gone)
    assert "SECRET" not in str(resume(crowd, crowd.room.floor.history.epoch, 0))


def test_everything_kept_is_bounded() -> None:
    history = History("room", ChatLimits(shown_most=3, log_most=5, moments_most=2))
    for n in range(20):
        history.append(moment(str(n)), 0)
    assert len(history._moments) == 2
    assert len(history._log) == 5
    assert [e.event.id for e in history._moments.values()] == ["18", "19"]


def test_the_media_clock_stands_in_every_envelope(crowd: Crowded) -> None:
    crowd.room.floor.pts_microseconds = 1_500_000
    crowd.say("ana", "now")
    assert crowd.world.envelopes[-1].pts_microseconds == 1_500_000
