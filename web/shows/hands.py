"""Who may touch a room's show, and how a change reaches it and stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from battles.show_settings import ShowSettingsStore
from core.show import ShowDoor, ShowSettings
from web.crowd.bearer import credential_of, not_allowed, require_room_name
from web.shows.keeping import keep_settings

NO_STORE: Final = {"Cache-Control": "no-store"}

Appointed = Callable[[str, str], Awaitable[object]]
"""Given a room and a credential, returns what that is worth there; None where nothing.

Raises `NotAuthorised` for one that is revoked or not known (`web.crowd.credentials.Credentials`).
"""


@dataclass(frozen=True, slots=True)
class Hands:
    """The way to the shows for all requests."""

    door: ShowDoor
    store: ShowSettingsStore
    appointed: Appointed

    async def admit(self, room: str, request: Request) -> None:
        """Let the room's DJ and its moderators pass.

        Raises
        ------
        core.errors.NotAuthorised
            If the request brings no credential, or one that is worth nothing in `room`.
        core.errors.NotFound
            If no room can have that name.
        core.errors.StorageUnavailable
            If it cannot be looked up.
        """
        credential = credential_of(request)
        if await self.appointed(require_room_name(room), credential) is None:
            raise not_allowed()

    async def change(self, room: str, make: Callable[[ShowSettings], ShowSettings]) -> None:
        """Set what `make` makes of what is set for `room`, at once and for later."""
        self.door.change(room, make(self.door.settings(room)))
        await keep_settings(room, self.door, self.store)
