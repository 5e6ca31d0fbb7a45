from __future__ import annotations

import pytest

from core.crowd import (
    Action,
    Appeal,
    ChatMessage,
    ChatRemoved,
    ChatTimedOut,
    Deed,
    Done,
    Queue,
    Refused,
    Role,
)
from sentiment.chat import ChatLimits, Ruling
from tests.sentiment.chat.crowded import (
    DELETE,
    HOLD,
    TIME_OUT,
    Crowded,
    removals,
    strings_within,
)


@pytest.fixture
def crowd() -> Crowded:
    crowd = Crowded()
    crowd.join("ana")
    crowd.join("bob")
    crowd.join("mod", role=Role.MODERATOR)
    crowd.join("rosa", role=Role.DJ)
    return crowd


def waiting(crowd: Crowded) -> list[str]:
    queue = crowd.room.queue("mod")
    assert isinstance(queue, Queue)
    return [each.text for each in queue.waiting]


def silent(crowd: Crowded, person: str) -> float:
    return crowd.room.member(person).silent_seconds(crowd.clock.monotonic_seconds())


@pytest.mark.parametrize("deed", list(Deed))
def test_viewers_keep_no_order(crowd: Crowded, deed: Deed) -> None:
    mid = crowd.shown("ana", "hello")
    assert crowd.do("bob", deed, message=mid) == Refused("not_allowed")
    assert crowd.do("nobody", deed, message=mid) == Refused("not_joined")
    assert crowd.texts() == ["hello"]


@pytest.mark.parametrize("deed", [Deed.APPROVE, Deed.DENY, Deed.DELETE, Deed.TIME_OUT, Deed.UNDO])
def test_what_is_unknown_is_refused(crowd: Crowded, deed: Deed) -> None:
    before = len(crowd.world.envelopes)
    assert crowd.do("mod", deed, message="never").code == "unknown_message"
    assert crowd.do("mod", deed, user="never").code in ("unknown_message", "unknown_user")
    assert crowd.do("mod", deed).code in ("unknown_message", "unknown_user")
    assert len(crowd.world.envelopes) == before
    assert crowd.world.audits == []


def test_approving_shows_a_held_message(crowd: Crowded) -> None:
    mid = crowd.shown("ana", "fine", ruling=HOLD, key="k")
    assert crowd.do("mod", Deed.APPROVE, message=mid) == Done()
    assert crowd.do("mod", Deed.APPROVE, message=mid) == Done()
    assert crowd.texts() == ["fine"]
    assert waiting(crowd) == []
    assert crowd.say("ana", "x", key="k").action is Action.ALLOW
    assert [(e.actor, e.deed) for e in crowd.world.audits] == [
        ("machine", "hold"),
        ("Mod", "approve"),
    ]


def test_denying_takes_it_from_the_queue(crowd: Crowded) -> None:
    mid = crowd.shown("ana", "meh", ruling=HOLD, key="k")
    assert crowd.do("mod", Deed.DENY, message=mid) == Done()
    assert crowd.do("mod", Deed.DENY, message=mid) == Done()
    assert waiting(crowd) == []
    assert crowd.texts() == []
    assert removals(crowd.world.envelopes) == [ChatRemoved((mid,), "denied")]
    assert crowd.say("ana", "x", key="k").code == "denied"


def test_deleting_and_undoing(crowd: Crowded) -> None:
    mid = crowd.shown("ana", "hello", key="k")
    assert crowd.do("mod", Deed.DELETE, message=mid) == Done()
    assert crowd.do("mod", Deed.DELETE, message=mid) == Done()
    assert crowd.texts() == []
    assert crowd.say("ana", "hello", key="k").code == "deleted"
    assert crowd.do("mod", Deed.UNDO, message=mid) == Done()
    assert crowd.texts() == ["hello"]
    assert crowd.say("ana", "hello", key="k").message == mid
    assert crowd.do("mod", Deed.UNDO, message=mid) == Refused("unknown_message")
    assert len(removals(crowd.world.envelopes)) == 1
    assert [e.deed for e in crowd.world.audits] == ["delete", "undo"]


def test_nothing_is_undone_once_the_text_is_gone(crowd: Crowded) -> None:
    mid = crowd.shown("ana", "hello")
    crowd.do("mod", Deed.DELETE, message=mid)
    crowd.clock.advance(600)
    crowd.room.expire()
    assert crowd.do("mod", Deed.UNDO, message=mid) == Refused("unknown_message")
    assert crowd.texts() == []


def test_undoing_an_approval_puts_it_back(crowd: Crowded) -> None:
    mid = crowd.shown("ana", "hmm", ruling=HOLD, key="k")
    crowd.do("mod", Deed.APPROVE, message=mid)
    crowd.do("mod", Deed.UNDO, message=mid)
    assert crowd.texts() == []
    assert waiting(crowd) == ["hmm"]
    assert crowd.say("ana", "x", key="k").action is Action.HOLD
    crowd.do("mod", Deed.DENY, message=mid)
    crowd.do("mod", Deed.UNDO, message=mid)
    assert waiting(crowd) == ["hmm"]


def test_undoing_what_the_machine_did(crowd: Crowded) -> None:
    crowd.say("ana", "fine", DELETE)
    mid = crowd.world.audits[-1].message
    assert crowd.do("mod", Deed.UNDO, message=mid) == Done()
    assert crowd.texts() == ["fine"]
    assert crowd.points("ana") == 0
    crowd.say("bob", "fine too", TIME_OUT)
    mid = crowd.world.audits[-1].message
    assert silent(crowd, "bob") == 60.0
    crowd.do("mod", Deed.UNDO, message=mid)
    assert crowd.texts() == ["fine", "fine too"]
    assert silent(crowd, "bob") == 0.0
    assert crowd.points("bob") == 0


def test_a_time_out_takes_everything_of_a_user_away(crowd: Crowded) -> None:
    first, second = crowd.shown("ana", "1"), crowd.shown("ana", "2")
    crowd.say("bob", "3")
    held = crowd.shown("ana", "4", ruling=HOLD)
    assert crowd.do("mod", Deed.TIME_OUT, message=held, seconds=30) == Done()
    assert crowd.texts() == ["3"]
    assert waiting(crowd) == []
    assert removals(crowd.world.envelopes) == [ChatRemoved((first, second, held), "timed_out")]
    assert crowd.world.last == ChatTimedOut(crowd.user("ana"), 30.0)
    assert silent(crowd, "ana") == 30.0


@pytest.mark.parametrize("by", ["user", "message"])
def test_undoing_a_time_out_gives_everything_back(crowd: Crowded, by: str) -> None:
    mid = crowd.shown("ana", "1")
    crowd.say("ana", "2")
    held = crowd.shown("ana", "3", ruling=HOLD)
    crowd.do("mod", Deed.TIME_OUT, message=held, seconds=30)
    named = {"user": crowd.user("ana")} if by == "user" else {"message": mid}
    assert crowd.do("mod", Deed.UNDO, **named) == Done()
    assert crowd.texts() == ["1", "2"]
    assert waiting(crowd) == ["3"]
    assert silent(crowd, "ana") == 0.0
    assert ChatTimedOut(crowd.user("ana"), 0.0) in [e.event for e in crowd.world.envelopes]
    assert crowd.say("ana", "4").action is Action.ALLOW
    assert crowd.do("mod", Deed.UNDO, user=crowd.user("ana")) == Refused("unknown_user")


def test_undoing_a_longer_time_out_leaves_the_shorter_one(crowd: Crowded) -> None:
    crowd.say("ana", "x", TIME_OUT)
    crowd.clock.advance(10)
    crowd.do("mod", Deed.TIME_OUT, user=crowd.user("ana"), seconds=3_000)
    crowd.do("mod", Deed.UNDO, user=crowd.user("ana"))
    assert silent(crowd, "ana") == 50.0


@pytest.mark.parametrize(
    ("wanted", "given"),
    [(None, 600.0), (float("nan"), 600.0), (-5.0, 1.0), (1e9, 86_400.0), (45.0, 45.0)],
)
def test_the_length_of_a_time_out_has_limits(
    crowd: Crowded, wanted: float | None, given: float
) -> None:
    crowd.do("mod", Deed.TIME_OUT, user=crowd.user("ana"), seconds=wanted)
    assert silent(crowd, "ana") == given


def test_nobody_acts_on_equals_or_above(crowd: Crowded) -> None:
    crowd.join("mod2", role=Role.MODERATOR)
    by_dj, by_mod = crowd.shown("rosa", "dj"), crowd.shown("mod2", "other")
    for mid in (by_dj, by_mod):
        assert crowd.do("mod", Deed.DELETE, message=mid) == Refused("not_allowed")
        assert crowd.do("mod", Deed.TIME_OUT, message=mid) == Refused("not_allowed")
    assert crowd.do("mod", Deed.TIME_OUT, user=crowd.user("mod")) == Refused("not_allowed")
    assert crowd.texts() == ["dj", "other"]
    own = crowd.shown("mod", "oops")
    assert crowd.do("mod", Deed.DELETE, message=own) == Done()
    assert crowd.do("rosa", Deed.TIME_OUT, message=by_mod) == Done()
    assert crowd.texts() == ["dj"]


def test_clearing_takes_all_away_for_good(crowd: Crowded) -> None:
    ids = [crowd.shown("ana", f"SECRET {n}") for n in range(3)]
    held = crowd.shown("bob", "held", ruling=HOLD)
    approved = crowd.shown("bob", "SECRET approved", ruling=HOLD)
    crowd.do("mod", Deed.APPROVE, message=approved)
    assert crowd.do("mod", Deed.CLEAR) == Done()
    assert crowd.texts() == []
    assert removals(crowd.world.envelopes)[-1] == ChatRemoved((*ids, approved), "cleared")
    assert crowd.do("mod", Deed.UNDO, message=ids[0]) == Refused("unknown_message")
    assert [e.text for e in crowd.world.audits if e.deed == "clear"] == [None]
    crowd.world.forget()
    floor = crowd.room.floor
    for place in (floor.history, floor.cases, floor.members):
        assert not [s for s in strings_within(place) if "SECRET" in s]
    assert crowd.do("mod", Deed.APPROVE, message=held) == Done()


def test_an_approved_appeal_can_be_undone_too(crowd: Crowded) -> None:
    crowd.say("ana", "so so", DELETE, key="k")
    crowd.room.appeal(Appeal("room", "ana", "k"))
    mid = crowd.world.audits[0].message
    crowd.do("mod", Deed.APPROVE, message=mid)
    assert crowd.texts() == ["so so"]
    crowd.do("mod", Deed.UNDO, message=mid)
    assert crowd.texts() == []
    assert waiting(crowd) == ["so so"]
    assert crowd.points("ana") == 0  # forgiven once, and never twice
    assert crowd.say("ana", "x", key="k").code == "held"


def test_decisions_are_bounded_and_newest_first() -> None:
    crowd = Crowded(ChatLimits(decisions_most=3, cases_most=2))
    crowd.join("ana")
    crowd.join("mod", role=Role.MODERATOR)
    for n in range(6):
        crowd.do("mod", Deed.DELETE, message=crowd.shown("ana", str(n)))
    queue = crowd.room.queue("mod")
    assert [each.text for each in queue.decisions] == ["5", "4", "3"]
    assert [case.message.text for case in crowd.room.floor.cases] == ["4", "5"]


def test_a_restored_message_is_the_same_message(crowd: Crowded) -> None:
    mid = crowd.shown("ana", "hello")
    before = crowd.world.last
    crowd.do("mod", Deed.DELETE, message=mid)
    crowd.do("mod", Deed.UNDO, message=mid)
    assert isinstance(before, ChatMessage)
    assert crowd.world.last == before


def test_ones_own_words_may_be_taken_away_from_another_page(crowd: Crowded) -> None:
    crowd.join("page", "Vera", role=Role.MODERATOR, credential="djum_pass")
    crowd.join("desk", None, role=Role.MODERATOR, credential="djum_pass")
    own = crowd.shown("page", "oops")
    assert crowd.do("desk", Deed.TIME_OUT, message=own) == Refused("not_allowed")
    assert crowd.do("desk", Deed.DELETE, message=own) == Done()
    assert crowd.texts() == []


def test_nobody_frees_themselves_from_what_others_did(crowd: Crowded) -> None:
    crowd.join("page", "Vera", role=Role.MODERATOR, credential="djum_pass")
    crowd.join("desk", None, role=Role.MODERATOR, credential="djum_pass")
    gone = crowd.shown("page", "gone")
    assert crowd.do("rosa", Deed.TIME_OUT, user=crowd.user("page")) == Done()
    assert silent(crowd, "page") > 0
    for deed in (Deed.UNDO, Deed.APPROVE):
        assert crowd.do("desk", deed, message=gone) == Refused("not_allowed")
    assert crowd.do("desk", Deed.UNDO, user=crowd.user("page")) == Refused("not_allowed")
    assert crowd.texts() == []
    assert crowd.do("rosa", Deed.UNDO, user=crowd.user("page")) == Done()
    assert silent(crowd, "page") == 0


def test_what_no_room_may_show_stays_away(crowd: Crowded) -> None:
    unlawful = Ruling(Action.DELETE, code="sexual", reasons=("sexual", "unlawful"), weight=2)
    crowd.say("ana", "unspeakable", ruling=unlawful)
    mid = crowd.world.audits[-1].message
    for who in ("mod", "rosa"):
        assert crowd.do(who, Deed.APPROVE, message=mid) == Refused("not_allowed")
    assert crowd.texts() == []


def test_lifting_a_silence_shows_nothing_unlawful(crowd: Crowded) -> None:
    unlawful = Ruling(
        Action.TIME_OUT,
        code="sexual",
        reasons=("sexual", "unlawful"),
        silent_seconds=60.0,
        weight=2,
    )
    crowd.say("ana", "unspeakable", ruling=unlawful)
    before = len(crowd.world.envelopes)
    assert crowd.do("mod", Deed.UNDO, user=crowd.user("ana")) == Done()
    assert silent(crowd, "ana") == 0.0
    assert crowd.texts() == []
    assert [each.event for each in crowd.world.envelopes[before:]] == [
        ChatTimedOut(crowd.user("ana"), 0.0)
    ]


def test_a_silence_is_lifted_by_its_message_after_the_text_is_gone(crowd: Crowded) -> None:
    mid = crowd.shown("ana", "hello")
    crowd.do("mod", Deed.TIME_OUT, message=mid, seconds=3_000)
    crowd.clock.advance(700)
    crowd.room.expire()
    assert crowd.do("mod", Deed.UNDO, message="never") == Refused("unknown_message")
    assert crowd.do("mod", Deed.UNDO, message=mid) == Done()
    assert silent(crowd, "ana") == 0.0
    assert crowd.texts() == []
    assert crowd.world.audits[-1].user == crowd.user("ana")
    assert crowd.do("mod", Deed.UNDO, message=mid) == Refused("unknown_message")


def test_a_silence_that_is_over_is_not_lifted(crowd: Crowded) -> None:
    mid = crowd.shown("ana", "hello")
    crowd.do("mod", Deed.TIME_OUT, message=mid, seconds=30)
    crowd.clock.advance(700)
    crowd.room.expire()
    assert crowd.do("mod", Deed.UNDO, message=mid) == Refused("unknown_message")


def test_the_record_says_which_moderator_whatever_they_call_themselves(crowd: Crowded) -> None:
    crowd.join("mod2", "Nobody", role=Role.MODERATOR, known_as="Luz")
    crowd.do("mod2", Deed.DELETE, message=crowd.shown("ana", "one"))
    assert crowd.world.audits[-1].actor == "Luz"
    crowd.join("mod2", "Somebody else")
    crowd.do("mod2", Deed.DELETE, message=crowd.shown("ana", "two"))
    assert crowd.world.audits[-1].actor == "Luz"
    crowd.do("mod", Deed.DELETE, message=crowd.shown("ana", "three"))
    assert crowd.world.audits[-1].actor == "Mod"


def test_nobody_decides_in_the_machines_name(crowd: Crowded) -> None:
    crowd.join("mod2", "Machine", role=Role.MODERATOR, known_as="machine")
    crowd.do("mod2", Deed.DELETE, message=crowd.shown("ana", "one"))
    assert crowd.world.audits[-1].actor == "moderator"
