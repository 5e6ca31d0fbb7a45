"""The servers that `benchmarks.fan_out` compares, each in a process of its own.

All run on uvloop; the hub and `websockets.broadcast` run on asyncio's own loop as well, which is
what most programs with websockets use and what Windows has.

Each takes commands from a pipe: `("events", count, pause_seconds)` sends JSON of 600 bytes to
every viewer, `("room", seconds)` sends what a room on air says. It answers with the CPU seconds
that its process used.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import ClassVar, Final, cast

import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.config import WSProtocolType
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from core.bus import MemoryBus
from core.clock import SystemClock
from core.feed import SessionFeed
from core.messages import EncodedAudio, Fault, SessionInfo
from core.metrics import Metrics
from web.viewers import ViewerConfig, ViewerHub, viewer_protocol_class

EVENT_BYTES: Final = 600
PACKET_BYTES: Final = 640  # 256 kbit/s
PACKET_SECONDS: Final = 0.02
PACKETS_PER_EVENT: Final = 12  # about four events a second
SETTLE_SECONDS: Final = 0.3  # for what was sent last to leave the process
PATH: Final = "/rooms/bench/live"


def padding(seq: int) -> str:
    """Return what makes event number `seq` exactly `EVENT_BYTES` long."""
    return "x" * (EVENT_BYTES - 70 - len(str(seq)))


def event_text(seq: int) -> bytes:
    """Return event number `seq`, the same JSON that the hub makes."""
    data = {"code": "bench", "details": {"pad": padding(seq)}}
    return orjson.dumps({"t": "error", "seq": seq, "pts": 0, "d": data})


class Peer:
    """One way to send a message to all viewers; subclasses say how."""

    on_uvloop: ClassVar = True

    def __init__(self) -> None:
        self.seq = 0

    async def start(self, listener: socket.socket) -> None:
        """Serve viewers on `listener`."""
        raise NotImplementedError

    async def send_event(self) -> None:
        """Send the next event."""
        raise NotImplementedError

    async def send_packet(self) -> None:
        """Send the next packet of sound."""
        raise NotImplementedError

    async def events(self, count: int, pause_seconds: float) -> None:
        """Send `count` events, each some time after the other."""
        for _ in range(count):
            await self.send_event()
            await asyncio.sleep(pause_seconds)

    async def room(self, seconds: float) -> None:
        """Send sound and events at the rate of a room on air."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(round(seconds / PACKET_SECONDS)):
            await self.send_packet()
            if number % PACKETS_PER_EVENT == 0:
                await self.send_event()
            await asyncio.sleep(began + (number + 1) * PACKET_SECONDS - loop.time())


class HubPeer(Peer):
    """The product: bus, following, hub and transports, exactly as it is served."""

    async def start(self, listener: socket.socket) -> None:
        """Serve rooms through uvicorn."""
        bus = MemoryBus()
        config = ViewerConfig(max_viewers_per_address=100_000, max_viewers=100_000)
        self._hub = ViewerHub(bus, clock=SystemClock(), metrics=Metrics(), config=config)
        self._feed = SessionFeed(SessionInfo("bench-set", "bench", "Bench", 0.0), bus)
        self._packets = 0
        await _serve_asgi(Starlette(), listener, ws=viewer_protocol_class(self._hub))

    async def send_event(self) -> None:
        """Publish a message that becomes `EVENT_BYTES` on the wire."""
        self.seq += 1
        self._feed.publish(Fault("bench", {"pad": padding(self.seq)}), 0)

    async def send_packet(self) -> None:
        """Publish a packet."""
        packet = EncodedAudio("bench-set", 0, 960, bytes(PACKET_BYTES), False, 0.0)
        self._feed.publish(packet, 960 * self._packets)
        self._packets += 1


class BroadcastPeer(Peer):
    """`websockets.broadcast`, as its documentation recommends for many viewers."""

    async def start(self, listener: socket.socket) -> None:
        """Serve with websockets, without compression."""
        self._viewers: set[ServerConnection] = set()
        self._server = await serve(
            self._watch, sock=listener, compression=None, subprotocols=[Subprotocol("djuv.v1")]
        )

    async def _watch(self, viewer: ServerConnection) -> None:
        self._viewers.add(viewer)
        try:
            await viewer.wait_closed()
        finally:
            self._viewers.discard(viewer)

    async def send_event(self) -> None:
        """Serialise once, broadcast."""
        self.seq += 1
        broadcast(self._viewers, event_text(self.seq), text=True)

    async def send_packet(self) -> None:
        """Broadcast a packet behind a header."""
        broadcast(self._viewers, bytes(16 + PACKET_BYTES))


class HubOnAsyncio(HubPeer):
    """The product where there is no uvloop."""

    on_uvloop = False


class BroadcastOnAsyncio(BroadcastPeer):
    """`websockets.broadcast` out of the box."""

    on_uvloop = False


class StarlettePeer(Peer):
    """A loop over Starlette's WebSockets, as most applications are written."""

    async def start(self, listener: socket.socket) -> None:
        """Serve with Starlette on uvicorn."""
        self._viewers: set[WebSocket] = set()
        app = Starlette(routes=[WebSocketRoute(PATH, self._watch)])
        await _serve_asgi(app, listener, ws="websockets-sansio")

    async def _watch(self, viewer: WebSocket) -> None:
        await viewer.accept(subprotocol="djuv.v1")
        self._viewers.add(viewer)
        try:
            while True:
                await viewer.receive()
        except (WebSocketDisconnect, RuntimeError):
            self._viewers.discard(viewer)

    async def send_event(self) -> None:
        """Serialise once, send to one after the other."""
        self.seq += 1
        text = event_text(self.seq).decode()
        for viewer in tuple(self._viewers):
            await viewer.send_text(text)

    async def send_packet(self) -> None:
        """Send a packet to one after the other."""
        data = bytes(16 + PACKET_BYTES)
        for viewer in tuple(self._viewers):
            await viewer.send_bytes(data)


class FloorPeer(Peer):
    """Nothing but `transport.write`: no server in Python on this loop can be cheaper."""

    class Raw(asyncio.Protocol):
        """Shakes hands and reads nothing more."""

        transports: ClassVar[set[asyncio.Transport]] = set()

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Keep the transport."""
            self.transport = cast(asyncio.Transport, transport)
            self.websocket = ServerProtocol(subprotocols=[Subprotocol("djuv.v1")])

        def data_received(self, data: bytes) -> None:
            """Answer the handshake."""
            self.websocket.receive_data(data)
            for request in self.websocket.events_received():
                self.websocket.send_response(self.websocket.accept(request))  # type: ignore[arg-type]
                self.transports.add(self.transport)
            self.transport.write(b"".join(self.websocket.data_to_send()))

        def connection_lost(self, exc: Exception | None) -> None:
            """Forget the transport."""
            self.transports.discard(self.transport)

    async def start(self, listener: socket.socket) -> None:
        """Serve with a bare protocol."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.Raw, sock=listener)

    async def send_event(self) -> None:
        """Frame once, write."""
        self.seq += 1
        data = Frame(Opcode.TEXT, event_text(self.seq)).serialize(mask=False)
        for transport in self.Raw.transports:
            transport.write(data)

    async def send_packet(self) -> None:
        """Frame once, write."""
        data = Frame(Opcode.BINARY, bytes(16 + PACKET_BYTES)).serialize(mask=False)
        for transport in self.Raw.transports:
            transport.write(data)


PEERS: Final[dict[str, type[Peer]]] = {
    "hub": HubPeer,
    "websockets.broadcast": BroadcastPeer,
    "starlette": StarlettePeer,
    "transport.write": FloorPeer,
    "hub, asyncio": HubOnAsyncio,
    "websockets.broadcast, asyncio": BroadcastOnAsyncio,
}


async def _serve_asgi(
    app: Starlette, listener: socket.socket, ws: WSProtocolType | type[asyncio.Protocol]
) -> None:
    config = uvicorn.Config(
        app, ws=ws, lifespan="off", log_level="critical", ws_per_message_deflate=False
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)


def serve_peer(name: str, pipe: Connection) -> None:
    """Run a peer until its pipe is closed; the entry point of its process."""
    kind = PEERS[name]
    factory = uvloop.new_event_loop if kind.on_uvloop else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_obey(kind(), pipe))


async def _obey(peer: Peer, pipe: Connection) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=4_096)
    await peer.start(listener)
    pipe.send(listener.getsockname()[1])
    actions: dict[str, Callable[..., Awaitable[None]]] = {
        "events": peer.events,
        "room": peer.room,
    }
    while True:
        try:
            action, *arguments = await asyncio.to_thread(pipe.recv)
        except EOFError:
            return
        began = time.process_time()
        await actions[action](*arguments)
        await asyncio.sleep(SETTLE_SECONDS)
        pipe.send(time.process_time() - began)
