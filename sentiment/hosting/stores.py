"""What a host asks of those who store: roles, rules, emotes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Protocol, TypeAlias

from core.crowd import ChatRules
from sentiment.chat import Appointment

Authenticate: TypeAlias = Callable[[str, str], Awaitable[Appointment | None]]
"""Given a room and a credential, tells what it is worth there; None where nothing."""

EmotesOf: TypeAlias = Callable[[str], Awaitable[Collection[str]]]
"""Given a room, tells the names of its own emotes."""


class RulesStore(Protocol):
    """Keeps rooms' rules."""

    async def load(self, room: str) -> ChatRules | None:
        """Return a room's rules, None where nobody has changed them."""
        ...

    async def save(self, room: str, rules: ChatRules) -> None:
        """Keep a room's rules in place of those it had."""
        ...
