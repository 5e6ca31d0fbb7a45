"""A real server with a real bus, and real sockets towards it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from core.bus import MemoryBus
from core.clock import SystemClock
from core.metrics import Metrics
from web.viewers import ViewerConfig, ViewerHub, viewer_protocol_class
from web.viewers.protocol import HEADER

QUICK = ViewerConfig(audio_tick_seconds=0.01, quiet_seconds=0.01, close_seconds=0.5)


async def no_http(scope: Any, receive: Any, send: Any) -> None:
    """An application that has no pages."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@dataclass
class Served:
    """A running server."""

    hub: ViewerHub
    bus: MemoryBus
    metrics: Metrics
    server: uvicorn.Server
    task: asyncio.Task[None]
    port: int

    def url(self, path: str = "/rooms/nova/live") -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def watch(self, path: str = "/rooms/nova/live", **options: Any) -> connect:
        options.setdefault("subprotocols", ["djuv.v1"])
        return connect(self.url(path), open_timeout=5, close_timeout=1, **options)

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    async def stop(self) -> None:
        self.server.should_exit = True
        await asyncio.wait_for(self.task, 10)


@contextlib.asynccontextmanager
async def serve(
    config: ViewerConfig = QUICK, app: Any = no_http, bus: MemoryBus | None = None, **options: Any
) -> AsyncIterator[Served]:
    """Serve the rooms of a bus on a port of the machine's choice."""
    bus = bus or MemoryBus()
    metrics = Metrics()
    hub = ViewerHub(bus, clock=SystemClock(), metrics=metrics, config=config, **options)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            app(bus, hub) if app is not no_http else app,
            ws=viewer_protocol_class(hub),
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=5,
        )
    )
    # Not `serve`, which would take over this process's signal handlers.
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    served = Served(hub, bus, metrics, server, task, listener.getsockname()[1])
    try:
        yield served
    finally:
        await hub.close()
        await bus.close()
        # Not `stop`, which waits for ticks of uvicorn's; the tests of shutting down await it.
        for each in server.servers:
            each.close()
        task.cancel()
        await asyncio.wait({task})


async def events(viewer: ClientConnection, count: int) -> list[dict[str, Any]]:
    """The next `count` events, sound left out."""
    received: list[dict[str, Any]] = []
    async with asyncio.timeout(5):
        while len(received) < count:
            message = await viewer.recv()
            if isinstance(message, str):
                received.append(orjson.loads(message))
    return received


async def event(viewer: ClientConnection, kind: str) -> dict[str, Any]:
    """The next event of a type."""
    while True:
        (message,) = await events(viewer, 1)
        if message["t"] == kind:
            return message


async def until(condition: Any, seconds: float = 5.0) -> None:
    """Wait until `condition()` holds; fail if it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


class RawViewer:
    """A socket that says exactly what it is told to: clients misbehave below libraries."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection

    @classmethod
    async def open(
        cls, served: Served, path: str = "/rooms/nova/live", receive_bytes: int | None = None
    ) -> RawViewer:
        """Connect and shake hands; `receive_bytes` makes the kernel's buffer small."""
        connection = socket.socket()
        if receive_bytes is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, ("127.0.0.1", served.port))
        await loop.sock_sendall(connection, handshake(path))
        raw = cls(connection)
        head = b""
        while b"\r\n\r\n" not in head:
            head += await asyncio.wait_for(loop.sock_recv(connection, 1), 5)
        assert head.startswith(b"HTTP/1.1 101 ")
        return raw

    async def say(self, data: bytes) -> None:
        await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(self.socket, data), 5)

    async def read(self, size: int = 65_536) -> bytes:
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.sock_recv(self.socket, size), 5)

    async def read_to_the_end(self) -> bytes:
        data = b""
        with contextlib.suppress(ConnectionError):
            while part := await self.read():
                data += part
        return data

    def cut(self) -> None:
        """Vanish with a RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


def frames(data: bytes) -> list[Frame]:
    """What a client makes of the bytes it got."""
    client = ClientProtocol(parse_uri("ws://localhost/"), state=State.OPEN, max_size=None)
    client.receive_data(data)
    return [each for each in client.events_received() if isinstance(each, Frame)]


def headers(data: bytes) -> list[tuple[int, int, int, int, int]]:
    """Kind, flags, track, seq and pts of every unit of media among the bytes of frames."""
    return [HEADER.unpack(f.data[:16]) for f in frames(data) if f.opcode is Opcode.BINARY]


def handshake(path: str = "/rooms/nova/live", **headers: str) -> bytes:
    lines = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "djuv.v1",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()


def masked(opcode: Opcode, data: bytes, fin: bool = True) -> bytes:
    """A client's frame."""
    return Frame(opcode, data, fin).serialize(mask=True, extensions=[])
