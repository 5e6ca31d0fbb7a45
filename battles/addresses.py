"""Database addresses: what operators write, and what the drivers want to read."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import ConfigurationInvalid

ASYNC_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
"""The driver that serves each kind of database; an address may name the kind alone."""

SPELLINGS: Final = {"postgres": "postgresql"}
"""What hosting services write for it."""


def database_address(text: str) -> URL:
    """Read an address such as `sqlite:///var/djuniverse.db` or `postgresql://user@host/name`.

    Raises
    ------
    ConfigurationInvalid
        If it cannot be read, names a database that is not supported, or needs a driver that is
        not installed. The message never quotes the address: it may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _invalid("DATABASE_URL cannot be read.", "database_url_unreadable") from None
    kind = url.drivername.partition("+")[0]
    kind = SPELLINGS.get(kind, kind)
    if kind not in ASYNC_DRIVERS:
        raise _invalid(
            f"DATABASE_URL names {kind}, which is not supported.",
            "database_kind_unknown",
            kind=kind,
        )
    if kind == "sqlite" and (url.database in (None, "", ":memory:") or "mode" in url.query):
        raise _invalid("DATABASE_URL names no file.", "database_without_file")
    if kind == "postgresql" and importlib.util.find_spec("psycopg") is None:
        raise ConfigurationInvalid(
            "PostgreSQL needs its driver: pip install 'djuniverse-live[postgres]'.",
            code="database_driver_missing",
            setting="database_url",
        )
    return url.set(drivername=ASYNC_DRIVERS[kind])


def _invalid(what: str, code: str, **details: object) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"{what} Use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.",
        code=code,
        setting="database_url",
        **details,
    )


def is_sqlite(url: URL) -> bool:
    """Whether the address is a SQLite file."""
    return url.get_backend_name() == "sqlite"


def synchronous(url: URL) -> URL:
    """Return the same address for a driver without an event loop, which migrations use."""
    return url.set(drivername="sqlite" if is_sqlite(url) else ASYNC_DRIVERS["postgresql"])


def sqlite_file(url: URL) -> Path | None:
    """Return the file of a SQLite database, None for any other."""
    return Path(url.database or "") if is_sqlite(url) else None
