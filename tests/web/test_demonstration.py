"""The demonstration as a process: on air through the real door, and gone when its server is."""

import asyncio
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from battles.database import Database
from battles.keys import KeyStore
from core.messages import Phase
from tests.stream import publishing
from tests.stream.publishing import Station
from web import demonstration as module
from web.demonstration import DJ_NAME, DemonstrationProcess, demonstration


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b"\nState:\tZ" not in said_of(pid, "status")


def said_of(pid, what):
    return Path(f"/proc/{pid}/{what}").read_bytes()


async def test_goes_on_air_and_says_goodbye():
    async with Station() as station:
        process = DemonstrationProcess(station.url, "key-ana")
        await process.start()
        try:
            await station.until(lambda: len(station.packets) >= 60, seconds=60)
            pid = process.pid
            command = said_of(pid, "cmdline")
            assert b"training.demonstration" in command
            assert b"key-ana" not in command
        finally:
            await process.stop()
        assert not alive(pid)
        await station.until_phase(Phase.ENDED)
        assert station.receptions[-1].channels == 2


async def test_is_not_started_again_with_a_key_that_is_refused(caplog):
    caplog.set_level("INFO")
    async with Station() as station:
        process = DemonstrationProcess(station.url, "no-key", restart_seconds=0.1)
        await process.start()
        try:
            await asyncio.wait_for(process._supervision, 60)
        finally:
            await process.stop()
    assert "not started again" in caplog.text
    assert "no-key" not in caplog.text


async def test_is_started_again_when_it_dies(monkeypatch):
    monkeypatch.setattr(module, "MODULE", "training.no_such_demonstration")
    process = DemonstrationProcess("http://127.0.0.1:9/whip", "key", restart_seconds=0.05)
    await process.start()
    first = process._process
    async with asyncio.timeout(30):
        while process._process is first:
            await asyncio.sleep(0.05)
    await process.stop()
    assert process.pid is None


async def test_dies_with_a_server_that_is_killed():
    server = textwrap.dedent("""
        import asyncio
        from web.demonstration import DemonstrationProcess
        async def main():
            process = DemonstrationProcess("http://127.0.0.1:9/whip", "key")
            await process.start()
            print(process.pid, flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", server, stdout=asyncio.subprocess.PIPE
    )
    child = int(await asyncio.wait_for(parent.stdout.readline(), 30))
    await asyncio.sleep(3)  # also while it is still starting
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    async with asyncio.timeout(20):
        while alive(child):
            await asyncio.sleep(0.05)


async def test_its_key_lives_as_long_as_the_block(tmp_path, monkeypatch):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/test.sqlite")
    await database.open()
    try:
        keys = KeyStore(database)
        for _ in range(2):  # by servers that were killed
            await keys.create(DJ_NAME)
        _, other = await keys.create("Ana")
        async with Station() as station:
            monkeypatch.setattr(publishing, "authenticate", keys.authenticate)
            async with demonstration(keys, station.url) as room:
                assert sorted(key.room for key in await keys.list()) == sorted([room, "ana"])
        assert await keys.list() == (other,)  # no run leaves a row behind
    finally:
        await database.close()


pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
