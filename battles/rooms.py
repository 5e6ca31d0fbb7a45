"""Rooms that belong to a DJ: only they have keys, moderators, rules and emotes of their own."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from battles.tables import DjRow
from core.errors import NotFound


async def require_room(session: AsyncSession, room: str) -> None:
    """Look whether a DJ has `room`.

    Raises
    ------
    NotFound
        If nobody has it.
    """
    if await session.get(DjRow, room) is None:
        raise NotFound(
            f"There is no room {room}. `djuniverse key list` shows those that exist.",
            code="room_not_found",
            room=room,
        )
