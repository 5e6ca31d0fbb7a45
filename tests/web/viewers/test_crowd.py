"""A room's crowd for its viewers: each event once, whatever is late, early, lost or new."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crowd import ChatRemoved, CrowdEnvelope, Joined, Quote
from core.metrics import Metrics
from tests.web.viewers.crowd import FakeDoor, message, queued
from web.viewers import crowd_protocol
from web.viewers.config import ViewerConfig
from web.viewers.crowd import Listener, Ticket, ViewedCrowd
from web.viewers.viewer import Viewer

SEQ = re.compile(rb'"t":"(chat|crowd)","seq":(\d+)')


@dataclass
class Room:
    """A crowd on a door, with a tick that the test gives."""

    door: FakeDoor = field(default_factory=FakeDoor)
    config: ViewerConfig = field(default_factory=ViewerConfig)

    def __post_init__(self) -> None:
        self.crowd = ViewedCrowd(
            "nova",
            self.door,
            config=self.config,
            flush=self.flush,
            soon=lambda: None,
            position=lambda: 0,
        )
        self.watchers: list[Watcher] = []

    def flush(self) -> None:
        """As `ViewedRoom` does it for those who flow."""
        units = self.crowd.take()
        for watcher in self.watchers:
            if watcher.viewer.attends:
                watcher.viewer.offer(units)


class Watcher:
    """A viewer of the crowd, and what a page would make of what it is sent."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.frames: list[bytes] = []
        self.viewer = Viewer(None, self.frames.append, 10_000_000, Metrics())  # type: ignore[arg-type]
        self.listener = Listener(self.viewer, self.lose)
        self.lost = 0
        self.has_to_join = True
        self.pending: tuple[Joined, Ticket] | None = None
        room.watchers.append(self)

    def lose(self) -> None:
        self.lost += 1
        self.has_to_join = True

    def ask(self, epoch: str | None = None, seq: int = 0) -> None:
        self.room.crowd.attend()
        ticket = self.room.crowd.ticket(self.listener, epoch, seq)
        self.pending = (self.room.door.joined(ticket.epoch, ticket.seq), ticket)

    def ask_again(self) -> None:
        self.ask(self.listener.epoch, self.listener.seq)

    def place(self) -> bool:
        assert self.pending is not None
        joined, ticket = self.pending
        self.pending = None
        self.has_to_join = False
        placed = self.room.crowd.place(self.listener, joined, ticket)
        self.has_to_join = self.has_to_join or not placed
        self.room.crowd.dismiss()
        return placed

    def join(self) -> None:
        self.ask()
        assert self.place()

    @property
    def seqs(self) -> list[int]:
        """Of all crowd events that it was sent, in order."""
        return [int(seq) for _, seq in SEQ.findall(b"".join(self.frames))]


async def test_nothing_is_heard_before_anybody_asks_and_after_the_last_has_left():
    room = Room()
    first, second = Watcher(room), Watcher(room)
    assert room.door.listeners == []
    first.join()
    second.join()
    assert room.door.listened == 1
    room.crowd.leave(first.listener)
    room.crowd.leave(first.listener)
    assert len(room.door.listeners) == 1
    room.crowd.leave(second.listener)
    assert room.door.listeners == []
    room.door.publish(message(1))
    first.join()
    assert (room.door.listened, first.seqs) == (2, [1])


async def test_an_event_is_made_into_bytes_once_for_all(monkeypatch: pytest.MonkeyPatch):
    made = []
    original = crowd_protocol.envelope_payload

    def counting(envelope: CrowdEnvelope) -> bytes:
        made.append(envelope.seq)
        return original(envelope)

    monkeypatch.setattr(crowd_protocol, "envelope_payload", counting)
    room = Room()
    for number in range(1, 4):
        room.door.publish(message(number))
    watchers = [Watcher(room) for _ in range(5)]
    for watcher in watchers[:4]:
        watcher.join()
    room.door.publish(message(4))
    room.flush()
    watchers[4].join()  # and those who come later are sent the same
    assert made == [1, 2, 3, 4]
    assert all(watcher.seqs == [1, 2, 3, 4] for watcher in watchers)


async def test_what_is_said_between_answer_and_arrival_comes_once():
    room = Room()
    early, late = Watcher(room), Watcher(room)
    early.join()
    late.ask()
    for number in range(1, 4):
        room.door.publish(message(number))
    assert late.place()
    room.door.publish(message(4))
    room.flush()
    assert early.seqs == late.seqs == [1, 2, 3, 4]


async def test_an_answer_that_overtakes_what_it_tells_of_is_no_repetition():
    room = Room()
    early, late = Watcher(room), Watcher(room)
    early.join()
    on_the_way = [room.door.publish(message(number), lost=True) for number in range(1, 4)]
    late.join()
    assert (early.seqs, late.seqs) == ([], [1, 2, 3])
    for envelope in on_the_way:
        room.crowd.accept(envelope)
    room.door.publish(message(4))
    room.flush()
    assert early.seqs == late.seqs == [1, 2, 3, 4]
    assert early.lost == late.lost == 0


async def test_a_gap_is_noticed_and_filled():
    room = Room()
    watchers = [Watcher(room) for _ in range(2)]
    for watcher in watchers:
        watcher.join()
    room.door.publish(message(1))
    room.door.publish(message(2), lost=True)
    room.door.publish(message(3))
    assert [watcher.lost for watcher in watchers] == [1, 1]
    room.door.publish(message(4))
    for watcher in watchers:
        watcher.ask_again()
        assert watcher.place()
    room.door.publish(message(5))
    room.flush()
    assert all(watcher.seqs == [1, 2, 3, 4, 5] for watcher in watchers)


async def test_a_new_epoch_lets_everybody_join_again_and_old_stragglers_change_nothing():
    room = Room()
    watcher = Watcher(room)
    watcher.join()
    old = room.door.publish(message(1))
    room.door.begin("crowd-2")
    room.door.publish(message(1))
    assert watcher.lost == 1
    room.crowd.accept(CrowdEnvelope("nova", old.epoch, 2, 0, message(2)))
    watcher.ask_again()
    assert watcher.place()
    room.door.publish(message(2))
    room.flush()
    assert watcher.seqs == [1, 1, 2]
    assert b"".join(watcher.frames).count(b'"epoch":"crowd-2"') == 1


async def test_an_answer_from_before_a_new_epoch_is_asked_for_again():
    room = Room()
    watcher = Watcher(room)
    watcher.ask()
    room.door.begin("crowd-2")
    room.door.publish(message(1))
    assert not watcher.place()
    assert watcher.frames == []
    watcher.join()
    room.door.publish(message(2))
    room.flush()
    assert watcher.seqs == [1, 2]


async def test_an_answer_of_an_epoch_not_heard_yet_is_believed():
    room = Room()
    early, late = Watcher(room), Watcher(room)
    early.join()
    room.door.publish(message(1))
    room.door.begin("crowd-2")
    first = room.door.publish(message(1), lost=True)
    late.join()
    room.crowd.accept(first)
    assert (early.lost, late.lost) == (1, 0)
    early.ask_again()
    assert early.place()
    room.door.publish(message(2))
    room.flush()
    assert (early.seqs, late.seqs) == ([1, 1, 2], [1, 2])


async def test_taking_a_name_later_repeats_nothing():
    room = Room()
    watcher = Watcher(room)
    watcher.join()
    for number in range(1, 4):
        room.door.publish(message(number))
    watcher.ask("crowd-1", 1)  # what the page had seen when it asked
    room.door.publish(message(4))
    room.flush()
    assert watcher.place()
    room.door.publish(message(5))
    room.flush()
    assert watcher.seqs == [1, 2, 3, 4, 5]


async def test_whoever_wants_everything_again_is_sent_it():
    room = Room()
    watcher = Watcher(room)
    watcher.join()
    room.door.publish(message(1))
    watcher.join()
    assert watcher.seqs == [1, 1]


async def test_a_removed_message_is_in_nobody_s_history_and_in_no_memory():
    room = Room()
    early, late = Watcher(room), Watcher(room)
    early.join()
    room.door.publish(message(1, "unfortunate words"))
    room.door.publish(message(2, reply=Quote("m1", "Luz", "unfortunate words")))
    room.door.publish(ChatRemoved(("m1",), "deleted"))
    assert [unit.envelope.seq for unit in room.crowd._memory._units.values()] == [3]
    room.door.log[0] = CrowdEnvelope("nova", "crowd-1", 1, 0, ChatRemoved(("m1",), "deleted"))
    room.door.log[1] = CrowdEnvelope("nova", "crowd-1", 2, 0, message(2))
    late.join()
    assert late.seqs == [1, 2, 3]
    assert b"unfortunate" not in b"".join(late.frames)


async def test_an_answer_from_before_a_removal_is_asked_for_again():
    room = Room()
    early, late = Watcher(room), Watcher(room)
    early.join()
    late.ask()
    room.door.publish(message(1, "unfortunate words"))
    room.door.publish(ChatRemoved(("m1",), "deleted"))
    assert not late.place()
    assert late.frames == []


async def test_a_memory_too_small_is_asked_past():
    room = Room(config=ViewerConfig(crowd_units=4))
    early, late = Watcher(room), Watcher(room)
    early.join()
    late.ask()
    for number in range(1, 7):
        room.door.publish(message(number))
    assert not late.place()
    late.join()
    assert late.seqs == [1, 2, 3, 4, 5, 6]


async def test_moderators_see_what_waits_and_nobody_else():
    room = Room(config=ViewerConfig(queue_seconds=0.0))
    watcher, moderator = Watcher(room), Watcher(room)
    watcher.join()
    moderator.join()
    room.crowd.queue.show(moderator.viewer)
    room.door.hold([queued(1)])
    room.door.hold([queued(1), queued(2)])
    room.crowd.queue._tell()
    assert b"".join(moderator.frames).count(b'"t":"queue"') == 1  # the latest is enough
    assert b'"message":"m2"' in b"".join(moderator.frames)
    assert b'"t":"queue"' not in b"".join(watcher.frames)
    room.crowd.leave(moderator.listener)
    assert room.door.queue_listeners == []


@dataclass
class _World:
    """A host, a way on which events are late or lost, and watchers who come, ask and go."""

    room: Room
    way: list[CrowdEnvelope] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watchers = [Watcher(self.room) for _ in range(3)]
        self.number = 0

    def do(self, deed: str, who: int) -> None:
        watcher, door = self.watchers[who], self.room.door
        if deed == "say":
            self.number += 1
            self.way.append(door.publish(message(self.number), lost=True))
        elif deed == "arrive" and self.way:
            envelope = self.way.pop(0)
            if door.listeners:
                self.room.crowd.accept(envelope)
        elif deed == "lose" and self.way:
            self.way.pop(0)
        elif deed == "begin":
            door.begin(f"{door.epoch}+")
        elif deed == "ask" and watcher.pending is None:
            watcher.ask(watcher.listener.epoch, watcher.listener.seq)
        elif deed == "place" and watcher.pending is not None:
            watcher.place()
        elif deed == "tick":
            self.room.flush()

    def settle(self) -> None:
        """Let everything arrive and everybody who has to ask again ask again."""
        for watcher in self.watchers:
            if watcher.pending is not None:
                watcher.place()
        for _ in range(3):
            self.do("say", 0)  # without an event nobody can know that one was lost
            while self.way:
                self.do("arrive", 0)
            for watcher in self.watchers:
                if watcher.has_to_join:
                    watcher.ask_again()
                    watcher.place()
        self.room.flush()


DEEDS = ("say", "say", "say", "arrive", "arrive", "lose", "begin", "ask", "place", "place", "tick")


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 2)), max_size=60),
)
async def test_nothing_is_lost_and_nothing_comes_twice_whatever_happens(
    deeds: list[tuple[str, int]],
):
    world = _World(Room())
    for deed, who in deeds:
        world.do(deed, who)
    world.settle()
    last = len(world.room.door.log)
    for watcher in world.watchers:
        assert watcher.viewer.attends
        epochs = _runs(watcher.frames)
        assert list(epochs)[-1] == world.room.door.epoch
        for seqs in epochs.values():
            assert seqs == list(range(1, len(seqs) + 1))
        assert epochs[world.room.door.epoch][-1] == last


def _runs(frames: list[bytes]) -> dict[str, list[int]]:
    """The events of each epoch that `joined` announced, in order."""
    runs: dict[str, list[int]] = {}
    epoch = ""
    told = re.compile(rb'"t":"joined".*?"epoch":"([^"]+)"|"t":"chat","seq":(\d+)')
    for match in told.finditer(b"".join(frames)):
        if match[1]:
            epoch = match[1].decode()
            runs.setdefault(epoch, [])
        else:
            runs[epoch].append(int(match[2]))
    return runs
