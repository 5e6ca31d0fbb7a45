from __future__ import annotations

import asyncio
import builtins
import gc
import io
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import structlog

from core.crowd import (
    Action,
    Appeal,
    ChatMessage,
    ChatRules,
    ChatRulesChanged,
    Cheer,
    Configure,
    CrowdDoor,
    CrowdPulse,
    Deed,
    Done,
    EmoteSpan,
    Moment,
    MomentStatus,
    Queue,
    QueuedMessage,
    Reaction,
    ReadQueue,
    Refused,
    Role,
    Said,
    Say,
)
from core.errors import BusUnavailable, LimitReached
from core.messages import Phase
from sentiment.hosting.judging import UNREAD
from tests.sentiment.chat.crowded import removals, texts
from tests.sentiment.hosting.stage import OPINION, QUIET, Set, Stage, until


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage() as stage:
        yield stage


def moment(status: MomentStatus = MomentStatus.PROVISIONAL, name: str = "m") -> Moment:
    return Moment(name, status, 1.0, 2.0, "drop", "set", 0.5, None)


# What people say


async def test_a_message_goes_through_model_and_rules_to_everybody(stage: Stage) -> None:
    door: CrowdDoor = stage.crowd
    stage.listen()
    joined = await stage.join("ana")
    said = await stage.say("ana", "hello :fire:")
    assert said.action is Action.ALLOW
    message = stage.heard[-1].event
    assert isinstance(message, ChatMessage)
    assert message.id == said.message
    assert message.user == joined.user
    assert message.emotes == (EmoteSpan("fire", 6, 12),)
    assert stage.senses["room"].said == [(joined.user, "hello :fire:", message.emotes)]
    assert stage.counted("djuv_chat_messages_total", action="allow") == 1
    assert stage.counted("djuv_moderation_seconds_count") == 1
    assert door is stage.crowd


async def test_what_the_model_and_the_crowd_say_reaches_the_judge(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    stage.senses["room"].hype = 80.0
    await stage.say("ana", "hello")
    assert stage.moderator.opinions == [OPINION]
    assert stage.moderator.hypes == [80.0]


async def test_nobody_speaks_before_joining(stage: Stage) -> None:
    assert await stage.try_say("ana", "hello") == Refused("not_joined")
    await stage.join(None)
    assert await stage.try_say("ana", "hello") == Refused("not_joined")
    assert await stage.crowd.ask(Cheer("room", "ana", Reaction.FIRE)) == Refused("not_joined")
    assert await stage.crowd.ask(Appeal("nowhere", "ana", "k")) == Refused("not_joined")
    assert await stage.crowd.ask(ReadQueue("nowhere", "ana")) == Refused("not_joined")


async def test_what_is_too_long_or_empty_is_not_judged(stage: Stage) -> None:
    await stage.join("ana")
    assert await stage.try_say("ana", "x" * 501, key="k") == Refused("too_long")
    assert await stage.try_say("ana", "x", key="k" * 65) == Refused("bad_input")
    said = await stage.say("ana", "\u200b \u202e", key="e")
    assert said == Said("e", Action.DELETE, None, "empty")
    assert stage.moderator.opinions == []


async def test_the_same_key_on_its_way_twice_is_one_message(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    replies = await asyncio.gather(*(stage.say("ana", "once", key="k") for _ in range(10)))
    assert len({reply.message for reply in replies}) == 1
    assert await stage.say("ana", "once", key="k") == replies[0]
    assert stage.texts() == ["once"]


async def test_who_hangs_up_is_heard_all_the_same_and_once(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    asking = asyncio.create_task(stage.say("ana", "hello", key="k"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await until(lambda: stage.texts() == ["hello"])
    assert (await stage.say("ana", "hello", key="k")).action is Action.ALLOW
    assert stage.texts() == ["hello"]


async def test_messages_keep_their_order_and_are_read_together(stage: Stage) -> None:
    stage.listen()
    people = [f"p{n}" for n in range(40)]
    for person in people:
        await stage.join(person)
    await asyncio.gather(*(stage.say(person, person) for person in people))
    assert stage.texts() == people
    assert sum(stage.reader.batches) == 40
    assert max(stage.reader.batches) == 32


async def test_a_model_that_fails_leaves_it_to_the_rules(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    stage.reader.fails = True
    assert (await stage.say("ana", "hello")).action is Action.ALLOW
    assert (await stage.say("ana", "!hold it")).action is Action.HOLD
    assert (await stage.say("ana", "!unsure of this")).action is Action.HOLD
    assert (await stage.say("ana", "!sworn at nobody")).action is Action.ALLOW
    assert stage.moderator.opinions == [UNREAD] * 4
    assert stage.counted("djuv_opinions_missing_total") == 4
    stage.reader.fails = False
    await stage.say("ana", "again")
    assert stage.moderator.opinions[-1] == OPINION
    assert (await stage.say("ana", "!unsure again")).action is Action.ALLOW


async def test_formalities_are_answered_and_not_recorded(stage: Stage) -> None:
    await stage.join("ana")
    said = await stage.say("ana", "!fast now", key="k")
    assert said == Said("k", Action.DELETE, None, "flood", 2.0)
    said = await stage.say("ana", "!wall of text", key="w")
    assert said == Said("w", Action.DELETE, None, "flood", None, may_appeal=False)
    await until(lambda: bool(stage.stores.decisions))
    assert [entry.text for entry in stage.stores.decisions] == ["!wall of text"]


async def test_what_nobody_can_judge_waits_for_a_moderator(stage: Stage) -> None:
    await stage.join("ana")
    await stage.join("mod", credential="mod-pass")
    assert (await stage.say("ana", "!crash now")).action is Action.HOLD
    queue = await stage.crowd.ask(ReadQueue("room", "mod"))
    assert isinstance(queue, Queue)
    assert [(w.text, w.reasons) for w in queue.waiting] == [("!crash now", ("not_judged",))]
    assert (await stage.say("ana", "next")).action is Action.ALLOW


async def test_a_full_queue_says_busy_and_counts() -> None:
    async with Stage(queue_messages=3, waiting_a_person=10) as stage:
        stage.listen()
        await stage.join("ana")
        replies = await asyncio.gather(*(stage.try_say("ana", str(n)) for n in range(8)))
        busy = [reply for reply in replies if reply == Refused("busy", 1.0)]
        assert len(busy) == 5
        assert stage.counted("djuv_queue_dropped_total", queue="crowd") == 5
        assert stage.texts() == ["0", "1", "2"]
        assert (await stage.say("ana", "7")).action is Action.ALLOW


async def test_one_person_cannot_fill_the_queue(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    await stage.join("bob")
    asked = [stage.try_say("ana", f"a{n}") for n in range(10)]
    replies = await asyncio.gather(*asked, stage.try_say("bob", "b"))
    assert replies.count(Refused("busy", 1.0)) == 6
    assert isinstance(replies[-1], Said)
    assert stage.crowd._intake._by_person == {}
    assert stage.crowd._intake._on_their_way == {}


async def test_others_have_a_turn_while_many_speak() -> None:
    async with Stage(waiting_a_person=100) as stage:
        await stage.join("ana")
        stage.reader.before = lambda: stage.clock.advance(0.02)  # ten turns' work
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        await asyncio.gather(*(stage.say("ana", str(n)) for n in range(96)))
        counting.cancel()
        assert stage.reader.batches[:3] == [32, 4, 4]  # a slow model is asked for less at once
        assert sum(stage.reader.batches) == 96
        assert turns > len(stage.reader.batches)
        stage.reader.before = lambda: None
        await asyncio.gather(*(stage.say("ana", f"more {n}") for n in range(96)))
        assert max(stage.reader.batches[-6:]) >= 16


async def test_a_turn_is_cut_short_within_a_batch() -> None:
    async with Stage(waiting_a_person=100) as stage:
        stage.listen()
        await stage.join("ana")
        judged_at_once = []
        judge = stage.moderator.judge

        def slowly(*asked, **named):
            stage.clock.advance(0.0011)
            judged_at_once[-1] += 1
            return judge(*asked, **named)

        stage.moderator.judge = slowly

        async def count() -> None:
            while True:
                judged_at_once.append(0)
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        await asyncio.gather(*(stage.say("ana", str(n)) for n in range(20)))
        counting.cancel()
        assert sum(judged_at_once) == 20
        assert max(judged_at_once) == 2


# Coming and going


async def test_who_reconnects_misses_and_doubles_nothing(stage: Stage) -> None:
    end = stage.listen()
    await stage.join("ana")
    for n in range(5):
        await stage.say("ana", str(n))
    end()
    seen = stage.heard[-1]
    for n in range(5, 12):
        await stage.say("ana", str(n))
    stage.listen()
    joined = await stage.join("bob", epoch=seen.epoch, seq=seen.seq)
    assert joined.from_seq == seen.seq + 1
    later = await stage.say("ana", "12")
    heard = [e for e in stage.heard if e.seq <= seen.seq] + list(joined.events)
    heard += [e for e in stage.heard if e.seq > joined.last_seq]
    assert [e.seq for e in heard] == list(range(1, heard[-1].seq + 1))
    assert texts(heard) == [str(n) for n in range(13)]
    assert heard[-1].event.id == later.message


async def test_a_credential_makes_a_moderator(stage: Stage) -> None:
    assert (await stage.join("mod", credential="mod-pass")).role is Role.MODERATOR
    assert await stage.try_join("eve", credential="guess") == Refused("not_allowed")
    stage.stores.fails = True
    assert await stage.try_join("eve", credential="mod-pass") == Refused("busy", 5.0)
    stage.stores.fails, stage.stores.hangs = False, True
    assert await stage.try_join("eve", credential="mod-pass") == Refused("busy", 5.0)


async def test_a_revoked_pass_keeps_no_order(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    await stage.join("mod", credential="mod-pass")
    said = await stage.say("ana", "hello")
    del stage.stores.credentials["mod-pass"]
    assert await stage.do("mod", Deed.DELETE, message=said.message) == Refused("not_allowed")
    assert (await stage.join("mod")).role is Role.VIEWER
    assert removals(e for e in stage.heard) == []


async def test_a_store_that_is_away_changes_no_role(stage: Stage) -> None:
    await stage.join("mod", credential="mod-pass")
    stage.stores.fails = True
    assert await stage.do("mod", Deed.CLEAR) == Refused("busy", 5.0)
    stage.stores.fails = False
    assert await stage.do("mod", Deed.CLEAR) == Done()


async def test_rooms_are_bounded_and_the_idle_give_way() -> None:
    async with Stage(rooms_most=2) as stage:
        await stage.join("ana", room="a")
        stage.clock.advance(1)
        stage.listen("b")
        await stage.join("ana", room="c")  # takes the place of a, to which nobody listens
        stage.crowd.listen("c", lambda _: None)
        refused = await stage.try_join("ana", room="d")
        assert refused == Refused("busy", 60)
        with pytest.raises(LimitReached):
            stage.crowd.listen("d", lambda _: None)
        assert {room.name for room in stage.crowd._rooms.all()} == {"b", "c"}


async def test_rooms_that_nobody_would_miss_are_forgotten(stage: Stage) -> None:
    end = stage.listen("room")
    stage.crowd._rooms.host("made-up")
    await stage.join("ana")
    stage.clock.advance(61)
    await until(lambda: len(stage.crowd._rooms) == 1)
    stage.clock.advance(10_000)
    await asyncio.sleep(0.05)
    assert len(stage.crowd._rooms) == 1
    end()
    await until(lambda: len(stage.crowd._rooms) == 0)
    await until(lambda: not stage.crowd._rooms._ending)
    assert not [t for t in asyncio.all_tasks() if t.get_name().startswith("crowd follows")]


async def test_a_new_salt_reaches_who_listens_and_drops_what_was_said(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    await stage.say("ana", "SECRET")
    before = stage.heard[-1].epoch
    stage.clock.advance(24 * 3_600)
    await until(lambda: stage.heard[-1].epoch != before)
    joined = await stage.join(None)
    assert joined.epoch != before
    assert texts(joined.events) == []


# Keeping order


async def test_a_moderator_sees_the_queue_change_and_acts(stage: Stage) -> None:
    stage.listen()
    queues: list[list[QueuedMessage]] = []
    end = stage.crowd.listen_queue("room", lambda queue: queues.append(list(queue)))
    await stage.join("ana")
    await stage.join("mod", credential="mod-pass")
    held = await stage.say("ana", "!hold this")
    await until(lambda: len(queues) == 1)
    assert [each.text for each in queues[0]] == ["!hold this"]
    assert await stage.do("mod", Deed.APPROVE, message=held.message) == Done()
    await until(lambda: queues[-1] == [])
    assert stage.texts() == ["!hold this"]
    end()
    await stage.say("ana", "!hold that")
    await asyncio.sleep(0.02)
    assert len(queues) == 2


async def test_many_changes_of_the_queue_are_told_once(stage: Stage) -> None:
    queues: list[int] = []
    stage.crowd.listen_queue("room", lambda queue: queues.append(len(queue)))
    await stage.join("ana")
    await asyncio.gather(*(stage.say("ana", f"!hold {n}") for n in range(4)))
    await until(lambda: bool(queues))
    assert queues == [4]


async def test_an_escalation_ends_in_a_time_out_and_an_appeal_undoes_it(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    await stage.join("mod", credential="mod-pass")
    assert (await stage.say("ana", "!delete 1", key="1")).may_appeal
    said = await stage.say("ana", "!timeout 2", key="2")
    assert (said.action, said.code, said.retry_after_seconds) == (Action.TIME_OUT, "hate", 60.0)
    assert (await stage.say("ana", "3")).code == "timed_out"
    assert await stage.crowd.ask(Appeal("room", "ana", "2")) == Done()
    queue = await stage.crowd.ask(ReadQueue("room", "mod"))
    assert isinstance(queue, Queue)
    await stage.do("mod", Deed.APPROVE, message=queue.waiting[0].message)
    assert (await stage.say("ana", "4")).action is Action.ALLOW
    assert stage.texts() == ["!timeout 2", "4"]


async def test_decisions_are_stored_and_nothing_else(stage: Stage) -> None:
    await stage.join("ana")
    await stage.join("mod", credential="mod-pass")
    shown = await stage.say("ana", "fine")
    await stage.say("ana", "!delete it")
    await stage.do("mod", Deed.DELETE, message=shown.message)
    await until(lambda: len(stage.stores.decisions) == 2)
    assert [(e.actor, e.deed, e.text) for e in stage.stores.decisions] == [
        ("machine", "delete", "!delete it"),
        ("Mod", "delete", "fine"),
    ]


async def test_rules_are_read_when_a_room_begins(stage: Stage) -> None:
    stage.stores.rules["room"] = ChatRules(slow_seconds=5.0)
    assert (await stage.join("ana")).rules.slow_seconds == 5.0
    await stage.say("ana", "1")
    assert (await stage.say("ana", "2")).code == "slow_mode"


async def test_rules_that_cannot_be_read_are_read_later(stage: Stage) -> None:
    stage.listen()
    stage.stores.rules["room"] = ChatRules(slow_seconds=5.0)
    stage.stores.fails = True
    assert (await stage.join("ana")).rules == ChatRules()
    stage.stores.fails = False
    stage.clock.advance(6)
    changed = ChatRulesChanged(stage.stores.rules["room"])
    await until(lambda: changed in [e.event for e in stage.heard])


async def test_changed_rules_are_checked_stored_and_told(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    await stage.join("dj", credential="dj-key")
    rules = ChatRules(slow_seconds=3.0, blocked_words=("spoiler",))
    assert await stage.crowd.ask(Configure("room", "ana", rules)) == Refused("not_allowed")
    wrong = replace(rules, slow_seconds=-1.0)
    assert await stage.crowd.ask(Configure("room", "dj", wrong)) == Refused("rules_invalid")
    assert await stage.crowd.ask(Configure("room", "dj", rules)) == Done()
    assert stage.stores.rules == {"room": rules}
    assert stage.heard[-1].event == ChatRulesChanged(rules)


async def test_rules_that_cannot_be_stored_do_not_hold(stage: Stage) -> None:
    await stage.join("dj", credential="dj-key")
    save = stage.stores.save

    async def fail(*_: object) -> None:
        raise OSError

    stage.stores.save = fail
    asked = Configure("room", "dj", ChatRules(slow_seconds=3.0))
    assert await stage.crowd.ask(asked) == Refused("busy", 5.0)
    assert (await stage.join("ana")).rules == ChatRules()
    stage.stores.save = save
    assert await stage.crowd.ask(asked) == Done()


async def test_a_rooms_own_emotes_are_known_before_long(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    await stage.say("ana", ":bear:")
    assert stage.heard[-1].event.emotes == ()
    stage.stores.emotes["room"] = {"bear"}
    stage.clock.advance(61)
    await until(lambda: "bear" in stage.crowd._rooms.get("room").emotes)
    await stage.say("ana", ":bear: :fire:")
    message = next(e.event for e in reversed(stage.heard) if isinstance(e.event, ChatMessage))
    assert [span.name for span in message.emotes] == ["bear", "fire"]


# The pulse, the set and the moments


async def test_the_pulse_is_felt_where_somebody_listens(stage: Stage) -> None:
    await stage.join("ana")
    await asyncio.sleep(0.03)
    assert stage.senses["room"].ticks == 0
    stage.listen()
    await until(lambda: stage.senses["room"].ticks > 2)
    pulses = [e.event for e in stage.heard if isinstance(e.event, CrowdPulse)]
    assert pulses == [QUIET]  # what does not change is not told again
    stage.senses["room"].pulse = replace(QUIET, chatters=1)
    await until(lambda: stage.heard[-1].event == replace(QUIET, chatters=1))
    stage.clock.advance(11)
    await until(lambda: len(stage.heard) == 3)


async def test_cheers_reach_the_pulse(stage: Stage) -> None:
    joined = await stage.join("ana")
    assert await stage.crowd.ask(Cheer("room", "ana", Reaction.HANDS)) == Done()
    assert stage.senses["room"].cheers == [(joined.user, Reaction.HANDS)]
    assert (await stage.crowd.ask(Cheer("room", "ana", Reaction.FIRE))).code == "too_fast"


async def test_the_set_gives_the_media_clock_the_djs_name_and_the_sound(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    played = Set(stage.bus)
    played.begin()
    await until(lambda: bool(stage.senses["room"].heard))
    played.play(100)
    await until(lambda: len(stage.senses["room"].heard) == 101)
    await stage.say("ana", "now")
    message = next(e for e in reversed(stage.heard) if isinstance(e.event, ChatMessage))
    assert message.pts_microseconds == 99 * 20_000
    assert [p.start_sample for p in stage.crowd.recent_audio("room", "set")] == [
        n * 960 for n in range(100)
    ]
    assert stage.crowd.recent_audio("room", "another") == ()
    assert stage.crowd.recent_audio("nowhere", "set") == ()
    assert await stage.try_join("eve", "dj rosa") == Refused("name_taken")
    assert (await stage.join("rosa", "DJ Rosa", credential="dj-key")).name == "DJ Rosa"
    played.state(Phase.ENDED)
    await until(lambda: len(stage.senses["room"].heard) == 102)
    await stage.say("ana", "after")
    message = next(e for e in reversed(stage.heard) if isinstance(e.event, ChatMessage))
    assert message.pts_microseconds == 0
    played.play(1)  # what is left of it changes nothing
    await until(lambda: len(stage.senses["room"].heard) == 103)
    assert stage.crowd._rooms.get("room").chat.floor.pts_microseconds == 0
    assert stage.crowd._rooms.get("room").has_heard("set", 1e6)


async def test_moments_are_told_kept_and_listed_newest_first(stage: Stage) -> None:
    stage.listen()
    senses = stage.senses["room"]
    senses.moments.extend([moment(), moment(name="n")])
    await until(lambda: len(stage.crowd.recent_moments("room")) == 2)
    senses.moments.append(moment(MomentStatus.WITHDRAWN))
    await until(lambda: moment(MomentStatus.WITHDRAWN) in stage.crowd.recent_moments("room"))
    assert [m.id for m in stage.crowd.recent_moments("room")] == ["n", "m"]
    assert stage.crowd.recent_moments("nowhere") == []
    joined = await stage.join(None)
    told = [e.event for e in joined.events if isinstance(e.event, Moment)]
    assert told == [moment(name="n"), moment(MomentStatus.WITHDRAWN)]
    assert stage.counted("djuv_moments_total", status="provisional") == 2


async def test_moments_outlive_their_room(stage: Stage) -> None:
    end = stage.listen()
    stage.senses["room"].moments.extend([moment(), moment(name="n")])
    await until(lambda: len(stage.crowd.recent_moments("room")) == 2)
    end()
    stage.clock.advance(3_700)
    await until(lambda: len(stage.crowd._rooms) == 0)
    joined = await stage.join(None)
    told = [e.event for e in joined.events if isinstance(e.event, Moment)]
    assert told == [moment(), moment(name="n")]


class Outcome:
    def __init__(self, clip: str | None = None, reason: str | None = None) -> None:
        self.clip = clip
        self.reason = reason


async def test_a_confirmed_moment_gets_its_clip_once_its_sound_is_there() -> None:
    asked = []

    async def make(room: str, of: Moment) -> Outcome:
        asked.append((room, of.id, len(stage.crowd.recent_audio(room, of.epoch))))
        return Outcome(clip="c1")

    async with Stage(clip_maker=make, clip_after_seconds=2.0) as stage:
        stage.listen()
        played = Set(stage.bus)
        played.begin()
        await until(lambda: bool(stage.senses["room"].heard))
        played.play(100)  # two seconds; the moment ends with the third
        senses = stage.senses["room"]
        senses.moments.append(moment())
        await until(lambda: stage.crowd.recent_moments("room") == [moment()])
        senses.moments.append(moment(MomentStatus.CONFIRMED))
        await until(lambda: stage.crowd.recent_moments("room")[0].status == "confirmed")
        await asyncio.sleep(0.05)
        assert asked == []
        played.play(51)
        clipped = replace(moment(MomentStatus.CONFIRMED), clip="c1")
        await until(lambda: stage.crowd.recent_moments("room") == [clipped])
        assert asked == [("room", "m", 151)]
        assert clipped in [e.event for e in stage.heard]
        senses.moments.append(replace(moment(MomentStatus.CONFIRMED), strength=0.9))
        stronger = replace(clipped, strength=0.9)
        await until(lambda: stage.crowd.recent_moments("room") == [stronger])
        assert len(asked) == 1


@pytest.mark.parametrize("fault", ["reason", "error", "time"])
async def test_a_moment_without_a_clip_says_why(fault: str) -> None:
    async def make(room: str, of: Moment) -> Outcome:
        if fault == "error":
            raise OSError
        if fault == "time":
            await asyncio.sleep(3_600)
        return Outcome(reason="clip_too_short")

    async with Stage(clip_maker=make, clip_seconds=0.1) as stage:
        stage.listen()
        stage.senses["room"].moments.append(moment(MomentStatus.CONFIRMED))
        why = "clip_too_short" if fault == "reason" else "clip_failed"
        clipless = replace(moment(MomentStatus.CONFIRMED), clip_reason=why)
        await until(lambda: stage.crowd.recent_moments("room") == [clipless])


async def test_a_listener_that_fails_harms_nobody(stage: Stage) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("what was said")

    stage.crowd.listen("room", fail)
    stage.listen()
    await stage.join("ana")
    assert (await stage.say("ana", "hello")).action is Action.ALLOW
    assert stage.texts() == ["hello"]


async def test_senses_that_fail_cost_one_room_its_pulse(stage: Stage) -> None:
    stage.listen("room")
    other: list[object] = []
    stage.crowd.listen("other", other.append)

    def fail(_: int) -> None:
        raise RuntimeError

    stage.senses["room"].tick = fail
    await until(lambda: bool(other))
    await stage.join("ana")
    assert (await stage.say("ana", "hello")).action is Action.ALLOW


# The end


async def test_what_waits_is_judged_and_stored_before_the_end() -> None:
    async with Stage() as stage:
        await stage.join("ana")
        asked = asyncio.create_task(stage.say("ana", "!delete me"))
        await asyncio.sleep(0)
    assert (await asked).action is Action.DELETE
    assert [entry.text for entry in stage.stores.decisions] == ["!delete me"]
    with pytest.raises(BusUnavailable):
        await stage.try_say("ana", "late")
    left = [task.get_name() for task in asyncio.all_tasks()]
    assert not [name for name in left if "crowd" in name]


async def test_a_host_that_never_started_stops() -> None:
    await asyncio.wait_for(Stage().crowd.stop(), 1.0)


async def test_a_store_that_hangs_does_not_hold_up_the_end() -> None:
    async with Stage(stop_seconds=0.1) as stage:
        await stage.join("ana")
        await stage.say("ana", "!delete me")
        stage.stores.hangs = True
        await asyncio.sleep(0)


# Privacy


async def test_no_text_reaches_the_disk_or_the_logs_but_through_the_audit_sink(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "SECRETTEXT"  # noqa: S105  it is what people say
    opened: list[object] = []
    written: list[bytes] = []
    open_before, write_before = builtins.open, os.write

    def noted_open(file: object, mode: str = "r", *more: object, **named: object):
        if isinstance(mode, str) and set(mode) & set("wax+"):
            opened.append(file)
        return open_before(file, mode, *more, **named)

    def noted_write(descriptor: int, data: bytes) -> int:
        written.append(bytes(data))
        return write_before(descriptor, data)

    monkeypatch.setattr(builtins, "open", noted_open)
    monkeypatch.setattr(io, "open", noted_open)
    monkeypatch.setattr(os, "write", noted_write)
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        async with Stage() as stage:
            stage.listen()

            def fail(envelope: object) -> None:
                raise RuntimeError(str(envelope))

            stage.crowd.listen("room", fail)
            await stage.join("ana", f"Ana {secret}")
            await stage.join("mod", credential="mod-pass")
            said = await stage.say("ana", secret, key=f"{secret} key")
            await stage.say("ana", f"re {secret}", reply_to=said.message)
            for text in ("!hold", "!delete", "!crash"):
                await stage.say("ana", f"{text} {secret}")
            stage.reader.fails = True
            await stage.say("ana", f"unread {secret}")
            await stage.do("mod", Deed.DELETE, message=said.message)
            await until(lambda: len(stage.stores.decisions) == 4)
            stage.stores.fails = True
            await stage.say("ana", f"!timeout {secret}")
            await asyncio.sleep(0.05)
            stage.stores.fails = False
    assert any("crowd_model_failed" in str(line) for line in lines)  # something was logged
    assert secret not in str(lines)
    assert secret not in caplog.text
    assert opened == []
    assert not [data for data in written if secret.encode() in data]
    assert all(secret in str(entry.text) for entry in stage.stores.decisions)


async def test_nothing_said_is_left_in_a_host_that_forgot_the_room(stage: Stage) -> None:
    from tests.sentiment.chat.crowded import strings_within

    end = stage.listen()
    await stage.join("ana")
    for text in ("SECRET", "!hold SECRET", "!delete SECRET"):
        await stage.say("ana", text, key=text[:3])
    await until(lambda: len(stage.stores.decisions) == 2)
    stage.clock.advance(3_700)
    await until(lambda: texts(stage.heard[-1:]) == [])
    end()
    stage.heard.clear()
    stage.senses.clear()
    stage.stores.decisions.clear()
    await until(lambda: len(stage.crowd._rooms) == 0)
    await asyncio.sleep(0.02)
    gc.collect()
    crowd = stage.crowd
    kept = (crowd._intake._queue._items, crowd._intake._on_their_way, crowd._rooms, crowd._shelf)
    assert not [s for s in strings_within(kept) if "SECRET" in s]


async def test_members_are_counted(stage: Stage) -> None:
    await stage.join("ana")
    await stage.join("bob", room="other")
    await until(lambda: stage.counted("djuv_crowd_members") == 2)


async def test_a_request_that_takes_too_long_is_told_to_come_again() -> None:
    async with Stage(ask_seconds=0.05, store_seconds=5.0) as stage:
        await stage.join("ana")
        stage.stores.hangs = True
        assert await stage.try_join("mod", credential="mod-pass") == Refused("busy", 1.0)
        assert isinstance(await stage.crowd.ask(Say("room", "ana", "k", "hello")), Said)
