"""Little is written ahead of the line: the writer is paused in time, and goes on by itself."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.web.viewers.serving import until
from web.viewers.write_ahead import WriteAhead, _unsent_in_kernel


class Transport:
    """Holds what is written until it is told to let go."""

    def __init__(self) -> None:
        self.held = 0

    def write(self, data: bytes) -> None:
        self.held += len(data)

    def get_write_buffer_size(self) -> int:
        return self.held

    def get_extra_info(self, name: str) -> None:
        return None


def ahead_of(transport, told):
    ahead = WriteAhead(transport, asyncio.get_running_loop(), high_bytes=1_000, low_bytes=300)
    ahead.tell(lambda: told.append("pause"), lambda: told.append("resume"))
    return ahead


async def test_the_writer_is_paused_and_resumed_once():
    transport, told = Transport(), []
    ahead = ahead_of(transport, told)
    ahead.write(bytes(1_000))
    assert told == [] and not ahead.is_full
    ahead.write(bytes(1))
    ahead.write(bytes(500))
    assert told == ["pause"] and ahead.is_full
    transport.held = 301
    await asyncio.sleep(0.05)
    assert told == ["pause"]
    transport.held = 300
    await until(lambda: told == ["pause", "resume"])
    assert not ahead.is_full


async def test_what_the_writer_writes_when_resumed_pauses_it_again():
    transport, told = Transport(), []
    ahead = ahead_of(transport, told)
    ahead.tell(lambda: told.append("pause"), lambda: ahead.write(bytes(2_000)))
    ahead.write(bytes(2_000))
    for count in (2, 3):
        transport.held = 0
        await until(lambda count=count: told == ["pause"] * count)
    ahead.close()


async def test_nobody_is_told_anything_after_the_end():
    transport, told = Transport(), []
    ahead = ahead_of(transport, told)
    ahead.write(bytes(2_000))
    ahead.close()
    transport.held = 0
    ahead.write(bytes(2_000))
    await asyncio.sleep(0.05)
    assert told == ["pause"] and not ahead.is_full


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what its kernel holds")
async def test_the_kernel_holds_little_of_what_a_stuck_reader_leaves():
    told: list[str] = []
    stuck = asyncio.Event()

    async def never_read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stuck.wait()
        writer.close()

    server = await asyncio.start_server(never_read, "127.0.0.1", 0, limit=1)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    transport = writer.transport
    ahead = WriteAhead(transport, asyncio.get_running_loop(), high_bytes=6_144, low_bytes=2_048)
    ahead.tell(lambda: told.append("pause"), lambda: told.append("resume"))
    full_since = 0
    while full_since < 20:  # the receiver's own buffer fills first
        if ahead.is_full:
            full_since += 1
            await asyncio.sleep(0.02)
        else:
            full_since = 0
            ahead.write(bytes(3_000))
    assert transport.get_write_buffer_size() == 0  # the transport alone would never have said so
    assert 2_048 < _unsent_in_kernel(transport.get_extra_info("socket")) <= 6_144 + 3_000
    assert told[-1] == "pause"
    ahead.close()
    stuck.set()
    writer.close()
    server.close()
    await server.wait_closed()
