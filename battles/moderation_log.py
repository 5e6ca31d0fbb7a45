"""The moderation log: what was held, deleted and undone in the chats, kept for days and no longer.

It is the one place where the text of a message reaches the disk, and only of messages that
moderation acted on. What is purged is gone from the files too: SQLite overwrites it
(`secure_delete`) and empties its write-ahead log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, insert, select

from battles.database import Database
from battles.tables import NAME_LENGTH, ModerationLogRow
from core.clock import Clock, SystemClock
from core.crowd import AuditEntry
from core.errors import BadInput

DAY_SECONDS: Final = 86_400.0
MOST_LISTED: Final = 500


class ModerationLog:
    """Stores decisions, lists the latest and forgets the old.

    Parameters
    ----------
    database
        Where they are stored.
    clock
        Tells how old they are.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()
        self._left_behind = False  # whether deleted text may still stand in a file

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        """Store decisions, in order, all or none.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        if not entries:
            return
        async with self._database.writing() as session:
            await session.execute(insert(ModerationLogRow), [_values(entry) for entry in entries])

    async def latest(self, room: str, most: int) -> tuple[AuditEntry, ...]:
        """Return a room's latest decisions, the newest first.

        Raises
        ------
        BadInput
            If `most` is not 1 to 500.
        StorageUnavailable
            If the database cannot be used.
        """
        if not 1 <= most <= MOST_LISTED:
            raise BadInput(f"Ask for 1 to {MOST_LISTED} decisions, not {most}.")
        newest_first = (
            select(ModerationLogRow)
            .where(ModerationLogRow.room == room)
            .order_by(ModerationLogRow.at_unix_seconds.desc(), ModerationLogRow.entry.desc())
            .limit(most)
        )
        async with self._database.reading() as session:
            return tuple(map(_entry, await session.scalars(newest_first)))

    async def purge(self, days: float) -> int:
        """Delete what is older than `days`; return how many entries that were.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        before = self._clock.wall_seconds() - days * DAY_SECONDS
        old = ModerationLogRow.at_unix_seconds < before
        async with self._database.writing() as session:
            number = await session.scalar(select(func.count()).where(old)) or 0
            await session.execute(delete(ModerationLogRow).where(old))
        if number or self._left_behind:
            self._left_behind = True
            self._left_behind = not await self._database.forget_deleted()
        return number


def _values(entry: AuditEntry) -> dict[str, object]:
    return {
        "at_unix_seconds": entry.at_unix_seconds,
        "room": entry.room,
        "actor": entry.actor[:NAME_LENGTH],
        "deed": str(entry.deed),
        "user": entry.user,
        "name": entry.name[:NAME_LENGTH],
        # PostgreSQL takes no NUL in a text.
        "text": None if entry.text is None else entry.text.replace("\0", ""),
        "reasons": list(entry.reasons),
        "message": entry.message,
    }


def _entry(row: ModerationLogRow) -> AuditEntry:
    return AuditEntry(
        at_unix_seconds=row.at_unix_seconds,
        room=row.room,
        actor=row.actor,
        deed=row.deed,
        user=row.user,
        name=row.name,
        text=row.text,
        reasons=tuple(row.reasons),
        message=row.message,
    )
