"""One viewer's trouble is its own: real sockets that stop reading, vanish, or never answer."""

import asyncio
import itertools
import struct
from dataclasses import replace

import pytest
from websockets.frames import Opcode

from tests.web.viewers.material import Set, finding
from tests.web.viewers.serving import QUICK, RawViewer, event, frames, headers, serve, until
from web.viewers.protocol import HEADER, MediaKind

TIGHT = replace(QUICK, high_water_bytes=8_192, low_water_bytes=2_048, outbox_bytes=32_768)


def sound_of(data):
    """`(seq, flags)` of every unit of sound."""
    return [(seq, flags) for kind, flags, _, seq, _ in headers(data) if kind == MediaKind.OPUS]


async def held_bytes(served, room="nova"):
    """What all viewers of a room hold in this process: outboxes and transports."""
    watched = await served.hub.room(room)
    viewers = [*itertools.chain(*watched._flowing.values()), *watched._held]
    return [
        viewer.bytes_held + viewer.link._transport.get_write_buffer_size() for viewer in viewers
    ]


async def test_a_viewer_that_stops_reading_costs_bounded_bytes_and_delays_nobody():
    async with serve(TIGHT) as served:
        stuck = await RawViewer.open(served, receive_bytes=4_096)
        watching = [await served.watch(max_queue=None) for _ in range(20)]
        for viewer in watching:
            await event(viewer, "hello")
        await until(lambda: served.hub.viewers_in("nova") == 21)
        dj = Set(served.bus)
        dj.start()
        most_held = 0
        for _ in range(300):
            sent = dj.play(size=4_000).seq
            async with asyncio.timeout(5):
                for viewer in watching:
                    while isinstance(message := await viewer.recv(), str):
                        pass
                    # Each has this very packet while the stuck one has long stopped.
                    assert HEADER.unpack(message[:16])[3] == sent
            most_held = max(most_held, *await held_bytes(served))
        chunk = 16_384 + 4_016
        assert most_held <= TIGHT.high_water_bytes + TIGHT.outbox_bytes + 2 * chunk
        assert served.count("djuv_viewer_drops_total", kind="audio") > 100
        assert served.hub.viewers_in("nova") == 21
        for viewer in watching:
            await viewer.close()
        stuck.socket.close()


async def test_sound_is_dropped_and_flagged_but_no_event_is_lost():
    async with serve(replace(TIGHT, edge_stats_seconds=60)) as served:
        slow = await RawViewer.open(served, receive_bytes=4_096)
        await until(lambda: served.hub.viewers_in("nova") == 1)
        dj = Set(served.bus)
        dj.start()
        for number in range(400):
            dj.play(size=4_000)
            if number % 8 == 0:
                dj.say(finding())
            await asyncio.sleep(0)
        await until(lambda: served.count("djuv_viewer_drops_total", kind="audio") > 50)
        data = b""
        dj.say(finding("last_one"))
        while not any(b"last_one" in frame.data for frame in frames(bytes(data))):
            data += await slow.read()
        heard = sound_of(data)
        jumps = [
            later for earlier, later in itertools.pairwise(heard) if later[0] != earlier[0] + 1
        ]
        assert jumps
        assert all(flags & 2 for _, flags in jumps)
        unflagged = [pair for pair in heard if pair not in jumps]
        assert not any(flags & 2 for _, flags in unflagged)
        said = [frame for frame in frames(data) if frame.opcode is Opcode.TEXT]
        assert len(said) == 1 + 1 + 50 + 1  # hello, state, findings
        await until(lambda: not served_room(served)._held)  # it flows again
        slow.socket.close()


def served_room(served, room="nova"):
    return served.hub._rooms[room].room


async def test_after_a_drop_the_next_sound_is_flagged_even_if_it_comes_later():
    async with serve(replace(TIGHT, edge_stats_seconds=60, outbox_bytes=2_000)) as served:
        slow = await RawViewer.open(served, receive_bytes=4_096)
        await until(lambda: served.hub.viewers_in("nova") == 1)
        dj = Set(served.bus)
        while not served.count("djuv_viewer_drops_total", kind="audio"):
            dj.play(size=4_000)  # does not fit into the outbox at all
            await asyncio.sleep(0.001)
        loop = asyncio.get_running_loop()
        data = b""
        while True:
            try:
                data += await asyncio.wait_for(loop.sock_recv(slow.socket, 65_536), 0.3)
            except TimeoutError:
                break
        after = dj.play(size=400).seq
        later = dj.play(size=400).seq
        while struct.pack("<I", later) not in data:
            data += await slow.read()
        flags = dict(sound_of(data))
        assert (flags[after] & 2, flags[later] & 2) == (2, 0)
        slow.socket.close()


async def test_events_that_a_viewer_does_not_read_end_its_connection_with_1013():
    async with serve(TIGHT) as served, served.watch() as other:
        stuck = await RawViewer.open(served, receive_bytes=4_096)
        await until(lambda: served.hub.viewers_in("nova") == 2)
        dj = Set(served.bus)
        dj.start()
        while served.hub.viewers_in("nova") == 2:
            for _ in range(20):
                last = dj.judge().seq
            await asyncio.sleep(0.001)
        while (await event(other, "score"))["seq"] != last:
            pass
        close = [f for f in frames(await stuck.read_to_the_end()) if f.opcode is Opcode.CLOSE]
        assert [int.from_bytes(frame.data[:2], "big") for frame in close] == [1013]
        await until(lambda: served.count("djuv_viewer_disconnects_total", reason="too_slow") == 1)
        stuck.socket.close()


async def test_a_viewer_that_is_too_slow_and_never_reads_again_is_cut_off():
    async with serve(replace(TIGHT, close_seconds=0.1)) as served:
        stuck = await RawViewer.open(served, receive_bytes=4_096)
        await until(lambda: served.hub.viewers_in("nova") == 1)
        dj = Set(served.bus)
        while served.hub.viewers_in("nova"):
            for _ in range(20):
                dj.judge()
            await asyncio.sleep(0.001)
        await until(lambda: served.count("djuv_viewers") == 0)
        assert not served.server.server_state.connections
        stuck.socket.close()


async def test_a_viewer_that_vanishes_is_forgotten():
    async with serve() as served, served.watch() as other:
        await event(other, "hello")
        gone = await RawViewer.open(served)
        await until(lambda: served.hub.viewers_in("nova") == 2)
        gone.cut()
        dj = Set(served.bus)
        dj.start()
        for _ in range(20):
            dj.play()
        await event(other, "state")
        await until(lambda: served.hub.viewers_in("nova") == 1)


async def test_a_half_open_viewer_is_pinged_and_taken_for_dead():
    async with serve(replace(QUICK, ping_seconds=0.05, silence_seconds=0.3)) as served:
        silent = await RawViewer.open(served)
        async with served.watch() as alive:
            data = await silent.read_to_the_end()
            assert b"\x89\x00" in data
            assert served.count("djuv_viewer_disconnects_total", reason="dead") == 1
            assert served.hub.viewers_in("nova") == 1
            Set(served.bus).start()
            assert await event(alive, "state")  # it answered its pings
        silent.socket.close()


async def test_a_viewer_that_only_half_closes_is_ended():
    import socket

    async with serve() as served:
        half = await RawViewer.open(served)
        await until(lambda: served.hub.viewers_in("nova") == 1)
        half.socket.shutdown(socket.SHUT_WR)
        await half.read_to_the_end()
        await until(lambda: served.count("djuv_viewers") == 0)
        half.socket.close()


async def test_each_viewer_learns_what_it_was_too_slow_for():
    async with serve(replace(TIGHT, edge_stats_seconds=0.1)) as served, served.watch() as other:
        stats = await event(other, "stats")
        assert stats["d"] == {"source": "edge", "viewers": 1, "dropped": 0}
        assert stats["seq"] == 0


@pytest.mark.parametrize("viewers", [1, 30])
async def test_shutdown_under_load_tells_everybody_and_does_not_hang(viewers):
    async with serve(TIGHT) as served:
        watching = [await served.watch(max_queue=None) for _ in range(viewers)]
        stuck = await RawViewer.open(served, receive_bytes=4_096)
        await until(lambda: served.hub.viewers_in("nova") == viewers + 1)
        dj = Set(served.bus)

        async def play():
            while True:
                dj.play(size=4_000)
                dj.judge()
                await asyncio.sleep(0.001)

        playing = asyncio.create_task(play())
        await asyncio.sleep(0.2)
        await served.stop()
        playing.cancel()
        for viewer in watching:
            async with asyncio.timeout(5):
                await viewer.wait_closed()
            assert viewer.close_code == 1001
        assert served.count("djuv_viewers") == 0
        stuck.socket.close()


async def test_closing_the_hub_alone_says_goodbye_and_lets_nobody_in():
    async with serve() as served:
        viewer = await served.watch()
        await event(viewer, "hello")
        await served.hub.close()
        await viewer.wait_closed()
        assert viewer.close_code == 1001
        with pytest.raises(Exception, match="503"):
            await served.watch()
