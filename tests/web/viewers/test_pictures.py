"""Pictures on their way to viewers: to those who want them, at once, and never across a gap."""

import asyncio
import itertools
from dataclasses import replace

import numpy as np
import orjson
import pytest
from websockets.frames import Opcode

from core.bus import MemoryBus
from core.clock import SystemClock
from core.messages import Phase, Track
from core.metrics import Metrics
from core.show import PictureFormat, watched_as
from tests.web.viewers.material import Set, envelope, finding, packet, picture, show, state
from tests.web.viewers.serving import QUICK, RawViewer, event, frames, headers, serve, until
from tests.web.viewers.video import GROUP, decoded, encoded
from web.viewers import ViewerHub
from web.viewers.protocol import HEADER, MediaFlag, MediaKind
from web.viewers.viewer import Viewer
from web.viewers.wants import Wants

KEY, GAP, SIZE, LATE = (
    MediaFlag.KEY,
    MediaFlag.DISCONTINUITY,
    MediaFlag.CONFIGURATION_CHANGED,
    MediaFlag.CATCH_UP,
)
VIDEO = "/rooms/nova/live?video=vp9"
STILLS = "/rooms/nova/live?video=jpeg"
JPEG = PictureFormat.JPEG


async def units(viewer, count, kind):
    """The next `count` media units of a kind, as header and payload."""
    found = []
    async with asyncio.timeout(5):
        while len(found) < count:
            message = await viewer.recv()
            if isinstance(message, bytes) and message[0] == kind:
                found.append((HEADER.unpack(message[:16]), message[16:]))
    return found


async def test_a_silent_screen_is_sent_no_sound_and_is_no_audience():
    async with serve() as served:
        dj = Set(served.bus)
        dj.start()
        async with (
            served.watch(f"{VIDEO}&sound=0") as screen,
            served.watch(VIDEO) as viewer,
        ):
            told = (await event(screen, "hello"))["d"]["tracks"]
            assert [track["kind"] for track in told] == [MediaKind.VIDEO]
            await until(lambda: served.bus.viewers("nova") == 1)
            assert served.bus.viewers(watched_as("nova", PictureFormat.VP9)) == 2
            for key in (True, False):
                dj.play()
                dj.draw(key=key)
            kinds = {}
            for watching in (screen, viewer):
                kinds[watching] = []
                while kinds[watching].count(MediaKind.VIDEO) < 2:
                    message = await asyncio.wait_for(watching.recv(), 5)
                    if isinstance(message, bytes):
                        kinds[watching].append(message[0])
            assert set(kinds[screen]) == {MediaKind.VIDEO}
            assert set(kinds[viewer]) == {MediaKind.VIDEO, MediaKind.OPUS}


async def test_the_bus_knows_how_many_watch_in_each_format():
    def counted(bus):
        video, stills = (bus.viewers(watched_as("nova", each)) for each in PictureFormat)
        return bus.viewers("nova"), video, stills

    async with serve() as served:
        for path in ("/rooms/nova/live", "/rooms/nova/live?media=0&video=vp9", VIDEO):
            await served.watch(path)
        one, other = await served.watch(VIDEO), await served.watch(STILLS)
        await until(lambda: counted(served.bus) == (4, 2, 1))
        await one.close()
        await other.close()
        await until(lambda: counted(served.bus) == (2, 1, 0))


async def test_each_viewer_gets_the_pictures_that_it_asked_for_and_no_others():
    async with serve() as served:
        paths = {
            "/rooms/nova/live": [MediaKind.OPUS],
            "/rooms/nova/live?video=none": [MediaKind.OPUS],
            VIDEO: [MediaKind.OPUS, MediaKind.VIDEO],
            STILLS: [MediaKind.OPUS, MediaKind.JPEG],
            "/rooms/nova/live?media=0&video=vp9": [],
        }
        viewers = {path: await served.watch(path) for path in paths}
        for path, viewer in viewers.items():
            tracks = (await event(viewer, "hello"))["d"]["tracks"]
            assert [track["kind"] for track in tracks] == paths[path]
        dj = Set(served.bus)
        dj.start()
        for number in range(3):
            dj.play()
            dj.draw(key=number == 0)
            dj.draw(form=JPEG)
        dj.say(finding("last_one"))
        for path, viewer in viewers.items():
            kinds, message = [], ""
            async with asyncio.timeout(5):
                while "last_one" not in message:
                    message = await viewer.recv()
                    if isinstance(message, bytes):
                        kinds.append(message[0])
                        message = ""
            assert kinds == [kind for _ in range(3) for kind in paths[path]], path
            await viewer.close()


async def test_a_late_joiner_sees_at_once_and_goes_on_with_what_comes():
    pictures = encoded(GROUP + 8)
    async with serve() as served:
        room = await served.hub.room("nova")
        dj = Set(served.bus)
        dj.start()
        for each in pictures[: GROUP + 5]:
            dj.say(each, each.start_sample)
        await until(lambda: len(room.picture.reels[Track.VIDEO].burst(0)) == 5)
        dj.say(finding("before"))
        async with served.watch(VIDEO) as viewer:
            order = []
            async with asyncio.timeout(5):
                while len(order) < 3 + 5:  # hello, state, finding
                    message = await viewer.recv()
                    order.append(
                        orjson.loads(message)["t"] if isinstance(message, str) else message
                    )
            assert order[:3] == ["hello", "state", "finding"]
            burst = [(HEADER.unpack(each[:16]), each[16:]) for each in order[3:]]
            for each in pictures[GROUP + 5 :]:
                dj.say(each, each.start_sample)
            live = await units(viewer, 3, MediaKind.VIDEO)
        flags = [header[1] for header, _ in burst]
        assert flags == [KEY | LATE, *[LATE] * 4]
        assert [header[1] for header, _ in live] == [0, 0, 0]
        assert [header[3] for header, _ in (*burst, *live)] == list(range(GROUP + 1, GROUP + 9))
        seen = decoded([payload for _, payload in (*burst, *live)])
        meant = decoded([each.payload for each in pictures])[GROUP:]
        assert len(seen) == len(meant) == 8
        assert all(np.array_equal(one, other) for one, other in zip(seen, meant, strict=True))


async def test_a_late_joiner_of_stills_gets_the_last_one():
    async with serve() as served:
        room = await served.hub.room("nova")
        dj = Set(served.bus)
        dj.start()
        for _ in range(4):
            dj.draw(form=JPEG)
        await until(lambda: room.picture.reels[Track.STILLS].burst(0)[-1:])
        async with served.watch(STILLS) as viewer:
            ((header, payload),) = await units(viewer, 1, MediaKind.JPEG)
            assert header == (MediaKind.JPEG, KEY | LATE, 2, 4, 150_000)
            assert payload == picture(3, form=JPEG).payload
            dj.draw(form=JPEG)
            ((header, _),) = await units(viewer, 1, MediaKind.JPEG)
            assert header[1:4] == (KEY, 2, 5)


async def test_sound_and_pictures_of_a_tick_are_one_write_and_frames_are_made_once(monkeypatch):
    config = replace(QUICK, audio_tick_seconds=0.06)
    async with serve(config) as served:
        viewers = [await served.watch(VIDEO) for _ in range(3)]
        for viewer in viewers:
            await event(viewer, "hello")
        room = await served.hub.room("nova")
        await until(lambda: len(room._flowing[Wants.VIDEO]) == 3)
        writes = {}
        for each in room._flowing[Wants.VIDEO]:
            kept = writes[each] = []
            write = each.write
            monkeypatch.setattr(
                each, "write", lambda data, k=kept, w=write: (k.append(data), w(data))
            )
        dj = Set(served.bus)
        for number in range(3):
            dj.play()
            dj.draw(key=number == 0)
        for viewer in viewers:
            assert len(await units(viewer, 3, MediaKind.VIDEO)) == 3
            await viewer.close()
        (first,), (second,), (third,) = writes.values()
        assert first is second is third
        assert [header[0] for header in headers(first)] == [1, 2, 1, 2, 1, 2]


@pytest.mark.parametrize("ending", ["show", "set"])
async def test_nobody_is_sent_a_picture_of_a_show_that_is_over(ending):
    async with serve() as served:
        room = await served.hub.room("nova")
        dj = Set(served.bus)
        dj.start()
        dj.draw(key=True)
        dj.draw()
        over = show(False, "off") if ending == "show" else state(dj.info, Phase.ENDED)
        dj.say(over)
        await until(lambda: room.picture.history.last_seq == 2)
        async with served.watch(VIDEO) as viewer:
            await event(viewer, "hello")
            dj.draw()  # a straggler
            dj.draw(key=True)
            ((header, _),) = await units(viewer, 1, MediaKind.VIDEO)
            assert header[1:4] == (KEY | GAP, 1, 4)
        assert served.count("djuv_pictures_skipped_total") == 1


async def test_a_new_set_begins_with_a_key_picture_of_its_own():
    async with serve() as served, served.watch(VIDEO) as viewer:
        await event(viewer, "hello")
        dj = Set(served.bus)
        dj.start()
        dj.draw(key=True)
        dj.draw()
        following = Set(served.bus, "set-2")
        following.start()
        dj.draw()  # of the set that gave way
        following.draw()
        following.draw(key=True)
        following.draw()
        seen = [header[1:4] for header, _ in await units(viewer, 4, MediaKind.VIDEO)]
        assert seen == [(KEY, 1, 1), (0, 1, 2), (KEY | GAP, 1, 2), (0, 1, 3)]


async def test_how_the_show_stands_is_told_and_told_again_to_who_joins():
    async with serve() as served, served.watch("/rooms/nova/live?media=0") as reader:
        await event(reader, "hello")
        dj = Set(served.bus)
        dj.start()
        dj.say(show())
        told = await event(reader, "show")
        assert (told["seq"], told["d"]["scene"], told["d"]["settings"]["text"]) == (
            2,
            "nebula",
            "NOVA",
        )
        dj.say(finding(), 100 * 48_000)  # long after
        await event(reader, "finding")
        async with served.watch() as late:
            assert (await event(late, "show"))["d"] == told["d"]


async def test_pictures_do_not_move_the_room_on():
    async with serve() as served:
        room = await served.hub.room("nova")
        dj = Set(served.bus)
        dj.start()
        ahead = picture(100, key=True)  # five seconds ahead of the sound
        dj.say(ahead, ahead.start_sample)
        dj.play()
        await until(lambda: room.picture.reels[Track.VIDEO].is_under_way)
        assert room.picture.position_microseconds == 0


TIGHT = replace(
    QUICK,
    high_water_bytes=8_192,
    low_water_bytes=2_048,
    outbox_bytes=65_536,
    outbox_picture_bytes=16_384,
    edge_stats_seconds=60,
)


def follows(seen):
    """Whether every picture of `(seq, flags)` has what it needs, and gaps are told."""
    gaps = [
        flags
        for (before, _), (seq, flags) in itertools.pairwise([(0, 0), *seen])
        if seq != before + 1
    ]
    return bool(seen[0][1] & KEY) and all(flags & KEY and flags & GAP for flags in gaps)


async def test_a_slow_viewer_skips_to_a_key_picture_and_keeps_all_sound_and_events():
    async with serve(TIGHT) as served, served.watch(VIDEO, max_queue=None) as quick:
        slow = await RawViewer.open(served, VIDEO, receive_bytes=4_096)
        await until(lambda: served.hub.viewers_in("nova") == 2)
        dj = Set(served.bus)
        dj.start()
        data, all_of_them = bytearray(), []
        for number in range(200):
            dj.play(size=100)
            dj.draw(key=number % 20 == 0, size=3_000)
            if number % 10 == 0:
                dj.say(finding())
            all_of_them += await units(quick, 1, MediaKind.VIDEO)
            if number % 2:  # it reads, but slower than that
                data += await slow.read(2_048)
        await until(lambda: served.count("djuv_viewer_drops_total", kind="video") > 20)
        dj.say(finding("last_one"))
        while not any(b"last_one" in frame.data for frame in frames(bytes(data))):
            data += await slow.read()
        seen = headers(bytes(data))
        sound = [seq for kind, _, _, seq, _ in seen if kind == MediaKind.OPUS]
        assert sound == list(range(1, 201))
        said = [orjson.loads(f.data) for f in frames(bytes(data)) if f.data[:1] == b"{"]
        assert [each["seq"] for each in said if each["seq"]] == list(range(1, 23))
        video = [(seq, flags) for kind, flags, _, seq, _ in seen if kind == MediaKind.VIDEO]
        assert len(video) < 200
        assert follows(video)
        assert any(flags & GAP for _, flags in video)
        assert served.count("djuv_viewer_drops_total", kind="audio") == 0
        assert [header[3] for header, _ in all_of_them] == list(range(1, 201))
        slow.socket.close()


async def test_sound_waits_behind_few_pictures_on_a_line_that_carries_not_both():
    async with serve(QUICK) as served:
        slow = await RawViewer.open(served, VIDEO, receive_bytes=4_096)
        await until(lambda: served.hub.viewers_in("nova") == 1)
        dj = Set(served.bus)
        dj.start()
        for number in range(100):  # nobody reads
            dj.draw(key=number % 20 == 0, size=3_000)
            dj.play(size=320)
            await asyncio.sleep(0.001)
        last = dj.play(size=320).seq
        data = bytearray()
        while (MediaKind.OPUS, last) not in [(each[0], each[3]) for each in headers(bytes(data))]:
            data += await slow.read()
        pictures = []
        for unit in (each.data for each in frames(bytes(data)) if each.opcode is Opcode.BINARY):
            kind, _, _, seq, _ = HEADER.unpack(unit[:16])
            if (kind, seq) == (MediaKind.OPUS, last):
                break
            pictures += [len(unit)] * (kind == MediaKind.VIDEO)
        assert served.count("djuv_viewer_drops_total", kind="audio") == 0
        assert 0 < sum(pictures) < 100_000  # of 300,000; the kernel holds some
        slow.socket.close()


async def test_a_viewer_that_flows_again_gets_no_picture_before_the_next_key_picture():
    hub = ViewerHub(MemoryBus(), clock=SystemClock(), metrics=Metrics(), config=QUICK)
    room = await hub.room("nova")
    written = []
    viewer = Viewer(
        None, written.append, 65_536, hub.metrics, wants=Wants.VIDEO, picture_bytes=1_000
    )
    seqs = itertools.count(1)

    def draw(key=False, reconfigured=False):
        seq = next(seqs)
        message = picture(seq, key=key, reconfigured=reconfigured)
        room.accept(envelope(message, seq=seq))
        room.flush()

    def seen():
        data = b"".join(written)
        written.clear()
        return [(seq, flags) for _, flags, _, seq, _ in headers(data)]

    room.join(viewer, None)
    draw(key=True)
    draw()
    assert seen() == [(1, KEY), (2, 0)]
    viewer.pause()
    for _ in range(5):
        draw()
    viewer.resume()  # nothing of it waits any more
    assert viewer in room._flowing[Wants.SOUND]
    draw()
    assert seen() == []
    draw(key=True, reconfigured=True)
    draw()
    assert seen() == [(9, KEY | SIZE | GAP), (10, 0)]
    assert viewer in room._flowing[Wants.VIDEO]
    assert viewer.dropped == 6
    viewer.pause()
    draw()
    viewer.resume()  # it fitted: nothing was missed
    draw()
    assert seen() == [(11, LATE), (12, 0)]
    await hub.close()


async def test_who_joins_a_run_too_long_to_keep_waits_for_the_next_key_picture():
    config = replace(QUICK, reel_units=3)
    hub = ViewerHub(MemoryBus(), clock=SystemClock(), metrics=Metrics(), config=config)
    room = await hub.room("nova")
    for seq in range(1, 6):
        room.accept(envelope(picture(seq, key=seq == 1), seq=seq))
    written = []
    viewer = Viewer(None, written.append, 65_536, hub.metrics, wants=Wants.VIDEO)
    room.join(viewer, None)
    for seq in range(6, 10):
        room.accept(envelope(picture(seq, key=seq == 8), seq=seq))
        room.flush()
    seen = [(seq, flags) for _, flags, _, seq, _ in headers(b"".join(written))]
    assert seen == [(8, KEY | GAP), (9, 0)]
    room.leave(viewer)
    assert not room.viewers
    assert not room._skipping
    await hub.close()


async def test_the_group_waits_behind_a_full_transport_and_the_rest_follows_on():
    hub = ViewerHub(MemoryBus(), clock=SystemClock(), metrics=Metrics(), config=QUICK)
    room = await hub.room("nova")
    for seq in range(1, 61):
        room.accept(envelope(picture(seq, key=seq == 1, size=1_000), seq=seq))
    written = []

    def write(data):
        written.append(data)
        if len(written) == 1:
            viewer.pause()

    viewer = Viewer(None, write, 65_536, hub.metrics, wants=Wants.VIDEO)
    room.join(viewer, None)
    for seq in range(61, 64):
        room.accept(envelope(picture(seq), seq=seq))
        room.flush()
    viewer.resume()
    room.accept(envelope(picture(64), seq=64))
    room.flush()
    seen = [(seq, flags) for _, flags, _, seq, _ in headers(b"".join(written))]
    assert [seq for seq, _ in seen] == list(range(1, 65))
    assert all(flags & LATE for _, flags in seen[:63])
    assert seen[63] == (64, 0)
    await hub.close()


def crowded_room(pictures, size):
    """A room with one key picture and those that need it, and a viewer who is to join."""
    hub = ViewerHub(MemoryBus(), clock=SystemClock(), metrics=Metrics(), config=QUICK)
    written = []

    def write(data):
        written.append(data)
        if write.full_after is not None and len(written) >= write.full_after:
            viewer.pause()

    write.full_after = None
    viewer = Viewer(None, write, 65_536, hub.metrics, wants=Wants.VIDEO, picture_bytes=32_768)

    async def fill():
        room = await hub.room("nova")
        for seq in range(1, pictures + 1):
            room.accept(envelope(picture(seq, key=seq == 1, size=size), seq=seq))
        return room

    return hub, viewer, written, write, fill


@pytest.mark.parametrize("full_after", [1, 2])
async def test_sound_does_not_wait_for_the_pictures_of_who_joins(full_after):
    hub, viewer, written, write, fill = crowded_room(20, 1_000)
    room = await fill()
    write.full_after = full_after
    room.join(viewer, None)
    before = len(headers(b"".join(written)))  # pictures that went before there was sound
    assert before < 20
    for seq in range(1, 6):
        room.accept(envelope(packet(seq), seq=seq))
    room.flush()
    write.full_after = None
    viewer.resume()
    seen = headers(b"".join(written))
    kinds = [kind for kind, *_ in seen]
    assert kinds == [2] * before + [1] * 5 + [2] * (20 - before)
    assert [seq for kind, _, _, seq, _ in seen if kind == 2] == list(range(1, 21))
    await hub.close()


async def test_pictures_of_who_joins_wait_within_the_bound_of_all_pictures():
    hub, viewer, written, write, fill = crowded_room(60, 1_000)
    room = await fill()
    write.full_after = 1
    room.join(viewer, None)
    assert viewer.bytes_held <= 32_768
    assert viewer.skips_pictures
    write.full_after = None
    viewer.resume()
    room.accept(envelope(picture(61), seq=61))
    room.accept(envelope(picture(62, key=True), seq=62))
    room.flush()
    seen = [(seq, flags) for kind, flags, _, seq, _ in headers(b"".join(written)) if kind == 2]
    assert seen == [(62, KEY | GAP)]
    await hub.close()


async def test_a_good_line_takes_more_pictures_at_once_than_may_wait():
    hub, viewer, written, _, fill = crowded_room(60, 1_000)
    room = await fill()
    room.join(viewer, None)
    seen = [seq for _, _, _, seq, _ in headers(b"".join(written))]
    assert seen == list(range(1, 61))
    assert viewer in room._flowing[Wants.VIDEO]
    await hub.close()
