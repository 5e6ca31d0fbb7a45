"""The moderation log is purged by itself, whatever happens in between."""

from __future__ import annotations

import asyncio

import pytest

from battles.database import Database
from battles.moderation_log import DAY_SECONDS, ModerationLog
from core.clock import ManualClock
from core.crowd import AuditEntry
from core.errors import StorageUnavailable
from web.crowd import retention
from web.crowd.retention import LogRetention


def decision(clock: ManualClock) -> AuditEntry:
    return AuditEntry(
        clock.wall_seconds(), "nova", "machine", "hold", "u1", "Luz", "hola", ("insult",), "m1"
    )


async def until_empty(log: ModerationLog) -> None:
    async with asyncio.timeout(5):
        while await log.latest("nova", 5):
            await asyncio.sleep(0.005)


async def test_the_old_goes_at_the_start_and_every_hour(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(retention, "PURGE_SECONDS", 0.01)
    clock = ManualClock()
    log = ModerationLog(database, clock)
    await log.add([decision(clock)])
    clock.advance(7 * DAY_SECONDS + 1)
    keeper = LogRetention(log, days=7.0)
    keeper.start()
    await until_empty(log)
    await log.add([decision(clock)])
    await asyncio.sleep(0.05)
    assert len(await log.latest("nova", 5)) == 1
    clock.advance(7 * DAY_SECONDS + 1)
    await until_empty(log)
    await keeper.stop()
    await keeper.stop()


@pytest.mark.parametrize("error", [StorageUnavailable("away"), RuntimeError("strange")])
async def test_a_failure_does_not_end_the_purging(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    monkeypatch.setattr(retention, "PURGE_SECONDS", 0.01)
    clock = ManualClock()
    log = ModerationLog(database, clock)
    await log.add([decision(clock)])
    clock.advance(DAY_SECONDS)
    purge, failures = log.purge, [error]

    async def moody(days: float) -> int:
        if failures:
            raise failures.pop()
        return await purge(days)

    monkeypatch.setattr(log, "purge", moody)
    keeper = LogRetention(log, days=0.5)
    keeper.start()
    await until_empty(log)
    assert not failures
    await keeper.stop()


async def test_no_days_at_all_keep_nothing(database: Database):
    clock = ManualClock()
    log = ModerationLog(database, clock)
    await log.add([decision(clock)])
    clock.advance(0.001)
    keeper = LogRetention(log, days=0.0)
    keeper.start()
    await until_empty(log)
    await keeper.stop()
