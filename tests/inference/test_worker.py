from __future__ import annotations

import asyncio
import threading

import pytest

from core.errors import LimitReached
from inference.worker import Worker


async def test_calls_run_on_one_thread_that_is_not_the_loops() -> None:
    worker = Worker("model", capacity=4)
    names = await asyncio.gather(
        *(worker.run(lambda: threading.current_thread().name) for _ in range(4))
    )
    assert set(names) == {"model_0"}
    assert await worker.close(1.0)


async def test_the_loop_goes_on_while_a_call_runs() -> None:
    worker = Worker("model")
    released = threading.Event()
    call = asyncio.create_task(worker.run(lambda: released.wait(10.0)))
    await asyncio.sleep(0)
    assert worker.pending == 1
    released.set()
    assert await call is True
    assert worker.pending == 0
    await worker.close(1.0)


async def test_an_error_reaches_the_caller() -> None:
    worker = Worker("model")

    def fail() -> None:
        raise ZeroDivisionError("no such window")

    with pytest.raises(ZeroDivisionError):
        await worker.run(fail)
    assert worker.pending == 0
    await worker.close(1.0)


async def test_more_than_it_holds_is_refused() -> None:
    worker = Worker("model", capacity=2)
    released = threading.Event()
    calls = [asyncio.create_task(worker.run(lambda: released.wait(10.0))) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(LimitReached, match="2 calls"):
        await worker.run(lambda: None)
    released.set()
    await asyncio.gather(*calls)
    await worker.close(1.0)


async def test_close_waits_for_what_runs_but_not_for_ever() -> None:
    worker = Worker("model")
    released = threading.Event()
    call = asyncio.create_task(worker.run(lambda: released.wait(10.0)))
    await asyncio.sleep(0)
    assert not await worker.close(0.01)
    released.set()
    assert await worker.close(10.0)
    assert await call


async def test_a_call_that_nobody_waits_for_any_more_still_counts() -> None:
    worker = Worker("model")
    released, entered = threading.Event(), threading.Event()

    def call() -> None:
        entered.set()
        released.wait(10.0)

    waiting = asyncio.create_task(worker.run(call))
    await asyncio.to_thread(entered.wait, 10.0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert worker.pending == 1
    assert not await worker.close(0.01), "its thread still runs"
    released.set()
    assert await worker.close(10.0)
