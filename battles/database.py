"""The way to the database: an engine of connections, and transactions that say what they are for.

SQLite by default, PostgreSQL by its address. `reading` sees one consistent state; `writing` takes
SQLite's only write lock at its start, so that two writers wait for each other instead of failing
half-way.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from battles import schema
from battles.addresses import database_address, is_sqlite

TRANSACTION_SECONDS: Final = 15.0
"""Longest transaction, its wait for a connection included."""

BUSY_SECONDS: Final = 10
"""Longest wait for SQLite's write lock."""

CHECKPOINT_MILLISECONDS: Final = 500
"""Longest wait for readers before SQLite's write-ahead log is emptied another time."""

CONNECTIONS: Final = 5
"""Kept open; PostgreSQL may use as many again in a rush."""

ALONE: Final = {"lock": schema.ADVISORY_LOCK + 1}
"""PostgreSQL's number for transactions that must not overlap."""

POSTGRES_ARGUMENTS: Final[dict[str, Any]] = {
    "connect_timeout": schema.CONNECT_SECONDS,
    "tcp_user_timeout": 10_000,  # milliseconds until a silent peer counts as gone
    "options": "-c statement_timeout=10000 -c timezone=UTC",
}

_log = logging.getLogger(__name__)


class Database:
    """One database, reached by any number of tasks of one event loop.

    Parameters
    ----------
    address
        Such as `sqlite:///var/djuniverse.db` or `postgresql://user@host/name`.

    Raises
    ------
    ConfigurationInvalid
        If the address cannot be used.
    """

    def __init__(self, address: str) -> None:
        self._url = database_address(address)
        self._engine = _engine(self._url.render_as_string(hide_password=False))
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    def __str__(self) -> str:
        """Return the address without its password."""
        plain = self._url.set(drivername=self._url.get_backend_name())
        return plain.render_as_string(hide_password=True)

    async def open(self) -> None:
        """Create or upgrade the tables; safe in several processes at once.

        Raises
        ------
        StorageUnavailable
            If the database cannot be reached.
        ConfigurationInvalid
            If a newer version of the product has already upgraded it, or the path of a SQLite file
            cannot be used or holds something else.
        """
        before = await schema.upgrade(self._url)
        if not before.is_current:
            _log.info("database upgraded from %s to %s", before.current, before.wanted)

    async def schema_state(self) -> schema.SchemaState:
        """Return where the tables stand, changing nothing; raises as `open` does."""
        return await schema.state(self._url)

    async def ping(self) -> None:
        """Make one round trip.

        Raises
        ------
        StorageUnavailable
            If there is no answer.
        """
        async with self.reading() as session:
            await session.execute(text("SELECT 1"))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._transaction("DEFERRED") as session:
            yield session

    @asynccontextmanager
    async def writing(self, *, alone: bool = False) -> AsyncIterator[AsyncSession]:
        """Open a transaction that is committed at its end, or rolled back on an error.

        Parameters
        ----------
        alone
            Wait until no other such transaction is under way: for what is chosen by looking at
            all rows. On SQLite every writing transaction is alone.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used; nothing was stored.
        """
        async with self._transaction("IMMEDIATE") as session:
            if alone and not is_sqlite(self._url):
                await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), ALONE)
            yield session

    @asynccontextmanager
    async def _transaction(self, sqlite_begin: str) -> AsyncIterator[AsyncSession]:
        try:
            async with asyncio.timeout(TRANSACTION_SECONDS), self._sessions.begin() as session:
                await session.connection(execution_options={"sqlite_begin": sqlite_begin})
                yield session
        except IntegrityError:
            raise  # a row that breaks a rule is the caller's to explain
        except (DBAPIError, PoolTimeout, TimeoutError, OSError) as error:
            raise schema.unavailable(error) from error

    async def forget_deleted(self) -> bool:
        """Leave nothing of deleted rows in SQLite's write-ahead log; PostgreSQL sees to its own.

        Returns
        -------
        bool
            False where a reader was in the way, so that it has to be done again.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        if not is_sqlite(self._url):
            return True
        try:
            async with asyncio.timeout(TRANSACTION_SECONDS), self._engine.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                if raw is None:  # the pool has just let go of it
                    return False
                return await _truncate_log(raw)
        except (DBAPIError, PoolTimeout, TimeoutError, OSError, sqlite3.Error) as error:
            raise schema.unavailable(error) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


async def _truncate_log(raw: Any) -> bool:  # noqa: ANN401 - the driver's own connection
    """Empty SQLite's write-ahead log; return False where a reader held on to it for too long."""
    # While it waits for readers it holds up writers: not for as long as they would wait for it.
    await raw.execute(f"PRAGMA busy_timeout = {CHECKPOINT_MILLISECONDS}")
    try:
        cursor = await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, _, _) = await cursor.fetchone()
        await cursor.close()
    finally:
        await raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return not busy


def _engine(url: str) -> AsyncEngine:
    if not is_sqlite(database_address(url)):
        return create_async_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=CONNECTIONS,
            pool_timeout=TRANSACTION_SECONDS,
            pool_pre_ping=True,
            connect_args=POSTGRES_ARGUMENTS,
            hide_parameters=True,
        )
    # Without an isolation level the driver begins nothing on its own: see `_begin`.
    engine = create_async_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=TRANSACTION_SECONDS,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        hide_parameters=True,  # an error's words end up in logs, and values may be somebody's
    )
    event.listen(engine.sync_engine, "connect", _configure_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: DBAPIConnection, _record: object) -> None:
    """Set what SQLite remembers for a connection only; write-ahead logging is set by `schema`."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")
