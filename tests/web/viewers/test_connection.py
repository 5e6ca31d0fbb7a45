import asyncio
import contextlib
from dataclasses import replace

import pytest
from uvicorn.server import ServerState
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Opcode

from core.bus import MemoryBus
from core.clock import SystemClock
from core.metrics import Metrics
from tests.web.viewers.material import Set, all_events
from tests.web.viewers.serving import (
    QUICK,
    RawViewer,
    event,
    events,
    handshake,
    masked,
    serve,
    until,
)
from web.viewers import ViewerHub, protocol, viewer_protocol_class
from web.viewers.wants import Wants


@pytest.fixture
def serialised(monkeypatch):
    """Every event that is turned into JSON from the bus, by `(epoch, seq)`."""
    calls = []
    original = protocol.envelope_payload

    def counting(envelope, latency_seconds):
        calls.append((envelope.epoch, envelope.seq))
        return original(envelope, latency_seconds)

    monkeypatch.setattr(protocol, "envelope_payload", counting)
    return calls


async def test_hello_comes_first_and_names_the_room():
    async with serve() as served, served.watch() as viewer:
        assert viewer.subprotocol == "djuv.v1"
        assert viewer.protocol.extensions == []
        (hello,) = await events(viewer, 1)
        assert (hello["t"], hello["seq"]) == ("hello", 0)
        assert hello["d"]["room"] == "nova"
        assert (hello["d"]["epoch"], hello["d"]["from_seq"], hello["d"]["last_seq"]) == (None, 1, 0)


async def test_everybody_gets_the_same_bytes_which_are_made_once(serialised):
    async with serve() as served:
        viewers = [await served.watch() for _ in range(5)]
        for viewer in viewers:
            await event(viewer, "hello")
        dj = Set(served.bus)
        dj.start()
        packets = [dj.play().message.payload for _ in range(3)]
        for message in all_events()[1:]:
            dj.say(message)
        received = []
        for viewer in viewers:
            async with asyncio.timeout(5):
                received.append([await viewer.recv() for _ in range(11)])
            await viewer.close()
        assert all(messages == received[0] for messages in received)
        assert [message[16:] for message in received[0] if isinstance(message, bytes)] == packets
        assert sorted(serialised) == [("set-1", seq) for seq in range(1, 9)]


async def test_order_is_kept_between_sound_and_events():
    async with serve() as served, served.watch() as viewer:
        await event(viewer, "hello")
        dj = Set(served.bus)
        dj.start()
        dj.play()
        dj.judge()
        dj.play()
        async with asyncio.timeout(5):
            kinds = [type(await viewer.recv()) for _ in range(4)]
        assert kinds == [str, bytes, str, bytes]


async def test_sound_that_is_due_together_goes_out_as_one_write(monkeypatch):
    async with serve() as served, served.watch() as viewer:
        await event(viewer, "hello")
        room = await served.hub.room("nova")
        (only,) = room._flowing[Wants.SOUND]
        writes = []
        write = only.write
        monkeypatch.setattr(only, "write", lambda data: (writes.append(data), write(data)))
        dj = Set(served.bus)
        for _ in range(4):
            dj.play()
        async with asyncio.timeout(5):
            for _ in range(4):
                await viewer.recv()
        assert len(writes) == 1


async def test_coming_back_gives_exactly_what_was_missed_once():
    async with serve() as served:
        dj = Set(served.bus)
        dj.start()
        async with served.watch() as viewer:
            await event(viewer, "state")
            dj.judge()
            seen = (await event(viewer, "score"))["seq"]
        for _ in range(5):
            dj.judge()
            dj.play()
        async with served.watch(f"/rooms/nova/live?epoch=set-1&seq={seen}") as viewer:
            hello = await event(viewer, "hello")
            dj.judge()
            missed = await events(viewer, 6)
            assert hello["d"]["from_seq"] == seen + 1
            assert [message["seq"] for message in missed] == list(range(seen + 1, seen + 7))


@pytest.mark.parametrize("query", ["?epoch=set-0&seq=4", "?epoch=set-1&seq=x", "?epoch=set-1", ""])
async def test_whoever_comes_with_nothing_to_resume_is_new(query):
    async with serve() as served:
        dj = Set(served.bus)
        dj.start()
        dj.judge()
        async with served.watch(f"/rooms/nova/live{query}") as viewer:
            messages = await events(viewer, 3)
            assert [message["t"] for message in messages] == ["hello", "state", "score"]


async def test_a_new_epoch_begins_with_its_state_and_counts_again():
    async with serve() as served, served.watch() as viewer:
        Set(served.bus, "set-1").start()
        assert (await event(viewer, "state"))["d"]["epoch"] == "set-1"
        Set(served.bus, "set-2").start()
        state = await event(viewer, "state")
        assert (state["d"]["epoch"], state["seq"]) == ("set-2", 1)
        async with served.watch("/rooms/nova/live?epoch=set-1&seq=1") as other:
            assert (await event(other, "hello"))["d"]["epoch"] == "set-2"


async def test_a_straggler_of_the_old_set_does_not_take_the_room_back():
    async with serve() as served, served.watch() as viewer:
        await event(viewer, "hello")
        old = Set(served.bus, "set-1")
        old.start()
        Set(served.bus, "set-2").start()
        await event(viewer, "state")
        await event(viewer, "state")
        old.judge()
        Set(served.bus, "set-3").start()
        assert (await event(viewer, "state"))["d"]["epoch"] == "set-3"


async def test_a_ping_is_answered_and_everything_else_is_ignored():
    async with serve() as served, served.watch() as viewer:
        await event(viewer, "hello")
        for message in ['{"t":"dance"}', "not json", b"\x09binary", "[1]", '{"t":"ping","d":{}}']:
            await viewer.send(message)
        await viewer.send('{"t":"ping","d":{"sent":12.5}}')
        (pong,) = await events(viewer, 1)
        assert pong == {"t": "pong", "seq": 0, "pts": 0, "d": {"sent": 12.5}}


async def test_a_message_in_fragments_is_ignored():
    async with serve() as served:
        viewer = await RawViewer.open(served)
        await viewer.say(masked(Opcode.TEXT, b'{"t":"ping",', fin=False))
        await viewer.say(masked(Opcode.CONT, b'"d":{"sent":1}}'))
        await viewer.say(masked(Opcode.TEXT, b'{"t":"ping","d":{"sent":2}}'))
        data = b""
        while b'"sent":2' not in data:
            data += await viewer.read()
        assert b'"sent":1}' not in data
        viewer.socket.close()


async def closed_by_server(viewer):
    """Read to the end; return how the server closed, and the last event."""
    last = None
    try:
        async with asyncio.timeout(5):
            while True:
                last = await viewer.recv()
    except ConnectionClosed as error:
        return error.rcvd.code, last


async def test_a_message_too_large_closes_with_1009():
    async with serve() as served, served.watch() as viewer:
        await viewer.send("x" * 5_000)
        code, _ = await closed_by_server(viewer)
        assert code == 1009
        await until(lambda: served.count("djuv_viewer_disconnects_total", reason="too_large") == 1)


async def test_a_flood_closes_with_1008_and_says_why():
    async with serve() as served, served.watch() as viewer:
        await event(viewer, "hello")
        for _ in range(21):
            await viewer.send('{"t":"ping","d":{"sent":1}}')
        code, last = await closed_by_server(viewer)
        assert code == 1008
        assert '"code":"too_many_messages"' in last
        await until(lambda: served.count("djuv_viewers") == 0)


async def test_a_flood_of_tiny_frames_in_one_packet_is_not_parsed_to_its_end():
    async with serve() as served:
        viewer = await RawViewer.open(served)
        await viewer.say(masked(Opcode.PING, b"") * 5_000)
        data = await viewer.read_to_the_end()
        pongs = data.count(b"\x8a\x00")
        assert pongs < 400  # those of the slice in which the limit was passed
        assert b"\x88" in data
        viewer.socket.close()
        await until(lambda: served.count("djuv_viewers") == 0)


@pytest.mark.parametrize(
    "garbage", [b"\xff" * 64, b"\x83\x80\0\0\0\0", b"\x81\x03abc", b"GET / HTTP/1.1\r\n\r\n"]
)
async def test_garbage_closes_the_connection_and_nothing_else(garbage):
    async with serve() as served, served.watch() as other:
        await event(other, "hello")
        viewer = await RawViewer.open(served)
        await viewer.say(garbage)
        await viewer.read_to_the_end()
        viewer.socket.close()
        await until(lambda: served.count("djuv_viewers") == 1)
        Set(served.bus).start()
        assert await event(other, "state")


async def refusal(served, path="/rooms/nova/live", **options):
    with pytest.raises(InvalidStatus) as refused:
        async with served.watch(path, **options):
            pass
    return refused.value.response


async def test_a_client_without_the_subprotocol_is_refused():
    async with serve() as served:
        assert (await refusal(served, subprotocols=None)).status_code == 400
        assert (await refusal(served, subprotocols=["djuv.v2"])).status_code == 400
        assert served.count("djuv_viewers") == 0


@pytest.mark.parametrize("path", ["/", "/rooms/nova", "/rooms/No%20va/live", "/rooms//live"])
async def test_a_path_that_names_no_room_is_not_found(path):
    async with serve() as served:
        assert (await refusal(served, path)).status_code == 404


async def test_a_page_of_another_site_is_refused():
    async with serve() as served:
        response = await refusal(served, origin="https://elsewhere.example")
        assert (response.status_code, response.body) == (403, b"bad_origin\n")
        async with served.watch(origin=f"http://127.0.0.1:{served.port}") as viewer:
            await event(viewer, "hello")


async def test_limits_answer_503_with_retry_after_and_free_up():
    async with serve(replace(QUICK, max_viewers=3, max_viewers_per_address=2)) as served:
        first = await served.watch()
        await served.watch()
        response = await refusal(served)
        assert (response.status_code, response.body) == (503, b"address_full\n")
        assert response.headers["Retry-After"] == "10"
        await first.close()
        await until(lambda: served.count("djuv_viewers") == 1)
        async with served.watch():
            pass


async def test_rooms_are_limited_too():
    async with serve(replace(QUICK, max_rooms=1)) as served, served.watch() as viewer:
        await event(viewer, "hello")
        response = await refusal(served, "/rooms/other/live")
        assert (response.status_code, response.body) == (503, b"rooms_full\n")


async def test_headers_too_large_are_refused():
    async with serve() as served:
        response = await refusal(served, additional_headers={"Cookie": "x" * 9_000})
        assert response.status_code == 431
        assert (await refusal(served, f"/rooms/nova/live?{'x' * 9_000}")).status_code == 414


@pytest.fixture
async def bare():
    """The protocol class as asyncio itself would serve it, without uvicorn reading HTTP first."""
    metrics = Metrics()
    config = replace(QUICK, handshake_seconds=0.1, close_seconds=0.1)
    hub = ViewerHub(MemoryBus(), clock=SystemClock(), metrics=metrics, config=config)
    state = ServerState()
    kind = viewer_protocol_class(hub)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: kind(None, state, {}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], state
    server.close()
    await hub.close()


@pytest.mark.parametrize("sent", [b"", b"GET /rooms/nova/live HTTP/1.1\r\n", b"\0\1\2\r\n\r\n"])
async def test_a_handshake_that_is_never_completed_ends_in_time(bare, sent):
    port, state = bare
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    await until(lambda: not state.connections)


async def test_a_handshake_in_small_pieces_is_read(bare):
    port, state = bare
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = handshake()
    for start in range(0, len(request), 40):
        writer.write(request[start : start + 40])
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"101 Switching Protocols" in head
        assert b'"t":"hello"' in await reader.readuntil(b'hello"')
    writer.close()
    await writer.wait_closed()
    await until(lambda: not state.connections)
