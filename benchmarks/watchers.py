"""Viewers for benchmarks: bare sockets in a process of their own, reading as fast as they can.

`python -m benchmarks.watchers HOST PORT COUNT ROOM [ROOM ...]` watches until its standard input is
closed, then prints how many bytes came.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Final, cast

from uvloop import run

READ_BYTES: Final = 65_536


class Watcher(asyncio.Protocol):
    """Upgrades to a WebSocket and counts what comes; a peer that costs next to nothing."""

    received_bytes = 0

    def __init__(self, room: str, host: str) -> None:
        self._request = (
            f"GET /rooms/{room}/live HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Protocol: djuv.v1\r\n\r\n"
        ).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the room."""
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count."""
        Watcher.received_bytes += len(data)


async def watch(host: str, port: int, count: int, rooms: list[str]) -> None:
    """Hold `count` viewers, spread over `rooms`, until stdin closes."""
    loop = asyncio.get_running_loop()
    transports = []
    for index in range(count):
        room = rooms[index % len(rooms)]
        transport, _ = await loop.create_connection(partial(Watcher, room, host), host, port)
        transports.append(transport)
    print("watching", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for transport in transports:
        transport.close()
    print(Watcher.received_bytes, flush=True)


if __name__ == "__main__":
    run(watch(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
