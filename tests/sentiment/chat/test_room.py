from __future__ import annotations

import pytest

from core.crowd import (
    Action,
    Appeal,
    ChatMessage,
    ChatRemoved,
    ChatRules,
    ChatRulesChanged,
    ChatTimedOut,
    Cheer,
    Deed,
    Done,
    Join,
    Joined,
    Moment,
    MomentStatus,
    Queue,
    Quote,
    Reaction,
    Refused,
    Role,
    Said,
)
from sentiment.chat import ChatLimits
from tests.sentiment.chat.crowded import (
    ALLOW,
    DELETE,
    HOLD,
    TIME_OUT,
    Crowded,
    removals,
    strings_within,
    texts,
)

MOMENT = Moment("m", MomentStatus.CONFIRMED, 1.0, 2.0, "drop", "set", 0.5, None)


@pytest.fixture
def crowd() -> Crowded:
    crowd = Crowded()
    crowd.join("ana")
    crowd.join("bob")
    crowd.join("mod", role=Role.MODERATOR)
    return crowd


def queue(crowd: Crowded) -> Queue:
    queue = crowd.room.queue("mod")
    assert isinstance(queue, Queue)
    return queue


def test_a_message_reaches_everybody_with_its_author(crowd: Crowded) -> None:
    crowd.clock.advance(5)
    said = crowd.say("ana", "hello", key="k")
    message = crowd.world.last
    assert isinstance(message, ChatMessage)
    assert said == Said("k", Action.ALLOW, message.id)
    assert (message.user, message.name, message.text) == (crowd.user("ana"), "Ana", "hello")
    assert message.sent_unix_ms == 1_700_000_005_000
    assert crowd.world.audits == []


def test_only_who_has_a_name_speaks(crowd: Crowded) -> None:
    assert crowd.say("nobody", "hello") == Refused("not_joined")
    crowd.room.join(Join("room", "shy", None, "x"), None)
    assert crowd.say("shy", "hello") == Refused("not_joined")
    assert crowd.world.envelopes == []


def test_the_same_key_makes_one_message(crowd: Crowded) -> None:
    first = crowd.say("ana", "hello", key="once")
    assert crowd.say("ana", "hello", key="once") == first
    assert crowd.say("bob", "hello", key="once") != first
    assert crowd.texts() == ["hello", "hello"]


def test_so_many_keys_are_remembered_of_each() -> None:
    crowd = Crowded(ChatLimits(answers_a_member=4))
    crowd.join("ana")
    for n in range(10):
        crowd.say("ana", "x", key=f"key {n}")
    assert list(crowd.room.member("ana").answers) == [f"key {n}" for n in range(6, 10)]


def test_a_reply_quotes_the_beginning_of_what_it_answers(crowd: Crowded) -> None:
    asked = crowd.shown("ana", "q" * 200)
    crowd.say("bob", "yes", reply_to=asked)
    assert crowd.world.last.reply == Quote(asked, "Ana", "q" * 80)
    crowd.say("bob", "what?", reply_to="never")
    assert crowd.world.last.reply is None


def test_a_reply_to_what_is_gone_quotes_nothing(crowd: Crowded) -> None:
    asked = crowd.shown("ana", "SECRET")
    crowd.say("bob", "held reply", HOLD, reply_to=asked)
    crowd.do("mod", Deed.DELETE, message=asked)
    crowd.say("bob", "late", reply_to=asked)
    assert crowd.world.last.reply is None
    crowd.do("mod", Deed.APPROVE, message=queue(crowd).waiting[0].message)
    assert crowd.world.last.reply == Quote(asked, "Ana", "")


def test_slow_mode_is_for_viewers(crowd: Crowded) -> None:
    crowd.room.configure(ChatRules(slow_seconds=10.0))
    assert crowd.say("ana", "1").action is Action.ALLOW
    crowd.clock.advance(4)
    assert crowd.say("ana", "2", key="k") == Said("k", Action.DELETE, None, "slow_mode", 6.0)
    assert crowd.say("bob", "3").action is Action.ALLOW
    assert crowd.say("mod", "4").action is Action.ALLOW
    assert crowd.say("mod", "5").action is Action.ALLOW
    crowd.clock.advance(6)
    assert crowd.say("ana", "6").action is Action.ALLOW
    assert crowd.texts() == ["1", "3", "4", "5", "6"]


def test_a_held_message_is_seen_by_moderators_alone(crowd: Crowded) -> None:
    said = crowd.say("ana", "hmm", HOLD, key="k")
    assert said == Said("k", Action.HOLD, said.message, "held")
    assert crowd.texts() == []
    (waiting,) = queue(crowd).waiting
    assert (waiting.text, waiting.reasons, waiting.action) == ("hmm", ("insult",), Action.HOLD)
    assert crowd.world.queue_changes == 1
    (entry,) = crowd.world.audits
    assert (entry.actor, entry.deed, entry.text) == ("machine", "hold", "hmm")
    assert crowd.room.queue("ana") == Refused("not_allowed")
    assert crowd.room.queue("nobody") == Refused("not_joined")


def test_a_held_message_expires(crowd: Crowded) -> None:
    said = crowd.say("ana", "SECRET", HOLD, key="k")
    crowd.clock.advance(599)
    crowd.room.expire()
    assert queue(crowd).waiting
    crowd.clock.advance(1)
    crowd.room.expire()
    assert queue(crowd).waiting == ()
    assert crowd.world.last == ChatRemoved((said.message,), "expired")
    assert crowd.say("ana", "SECRET", key="k") == Said("k", Action.DELETE, None, "expired")
    crowd.world.forget()
    assert not [s for s in strings_within(crowd.room) if "SECRET" in s]


def test_the_oldest_held_message_gives_way() -> None:
    crowd = Crowded(ChatLimits(waiting_most=2))
    crowd.join("ana")
    crowd.join("mod", role=Role.MODERATOR)
    ids = [crowd.shown("ana", str(n), ruling=HOLD) for n in range(3)]
    assert [each.text for each in queue(crowd).waiting] == ["1", "2"]
    assert removals(crowd.world.envelopes) == [ChatRemoved((ids[0],), "expired")]


def test_a_deleted_message_may_be_appealed_once(crowd: Crowded) -> None:
    said = crowd.say("ana", "not so bad", DELETE, key="k")
    assert said == Said("k", Action.DELETE, None, "insult", None, True)
    assert queue(crowd).waiting == ()
    assert crowd.room.appeal(Appeal("room", "ana", "k")) == Done()
    (waiting,) = queue(crowd).waiting
    assert waiting.appealed
    assert waiting.offences == 1
    assert crowd.room.appeal(Appeal("room", "ana", "k")) == Done()
    assert len(queue(crowd).waiting) == 1
    assert crowd.say("ana", "x", key="k") == Said("k", Action.DELETE, None, "held")
    crowd.do("mod", Deed.DENY, message=waiting.message)
    assert crowd.room.appeal(Appeal("room", "ana", "k")) == Refused("not_allowed")
    assert crowd.say("ana", "x", key="k") == Said("k", Action.DELETE, None, "denied")
    assert crowd.texts() == []


def test_a_granted_appeal_shows_the_message_and_forgives(crowd: Crowded) -> None:
    crowd.say("ana", "fair", TIME_OUT, key="k")
    assert crowd.points("ana") == 2
    assert crowd.world.last == ChatTimedOut(crowd.user("ana"), 60.0)
    crowd.room.appeal(Appeal("room", "ana", "k"))
    crowd.do("mod", Deed.APPROVE, message=queue(crowd).waiting[0].message)
    assert crowd.texts() == ["fair"]
    assert crowd.points("ana") == 0
    assert crowd.say("ana", "thanks").action is Action.ALLOW
    assert crowd.say("ana", "x", key="k").action is Action.ALLOW


def test_appeals_are_bounded_and_only_of_ones_own() -> None:
    crowd = Crowded(ChatLimits(appeals_a_member=2))
    crowd.join("ana")
    for n in range(3):
        crowd.say("ana", str(n), DELETE, key=f"{n}")
    assert crowd.room.appeal(Appeal("room", "bob", "0")) == Refused("unknown_message")
    assert crowd.room.appeal(Appeal("room", "ana", "0")) == Done()
    assert crowd.room.appeal(Appeal("room", "ana", "1")) == Done()
    assert crowd.room.appeal(Appeal("room", "ana", "2")).code == "too_many"


def test_what_may_not_be_appealed_is_not(crowd: Crowded) -> None:
    crowd.say("ana", "held", HOLD, key="held")
    assert crowd.room.appeal(Appeal("room", "ana", "held")) == Done()  # it waits anyway
    crowd.do("mod", Deed.DENY, message=queue(crowd).waiting[0].message)
    assert crowd.room.appeal(Appeal("room", "ana", "held")) == Refused("not_allowed")
    crowd.say("ana", "shown", key="shown")
    assert crowd.room.appeal(Appeal("room", "ana", "shown")) == Refused("unknown_message")


def test_a_time_out_by_the_machine_ends(crowd: Crowded) -> None:
    said = crowd.say("ana", "x", TIME_OUT, key="k")
    assert said == Said("k", Action.TIME_OUT, None, "hate", 60.0, True)
    crowd.clock.advance(20)
    assert crowd.say("ana", "y", key="l") == Said("l", Action.DELETE, None, "timed_out", 40.0)
    assert crowd.join("ana").silent_seconds == 40.0
    refused = crowd.room.cheer(Cheer("room", "ana", Reaction.FIRE))
    assert refused == Refused("timed_out", 40.0)
    crowd.clock.advance(40)
    assert crowd.say("ana", "z").action is Action.ALLOW
    assert crowd.texts() == ["z"]


def test_who_is_timed_out_while_a_message_is_looked_at_stays_silent(crowd: Crowded) -> None:
    from core.crowd import Say

    say = Say("room", "ana", "k", "late")
    member = crowd.room.consider(say)
    crowd.do("mod", Deed.TIME_OUT, user=crowd.user("ana"), seconds=30)
    said = crowd.room.settle(member, say, "late", (), ALLOW)
    assert said == Said("k", Action.DELETE, None, "timed_out", 30.0)
    assert crowd.texts() == []


def test_cheers_are_for_who_joined_and_not_too_fast(crowd: Crowded) -> None:
    fire = Cheer("room", "ana", Reaction.FIRE)
    assert crowd.room.cheer(Cheer("room", "nobody", Reaction.FIRE)) == Refused("not_joined")
    assert crowd.room.cheer(fire).user == crowd.user("ana")
    assert crowd.room.cheer(fire) == Refused("too_fast", 0.25)
    crowd.clock.advance(0.25)
    assert crowd.room.cheer(fire).user == crowd.user("ana")
    crowd.room.join(Join("room", "shy", None, "x"), None)
    assert crowd.room.cheer(Cheer("room", "shy", Reaction.FIRE)).name is None


def test_new_rules_are_told_once(crowd: Crowded) -> None:
    rules = ChatRules(slow_seconds=3.0)
    crowd.room.configure(rules)
    crowd.room.configure(rules)
    assert [e.event for e in crowd.world.envelopes] == [ChatRulesChanged(rules)]
    assert crowd.join("ana").rules == rules


def test_a_new_salt_comes_daily_and_after_long_quiet_and_drops_what_was_said() -> None:
    crowd = Crowded(ChatLimits(idle_seconds=100.0, salt_seconds=1_000.0))
    crowd.join("mod", role=Role.MODERATOR)
    crowd.join("ana")
    first = crowd.room.floor.history.epoch
    crowd.room.floor.publish(MOMENT)
    crowd.say("ana", "SECRET")
    crowd.say("ana", "SECRET held", HOLD, key="held")
    crowd.say("ana", "SECRET deleted", DELETE, key="deleted")
    for _ in range(10):
        crowd.clock.advance(99)
        crowd.join("ana")
        crowd.room.expire()
    assert crowd.room.floor.history.epoch == first
    crowd.clock.advance(10)
    crowd.room.expire()
    second = crowd.room.floor.history.epoch
    assert second != first
    first, last = crowd.world.envelopes[-2:]
    assert (first.epoch, first.seq) == (second, 1)
    assert first.event == ChatRulesChanged(ChatRules())
    assert last.event == MOMENT
    assert crowd.texts() == []
    assert crowd.say("ana", "x", key="held").code == "expired"
    assert crowd.room.appeal(Appeal("room", "ana", "deleted")) == Refused("unknown_message")
    crowd.world.forget()
    assert not [s for s in strings_within(crowd.room) if "SECRET" in s]
    crowd.clock.advance(100)
    crowd.room.expire()
    assert crowd.room.floor.history.epoch != second


def test_texts_of_the_deleted_are_gone_once_nothing_can_be_undone(crowd: Crowded) -> None:
    crowd.say("ana", "SECRET by machine", DELETE)
    crowd.say("ana", "SECRET worse", TIME_OUT)
    crowd.do("mod", Deed.DELETE, message=crowd.shown("bob", "SECRET by moderator"))
    assert len([s for s in strings_within(crowd.room) if "SECRET" in s]) == 3
    crowd.clock.advance(600)
    crowd.room.expire()
    crowd.world.forget()
    assert not [s for s in strings_within(crowd.room) if "SECRET" in s]
    assert [entry.deed for entry in queue(crowd).decisions] == ["delete", "time_out", "delete"]
    assert {entry.text for entry in queue(crowd).decisions} == {None}


def test_a_removed_text_is_nowhere_but_where_it_can_be_undone(crowd: Crowded) -> None:
    gone = crowd.shown("ana", "SECRET " * 20)
    for n in range(5):
        crowd.say("bob", f"reply {n}", reply_to=gone)
    crowd.say("bob", "a held reply", HOLD, reply_to=gone)
    crowd.do("mod", Deed.DELETE, message=gone)
    crowd.world.forget()
    floor = crowd.room.floor
    for place in (floor.history, floor.members):
        assert not [s for s in strings_within(place) if "SECRET" in s]
    holders = [case for case in floor.cases if "SECRET" in str(case)]
    assert [case.message.id for case in holders] == [gone]
    assert "SECRET" in "".join(strings_within(floor.journal))
    crowd.clock.advance(600)
    crowd.room.expire()
    crowd.world.forget()
    assert not [s for s in strings_within(crowd.room) if "SECRET" in s]
    assert "reply 4" in texts(floor.history.since(None, 0)[1])


def test_nobody_is_told_everything_again_and_again() -> None:
    crowd = Crowded(ChatLimits(full_joins_most=2, full_joins_seconds=3.0))
    first = crowd.join("ana")
    assert isinstance(first, Joined)
    crowd.shown("ana", "hola")
    assert isinstance(crowd.join("ana"), Joined)
    refused = crowd.join("ana")
    assert refused == Refused("too_fast", 3.0)
    # Whoever comes back with what they have is told the little that they missed.
    resumed = crowd.join("ana", epoch=first.epoch, seq=first.last_seq)
    assert isinstance(resumed, Joined) and texts(resumed.events) == ["hola"]
    assert isinstance(crowd.join("leo"), Joined)
    crowd.clock.advance(3.0)
    assert isinstance(crowd.join("ana"), Joined)


def test_one_person_cannot_fill_what_waits_for_the_moderators() -> None:
    crowd = Crowded(ChatLimits(held_a_member=2, waiting_most=3))
    for person in ("ana", "bob"):
        crowd.join(person)
    crowd.join("mod", role=Role.MODERATOR)
    first = crowd.say("bob", "of bob", HOLD)
    for text in ("one", "two"):
        assert crowd.say("ana", text, HOLD).action is Action.HOLD
    more = crowd.say("ana", "three", HOLD, key="k3")
    assert more == Said("k3", Action.DELETE, None, "too_many")
    assert [waits.text for waits in queue(crowd).waiting] == ["of bob", "one", "two"]
    assert "three" not in strings_within(crowd.room)
    assert crowd.shown("ana", "what needs no look is shown")
    assert first.message is not None
    second = queue(crowd).waiting[1].message
    crowd.do("mod", Deed.DENY, message=second)
    assert crowd.say("ana", "four", HOLD).action is Action.HOLD


def test_appeals_do_not_count_as_what_is_held() -> None:
    crowd = Crowded(ChatLimits(held_a_member=1, appeals_a_member=1))
    crowd.join("ana")
    crowd.say("ana", "was deleted", DELETE, key="1")
    assert crowd.room.appeal(Appeal("room", "ana", "1")) == Done()
    assert crowd.say("ana", "is held", HOLD).action is Action.HOLD


def test_refused_tries_do_not_push_out_what_waits() -> None:
    crowd = Crowded(ChatLimits(answers_a_member=4))
    crowd.join("ana")
    crowd.join("mod", role=Role.MODERATOR)
    held = crowd.say("ana", "look at me", HOLD, key="held")
    crowd.say("ana", "take me back", DELETE, key="appealable")
    crowd.room.configure(ChatRules(slow_seconds=60.0))
    for number in range(10):
        assert crowd.say("ana", "too fast", key=f"r{number}").code == "slow_mode"
    assert crowd.say("ana", "again", key="held") == held
    crowd.do("mod", Deed.APPROVE, message=held.message)
    assert crowd.say("ana", "again", key="held").action is Action.ALLOW
    assert crowd.say("ana", "again", key="appealable").may_appeal
    member = crowd.room.member("ana")
    assert member is not None and len(member.answers) == 4
