"""What a stream key or a moderator's pass is worth in a room's chat."""

from __future__ import annotations

from battles.keys import KEY_FORMAT, KeyStore
from battles.moderators import PASS_FORMAT, ModeratorStore
from core.crowd import Role
from sentiment.chat import Appointment


class Credentials:
    """Looks credentials up.

    Parameters
    ----------
    keys
        Knows the DJs.
    moderators
        Knows the moderators.
    """

    def __init__(self, keys: KeyStore, moderators: ModeratorStore) -> None:
        self._keys = keys
        self._moderators = moderators

    async def appointment(self, room: str, credential: str) -> Appointment | None:
        """Return what a credential is worth in `room`; None where nothing.

        Raises
        ------
        core.errors.NotAuthorised
            If it is revoked, or not known.
        core.errors.StorageUnavailable
            If the database cannot be used.
        """
        if KEY_FORMAT.fullmatch(credential):
            publisher = await self._keys.authenticate(credential)
            return Appointment(Role.DJ, publisher.dj_name) if publisher.room == room else None
        if PASS_FORMAT.fullmatch(credential):
            moderator = await self._moderators.authenticate(credential)
            if moderator.room == room:
                return Appointment(Role.MODERATOR, moderator.name)
        return None
