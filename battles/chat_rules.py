"""How each room's chat is kept, where somebody changed it."""

from __future__ import annotations

import logging

from battles.database import Database
from battles.rooms import require_room
from battles.tables import ChatRulesRow
from core.clock import Clock, SystemClock
from core.crowd import ChatRules
from core.plain import Misfit, from_plain, to_plain

_log = logging.getLogger(__name__)


class ChatRulesStore:
    """Stores and finds rules.

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

    async def load(self, room: str) -> ChatRules | None:
        """Return a room's rules, None where nobody has changed them.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._database.reading() as session:
            row = await session.get(ChatRulesRow, room)
        if row is None:
            return None
        try:
            return from_plain(ChatRules, row.rules)
        except Misfit as error:
            # Of another version: the defaults keep a chat, no rules at all would not.
            _log.warning("the stored rules of room %s do not fit and are not used: %s", room, error)
            return None

    async def save(self, room: str, rules: ChatRules) -> None:
        """Store a room's rules in place of those it had.

        Raises
        ------
        NotFound
            If no DJ has that room.
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._database.writing() as session:
            await require_room(session, room)
            await session.merge(
                ChatRulesRow(
                    room=room,
                    rules=to_plain(rules),
                    changed_unix_seconds=self._clock.wall_seconds(),
                )
            )
