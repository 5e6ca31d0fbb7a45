from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from battles.database import Database
from battles.tables import DjRow, StreamKeyRow


def _dj(room: str) -> DjRow:
    return DjRow(room=room, name=room, folded_name=room, created_unix_seconds=1.5)


async def test_what_was_written_is_read_exactly(database: Database):
    async with database.writing() as session:
        session.add(
            DjRow(room="東京", name="東京 🎧", folded_name="x", created_unix_seconds=1.7e9 + 1e-6)
        )
    async with database.reading() as session:
        row = await session.get_one(DjRow, "東京")
    assert row.name == "東京 🎧"
    assert row.created_unix_seconds == 1.7e9 + 1e-6


async def test_an_error_stores_nothing(database: Database):
    with pytest.raises(RuntimeError, match="half-way"):
        async with database.writing() as session:
            session.add(_dj("ana"))
            await session.flush()
            raise RuntimeError("half-way")
    async with database.reading() as session:
        assert (await session.scalars(select(DjRow))).all() == []


async def test_references_are_checked(database: Database):
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            session.add(
                StreamKeyRow(key_id="djuv_x", digest=b"x", room="nowhere", created_unix_seconds=0.0)
            )


async def test_writers_wait_for_each_other(database: Database):
    """Each reads a value and writes it back: an upgraded read lock would fail half of them."""
    async with database.writing() as session:
        session.add(_dj("0"))

    async def count_up() -> None:
        async with database.writing() as session:
            query = select(DjRow).where(DjRow.room == "0").with_for_update()
            row = (await session.scalars(query)).one()
            await asyncio.sleep(0)
            row.name = str(int(row.name) + 1)

    await asyncio.gather(*(count_up() for _ in range(20)))
    async with database.reading() as session:
        assert (await session.get_one(DjRow, "0")).name == "20"


async def test_sqlite_is_set_up_for_a_server(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/x.db")
    await database.open()
    async with database.reading() as session:
        settings = {
            name: await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    await database.close()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def test_the_password_is_not_shown():
    database = Database("postgresql://djuv:geheim@127.0.0.1/x")
    assert "geheim" not in str(database)
    assert "geheim" not in repr(database)


async def test_connections_that_broke_are_replaced(postgres_url: str):
    database = Database(postgres_url)
    await database.ping()
    async with database.reading() as session:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        mine = " AND pid <> pg_backend_pid()"
        held = [await database._engine.connect() for _ in range(2)]
        for connection in held:
            await connection.close()
        name = postgres_url.rpartition("/")[2]
        assert len((await session.execute(text(others + mine), {"name": name})).all()) == 2
    await asyncio.gather(*(database.ping() for _ in range(4)))
    await database.close()
