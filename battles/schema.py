"""Brings a database to the tables of this version, also when several processes start at once.

An upgrade is one transaction behind one lock: `BEGIN IMMEDIATE` on SQLite, an advisory lock on
PostgreSQL. Who comes second finds the work done. Migrations run in a thread with a driver and an
engine of their own: Alembic knows no event loop, and rebuilding a SQLite table wants foreign keys
unchecked until the end.
"""

from __future__ import annotations

import asyncio
import errno
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import alembic.command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from battles.addresses import is_sqlite, sqlite_file, synchronous
from core.errors import ConfigurationInvalid, StorageUnavailable

MIGRATIONS: Final = Path(__file__).parent / "migrations"

LOCK_WAIT_SECONDS: Final = 60
"""Longest wait for another process that is migrating the same database."""

CONNECT_SECONDS: Final = 5

ADVISORY_LOCK: Final = 0x444A5556
"""PostgreSQL's number for "someone migrates DJ UNIVERSE": the letters DJUV."""


NO_DATABASE: Final = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
UNUSABLE_FILE: Final = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
UNUSABLE_PATH: Final = {
    errno.EACCES,
    errno.EEXIST,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}
"""Errors that no waiting mends, unlike a disk that is full or a lock that is held."""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a database stands and where this version wants it."""

    current: str | None  # None: no tables yet
    wanted: str

    @property
    def is_current(self) -> bool:
        """Whether nothing has to be done."""
        return self.current == self.wanted


async def upgrade(url: URL) -> SchemaState:
    """Create or upgrade the tables; return where the database stood before.

    Raises
    ------
    StorageUnavailable
        If the database cannot be reached or another process holds it for too long.
    ConfigurationInvalid
        If a newer version of the product has already upgraded the database, or the path of a SQLite
        file cannot be used or holds something else.
    """
    return await asyncio.to_thread(_upgrade, url)


async def state(url: URL) -> SchemaState:
    """Return where the database stands, changing nothing; raises as `upgrade` does."""
    return await asyncio.to_thread(_state, url)


def unavailable(error: BaseException) -> StorageUnavailable:
    """Return the product's error for a driver's; its first line, for the rest quotes statements."""
    cause = getattr(error, "orig", None) or error
    reason = (str(cause).strip() or type(cause).__name__).splitlines()[0]
    return StorageUnavailable(
        f"The database cannot be used just now: {reason}. Check that it runs and can be reached.",
        reason=reason,
    )


def _upgrade(url: URL) -> SchemaState:
    file = sqlite_file(url)
    with _connected(url) as connection:
        if file is not None:
            _prepare_sqlite(connection)
        before = _compare(connection)
        connection.rollback()
        if not before.is_current:
            _upgrade_locked(connection)
        return before


def _upgrade_locked(connection: Connection) -> None:
    config = _config()
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise ConfigurationInvalid(
                    f"The upgrade would break references in table {broken[0]}; nothing was changed."
                    " Restore a backup of the database or report this.",
                    code="database_references_broken",
                    table=broken[0],
                )


def _state(url: URL) -> SchemaState:
    file = sqlite_file(url)
    if file is not None and not file.exists():
        _check_folder_of(file)
        return SchemaState(current=None, wanted=_wanted())
    with _connected(url) as connection:
        return _compare(connection)


def _check_folder_of(file: Path) -> None:
    """See whether `file` could be made, leaving nothing behind; raises ConfigurationInvalid."""
    existing = next(path for path in file.absolute().parents if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise _unusable_file(file, error) or unavailable(error) from error


def _unusable_file(file: Path | None, error: BaseException) -> ConfigurationInvalid | None:
    """Return what to change where it is the path of a SQLite file that cannot work, ever."""
    cause = getattr(error, "orig", None) or error
    # Extended codes carry the plain one in their lowest byte.
    sqlite_code = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
    if file is None:
        return None
    if sqlite_code in NO_DATABASE:
        return ConfigurationInvalid(
            f"{file} is damaged, or no SQLite database. Restore a backup of it, or move it away to"
            " begin with an empty one.",
            code="database_damaged",
            path=str(file),
        )
    if sqlite_code in UNUSABLE_FILE or getattr(cause, "errno", None) in UNUSABLE_PATH:
        reason = getattr(cause, "strerror", None) or str(cause)
        return ConfigurationInvalid(
            f"The database {file} cannot be opened or made: {reason}. Name a folder that this user"
            " can write to, by --data-dir or DATABASE_URL.",
            code="database_path_unusable",
            path=str(file),
            reason=reason,
        )
    return None


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    file = sqlite_file(url)
    engine: Engine | None = None
    try:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        engine = _engine(url)
        with engine.connect() as connection:
            yield connection
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise _unusable_file(file, error) or unavailable(error) from error
    finally:
        if engine is not None:
            engine.dispose()


def _engine(url: URL) -> Engine:
    if not is_sqlite(url):
        arguments = {"connect_timeout": CONNECT_SECONDS}
        return create_engine(synchronous(url), poolclass=NullPool, connect_args=arguments)
    engine = create_engine(
        synchronous(url),
        poolclass=NullPool,
        connect_args={"timeout": LOCK_WAIT_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare_sqlite(connection: Connection) -> None:
    """Switch to write-ahead logging, which the file remembers, and leave references unchecked.

    Both must happen outside a transaction, which is why they go past SQLAlchemy's.
    """
    cursor = connection.connection.cursor()
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            # SQLite does not wait here by itself: another process is switching at this moment.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()


def _compare(connection: Connection) -> SchemaState:
    context = MigrationContext.configure(connection)
    found = SchemaState(current=context.get_current_revision(), wanted=_wanted())
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found.current is not None and found.current not in known:
        raise ConfigurationInvalid(
            f"The database is at revision {found.current}, which this version does not know: a"
            " newer version has upgraded it. Run that version, or restore an older backup.",
            code="database_too_new",
            revision=found.current,
        )
    return found


def _wanted() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise ConfigurationInvalid("The installation lacks its migrations. Install it again.")
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
