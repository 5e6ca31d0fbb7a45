"""The host of crowds: what people say on its way to everybody, and who comes and goes."""

from __future__ import annotations

import asyncio

import pytest

from core.crowd import (
    Action,
    Appeal,
    ChatMessage,
    Cheer,
    CrowdDoor,
    Deed,
    Done,
    EmoteSpan,
    Queue,
    Reaction,
    ReadQueue,
    Refused,
    Role,
    Said,
)
from core.errors import LimitReached
from sentiment.hosting import intake
from sentiment.hosting.judging import UNREAD
from sentiment.moderation.lexicon import Heard
from sentiment.text import FoldedText, fold
from sentiment.text.emotes import EMOTES_MOST
from tests.sentiment.chat.crowded import removals, texts
from tests.sentiment.hosting.stage import OPINION, Stage, until

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


async def test_a_message_is_folded_once_and_looked_up_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[str] = []

    def counting(text: str) -> FoldedText:
        folded.append(text)
        return fold(text)

    monkeypatch.setattr(intake, "fold", counting)
    stage.listen()
    await stage.join("ana")
    for text in ("one", "two"):
        await stage.say("ana", text)
    assert folded == [each.raw for each in stage.listened] == ["one", "two"]
    # Both the model and the rules are told what the lists said.
    told = [Heard(mentioned=1), Heard(mentioned=2)]
    assert stage.reader.heard == stage.moderator.heard == told


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


async def test_the_moderator_is_told_which_emotes_there_are(stage: Stage) -> None:
    stage.stores.emotes["room"] = {"ball"}
    await stage.join("ana")
    await stage.say("ana", ":ball: :this_dj_is_awful: :fire:")
    assert stage.moderator.emotes == [(EmoteSpan("ball", 0, 6), EmoteSpan("fire", 26, 32))]


async def test_a_wall_is_all_emotes_though_not_all_are_drawn(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    await stage.say("ana", ":wow:" * (EMOTES_MOST + 9), key="k")
    assert len(stage.moderator.emotes[0] or ()) == EMOTES_MOST + 9
    assert len(stage.senses["room"].said[0][2]) == EMOTES_MOST


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


async def test_a_silence_is_served_in_a_room_that_nobody_listens_to(stage: Stage) -> None:
    end = stage.listen("room")
    joined = await stage.join("ana")
    await stage.join("mod", credential="mod-pass")
    assert await stage.do("mod", Deed.TIME_OUT, user=joined.user, seconds=86_400) == Done()
    end()
    stage.clock.advance(80_000)
    await asyncio.sleep(0.05)
    assert (await stage.join("ana")).silent_seconds == pytest.approx(6_400)
    stage.clock.advance(7_000)
    await until(lambda: len(stage.crowd._rooms) == 0)


async def test_a_room_that_keeps_a_silence_gives_way_last() -> None:
    async with Stage(rooms_most=2) as stage:
        ana = await stage.join("ana", room="room")
        await stage.join("mod", credential="mod-pass", room="room")
        await stage.do("mod", Deed.TIME_OUT, user=ana.user, seconds=600)
        stage.clock.advance(1)
        await stage.join("ana", room="b")
        await stage.join("ana", room="c")
        assert {room.name for room in stage.crowd._rooms.all()} == {"room", "c"}


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
