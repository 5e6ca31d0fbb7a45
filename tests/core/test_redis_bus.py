import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from core.bus import codec, redis_following, redis_writer
from core.bus.codec import encode
from core.bus.directory import LOST_AFTER_SECONDS, REASON_LOST
from core.bus.interface import Following
from core.bus.redis_following import READ_WITH_PICTURES
from core.bus.redis_keys import (
    DIRECTORY,
    FIELD,
    MEDIA_KEPT,
    PICTURES_KEPT,
    STREAMS_LIVE_SECONDS,
    events_stream,
    media_stream,
    pictures_stream,
)
from core.bus.redis_streams import RedisBus, connect
from core.clock import ManualClock, SystemClock
from core.errors import BusUnavailable
from core.messages import Envelope, Phase, Track
from core.metrics import Metrics
from core.show import PictureFormat
from tests.conftest import RedisServer
from tests.core.sample_messages import beat, envelope, packet, picture, state

pytestmark = pytest.mark.redis


@asynccontextmanager
async def bus_on(server: RedisServer, clock: ManualClock | None = None) -> AsyncIterator[RedisBus]:
    bus = RedisBus(server.url, clock=clock or SystemClock(), metrics=Metrics())
    try:
        yield bus
    finally:
        await bus.close()


async def take(following: Following, count: int) -> list[Envelope]:
    return [await asyncio.wait_for(anext(following), 10) for _ in range(count)]


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def test_what_one_process_says_another_hears_in_order(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        following = await edge.follow("ana")
        sent = [envelope(1, state())] + [envelope(seq) for seq in range(2, 60)]
        for each in sent:
            ingest.publish(each)
        assert await take(following, len(sent)) == sent


async def test_sound_comes_through_bit_for_bit(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state()))
        following = await edge.follow("ana")
        await take(following, 1)
        sent = [envelope(seq, packet(seq)) for seq in range(1, 20)]
        for each in sent:
            ingest.publish(each)
        assert await take(following, len(sent)) == sent


async def test_pictures_come_through_bit_for_bit(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state()))
        following = await edge.follow("ana")
        await take(following, 1)
        sent = [
            envelope(seq, picture(seq, form=form, key=seq % 5 == 1, size=3_000))
            for seq in range(1, 20)
            for form in PictureFormat
        ]
        for each in sent:
            ingest.publish(each)
        assert await take(following, len(sent)) == sent


async def test_pictures_push_no_sound_out_of_redis(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest:
        client = connect(redis_server.url)
        for seq in range(1, MEDIA_KEPT + 1):
            ingest.publish(envelope(seq, packet(seq)))
        for seq in range(1, 4 * MEDIA_KEPT + 1):
            ingest.publish(envelope(seq, picture(seq, size=3_000)))
            if seq % 500 == 0:
                await eventually(lambda: not ingest._writer.outbox)
        assert await client.xlen(media_stream("ana")) >= MEDIA_KEPT
        kept = await client.xlen(pictures_stream("ana"))
        assert PICTURES_KEPT <= kept < 2 * PICTURES_KEPT
        await client.aclose()


async def test_a_late_follower_begins_with_the_last_key_picture(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state()))
        for seq in range(1, 30):
            ingest.publish(envelope(seq, packet(seq)))
            ingest.publish(envelope(seq, picture(seq, key=seq in {1, 11, 21})))
            ingest.publish(envelope(seq, picture(seq, form=PictureFormat.JPEG)))
        await eventually(lambda: not ingest._writer.outbox)
        following = await edge.follow("ana")
        got = await take(following, 1 + 9 + 9)
        assert [e.seq for e in got if e.track is Track.VIDEO] == list(range(21, 30))
        assert [e.seq for e in got if e.track is Track.STILLS] == list(range(21, 30))
        assert [e.seq for e in got if e.track is Track.SOUND] == []
        ingest.publish(envelope(30, picture(30)))
        assert [(e.track, e.seq) for e in await take(following, 1)] == [(Track.VIDEO, 30)]


async def test_without_a_key_picture_a_late_follower_gets_what_comes(
    redis_server: RedisServer,
) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state()))
        for seq in range(1, 5):
            ingest.publish(envelope(seq, picture(seq, form=PictureFormat.JPEG)))
        await eventually(lambda: not ingest._writer.outbox)
        following = await edge.follow("ana")
        await take(following, 1)
        ingest.publish(envelope(5, picture(5, form=PictureFormat.JPEG)))
        assert [e.seq for e in await take(following, 1)] == [5]


async def test_a_late_follower_starts_with_the_current_epoch(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state(session="set-1")))
        ingest.publish(envelope(2, state(Phase.ENDED, session="set-1")))
        ingest.publish(envelope(1, state(session="set-2"), epoch="set-2"))
        ingest.publish(envelope(2, epoch="set-2"))
        await eventually(lambda: not ingest._writer.outbox)
        await asyncio.sleep(0.1)
        following = await edge.follow("ana")
        assert [(e.epoch, e.seq) for e in await take(following, 2)] == [("set-2", 1), ("set-2", 2)]


async def test_a_straggler_of_a_past_set_changes_nothing(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state()))
        ingest.publish(envelope(1, state(session="set-2"), epoch="set-2"))
        ingest.publish(envelope(2, state(Phase.ENDED)))
        ingest.publish(envelope(2, epoch="set-2"))
        await eventually(lambda: not ingest._writer.outbox)
        [room] = await edge.rooms()
        assert (room.state.info.session, room.state.phase) == ("set-2", Phase.LIVE)
        assert [(e.epoch, e.seq) for e in await take(await edge.follow("ana"), 2)] == [
            ("set-2", 1), ("set-2", 2),
        ]  # fmt: skip
        redis_server.stop()
        ingest.publish(envelope(3, epoch="set-2"))
        await eventually(lambda: not ingest._writer.up)
        redis_server.start()  # empty: what is told again must begin with the set on air
        await eventually(lambda: not ingest._writer.outbox)
        assert [(e.epoch, e.seq) for e in await take(await edge.follow("ana"), 3)] == [
            ("set-2", 1), ("set-2", 2), ("set-2", 3),
        ]  # fmt: skip


async def test_redis_gone_and_back_empty_loses_nothing(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        following = await edge.follow("ana")
        ingest.publish(envelope(1, state()))
        for seq in range(2, 20):
            ingest.publish(envelope(seq))
        await eventually(lambda: not ingest._writer.outbox)
        redis_server.stop()
        for seq in range(20, 40):
            ingest.publish(envelope(seq))
        await eventually(lambda: not ingest._writer.up)
        assert not await edge.is_healthy()
        redis_server.start()
        assert [e.seq for e in await take(following, 39)] == list(range(1, 40))
        late = await edge.follow("ana")
        assert [e.seq for e in await take(late, 39)] == list(range(1, 40))
        assert await ingest.is_healthy()


async def test_an_idle_writer_notices_that_redis_is_gone_and_back_empty(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_writer, "CONFIRM_EVERY_SECONDS", 0.05)
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        for seq in range(1, 10):
            ingest.publish(envelope(seq, state() if seq == 1 else None))
        await eventually(lambda: ingest._writer._entries and not ingest._writer.outbox)
        redis_server.stop()
        await eventually(lambda: not ingest._writer.up)
        redis_server.start()
        assert [e.seq for e in await take(await edge.follow("ana"), 9)] == list(range(1, 10))
        redis_server.stop()  # and this time it is back before anybody looks
        redis_server.start()
        assert [e.seq for e in await take(await edge.follow("ana"), 9)] == list(range(1, 10))


async def test_an_old_set_told_again_does_not_displace_the_one_on_air(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_writer, "CONFIRM_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(redis_writer, "RETELL_ENDED_SECONDS", 1.0)
    async with bus_on(redis_server) as first, bus_on(redis_server) as second:
        first.publish(envelope(1, state()))
        first.publish(envelope(2))
        first.publish(envelope(3, state(Phase.ENDED)))
        first.publish(envelope(1, state(room="bea"), room="bea"))
        first.publish(envelope(2, state(Phase.ENDED, room="bea"), room="bea"))
        await eventually(lambda: first._writer._ended.keys() == {"ana", "bea"})
        second.publish(envelope(1, state(session="set-2"), epoch="set-2"))
        await eventually(lambda: second._writer._entries)
        redis_server.stop()
        await eventually(lambda: not first._writer.up and not second._writer.up)
        redis_server.start()
        async with bus_on(redis_server) as edge:
            following = await edge.follow("ana")
            assert (await take(following, 1))[0].epoch == "set-2"
            await eventually(lambda: "ana" not in first._writer.outbox.retained_epochs())
            bea = await take(await edge.follow("bea"), 2)  # where nobody else plays it is told
            assert [e.seq for e in bea] == [1, 2]
            second.publish(envelope(2, epoch="set-2"))
            assert [(e.epoch, e.seq) for e in await take(following, 1)] == [("set-2", 2)]
            [room] = [each for each in await edge.rooms() if each.room == "ana"]
            assert (room.state.info.session, room.state.phase) == ("set-2", Phase.LIVE)


async def test_an_end_told_late_leaves_the_directory_to_the_set_on_air(
    redis_server: RedisServer,
) -> None:
    async with bus_on(redis_server) as first, bus_on(redis_server) as second:
        first.publish(envelope(1, state()))
        await eventually(lambda: first._writer._entries)
        second.publish(envelope(1, state(session="set-2"), epoch="set-2"))
        await eventually(lambda: second._writer._entries)
        await first._writer._confirm()
        [room] = await second.rooms()
        assert room.state.info.session == "set-2"
        first.publish(envelope(2, state(Phase.ENDED)))
        await eventually(lambda: first._writer._ended)
        [room] = await second.rooms()
        assert (room.state.info.session, room.state.phase) == ("set-2", Phase.LIVE)


async def test_a_set_that_ended_is_not_retained_for_ever(redis_server: RedisServer) -> None:
    clock = ManualClock()
    async with bus_on(redis_server, clock) as ingest:
        ingest.publish(envelope(1, state()))
        ingest.publish(envelope(2, state(Phase.ENDED)))
        await eventually(lambda: not ingest._writer.outbox)
        assert ingest._writer.outbox.retained_epochs() == {"ana": "set-1"}
        clock.advance(redis_writer.RETAINED_SECONDS + 1)
        ingest.publish(envelope(1, packet(), room="bea"))
        await eventually(lambda: not ingest._writer.outbox.retained_epochs())


async def test_a_long_history_is_read_with_pauses_for_others(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, turns_at = 0, []

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    def decode_and_note(encoded: bytes) -> Envelope:
        turns_at.append(turns)
        return codec.decode(encoded)

    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state()))
        for seq in range(2, 401):
            ingest.publish(envelope(seq))
        await eventually(lambda: not ingest._writer.outbox)
        monkeypatch.setattr(redis_following, "decode", decode_and_note)
        others = asyncio.create_task(take_turns())
        await take(await edge.follow("ana"), 400)
        others.cancel()
        assert max(Counter(turns_at).values()) <= redis_following.BREATH_ENTRIES


async def test_a_reader_has_caught_up_once_it_was_handed_all_that_was_held(
    redis_server: RedisServer,
) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state()))
        for seq in range(2, 1_201):  # more than two reads bring
            ingest.publish(envelope(seq))
        await eventually(lambda: not ingest._writer.outbox)
        following = await edge.follow("ana")
        await take(following, 1_199)
        assert not following.caught_up
        await take(following, 1)
        await eventually(lambda: following.caught_up)
        nobody = await edge.follow("nobody")
        await eventually(lambda: nobody.caught_up)


async def test_rooms_are_listed_and_a_dead_ingest_is_noticed(redis_server: RedisServer) -> None:
    clock = ManualClock()
    async with bus_on(redis_server, clock) as ingest, bus_on(redis_server, clock) as edge:
        ingest.publish(envelope(1, state()))
        await eventually(lambda: ingest._writer._entries)
        [room] = await edge.rooms()
        assert (room.room, room.state.phase) == ("ana", Phase.LIVE)
        clock.advance(LOST_AFTER_SECONDS + 1)
        [room] = await edge.rooms()
        assert (room.state.phase, room.state.reason) == (Phase.ENDED, REASON_LOST)
        redis_server.stop()
        assert len(await edge.rooms()) == 1


async def test_a_room_that_never_pauses_stays_on_air(redis_server: RedisServer) -> None:
    clock = ManualClock()
    async with bus_on(redis_server, clock) as ingest, bus_on(redis_server, clock) as edge:
        ingest.publish(envelope(1, state()))
        await eventually(lambda: ingest._writer._entries)
        clock.advance(LOST_AFTER_SECONDS + 1)
        async with asyncio.timeout(5):  # far less than the pause that confirming used to wait for
            for seq in itertools.count(1):
                ingest.publish(envelope(seq, packet(seq)))
                await asyncio.sleep(0.01)
                [room] = await edge.rooms()
                if room.state.phase is Phase.LIVE:
                    break


async def test_what_cannot_be_read_hides_nothing_else(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        client = connect(redis_server.url)
        for room, entry in (("ana", b"{}"), ("ben", b"\xff"), ("eva", b'{"first_id": 7}')):
            await client.hset(DIRECTORY, room, entry)
        following = await edge.follow("ana")
        await client.xadd(events_stream("ana"), {FIELD: b'{"v": 99}'})
        ingest.publish(envelope(1, state()))
        ingest.publish(envelope(2))
        assert [each.seq for each in await take(following, 2)] == [1, 2]
        assert [summary.room for summary in await edge.rooms()] == ["ana"]
        await client.aclose()


async def test_streams_of_a_room_do_not_stay_for_ever(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest:
        client = connect(redis_server.url)
        ingest.publish(envelope(1, packet()))
        ingest.publish(envelope(1, picture()))
        ingest.publish(envelope(1, state()))
        ingest.publish(envelope(2, state(Phase.ENDED)))
        await eventually(lambda: not ingest._writer.outbox)
        assert 0 < await client.ttl(events_stream("ana")) <= STREAMS_LIVE_SECONDS
        ingest.publish(envelope(3, state()))
        await eventually(lambda: not ingest._writer.outbox)
        assert 0 < await client.ttl(media_stream("ana")) <= STREAMS_LIVE_SECONDS
        assert 0 < await client.ttl(pictures_stream("ana")) <= STREAMS_LIVE_SECONDS
        await client.aclose()


async def test_what_cannot_be_sent_holds_nothing_up(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        following = await edge.follow("ana")
        ingest.publish(envelope(1, state()))
        ingest.publish(envelope(2, replace(beat(), bpm=float("nan"))))
        ingest.publish(envelope(3))
        assert [each.seq for each in await take(following, 2)] == [1, 3]


async def test_a_missing_redis_is_named_at_start(redis_server: RedisServer) -> None:
    redis_server.stop()
    async with bus_on(redis_server) as bus:
        with pytest.raises(BusUnavailable, match="REDIS_URL"):
            await bus.check()


async def test_sound_and_events_are_read_before_pictures(redis_server: RedisServer) -> None:
    async with bus_on(redis_server) as ingest, bus_on(redis_server) as edge:
        ingest.publish(envelope(1, state()))
        following = await edge.follow("ana")
        await take(following, 1)
        # As after a slow moment: much of everything lies ready at once.
        client = connect(redis_server.url)
        pipeline = client.pipeline(transaction=True)
        for seq in range(1, 101):
            sent = envelope(seq, picture(seq, key=seq == 1, size=3_000))
            pipeline.xadd(pictures_stream("ana"), {FIELD: encode(sent)})
            sent = envelope(seq, packet(seq))
            pipeline.xadd(media_stream("ana"), {FIELD: encode(sent)})
        await pipeline.execute()
        got = [e.track for e in await take(following, 200)]
        assert got.count(Track.VIDEO) == 100
        before_all_sound = got[: len(got) - got[::-1].index(Track.SOUND)]
        # Once for the stream that woke the reader, once before it is known that it is behind.
        assert before_all_sound.count(Track.VIDEO) <= 2 * READ_WITH_PICTURES
        await client.aclose()
