from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from battles.database import Database
from battles.moderation_log import DAY_SECONDS, ModerationLog
from battles.tables import ModerationLogRow
from core.clock import ManualClock
from core.crowd import Action, AuditEntry, Deed
from core.errors import BadInput

WORDS = "quetzal-unmistakable-words"


@pytest.fixture
def log(database: Database, clock: ManualClock) -> ModerationLog:
    return ModerationLog(database, clock)


def files_with(words: str, folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if words.encode() in path.read_bytes()]


def decision(clock: ManualClock, **changes: object) -> AuditEntry:
    entry = AuditEntry(
        at_unix_seconds=clock.wall_seconds(),
        room="ana",
        actor="machine",
        deed=Action.HOLD,
        user="u1",
        name="Luz 🎧",
        text="no me gusta ñ",
        reasons=("insult", "list"),
        message="m1",
    )
    return replace(entry, **changes)


async def test_what_was_decided_is_read_again_the_newest_first(
    log: ModerationLog, clock: ManualClock
):
    first = decision(clock)
    second = decision(clock, actor="Luz", deed=Deed.CLEAR, text=None, reasons=(), message=None)
    await log.add([first, second])
    clock.advance(1)
    third = decision(clock, deed=Deed.APPROVE, message="m2")
    await log.add([third, decision(clock, room="bea")])
    await log.add([])
    assert await log.latest("ana", 500) == (third, second, first)
    assert await log.latest("ana", 1) == (third,)
    assert await log.latest("nobody", 5) == ()
    for most in (0, 501):
        with pytest.raises(BadInput):
            await log.latest("ana", most)


async def test_what_a_database_cannot_hold_costs_no_entry(log: ModerationLog, clock: ManualClock):
    await log.add([decision(clock, text="a\0b", name="x" * 100, actor="y" * 100)])
    (stored,) = await log.latest("ana", 1)
    assert (stored.text, stored.name, stored.actor) == ("ab", "x" * 64, "y" * 64)


async def test_the_old_is_purged_and_the_rest_stays(
    log: ModerationLog, database: Database, clock: ManualClock
):
    await log.add([decision(clock), decision(clock, room="bea")])
    clock.advance(2 * DAY_SECONDS)
    kept = decision(clock, message="m9")
    await log.add([kept])
    assert await log.purge(7.0) == 0
    assert await log.purge(1.5) == 2
    assert await log.latest("ana", 5) == (kept,)
    async with database.reading() as session:
        assert await session.scalar(select(func.count(ModerationLogRow.entry))) == 1


async def test_what_was_purged_is_in_no_file(tmp_path: Path, clock: ManualClock):
    database = Database(f"sqlite:///{tmp_path}/x.db")
    await database.open()
    log = ModerationLog(database, clock)

    await log.add([decision(clock, text=f"{WORDS} {number}") for number in range(200)])
    assert files_with(WORDS, tmp_path)
    clock.advance(8 * DAY_SECONDS)
    assert await log.purge(7.0) == 200
    assert files_with(WORDS, tmp_path) == []
    await database.close()
    assert files_with(WORDS, tmp_path) == []


async def test_a_reader_in_the_way_only_puts_it_off(tmp_path: Path, clock: ManualClock):
    database = Database(f"sqlite:///{tmp_path}/x.db")
    await database.open()
    log = ModerationLog(database, clock)
    await log.add([decision(clock, text=WORDS)])
    with contextlib.closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM moderation_log").fetchone()
        clock.advance(8 * DAY_SECONDS)
        assert await log.purge(7.0) == 1
        assert files_with(WORDS, tmp_path)  # the reader still sees it
    assert await log.purge(7.0) == 0
    assert files_with(WORDS, tmp_path) == []
    await database.close()
