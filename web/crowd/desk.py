"""Asks a room's crowd over HTTP, as whoever holds a credential."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.crowd import CrowdDoor, CrowdReply, CrowdRequest, Join, Joined, Refused
from web.crowd.bearer import error_of
from web.viewers.speaker import person_of

NOT_JOINED = "not_joined"


@dataclass(frozen=True, slots=True)
class Desk:
    """One way to the crowd for all requests.

    A request has no connection on which it could have joined. The crowd's host remembers for a
    while who did, so a request is asked first, and joins where it is not known yet.
    """

    door: CrowdDoor
    address: Callable[[str], str]  # the digest of a client's address

    async def ask(
        self, room: str, credential: str, host: str, make: Callable[[str], CrowdRequest]
    ) -> CrowdReply:
        """Ask for something.

        Parameters
        ----------
        room
            Whose crowd.
        credential
            A stream key, or a moderator's pass.
        host
            Where the request comes from.
        make
            Makes what is asked, of the person who asks.

        Raises
        ------
        core.errors.DjUniverseError
            If the crowd refuses, or cannot be reached.
        """
        person = person_of(credential)
        reply = await self.door.ask(make(person))
        if isinstance(reply, Refused) and reply.code == NOT_JOINED:
            join = Join(room, person, None, self.address(host), credential=credential)
            joined = await self.door.ask(join)
            reply = await self.door.ask(make(person)) if isinstance(joined, Joined) else joined
        if isinstance(reply, Refused):
            raise error_of(reply)
        return reply
