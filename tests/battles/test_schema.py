"""Migrations on both databases: complete, repeatable, and safe when several start at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from battles import schema
from battles.addresses import database_address
from battles.database import Database
from battles.tables import Table
from core.errors import ConfigurationInvalid, StorageUnavailable

OPEN = """
import asyncio, sys
from battles.database import Database
async def main():
    database = Database(sys.argv[1])
    await database.open()
    await database.ping()
    await database.close()
asyncio.run(main())
"""


async def test_an_empty_database_is_brought_to_the_tables_of_this_version(database: Database):
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Table.metadata))

    state = await database.schema_state()
    assert state.is_current and state.current is not None
    async with database.reading() as session:
        connection = await session.connection()
        assert await connection.run_sync(differences) == []


async def test_opening_again_changes_nothing(database: Database):
    before = await database.schema_state()
    await database.open()
    assert await database.schema_state() == before


async def test_asking_for_the_state_creates_nothing(tmp_path: Path):
    file = tmp_path / "none.db"
    state = await schema.state(database_address(f"sqlite:///{file}"))
    assert state.current is None and not state.is_current
    assert not file.exists()


async def test_many_starts_in_one_process(database_url: str):
    address = database_address(database_url)
    states = await asyncio.gather(*(schema.upgrade(address) for _ in range(6)))
    assert any(state.current is None for state in states)
    assert (await schema.state(address)).is_current


def test_several_processes_start_at_once(database_url: str):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, database_url], stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


async def test_a_newer_database_is_left_alone(database: Database, database_url: str):
    async with database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationInvalid) as refused:
        await database.open()
    assert refused.value.slug == "database_too_new"
    assert "9999" in str(refused.value)


async def test_every_revision_can_be_undone(database: Database, database_url: str):
    def downgrade() -> None:
        from alembic import command

        config = schema._config()
        with schema._connected(database_address(database_url)) as connection:
            config.attributes["connection"] = connection
            with connection.begin():
                command.downgrade(config, "base")

    await asyncio.to_thread(downgrade)
    assert (await database.schema_state()).current is None
    await database.open()
    assert (await database.schema_state()).is_current


async def test_an_unreachable_server_is_told_as_such(free_port: int):
    database = Database(f"postgresql://djuv:geheim@127.0.0.1:{free_port}/nothing")
    with pytest.raises(StorageUnavailable) as unavailable:
        await database.open()
    assert "geheim" not in str(unavailable.value)
    with pytest.raises(StorageUnavailable):
        await database.ping()
    await database.close()


async def test_a_path_that_cannot_be_written_is_told_as_such(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path / "file/x.db", tmp_path, Path("/proc/nothing/x.db")):
        database = Database(f"sqlite:///{path}")
        with pytest.raises(ConfigurationInvalid) as refused:
            await database.open()
        assert (refused.value.slug, refused.value.details["path"]) == (
            "database_path_unusable",
            str(path),
        )
    for path in (tmp_path / "file/x.db", Path("/proc/nothing/x.db")):
        with pytest.raises(ConfigurationInvalid):
            await Database(f"sqlite:///{path}").schema_state()


async def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path):
    (tmp_path / "x.db").write_bytes(b"These are not the tables you are looking for." * 100)
    with pytest.raises(ConfigurationInvalid) as refused:
        await Database(f"sqlite:///{tmp_path}/x.db").open()
    assert refused.value.slug == "database_damaged"
    assert str(tmp_path / "x.db") in str(refused.value)
