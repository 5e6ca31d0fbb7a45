"""A worker as a process: it draws, it dies with us, and whatever becomes of it costs us nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from core.clock import ManualClock, SystemClock
from core.metrics import Metrics
from core.show import PictureFormat, ShowSettings
from tests.visuals.worker.parts import sound
from visuals.hosting import process as module
from visuals.hosting.process import SOUND_PACKETS, WorkerProcess
from visuals.worker.place import FieldProvider
from visuals.worker.wire import Begin, Figures, Look, Painted, Ready, Settings, Watched

PATIENCE_SECONDS = 30.0
FAKE = "tests.visuals.hosting.fake_worker"
BEGIN = Begin("set-1", 7, 180, 20.0, 450)


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MODULE", FAKE)


class Audience:
    def __init__(self) -> None:
        self.heard: list[object] = []

    def said(self, message: object) -> None:
        self.heard.append(message)

    def of(self, kind):
        return [each for each in self.heard if isinstance(each, kind)]


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def worker(audience: Audience, **given) -> AsyncIterator[WorkerProcess]:
    started = await WorkerProcess.launch(
        "set-1", audience, given.get("clock", SystemClock()), given.get("metrics", Metrics())
    )
    try:
        yield started
    finally:
        await asyncio.wait_for(started.close(), PATIENCE_SECONDS)
        assert not alive(started.pid)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b"\nState:\tZ" not in Path(f"/proc/{pid}/status").read_bytes()


def play(process: WorkerProcess, first: int, count: int, payload: bytes = b"opus") -> None:
    for index in range(first, first + count):
        process.tell_sound(sound(index, arrived=time.monotonic(), payload=payload))


async def draws() -> None:
    audience = Audience()
    async with worker(audience) as process:
        process.tell(BEGIN)
        process.tell_past([sound(index, past=True) for index in range(600)])
        process.tell(Settings(ShowSettings()))
        process.tell(Watched(tuple(PictureFormat)))
        await until(lambda: process.ready)
        assert audience.heard[0] == Ready()
        play(process, 600, 5)
        await until(lambda: len(audience.of(Painted)) >= 3)
        assert [each.scene for each in audience.of(Look)] == ["7 20 450"]
        assert audience.of(Painted)[0].start_sample == 578_400
        assert audience.of(Painted)[0].key
        assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)


async def test_draws_what_it_is_told():
    await draws()


def test_does_so_on_the_loop_of_the_server_as_well():
    uvloop.run(draws())


async def test_what_a_library_prints_is_logged_and_not_taken_for_a_picture(caplog, capsys):
    audience = Audience()
    async with worker(audience) as process:
        process.tell(BEGIN)
        play(process, 0, 5, b"print")
        process.tell(Watched(tuple(PictureFormat)))
        await until(lambda: process.ready)
        play(process, 5, 5)
        await until(lambda: audience.of(Painted))
        assert not process.ended.done()


async def test_where_the_network_is_to_run_is_handed_on():
    audience = Audience()
    async with worker(audience) as process:
        process.tell(replace(BEGIN, provider=FieldProvider.CUDA, device=1))
        process.tell(Watched(tuple(PictureFormat)))
        play(process, 0, 3)
        await until(lambda: audience.of(Look))
        assert [each.scene for each in audience.of(Look)] == ["7 20 450 cuda 1"]


async def test_secrets_are_not_handed_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:geheim@h/x")
    monkeypatch.setenv("DJUV_REDIS_URL", "redis://:geheim@h")
    monkeypatch.setenv("PGPASSWORD", "geheim")
    monkeypatch.setenv("A_NAME_THAT_NOBODY_FORESAW", "geheim")
    monkeypatch.setenv("LC_TIME", "C")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    audience = Audience()
    async with worker(audience) as process:
        process.tell(BEGIN)
        process.tell(Watched(tuple(PictureFormat)))
        play(process, 0, 3, b"environment")
        await until(lambda: audience.of(Look))
        names = audience.of(Look)[-1].scene.split(",")
        assert {"PATH", "LC_TIME", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS"} <= set(names)
        secrets = {"DATABASE_URL", "DJUV_REDIS_URL", "PGPASSWORD", "A_NAME_THAT_NOBODY_FORESAW"}
        assert not secrets & set(names)


@pytest.mark.parametrize(("payload", "code"), [(b"die", 3), (b"raise", 1)])
async def test_its_death_is_noticed_and_what_is_told_later_is_nobodys(payload: bytes, code: int):
    async with worker(Audience()) as process:
        process.tell(BEGIN)
        play(process, 0, 1, payload)
        assert await asyncio.wait_for(process.ended, PATIENCE_SECONDS) == code
        play(process, 1, 200)
        process.tell(Watched(tuple(PictureFormat)))


async def test_one_that_hangs_is_noticed_and_can_be_killed():
    clock = ManualClock()
    async with worker(Audience(), clock=clock) as process:
        process.tell(BEGIN)
        await until(lambda: process.ready)
        clock.advance(1_000)
        assert not process.hangs(clock.monotonic_seconds())  # it was told no sound
        play(process, 0, 5, b"hang")
        clock.advance(module.SILENT_SECONDS + 1)
        assert not process.hangs(clock.monotonic_seconds())  # the DJ has paused
        play(process, 5, round(50 * module.SILENT_SECONDS))
        assert process.hangs(clock.monotonic_seconds())
        process.kill()
        assert await asyncio.wait_for(process.ended, PATIENCE_SECONDS) == -signal.SIGKILL


async def test_one_that_never_gets_ready_is_noticed():
    clock = ManualClock()
    async with worker(Audience(), clock=clock) as process:
        assert not process.hangs(clock.monotonic_seconds())
        clock.advance(module.START_SECONDS + 1)
        assert process.hangs(clock.monotonic_seconds())


async def test_one_that_hangs_does_not_delay_the_end():
    async with worker(Audience()) as process:
        process.tell(BEGIN)
        play(process, 0, 1, b"hang")
        await until(lambda: process.ready)
        began = time.monotonic()
        await process.close()
        assert time.monotonic() - began < module.CLOSE_SECONDS + 3.0


async def flood() -> None:
    metrics, audience = Metrics(), Audience()
    async with worker(audience, metrics=metrics) as process:
        process.tell(BEGIN)
        await until(lambda: process.ready)
        began = time.monotonic()
        play(process, 0, 1, b"slow")
        for index in range(1, 5_000):
            process.tell_sound(sound(index, payload=bytes(1_000)))
        process.tell(Watched(tuple(PictureFormat)))
        assert time.monotonic() - began < 2.0  # 5 MB into a pipe that nobody empties
        dropped = metrics.registry.get_sample_value(
            "djuv_queue_dropped_total", {"queue": module.QUEUE}
        )
        assert dropped is not None
        assert dropped > 4_000
        assert len(process._sound) == SOUND_PACKETS
        await until(lambda: len(process._sound) == 0)
        play(process, 5_000, 10)
        await until(lambda: audience.of(Painted))  # what was important was not lost
        assert audience.of(Painted)[-1].start_sample > 4_900 * 960


async def test_a_flood_of_sound_is_dropped_and_counted_and_does_not_block():
    await flood()


def test_nor_does_it_on_the_loop_of_the_server():
    uvloop.run(flood())


async def test_says_something_each_second_while_it_hears():
    audience = Audience()
    async with worker(audience) as process:
        process.tell(BEGIN)
        await until(lambda: process.ready)
        async with asyncio.timeout(PATIENCE_SECONDS):
            index = 0
            while len(audience.of(Figures)) < 2:
                play(process, index, 1)
                index += 1
                await asyncio.sleep(0.02)
        assert sum(each.drawn for each in audience.of(Figures)) == 0


@pytest.mark.parametrize("payload", [b"opus", b"hang"])
async def test_dies_with_a_server_that_is_killed(payload: bytes):
    server = textwrap.dedent(f"""
        import asyncio, time
        from core.clock import SystemClock
        from core.metrics import Metrics
        from tests.visuals.worker.parts import sound
        from visuals.hosting import process
        from visuals.worker.wire import Begin
        process.MODULE = {FAKE!r}
        class Audience:
            def said(self, message): print(worker.pid, flush=True)
        async def main():
            global worker
            worker = await process.WorkerProcess.launch("s", Audience(), SystemClock(), Metrics())
            worker.tell(Begin("s", 7, 180, 20.0, 450))
            while not worker.ready:
                await asyncio.sleep(0.01)
            worker.tell_sound(sound(0, payload={payload!r}))
            await asyncio.sleep(600)
        asyncio.run(main())
    """)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", server, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), PATIENCE_SECONDS))
    assert alive(pid)
    parent.kill()
    await parent.communicate()
    await until(lambda: not alive(pid))


async def test_the_terminals_interrupt_is_not_for_it():
    async with worker(Audience()) as process:
        process.tell(BEGIN)
        await until(lambda: process.ready)
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process.pid, number)
        await asyncio.sleep(0.2)
        assert alive(process.pid)
