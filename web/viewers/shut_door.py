"""The way to a crowd where there is none: everything is refused, and nothing is heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from core.crowd import CrowdEnvelope, CrowdReply, CrowdRequest, QueuedMessage, Refused

CHAT_DISABLED: Final = "chat_disabled"
"""The operator has switched the chat off."""

CROWD_ELSEWHERE: Final = "crowd_elsewhere"
"""Another process has it, and there is no way there from here."""


class ShutDoor:
    """A `core.crowd.CrowdDoor` that says why it stays shut.

    Parameters
    ----------
    code
        Why.
    """

    def __init__(self, code: str = CHAT_DISABLED) -> None:
        self._refused = Refused(code)

    async def ask(self, request: CrowdRequest) -> CrowdReply:
        """Refuse, whatever is asked."""
        return self._refused

    def listen(self, room: str, accept: Callable[[CrowdEnvelope], None]) -> Callable[[], None]:
        """Hear nothing."""
        return _nothing

    def listen_queue(
        self, room: str, accept: Callable[[Sequence[QueuedMessage]], None]
    ) -> Callable[[], None]:
        """Hear nothing."""
        return _nothing


def _nothing() -> None:
    return None
