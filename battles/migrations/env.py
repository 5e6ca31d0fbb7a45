"""Where Alembic meets the database.

The product hands over a connection that already holds the lock (`battles.schema`). A developer who
writes the next revision runs `alembic --config battles/migrations/alembic.ini revision
--autogenerate -m "..."`, which compares the tables with the database at DATABASE_URL.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, create_engine

from battles.addresses import database_address, synchronous
from battles.tables import Table

DEVELOPMENT_DATABASE = "sqlite:///var/djuniverse.db"


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=True,  # SQLite alters a table by rebuilding it
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_for_a_developer() -> None:
    address = database_address(os.environ.get("DATABASE_URL", DEVELOPMENT_DATABASE))
    engine = create_engine(synchronous(address))
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    _run(handed_over)
else:
    _run_for_a_developer()
