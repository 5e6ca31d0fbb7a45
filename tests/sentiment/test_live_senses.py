"""The host of crowds: the pulse, the set, the moments and their clips."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.crowd import (
    Action,
    ChatMessage,
    Cheer,
    CrowdPulse,
    Done,
    Moment,
    Moments,
    MomentStatus,
    Reaction,
    ReadMoments,
    Refused,
)
from core.messages import Phase
from tests.sentiment.hosting.stage import QUIET, Set, Stage, moment, until


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


async def test_numbers_of_people_are_let_go_of_while_nobody_listens(stage: Stage) -> None:
    await stage.join("ana")
    await until(lambda: stage.senses["room"].rests > 2)
    stage.listen()
    await until(lambda: stage.senses["room"].ticks > 2)
    assert stage.senses["room"].forgotten == 0


async def test_numbers_of_people_go_with_the_salt_that_named_them(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    stage.clock.advance(24 * 3_600)
    await until(lambda: stage.senses["room"].forgotten == 1)
    await until(lambda: stage.senses["room"].ticks > 2)
    assert stage.senses["room"].forgotten == 1


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
    asked = await stage.crowd.ask(ReadMoments("room"))
    assert asked == Moments(tuple(stage.crowd.recent_moments("room")))
    rooms = len(stage.crowd._rooms)
    assert await stage.crowd.ask(ReadMoments("made-up")) == Moments(())
    assert len(stage.crowd._rooms) == rooms  # asking makes none
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
