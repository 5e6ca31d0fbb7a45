"""Two people, and many more, who talk over real sockets."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode

from core.crowd import Appeal, Cheer, Join, Reaction, Refused, Role, Say
from core.errors import BusUnavailable
from tests.web.viewers.crowd import FakeDoor, message, pulse, queued
from tests.web.viewers.material import Set
from tests.web.viewers.serving import (
    QUICK,
    RawViewer,
    Served,
    event,
    events,
    masked,
    serve,
    until,
)
from web.viewers.shut_door import CROWD_ELSEWHERE, ShutDoor
from web.viewers.speaker import person_of
from web.viewers.wants import Wants

LUZ, SOL = "a" * 32, "b" * 32


async def send(viewer: ClientConnection, kind: str, **members: Any) -> None:
    await viewer.send(orjson.dumps({"t": kind, "d": members}).decode())


async def join(viewer: ClientConnection, visitor: str | None = None, **members: Any) -> Any:
    await send(viewer, "join", visitor=visitor, **members)
    return (await event(viewer, "joined"))["d"]


async def entered(served: Served, visitor: str, name: str) -> ClientConnection:
    viewer = await served.watch()
    assert (await join(viewer, visitor, name=name))["name"] == name
    return viewer


async def test_without_joining_nothing_of_the_crowd_is_heard():
    door = FakeDoor()
    async with serve(crowd=door) as served, served.watch() as viewer:
        await event(viewer, "hello")
        assert door.listened == 0
        async with served.watch() as other:
            await join(other)
            door.publish(message(1))
            assert (await event(other, "chat"))["seq"] == 1
        Set(served.bus).start()
        assert (await events(viewer, 1))[0]["t"] == "state"


async def test_two_people_talk():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz, sol = await entered(served, LUZ, "Luz"), await entered(served, SOL, "Sol")
        await send(luz, "say", key="k1", text="¡hola! 🎧")
        said = await event(luz, "said")
        assert said["seq"] == 0
        assert said["d"] == {
            "key": "k1",
            "action": "allow",
            "message": "m1",
            "code": None,
            "retry_after_seconds": None,
            "may_appeal": False,
        }
        for viewer in (luz, sol):
            heard = await event(viewer, "chat")
            assert (heard["seq"], heard["d"]["text"]) == (1, "¡hola! 🎧")
            assert (heard["d"]["name"], heard["d"]["kind"]) == ("Luz", "message")
        await send(sol, "say", key="k1", text="hola, Luz", reply_to="m1")
        assert (await event(luz, "chat"))["d"]["name"] == "Sol"
        said = [request for request in door.asked if isinstance(request, Say)]
        assert said[1] == Say("nova", person_of(SOL), "k1", "hola, Luz", "m1")


async def test_the_host_is_told_digests_and_no_secret_or_address():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        await entered(served, LUZ, "Luz")
        asked = door.asked[0]
        assert isinstance(asked, Join)
        assert asked.person == person_of(LUZ) != LUZ
        assert "127.0.0.1" not in repr(asked) and LUZ not in repr(asked)
        assert asked.address == served.hub.address_digest("127.0.0.1")
        async with serve(crowd=door) as another:
            assert another.hub.address_digest("127.0.0.1") != asked.address


async def test_what_is_sent_at_once_is_done_in_order_after_hello():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        viewer = await RawViewer.open(served)
        frames = [
            {"t": "say", "d": {"key": "k0", "text": "too early"}},
            {"t": "join", "d": {"visitor": LUZ, "name": "Luz"}},
            *({"t": "say", "d": {"key": f"k{n}", "text": f"line {n}"}} for n in (1, 2, 3)),
        ]
        await viewer.say(b"".join(masked(Opcode.TEXT, orjson.dumps(frame)) for frame in frames))
        data = b""
        while b'"seq":3' not in data or b'"key":"k3"' not in data:
            data += await viewer.read()
        order = [b'"t":"hello"', b'"key":"k0"', b'"t":"joined"', b"line 1", b"line 2", b"line 3"]
        places = [data.index(part) for part in order]
        assert places == sorted(places)
        viewer.socket.close()


async def test_coming_back_brings_what_was_missed_once_and_keys_are_not_said_twice():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        await send(luz, "say", key="k1", text="one")
        assert (await event(luz, "chat"))["seq"] == 1
        luz.transport.abort()
        await until(lambda: not door.listeners)
        for number in (2, 3):
            door.publish(message(number))
        async with served.watch() as again:
            joined = await join(again, LUZ, name="Luz", epoch="crowd-1", seq=1)
            assert (joined["from_seq"], joined["last_seq"]) == (2, 3)
            door.publish(message(4))
            missed = [await event(again, "chat") for _ in range(3)]
            assert [each["seq"] for each in missed] == [2, 3, 4]


async def test_a_host_that_begins_anew_is_joined_again_by_itself():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz, reader = await entered(served, LUZ, "Luz"), await served.watch()
        await join(reader)
        door.publish(message(1))
        await event(luz, "chat")
        door.begin("crowd-2")
        door.publish(message(1, "a new day"))
        for viewer in (luz, reader):
            joined = (await event(viewer, "joined"))["d"]
            assert (joined["epoch"], joined["last_seq"]) == ("crowd-2", 1)
            assert (await event(viewer, "chat"))["d"]["text"] == "a new day"
        assert door.names[person_of(LUZ)] == "Luz"
        await send(luz, "say", key="k", text="still here")
        assert (await event(luz, "said"))["d"]["action"] == "allow"


async def test_a_host_that_forgot_us_without_a_word_is_told_who_we_are():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        door.begin("crowd-2")
        await send(luz, "say", key="k", text="hello?")
        assert (await event(luz, "said"))["d"]["action"] == "allow"


async def test_a_name_that_was_taken_meanwhile_costs_the_name_and_not_the_chat():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        door.begin("crowd-2")
        door.names["somebody else"] = "Luz"
        door.publish(message(1))
        refused = (await event(luz, "refused"))["d"]
        assert (refused["of"], refused["code"]) == ("join", "name_taken")
        assert (await event(luz, "joined"))["d"]["name"] is None
        assert (await event(luz, "chat"))["seq"] == 1


async def test_a_host_that_is_away_is_asked_again_until_it_is_back(monkeypatch):
    monkeypatch.setattr("web.viewers.speaker.FIRST_RETRY_SECONDS", 0.01)
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        door.publish(message(1), lost=True)
        door.answers = [BusUnavailable("away"), BusUnavailable("away"), Refused("busy", 1.0)]
        door.publish(message(2))
        got = [await event(luz, "chat") for _ in range(2)]
        assert [each["seq"] for each in got] == [1, 2]
        assert door.answers == []


async def test_a_first_join_that_fails_is_answered():
    door = FakeDoor()
    door.answers = [BusUnavailable("away"), Refused("name_taken")]
    async with serve(crowd=door) as served, served.watch() as viewer:
        for code in ("bus_unavailable", "name_taken"):
            await send(viewer, "join", visitor=LUZ, name="Luz")
            assert (await event(viewer, "refused"))["d"]["code"] == code
        assert door.listeners == []
        await join(viewer, LUZ, name="Luz")


@pytest.mark.parametrize("code", [None, CROWD_ELSEWHERE])
async def test_where_there_is_no_crowd_that_is_said(code: str | None):
    options = {} if code is None else {"crowd": ShutDoor(code)}
    async with serve(**options) as served, served.watch() as viewer:
        await send(viewer, "join", visitor=LUZ, name="Luz")
        refused = await event(viewer, "refused")
        assert refused["d"] == {
            "of": "join",
            "key": None,
            "code": code or "chat_disabled",
            "retry_after_seconds": None,
        }
        await send(viewer, "say", key="k", text="hola")
        assert (await event(viewer, "refused"))["d"]["code"] == "not_joined"


async def test_what_is_malformed_is_said_to_be():
    async with serve(crowd=FakeDoor()) as served, served.watch() as viewer:
        await join(viewer, LUZ, name="Luz")
        for kind, members, key in (
            ("say", {"key": "k7", "text": "x" * 501}, "k7"),
            ("cheer", {"reaction": "applause"}, None),
            ("join", {"visitor": "me"}, None),
        ):
            await send(viewer, kind, **members)
            refused = (await event(viewer, "refused"))["d"]
            assert (refused["of"], refused["key"], refused["code"]) == (kind, key, "malformed")


async def test_the_operator_may_want_shorter_messages():
    config = replace(QUICK, message_characters=5)
    async with serve(config, crowd=FakeDoor()) as served:
        luz = await entered(served, LUZ, "Luz")
        await send(luz, "say", key="k1", text="123456")
        refused = (await event(luz, "refused"))["d"]
        assert (refused["key"], refused["code"]) == ("k1", "too_long")
        await send(luz, "say", key="k2", text="12345")
        assert (await event(luz, "said"))["d"]["key"] == "k2"


async def test_cheers_and_appeals_reach_the_host():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        await send(luz, "say", key="k1", text="rude")
        assert (await event(luz, "said"))["d"]["code"] == "held"
        await send(luz, "cheer", reaction="hands")
        await send(luz, "appeal", key="k1")
        taken = (await event(luz, "said"))["d"]
        assert (taken["key"], taken["action"], taken["code"]) == ("k1", "delete", "appealed")
        assert door.asked[-2:] == [
            Cheer("nova", person_of(LUZ), Reaction.HANDS),
            Appeal("nova", person_of(LUZ), "k1"),
        ]


async def test_a_host_that_does_not_answer_is_not_waited_for():
    door = FakeDoor()
    async with serve(replace(QUICK, ask_seconds=0.05), crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        door.gate = asyncio.Event()
        await send(luz, "say", key="k1", text="hola")
        refused = (await event(luz, "refused"))["d"]
        assert (refused["of"], refused["key"], refused["code"]) == ("say", "k1", "busy")
        assert refused["retry_after_seconds"] > 0


async def test_so_much_may_be_asked_at_once_and_no_more():
    door = FakeDoor()
    async with serve(replace(QUICK, max_asks=3), crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        door.gate = asyncio.Event()
        await send(luz, "say", key="k0", text="hola")
        await until(lambda: isinstance(door.asked[-1], Say))
        for number in range(1, 6):
            await send(luz, "say", key=f"k{number}", text="hola")
        busy = [(await event(luz, "refused"))["d"] for _ in range(2)]
        assert [(each["key"], each["code"]) for each in busy] == [("k4", "busy"), ("k5", "busy")]
        assert served.count("djuv_queue_dropped_total", queue="viewer_asks") == 2
        door.gate.set()
        said = [(await event(luz, "said"))["d"]["key"] for _ in range(4)]
        assert said == ["k0", "k1", "k2", "k3"]


async def test_a_flood_of_words_closes_with_1008():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz, sol = await entered(served, LUZ, "Luz"), await entered(served, SOL, "Sol")
        for number in range(25):
            await send(luz, "say", key=f"k{number}", text="spam")
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(5):
                while True:
                    await luz.recv()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
        await send(sol, "say", key="k", text="peace")
        assert (await event(sol, "said"))["d"]["action"] == "allow"


async def test_a_connection_that_ends_leaves_nothing_behind():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        await served.hub.room("nova")
        before = len(asyncio.all_tasks())
        luz = await entered(served, LUZ, "Luz")
        door.gate = asyncio.Event()
        for number in range(3):
            await send(luz, "say", key=f"k{number}", text="hola")
        await until(lambda: isinstance(door.asked[-1], Say))
        luz.transport.abort()
        await until(lambda: not door.listeners)
        await until(lambda: len(asyncio.all_tasks()) <= before)


async def test_a_moderator_sees_what_waits_at_once_and_as_it_changes():
    door = FakeDoor()
    door.waiting = [queued(1)]
    config = replace(QUICK, queue_seconds=0.01)
    async with serve(config, crowd=door) as served, served.watch() as viewer:
        joined = await join(viewer, LUZ, credential="a-moderator")
        assert joined["role"] == "moderator"
        (waits,) = (await event(viewer, "queue"))["d"]["waiting"]
        assert (waits["message"], waits["text"], waits["reasons"]) == ("m1", "?", ["insult"])
        door.hold([])
        assert (await event(viewer, "queue"))["d"] == {"waiting": []}


async def test_a_moderator_whose_right_is_gone_sees_nothing_more():
    door = FakeDoor()
    config = replace(QUICK, queue_seconds=0.01, queue_refresh_seconds=0.05)
    async with serve(config, crowd=door) as served, served.watch() as viewer:
        await join(viewer, LUZ, name="Luz", credential="a-moderator")
        await event(viewer, "queue")
        door.roles[person_of(LUZ)] = Role.VIEWER
        await until(lambda: not door.queue_listeners)
        door.answers = [Refused("not_allowed")]
        refused = (await event(viewer, "refused"))["d"]
        assert (refused["of"], refused["code"]) == ("join", "not_allowed")
        joined = (await event(viewer, "joined"))["d"]
        assert (joined["role"], joined["name"]) == ("viewer", "Luz")
        assert door.queue_listeners == []


async def test_a_wrong_pass_lets_nobody_in():
    async with serve(crowd=FakeDoor()) as served, served.watch() as viewer:
        await send(viewer, "join", visitor=LUZ, credential="guessed")
        assert (await event(viewer, "refused"))["d"]["code"] == "not_allowed"


async def test_chat_comes_with_the_sound_that_is_due(monkeypatch):
    door = FakeDoor()
    async with serve(crowd=door) as served, served.watch() as viewer:
        await join(viewer)
        room = await served.hub.room("nova")
        await until(lambda: len(room._flowing[Wants.SOUND]) == 1)
        (only,) = room._flowing[Wants.SOUND]
        writes = []
        write = only.write
        monkeypatch.setattr(only, "write", lambda data: (writes.append(data), write(data)))
        dj = Set(served.bus)
        dj.play()
        door.publish(message(1))
        dj.play()
        door.publish(message(2))
        async with asyncio.timeout(5):
            received = [await viewer.recv() for _ in range(4)]
        assert len(writes) == 1
        assert [type(each) for each in received] == [bytes, bytes, str, str]


async def test_who_wants_events_alone_gets_the_chat_as_well():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        dj = Set(served.bus)
        dj.start()
        async with served.watch("/rooms/nova/live?media=0") as reader:
            await join(reader)
            dj.play()
            door.publish(pulse())
            assert (await event(reader, "crowd"))["d"]["hype"] == 71.2


async def test_a_slow_reader_of_the_chat_is_let_go_and_nobody_else_notices():
    door = FakeDoor()
    config = replace(QUICK, outbox_bytes=65_536, high_water_bytes=16_384)
    async with serve(config, crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        slow = await RawViewer.open(served, receive_bytes=4_096)
        await slow.say(masked(Opcode.TEXT, b'{"t":"join","d":{}}'))
        await until(lambda: served.hub.known("nova").crowd.listeners == 2)

        async def read_all() -> list[int]:
            return [(await event(luz, "chat"))["seq"] for _ in range(4_000)]

        reading = asyncio.create_task(read_all())
        for number in range(1, 4_001):
            door.publish(message(number, "x" * 400))
            if number % 20 == 0:
                await asyncio.sleep(0.01)
        assert await reading == list(range(1, 4_001))
        await until(lambda: served.count("djuv_viewer_disconnects_total", reason="too_slow") == 1)
        slow.socket.close()


async def test_an_event_that_cannot_be_told_costs_only_itself():
    door = FakeDoor()
    async with serve(crowd=door) as served, served.watch() as viewer:
        await join(viewer)
        door.publish("not an event")  # type: ignore[arg-type]
        door.publish(message(2))
        assert (await event(viewer, "chat"))["seq"] == 2


async def test_a_closing_hub_says_goodbye_to_a_crowd_as_well():
    door = FakeDoor()
    async with serve(crowd=door) as served:
        luz = await entered(served, LUZ, "Luz")
        await served.hub.close()
        await luz.wait_closed()
        assert luz.close_code == 1001
        assert door.listeners == []
