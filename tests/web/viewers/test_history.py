import orjson
import pytest

from tests.web.viewers.material import (
    beat,
    envelope,
    finding,
    reception,
    score,
    session_info,
    state,
    transition,
)
from web.viewers.history import RoomHistory
from web.viewers.units import EventUnit


def remembered(messages, capacity=1_000, fresh_seconds=60.0):
    """A history of `messages`, one a second."""
    history = RoomHistory(capacity, fresh_seconds)
    for seq, message in enumerate(messages, start=1):
        each = envelope(message, seq=seq, pts=seq * 1_000_000)
        history.add(each, EventUnit(each))
    return history


def told(history, seen_seq=None):
    catch_up = history.catch_up(seen_seq)
    return catch_up.from_seq, [unit.seq for unit in catch_up.events]


def test_an_empty_room_has_nothing_to_tell():
    assert told(remembered([])) == (1, [])


def test_a_new_viewer_gets_the_last_minute_the_latest_values_and_all_milestones():
    messages = [state(session_info()), finding(), beat(), transition(0), score(1), reception()]
    messages += [beat()] * 100
    from_seq, seqs = told(remembered(messages))
    assert from_seq == 46
    assert seqs == [1, 2, 4, 5, 6, *range(46, 107)]


def test_of_a_transition_that_came_again_only_the_last_counts():
    messages = [transition(0), transition(1), transition(0, settled=True), *[beat()] * 100]
    assert told(remembered(messages))[1][:3] == [2, 3, 43]


@pytest.mark.parametrize("seen", [0, 1, 57, 99])
def test_whoever_comes_back_gets_exactly_what_was_missed(seen):
    assert told(remembered([beat()] * 100), seen) == (seen + 1, list(range(seen + 1, 101)))


def test_whoever_missed_nothing_gets_nothing():
    assert told(remembered([beat()] * 5), 5) == (6, [])
    assert told(remembered([beat()] * 5), 99) == (6, [])


def test_beyond_what_is_kept_there_are_milestones_and_hello_says_where_the_run_begins():
    messages = [finding(), beat(), transition(0), *[beat()] * 100]
    assert told(remembered(messages, capacity=10), 1) == (94, [3, *range(94, 104)])


def test_json_is_made_when_first_wanted_and_once(monkeypatch):
    from web.viewers import protocol

    made = []
    original = protocol.envelope_payload
    monkeypatch.setattr(
        protocol,
        "envelope_payload",
        lambda each, latency: (made.append(each.seq), original(each, latency))[1],
    )
    history = remembered([beat()] * 3)
    assert made == []
    (first, *_) = history.catch_up(0).events
    assert first.frame is first.frame
    assert made == [1]
    assert orjson.loads(first.frame[4:])["seq"] == 1
