"""What each room's VJ has set for its shows: it outlives sets and restarts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import select

from battles.database import Database
from battles.rooms import require_room
from battles.tables import ShowSettingsRow
from core.clock import Clock, SystemClock
from core.plain import Misfit, from_plain, to_plain
from core.show import ShowSettings

_log = logging.getLogger(__name__)


class ShowSettingsStore:
    """Stores and finds settings.

    Parameters
    ----------
    database
        Where they are stored.
    clock
        Dates the changes.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()

    async def latest(self, most: int) -> Mapping[str, ShowSettings]:
        """Return the settings of the `most` rooms that changed theirs last, the oldest first.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        newest = (
            select(ShowSettingsRow)
            .order_by(ShowSettingsRow.changed_unix_seconds.desc(), ShowSettingsRow.room)
            .limit(most)
        )
        async with self._database.reading() as session:
            rows = (await session.scalars(newest)).all()
        found: dict[str, ShowSettings] = {}
        for row in reversed(rows):
            try:
                found[row.room] = from_plain(ShowSettings, row.settings)
            except Misfit as error:
                # Of another version: the show begins with the defaults.
                _log.warning("the stored show of room %s does not fit: %s", row.room, error)
        return found

    async def save(self, room: str, settings: Callable[[], ShowSettings]) -> None:
        """Store a room's settings in place of those it had.

        Parameters
        ----------
        room
            The room.
        settings
            Asked once nobody else can store any: of changes that overtake each other the last is
            stored last.

        Raises
        ------
        NotFound
            If no DJ has that room.
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._database.writing(alone=True) as session:
            await require_room(session, room)
            await session.merge(
                ShowSettingsRow(
                    room=room,
                    settings=to_plain(settings()),
                    changed_unix_seconds=self._clock.wall_seconds(),
                )
            )
