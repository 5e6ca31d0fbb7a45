import asyncio
from collections import Counter

import pytest

from core.bus import MemoryBus, memory
from core.bus.interface import Following
from core.bus.memory import FOLLOWING_CAPACITY
from core.messages import Component, Envelope, Finding, Phase, Track
from core.metrics import Metrics
from core.show import PictureFormat
from tests.core.sample_messages import envelope, packet, picture, state


async def take(following: Following, count: int) -> list[Envelope]:
    return [await asyncio.wait_for(anext(following), 1) for _ in range(count)]


async def test_a_follower_gets_what_is_published() -> None:
    bus = MemoryBus()
    following = await bus.follow("ana")
    sent = [envelope(1), envelope(1, packet()), envelope(2)]
    for each in sent:
        bus.publish(each)
    assert await take(following, 3) == sent


async def test_a_late_follower_gets_the_events_but_not_the_old_sound() -> None:
    bus = MemoryBus()
    for each in (envelope(1), envelope(1, packet()), envelope(2)):
        bus.publish(each)
    following = await bus.follow("ana")
    bus.publish(envelope(2, packet(1)))
    assert not following.caught_up
    assert [(e.is_media, e.seq) for e in await take(following, 3)] == [
        (False, 1), (False, 2), (True, 2),
    ]  # fmt: skip
    assert following.caught_up


async def test_a_new_epoch_forgets_the_old_one() -> None:
    bus = MemoryBus()
    bus.publish(envelope(1))
    bus.publish(envelope(1, epoch="set-2"))
    following = await bus.follow("ana")
    assert [e.epoch for e in await take(following, 1)] == ["set-2"]


async def test_a_straggler_of_a_past_set_changes_nothing() -> None:
    bus = MemoryBus()
    early = await bus.follow("ana")
    bus.publish(envelope(1, state()))
    bus.publish(envelope(1, state(session="set-2"), epoch="set-2"))
    bus.publish(envelope(2, state(Phase.ENDED)))
    bus.publish(envelope(1, packet()))
    bus.publish(envelope(2, epoch="set-2"))
    late = await bus.follow("ana")
    of_the_second = [("set-2", 1), ("set-2", 2)]
    assert [(e.epoch, e.seq) for e in await take(early, 3)] == [("set-1", 1), *of_the_second]
    assert [(e.epoch, e.seq) for e in await take(late, 2)] == of_the_second
    [room] = await bus.rooms()
    assert (room.state.info.session, room.state.phase) == ("set-2", Phase.LIVE)


async def test_rooms_do_not_mix() -> None:
    bus = MemoryBus()
    following = await bus.follow("ana")
    bus.publish(envelope(1, room="bea"))
    bus.publish(envelope(1, room="ana"))
    assert (await take(following, 1))[0].room == "ana"


async def test_a_reader_that_sleeps_loses_the_oldest_and_it_is_counted() -> None:
    bus = MemoryBus()
    following = await bus.follow("ana")
    for seq in range(1, FOLLOWING_CAPACITY + 11):
        bus.publish(envelope(seq))
    assert following.dropped == 10
    assert (await take(following, 1))[0].seq == 11


async def test_rooms_on_air_come_first() -> None:
    bus = MemoryBus()
    bus.publish(envelope(1, state(Phase.ENDED, room="bea"), room="bea"))
    bus.publish(envelope(1, state(Phase.LIVE)))
    assert [(r.room, r.state.phase) for r in await bus.rooms()] == [
        ("ana", Phase.LIVE), ("bea", Phase.ENDED),
    ]  # fmt: skip


def test_viewers_are_those_last_reported() -> None:
    bus = MemoryBus()
    assert bus.viewers("ana") == 0
    for viewers in (3, 2):
        bus.report_viewers("ana", viewers)
    bus.report_viewers("bea", 1)
    bus.report_viewers("bea", 0)
    assert (bus.viewers("ana"), bus.viewers("bea")) == (2, 0)


def play(bus: MemoryBus, room: str, events: int) -> None:
    """Play a set to its end: a finding among the first events, then beats."""
    bus.publish(envelope(1, state(room=room), room=room))
    bus.publish(
        envelope(2, Finding("flam", Component.TECHNICAL, 0, 0, 38.0, 12.0, "ms", -0.4), room=room)
    )
    for seq in range(3, events):
        bus.publish(envelope(seq, room=room))
    bus.publish(envelope(events, state(Phase.ENDED, room=room), room=room))


async def test_less_is_kept_of_sets_that_ended_longer_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("WHOLE_ENDED_ROOMS", 1), ("BRIEF_ENDED_ROOMS", 2), ("BRIEF_EVENTS", 10)):
        monkeypatch.setattr(memory, name, most)
    bus = MemoryBus()
    for room in ("ana", "bea", "cleo", "dora"):
        play(bus, room, 100)
    kept = {room: [e.seq for e in bus._rooms[room].history] for room in bus._rooms}
    assert kept["dora"] == list(range(1, 101))
    assert kept["cleo"] == kept["bea"] == [2, *range(91, 101)]
    assert kept["ana"] == [100]
    assert [room.state.phase for room in await bus.rooms()] == [Phase.ENDED] * 4
    bus.publish(envelope(1, state(session="set-2", room="ana"), epoch="set-2", room="ana"))
    for seq in range(2, 51):
        bus.publish(envelope(seq, epoch="set-2", room="ana"))
    play(bus, "eva", 100)
    assert [e.seq for e in bus._rooms["ana"].history] == list(range(1, 51))


async def test_made_up_names_push_no_room_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ROOMS_REMEMBERED", 3)
    bus = MemoryBus()
    play(bus, "ana", 5)
    play(bus, "bea", 5)
    for number in range(10):
        await (await bus.follow(f"made-up-{number}")).close()
    waiting = await bus.follow("not-yet")
    play(bus, "cleo", 5)  # the longest unused goes, not a name that somebody waits for
    assert {room.room for room in await bus.rooms()} == {"bea", "cleo"}
    await (await bus.follow("bea")).close()
    play(bus, "dora", 5)
    assert {room.room for room in await bus.rooms()} == {"bea", "dora"}
    play(bus, "not-yet", 5)
    assert (await take(waiting, 1))[0].room == "not-yet"


async def test_closing_releases_everyone() -> None:
    bus = MemoryBus()
    following = await bus.follow("ana")
    reader = asyncio.create_task(anext(following, None))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await bus.close()
    assert await asyncio.wait_for(reader, 1) is None
    assert not await bus.is_healthy()


async def test_what_is_published_is_counted() -> None:
    metrics = Metrics()
    bus = MemoryBus(metrics)
    value = metrics.registry.get_sample_value
    assert value("djuv_bus_up") == 1
    bus.publish(envelope(1, state()))
    bus.publish(envelope(1, packet()))
    for kind in ("event", "media"):
        assert value("djuv_bus_messages_total", {"kind": kind}) == 1
    await bus.close()
    assert value("djuv_bus_up") == 0


async def test_a_slow_reader_loses_pictures_before_sound_and_sound_before_events() -> None:
    bus = MemoryBus()
    following = await bus.follow("ana")
    third = FOLLOWING_CAPACITY // 3
    for seq in range(1, third + 1):
        for each in (picture(seq), packet(seq), None):
            bus.publish(envelope(seq, each))
    for seq in range(third + 1, 2 * third + 1):
        bus.publish(envelope(seq))
    kept = await take(following, FOLLOWING_CAPACITY)
    counts = Counter(each.track for each in kept)
    assert counts[Track.EVENTS] == 2 * third
    assert counts[Track.SOUND] == third
    assert counts[Track.VIDEO] == FOLLOWING_CAPACITY - 3 * third
    for seq in range(1, FOLLOWING_CAPACITY + 1):
        bus.publish(envelope(2 * third + seq))
    assert {each.track for each in await take(following, FOLLOWING_CAPACITY)} == {Track.EVENTS}


async def test_pictures_are_counted_and_kept_for_nobody() -> None:
    metrics = Metrics()
    bus = MemoryBus(metrics)
    bus.publish(envelope(1, picture()))
    bus.publish(envelope(1, picture(form=PictureFormat.JPEG)))
    bus.publish(envelope(1))
    value = metrics.registry.get_sample_value
    assert value("djuv_bus_messages_total", {"kind": "picture"}) == 2
    assert [each.track for each in await take(await bus.follow("ana"), 1)] == [Track.EVENTS]
