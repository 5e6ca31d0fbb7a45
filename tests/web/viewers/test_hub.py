import asyncio
from dataclasses import replace

import orjson
import pytest
from websockets.exceptions import InvalidStatus

from core.bus import MemoryBus
from core.bus.memory import FOLLOWING_CAPACITY, MemoryFollowing
from core.clock import SystemClock
from core.errors import BusUnavailable, LimitReached
from core.metrics import Metrics
from tests.web.viewers.material import Set, beat, envelope, packet
from tests.web.viewers.serving import QUICK, event, events, serve, until
from web.viewers import ViewerHub, follower
from web.viewers.viewer import Viewer
from web.viewers.wants import Wants


class MoodyBus(MemoryBus):
    """A bus that is away until it is told to be back, and whose followings can be cut."""

    def __init__(self):
        super().__init__()
        self.away = False
        self.followings = []

    async def is_healthy(self):
        return not self.away

    async def follow(self, room):
        if self.away:
            raise BusUnavailable("away")
        following = await super().follow(room)
        self.followings.append(following)
        return following


def hub_on(bus, **options):
    return ViewerHub(bus, clock=SystemClock(), metrics=Metrics(), config=QUICK, **options)


async def test_a_room_is_followed_once_however_many_watch():
    bus = MoodyBus()
    async with serve(bus=bus) as served:
        viewers = [await served.watch() for _ in range(4)]
        for viewer in viewers:
            await event(viewer, "hello")
            await viewer.close()
        assert len(bus.followings) == 1


async def test_the_bus_is_told_of_every_viewer_who_comes_or_goes():
    async with serve() as served:
        first, second = await served.watch(), await served.watch()
        for viewer in (first, second):
            await event(viewer, "hello")
        assert served.bus.viewers("nova") == 2
        await first.close()
        await until(lambda: served.bus.viewers("nova") == 1)
        second.transport.abort()
        await until(lambda: served.bus.viewers("nova") == 0)


async def test_who_asks_for_events_alone_gets_no_sound_and_is_no_audience():
    async with serve() as served:
        dj = Set(served.bus)
        dj.start()
        async with (
            served.watch("/rooms/nova/live?media=0") as reader,
            served.watch("/rooms/nova/live?media=1") as listener,
        ):
            assert (await event(reader, "hello"))["d"]["tracks"] == []
            assert len((await event(listener, "hello"))["d"]["tracks"]) == 1
            assert served.bus.viewers("nova") == 1
            for _ in range(5):
                dj.play()
            dj.judge()
            heard = [await asyncio.wait_for(listener.recv(), 5) for _ in range(7)]
            assert sum(isinstance(message, bytes) for message in heard) == 5
            read = [await asyncio.wait_for(reader.recv(), 5) for _ in range(2)]
            assert [orjson.loads(message)["t"] for message in read] == ["state", "score"]
        await until(lambda: not served.hub.known("nova").viewers)


async def test_who_wants_events_alone_and_is_slow_is_offered_no_sound():
    hub = hub_on(MemoryBus())
    room = await hub.room("nova")
    frames = []
    reader = Viewer(None, frames.append, QUICK.outbox_bytes, hub.metrics, wants=Wants.EVENTS)
    room.join(reader, None)
    reader.pause()
    for number in range(1, 6):
        room.accept(envelope(packet(number), seq=number))
    room.accept(envelope(beat(), seq=1))
    room.flush()
    assert reader.dropped == 0
    assert 0 < reader.bytes_held < 640
    reader.resume()
    room.accept(envelope(packet(6), seq=6))
    room.accept(envelope(beat(), seq=2))
    room.flush()
    assert b"".join(frames).count(b'"t":"beat"') == 2
    assert max(map(len, frames)) < 640
    await hub.close()


async def test_names_that_nobody_played_under_are_let_go_at_once():
    config = replace(QUICK, edge_stats_seconds=0.05, follow_timeout_seconds=2.0)
    async with serve(config) as served:
        Set(served.bus).start()
        await served.hub.room("nova")
        for number in range(20):
            await served.hub.room(f"made-up-{number}")
        async with served.watch("/rooms/hopeful/live") as viewer:
            await event(viewer, "hello")
            await until(lambda: sorted(served.hub._rooms) == ["hopeful", "nova"])
            await event(viewer, "stats")


async def test_a_hub_that_closes_leaves_no_viewers_behind():
    async with serve() as served:
        async with served.watch() as viewer:
            await event(viewer, "hello")
            await served.hub.close()
        assert served.bus.viewers("nova") == 0


async def test_a_long_history_is_read_before_the_first_viewer_is_greeted():
    async with serve() as served:
        dj = Set(served.bus)
        dj.start()
        for _ in range(3_000):
            dj.say(beat())
        async with served.watch() as viewer:
            hello = await event(viewer, "hello")
            assert hello["d"]["last_seq"] == 3_001
            assert hello["d"]["info"]["dj_name"] == "Nova"


async def test_when_the_bus_lets_go_the_room_is_followed_again_and_nothing_comes_twice():
    bus = MoodyBus()
    async with serve(bus=bus) as served, served.watch() as viewer:
        await event(viewer, "hello")
        dj = Set(bus)
        dj.start()
        dj.judge()
        await events(viewer, 2)
        bus.away = True
        await bus.followings[0].close()
        dj.judge()
        await asyncio.sleep(0.05)
        bus.away = False
        dj.judge()
        messages = await events(viewer, 2)
        assert [message["seq"] for message in messages] == [3, 4]
        assert len(bus.followings) == 2


async def test_a_room_that_takes_long_to_be_read_is_waited_for_while_it_gets_on(monkeypatch):
    read = asyncio.Event()
    monkeypatch.setattr(MemoryFollowing, "caught_up", property(lambda _: read.is_set()))
    bus = MemoryBus()
    config = replace(QUICK, follow_timeout_seconds=0.3)
    hub = ViewerHub(bus, clock=SystemClock(), metrics=Metrics(), config=config)
    dj = Set(bus)
    dj.start()
    asked = asyncio.create_task(hub.room("nova"))
    for _ in range(8):  # as a history that is read bit by bit, for longer than the time-out
        await asyncio.sleep(0.1)
        assert not asked.done()
        dj.judge()
    read.set()
    await asyncio.wait_for(asked, 5)
    read.clear()
    with pytest.raises(BusUnavailable):
        await hub.room("another")
    await hub.close()


async def test_while_the_bus_is_away_a_viewer_is_told_to_come_again(monkeypatch):
    for name in ("FIRST_RETRY_SECONDS", "LAST_RETRY_SECONDS"):
        monkeypatch.setattr(follower, name, 0.02)  # well within the time-out, once it is back
    bus = MoodyBus()
    bus.away = True
    async with serve(replace(QUICK, follow_timeout_seconds=0.2), bus=bus) as served:
        async with served.watch() as viewer:
            (error,) = await events(viewer, 1)
            assert (error["t"], error["d"]["code"]) == ("error", "bus_unavailable")
            await viewer.wait_closed()
            assert viewer.close_code == 1013
        bus.away = False
        Set(bus).start()
        async with served.watch() as viewer:
            await event(viewer, "state")


async def test_an_event_that_cannot_be_shown_costs_only_itself():
    async with serve() as served, served.watch() as viewer:
        await event(viewer, "hello")
        served.bus.publish(envelope("not a message", seq=1))
        served.bus.publish(envelope(beat(), seq=2))
        assert (await event(viewer, "beat"))["seq"] == 2


async def test_latency_is_measured_when_bytes_are_handed_over():
    async with serve() as served, served.watch() as viewer:
        await event(viewer, "hello")
        dj = Set(served.bus)
        dj.judge(arrived_seconds=SystemClock().monotonic_seconds() - 0.2)
        score = await event(viewer, "score")
        assert 200 <= score["d"]["latency_ms"] < 5_000
        name = "djuv_window_latency_seconds"
        assert served.count(f"{name}_count", stage="sent") == 1
        assert 0.2 <= served.count(f"{name}_sum", stage="sent") < 5


@pytest.mark.parametrize("watched", [True, False])
async def test_latency_of_another_host_or_of_the_past_is_not_known(watched):
    async with serve(same_host=not watched) as served:
        dj = Set(served.bus)
        if not watched:
            dj.judge(arrived_seconds=1.0)
        async with served.watch() as viewer:
            if watched:
                await event(viewer, "hello")
                dj.judge(arrived_seconds=1.0)
            assert (await event(viewer, "score"))["d"]["latency_ms"] is None
        assert served.count("djuv_window_latency_seconds_count", stage="sent") == 0


async def test_bytes_are_counted():
    async with serve() as served, served.watch() as viewer:
        async with asyncio.timeout(5):
            hello = await viewer.recv()
        written = served.count("djuv_viewer_bytes_total")
        assert written == len(hello) + 4  # a frame of this length has a header of four bytes
        dj = Set(served.bus)
        dj.play()
        async with asyncio.timeout(5):
            packet = await viewer.recv()
        assert served.count("djuv_viewer_bytes_total") - written == len(packet) + 4


async def test_a_closed_hub_follows_nothing_more():
    hub = hub_on(MemoryBus())
    await hub.room("nova")
    before = asyncio.all_tasks()
    await hub.close()
    await hub.close()
    assert len(asyncio.all_tasks()) == len(before) - 2  # its following and its housekeeping
    with pytest.raises(LimitReached) as refused:
        await hub.room("nova")
    assert refused.value.slug == "going_away"


async def test_losses_of_a_slow_edge_are_counted_once():
    async with serve(replace(QUICK, edge_stats_seconds=0.05)) as served:
        room = await served.hub.room("nova")
        dj = Set(served.bus)
        for _ in range(FOLLOWING_CAPACITY + 904):  # without a breath
            dj.play()
        last = FOLLOWING_CAPACITY + 903
        await until(lambda: room.picture.position_microseconds == last * 20_000)

        def lost():
            return served.count("djuv_queue_dropped_total", queue="viewers_following")

        await until(lambda: lost() > 0)
        for _ in range(3):
            dj.play()
            await asyncio.sleep(0.06)
        assert lost() == 904


async def test_a_handshake_that_fails_here_is_answered_and_leaves_nothing_behind(monkeypatch):
    async with serve() as served:
        monkeypatch.setattr(served.hub, "admit", lambda *_: 1 / 0)
        with pytest.raises(InvalidStatus) as refused:
            await served.watch()
        assert refused.value.response.status_code == 500
        await until(lambda: not served.server.server_state.connections)


async def test_whoever_joins_while_something_is_pending_gets_it_once():
    hub = hub_on(MemoryBus())
    room = await hub.room("nova")
    written = {"first": [], "second": []}
    first, second = (
        Viewer(None, frames.append, QUICK.outbox_bytes, hub.metrics) for frames in written.values()
    )
    room.join(first, None)
    room.accept(envelope(beat(), seq=1))
    room.join(second, None)
    await asyncio.sleep(0.05)
    assert [b"".join(frames).count(b'"t":"beat"') for frames in written.values()] == [1, 1]
    await hub.close()
