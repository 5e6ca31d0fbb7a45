"""The host of crowds: how it ends, and what is left of what was said."""

from __future__ import annotations

import asyncio
import builtins
import gc
import io
import logging
import os

import pytest
import structlog

from core.crowd import (
    Action,
    Deed,
    Refused,
    Said,
    Say,
)
from core.errors import BusUnavailable
from tests.sentiment.chat.crowded import texts
from tests.sentiment.hosting.stage import Stage, until


async def test_what_waits_is_judged_and_stored_before_the_end() -> None:
    async with Stage() as stage:
        await stage.join("ana")
        asked = asyncio.create_task(stage.say("ana", "!delete me"))
        await asyncio.sleep(0)
    assert (await asked).action is Action.DELETE
    assert [entry.text for entry in stage.stores.decisions] == ["!delete me"]
    with pytest.raises(BusUnavailable):
        await stage.try_say("ana", "late")
    left = [task.get_name() for task in asyncio.all_tasks()]
    assert not [name for name in left if "crowd" in name]


async def test_a_host_that_never_started_stops() -> None:
    await asyncio.wait_for(Stage().crowd.stop(), 1.0)


async def test_a_store_that_hangs_does_not_hold_up_the_end() -> None:
    async with Stage(stop_seconds=0.1) as stage:
        await stage.join("ana")
        await stage.say("ana", "!delete me")
        stage.stores.hangs = True
        await asyncio.sleep(0)


# Privacy


async def test_no_text_reaches_the_disk_or_the_logs_but_through_the_audit_sink(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "SECRETTEXT"  # noqa: S105  it is what people say
    opened: list[object] = []
    written: list[bytes] = []
    open_before, write_before = builtins.open, os.write

    def noted_open(file: object, mode: str = "r", *more: object, **named: object):
        if isinstance(mode, str) and set(mode) & set("wax+"):
            opened.append(file)
        return open_before(file, mode, *more, **named)

    def noted_write(descriptor: int, data: bytes) -> int:
        written.append(bytes(data))
        return write_before(descriptor, data)

    monkeypatch.setattr(builtins, "open", noted_open)
    monkeypatch.setattr(io, "open", noted_open)
    monkeypatch.setattr(os, "write", noted_write)
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        async with Stage() as stage:
            stage.listen()

            def fail(envelope: object) -> None:
                raise RuntimeError(str(envelope))

            stage.crowd.listen("room", fail)
            await stage.join("ana", f"Ana {secret}")
            await stage.join("mod", credential="mod-pass")
            said = await stage.say("ana", secret, key=f"{secret} key")
            await stage.say("ana", f"re {secret}", reply_to=said.message)
            for text in ("!hold", "!delete", "!crash"):
                await stage.say("ana", f"{text} {secret}")
            stage.reader.fails = True
            await stage.say("ana", f"unread {secret}")
            await stage.do("mod", Deed.DELETE, message=said.message)
            await until(lambda: len(stage.stores.decisions) == 4)
            stage.stores.fails = True
            await stage.say("ana", f"!timeout {secret}")
            await asyncio.sleep(0.05)
            stage.stores.fails = False
    assert any("crowd_model_failed" in str(line) for line in lines)  # something was logged
    assert secret not in str(lines)
    assert secret not in caplog.text
    assert opened == []
    assert not [data for data in written if secret.encode() in data]
    assert all(secret in str(entry.text) for entry in stage.stores.decisions)


async def test_nothing_said_is_left_in_a_host_that_forgot_the_room(stage: Stage) -> None:
    from tests.sentiment.chat.crowded import strings_within

    end = stage.listen()
    await stage.join("ana")
    for text in ("SECRET", "!hold SECRET", "!delete SECRET"):
        await stage.say("ana", text, key=text[:3])
    await until(lambda: len(stage.stores.decisions) == 2)
    stage.clock.advance(3_700)
    await until(lambda: texts(stage.heard[-1:]) == [])
    end()
    stage.heard.clear()
    stage.senses.clear()
    stage.stores.decisions.clear()
    stage.listened.clear()
    await until(lambda: len(stage.crowd._rooms) == 0)
    await asyncio.sleep(0.02)
    gc.collect()
    crowd = stage.crowd
    kept = (crowd._intake._queue._items, crowd._intake._on_their_way, crowd._rooms, crowd._shelf)
    assert not [s for s in strings_within(kept) if "SECRET" in s]


async def test_members_are_counted(stage: Stage) -> None:
    await stage.join("ana")
    await stage.join("bob", room="other")
    await until(lambda: stage.counted("djuv_crowd_members") == 2)


async def test_a_request_that_takes_too_long_is_told_to_come_again() -> None:
    async with Stage(ask_seconds=0.05, store_seconds=5.0) as stage:
        await stage.join("ana")
        stage.stores.hangs = True
        assert await stage.try_join("mod", credential="mod-pass") == Refused("busy", 1.0)
        assert isinstance(await stage.crowd.ask(Say("room", "ana", "k", "hello")), Said)
