"""Requests of those who keep order in a room, and who they are."""

from __future__ import annotations

import asyncio
from typing import Final, TypeAlias

from core.crowd import Configure, Done, Moderate, Queue, ReadQueue, Refused, Role
from core.errors import BadInput, NotAuthorised, NotFound
from sentiment.chat import Appointment, checked_rules
from sentiment.hosting.config import CrowdConfig
from sentiment.hosting.failing import log_failure
from sentiment.hosting.hosted import HostedRoom
from sentiment.hosting.stores import Authenticate, RulesStore

STORE_AWAY: Final = Refused("busy", 5.0)
NOT_JOINED: Final = Refused("not_joined")
NOT_ALLOWED: Final = Refused("not_allowed")

OrderRequest: TypeAlias = Moderate | Configure | ReadQueue


class Order:
    """Answers moderators and DJs.

    Parameters
    ----------
    authenticate
        Tells what a credential is worth in a room.
    rules_store
        Keeps the rooms' rules.
    config
        How long either may take.
    """

    def __init__(
        self, authenticate: Authenticate, rules_store: RulesStore, config: CrowdConfig
    ) -> None:
        self._authenticate = authenticate
        self._rules_store = rules_store
        self._store_seconds = config.store_seconds

    async def appointment(self, room: str, credential: str | None) -> Appointment | Refused | None:
        """Return what a credential is worth; None where there is none, or why it is refused."""
        if credential is None:
            return None
        try:
            async with asyncio.timeout(self._store_seconds):
                appointment = await self._authenticate(room, credential)
        except NotAuthorised:
            return NOT_ALLOWED
        except Exception as error:
            log_failure("crowd_cannot_authenticate", error)
            return STORE_AWAY
        return appointment or NOT_ALLOWED

    async def answer(self, room: HostedRoom, request: OrderRequest) -> Done | Queue | Refused:
        """Do what somebody asks who may."""
        refused = await self._confirm(room, request.person)
        if refused is not None:
            return refused
        if isinstance(request, Configure):
            return await self._configure(room, request)
        if isinstance(request, Moderate):
            return room.chat.moderate(request)
        return room.chat.queue(request.person)

    async def _confirm(self, room: HostedRoom, person: str) -> Refused | None:
        """Ask again whether somebody may keep order: a pass may have been revoked."""
        refused = room.chat.refusal(person)
        member = room.chat.member(person)
        if refused is not None or member is None:
            return refused or NOT_JOINED
        appointment = await self.appointment(room.name, member.credential)
        if appointment == STORE_AWAY:
            return STORE_AWAY
        if not isinstance(appointment, Appointment):
            appointment = Appointment(Role.VIEWER)
        room.chat.floor.members.appoint(member, appointment)
        return room.chat.refusal(person)

    async def _configure(self, room: HostedRoom, request: Configure) -> Done | Refused:
        try:
            rules = checked_rules(request.rules)
        except BadInput as error:
            return Refused(error.slug)
        try:
            async with asyncio.timeout(self._store_seconds):
                await self._rules_store.save(room.name, rules)
        except NotFound:
            return NOT_ALLOWED
        except Exception as error:
            log_failure("crowd_rules_not_saved", error)
            return STORE_AWAY
        room.rules_known = True
        room.chat.configure(rules)
        return Done()
