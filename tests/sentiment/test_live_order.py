"""The host of crowds: moderators, rules and emotes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from core.crowd import (
    Action,
    Appeal,
    ChatMessage,
    ChatRules,
    ChatRulesChanged,
    Configure,
    Deed,
    Done,
    Queue,
    QueuedMessage,
    ReadQueue,
    Refused,
)
from tests.sentiment.hosting.stage import Stage, until


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


async def test_who_decided_is_on_record_by_the_name_that_the_dj_gave_them(stage: Stage) -> None:
    stage.stores.names["mod-pass"] = "Luz"
    stage.listen()
    await stage.join("ana")
    await stage.join("mod", "Sunshine", credential="mod-pass")
    said = await stage.say("ana", "hello")
    assert await stage.do("mod", Deed.DELETE, message=said.message) == Done()
    await until(lambda: len(stage.stores.decisions) == 1)
    assert stage.stores.decisions[0].actor == "Luz"
    queue = await stage.crowd.ask(ReadQueue("room", "mod"))
    assert queue.decisions[0].actor == "Luz"
    # What everybody is told says nothing of it.
    assert all("Luz" not in repr(envelope) for envelope in stage.heard)


async def test_emotes_that_somebody_changed_are_known_at_once(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    stage.stores.emotes["room"] = {"disco"}
    stage.crowd.read_emotes("room")
    stage.crowd.read_emotes("nobody-is-there")
    await until(lambda: "disco" in stage.crowd._rooms.get("room").emotes)
    assert stage.crowd._rooms.get("nobody-is-there") is None
