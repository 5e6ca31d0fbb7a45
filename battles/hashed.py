"""Secrets that let somebody in: made here, shown once, stored as a hash.

A secret is 256 random bits behind a prefix that says what it is. The database holds its SHA-256.
That is enough for a secret of full entropy: there is nothing to guess that salt or stretching would
make slower. Its first characters are its name, by which it is listed and revoked.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from battles.database import Database
from battles.tables import ModeratorRow, StreamKeyRow
from core.clock import Clock
from core.errors import StorageUnavailable

SECRET_BYTES: Final = 32
ID_HEX_DIGITS: Final = 8
"""How much of a secret names it, besides its prefix; 224 bits stay unknown."""

SHORTEST_BEGINNING: Final = 4
"""Characters after the prefix that mean one secret on purpose."""

LAST_USED_SECONDS: Final = 60.0
"""How exact the date of last use is: not every request needs a write."""

SecretRow: TypeAlias = StreamKeyRow | ModeratorRow

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SecretKind:
    """One sort of secret."""

    prefix: str

    @property
    def format(self) -> re.Pattern[str]:
        """What a whole one looks like."""
        return re.compile(f"{self.prefix}[0-9a-f]{{{2 * SECRET_BYTES}}}")

    @property
    def id_characters(self) -> int:
        """How many characters its name has."""
        return len(self.prefix) + ID_HEX_DIGITS

    async def make(self, session: AsyncSession, table: type[SecretRow]) -> str:
        """Return a new secret whose name no other of `table` has."""
        while True:
            secret = self.prefix + secrets.token_hex(SECRET_BYTES)
            if await session.get(table, self.id_of(secret)) is None:
                return secret

    def id_of(self, secret: str) -> str:
        """Return the name of a secret."""
        return secret[: self.id_characters]

    def beginning(self, asked: str) -> str | None:
        """Return what the name begins with that somebody means; None where that is too little.

        The prefix may be left out, and a whole secret may be pasted as well.
        """
        rest = asked.strip().removeprefix(self.prefix)
        return self.id_of(self.prefix + rest) if len(rest) >= SHORTEST_BEGINNING else None


def digest(secret: str) -> bytes:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


async def note_use(database: Database, clock: Clock, row: SecretRow) -> None:
    """Date the last use of a secret, as well as the database just now lets one."""
    now_seconds, last_seconds = clock.wall_seconds(), row.last_used_unix_seconds
    if last_seconds is not None and now_seconds - last_seconds < LAST_USED_SECONDS:
        return
    table = type(row)
    statement = update(table).where(table.digest == row.digest)
    try:
        async with database.writing() as session:
            await session.execute(statement.values(last_used_unix_seconds=now_seconds))
    except StorageUnavailable as error:
        # Who they are is known; a date that is not noted must not keep anybody out.
        name = row.key_id if isinstance(row, StreamKeyRow) else row.moderator_id
        _log.warning("last use of %s was not stored: %s", name, error)
