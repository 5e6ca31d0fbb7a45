"""What one delivery to one viewer costs: the product's fan-out against its peers, in one run.

Every server runs in a process of its own; one process holds all viewers as bare sockets over
loopback, and counts whole frames, so that no delivery is paid for that did not happen. Rounds
alternate between the servers, and medians of CPU time are compared as ratios: the machine and what
else it does fall out.
"""

from __future__ import annotations

import multiprocessing
import resource
import selectors
import socket
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from benchmarks.fan_out_peers import EVENT_BYTES, PACKET_BYTES, PATH, PEERS, serve_peer

NAME: Final = "fan-out"
AIM_RATIO: Final = 1.7
"""How many times cheaper than `websockets.broadcast` the hub is meant to be."""

HANDSHAKE: Final = (
    f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: djuv.v1\r\n\r\n"
).encode()

PING: Final = 0x89
PONG: Final = 0x8A

_SPAWN: Final = multiprocessing.get_context("spawn")
_ANSWER_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    viewers: int
    rounds: int
    events: int  # in a round
    pause_seconds: float  # between events: viewers and servers are idle before the next
    room_seconds: float  # of a room on air, in a round


FULL: Final = Plan(viewers=500, rounds=5, events=60, pause_seconds=0.02, room_seconds=2.0)
QUICK: Final = Plan(viewers=20, rounds=1, events=10, pause_seconds=0.01, room_seconds=0.2)


class Audience:
    """Viewers of one server as bare sockets; counts whole frames of the two sizes that matter."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._waiting: dict[socket.socket, bytearray] = {}
        self.events = 0
        self.packets = 0

    def join(self, port: int) -> None:
        """Connect one more viewer."""
        viewer = socket.create_connection(("127.0.0.1", port), timeout=10)
        viewer.sendall(HANDSHAKE)
        head = b""
        while b"\r\n\r\n" not in head:
            head += viewer.recv(4_096)
        if not head.startswith(b"HTTP/1.1 101 "):
            raise RuntimeError(f"the server refused a viewer: {head!r}")
        viewer.setblocking(False)
        self._waiting[viewer] = bytearray(head.partition(b"\r\n\r\n")[2])
        self._selector.register(viewer, selectors.EVENT_READ, self)

    def read(self, viewer: socket.socket) -> None:
        """Take what came and count the frames that are complete."""
        data = viewer.recv(262_144)
        if not data:
            raise RuntimeError("a server closed a viewer's connection")
        waiting = self._waiting[viewer]
        waiting += data
        position = 0
        while (end := _frame_end(waiting, position)) is not None:
            if waiting[position] == PING:
                _answer_ping(viewer, waiting[position + 2 : end])
            length = end - position - 4
            self.events += length == EVENT_BYTES
            self.packets += length == PACKET_BYTES + 16
            position = end
        del waiting[:position]

    def close(self) -> None:
        """Leave."""
        for viewer in self._waiting:
            self._selector.unregister(viewer)
            viewer.close()


def _answer_ping(viewer: socket.socket, payload: bytearray) -> None:
    """Send a pong, masked with zeros; servers close on viewers who do not answer."""
    viewer.send(bytes((PONG, 0x80 | len(payload), 0, 0, 0, 0)) + payload)


def _frame_end(data: bytearray, start: int) -> int | None:
    """Return where the frame at `start` ends, or None if it is not all there."""
    if len(data) < start + 4:
        short = len(data) >= start + 2 and data[start + 1] < 126
        end = start + 2 + data[start + 1] if short else None
        return end if end is not None and end <= len(data) else None
    length = data[start + 1]
    if length < 126:
        end = start + 2 + length
    else:
        end = start + 4 + int.from_bytes(data[start + 2 : start + 4], "big")
    return end if end <= len(data) else None


def hold_audiences(ports: dict[str, int], viewers: int, pipe: Connection) -> None:
    """Be every server's audience, and tell counts when asked; a process's entry point."""
    selector = selectors.DefaultSelector()
    audiences = {name: Audience(selector) for name in ports}
    for name, audience in audiences.items():
        for _ in range(viewers):
            audience.join(ports[name])
    selector.register(pipe, selectors.EVENT_READ)
    pipe.send("ready")
    while True:
        for key, _ in selector.select():
            if isinstance(key.fileobj, socket.socket):
                key.data.read(key.fileobj)
                continue
            try:
                asked = pipe.recv()
            except EOFError:
                return
            pipe.send((audiences[asked].events, audiences[asked].packets))


class Arena:
    """All servers and their audience; a context manager."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._processes: list[SpawnProcess] = []
        self._servers: dict[str, Connection] = {}

    def __enter__(self) -> Arena:
        _allow_open_files(self._plan.viewers * len(PEERS) + 200)
        for name in PEERS:
            self._servers[name] = self._start(serve_peer, name)
        ports = {name: int(_answer(pipe)) for name, pipe in self._servers.items()}
        self._audience = self._start(hold_audiences, ports, self._plan.viewers)
        _answer(self._audience)
        return self

    def _start(self, entry: Callable[..., None], *arguments: object) -> Connection:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=entry, args=(*arguments, theirs), daemon=True)
        process.start()
        theirs.close()
        self._processes.append(process)
        return ours

    def __exit__(self, *exception: object) -> None:
        for pipe in (self._audience, *self._servers.values()):
            pipe.close()
        for process in self._processes:
            process.terminate()
            process.join(10)

    def events(self, name: str) -> float:
        """Return CPU seconds per 100,000 deliveries of one round of events."""
        plan = self._plan
        seconds, deliveries, _ = self._round(name, "events", plan.events, plan.pause_seconds)
        expected = plan.events * plan.viewers
        if deliveries != expected:
            raise RuntimeError(f"{name} delivered {deliveries} of {expected} events")
        return seconds / deliveries * 100_000

    def room(self, name: str) -> float:
        """Return CPU seconds per viewer and hour of a room on air."""
        plan = self._plan
        seconds, _, packets = self._round(name, "room", plan.room_seconds)
        expected = round(plan.room_seconds / 0.02) * plan.viewers
        if packets != expected:
            raise RuntimeError(f"{name} delivered {packets} of {expected} packets")
        return seconds / plan.viewers / plan.room_seconds * 3_600

    def _round(self, name: str, *command: object) -> tuple[float, int, int]:
        events, packets = self._count(name)
        self._servers[name].send(command)
        seconds = float(_answer(self._servers[name]))
        time.sleep(0.2)  # for the audience to read the rest
        events_after, packets_after = self._count(name)
        return seconds, events_after - events, packets_after - packets

    def _count(self, name: str) -> tuple[int, int]:
        self._audience.send(name)
        events, packets = _answer(self._audience)
        return int(events), int(packets)


def _answer(pipe: Connection) -> Any:  # noqa: ANN401 - what processes send has no type
    if not pipe.poll(_ANSWER_SECONDS):
        raise TimeoutError("a process of the benchmark does not answer")
    return pipe.recv()


def _allow_open_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def measure(plan: Plan = FULL) -> dict[str, Any]:
    """Measure all servers in turn.

    Returns
    -------
    dict
        `viewers`, `rounds`, and for `events` (CPU seconds per 100,000 deliveries of 600 bytes) and
        `room` (CPU seconds per viewer and hour of sound and events) the median and all rounds of
        each server, and `times_cheaper`: each peer's median over the hub's.
    """
    costs: dict[str, dict[str, list[float]]] = {
        kind: {name: [] for name in PEERS} for kind in ("events", "room")
    }
    with Arena(plan) as arena:
        for name in PEERS:
            arena.events(name)  # warm-up
        for _ in range(plan.rounds):
            for name in PEERS:
                costs["events"][name].append(arena.events(name))
            for name in PEERS:
                costs["room"][name].append(arena.room(name))
    report: dict[str, Any] = {"viewers": plan.viewers, "rounds": plan.rounds}
    for kind, by_name in costs.items():
        report[kind] = _summary(by_name)
    return report


def _summary(by_name: dict[str, list[float]]) -> dict[str, Any]:
    medians = {name: statistics.median(values) for name, values in by_name.items()}
    return {
        "median": {name: round(value, 3) for name, value in medians.items()},
        "rounds": {name: [round(each, 3) for each in values] for name, values in by_name.items()},
        "times_cheaper": {
            name: round(value / medians["hub"], 2) for name, value in medians.items()
        },
    }


def run(quick: bool) -> dict[str, object]:
    """Measure, print, and return the figures."""
    report = measure(QUICK if quick else FULL)
    print(f"fan-out to {report['viewers']} viewers, medians of {report['rounds']} rounds")
    for kind, unit in (
        ("events", f"CPU s per 100,000 deliveries of {EVENT_BYTES} bytes"),
        ("room", "CPU s per viewer and hour of a room on air"),
    ):
        print(f"  {unit}:")
        for name, value in report[kind]["median"].items():
            ratio = report[kind]["times_cheaper"][name]
            print(f"    {name:30} {value:8.3f}   {ratio:5.2f} x the hub")
    for kind in ("events", "room"):
        reached = report[kind]["times_cheaper"]["websockets.broadcast"]
        print(f"  aim: {AIM_RATIO} times cheaper than websockets.broadcast; {kind}: {reached}")
    median = report["events"]["median"]
    most = median["websockets.broadcast"] / median["transport.write"]
    print(f"  with one write for each event a bare transport.write reaches {most:.2f}")
    return dict(report)
