"""The credential of an HTTP request, and the errors where a crowd refuses what was asked."""

from __future__ import annotations

import math
from typing import Final

from fastapi import Request

from core.crowd import Refused
from core.errors import (
    BadInput,
    ConfigurationInvalid,
    DjUniverseError,
    LimitReached,
    NotAuthorised,
    NotFound,
)
from web.viewers.handshake import is_room_name
from web.viewers.shut_door import CHAT_DISABLED, CROWD_ELSEWHERE
from web.viewers.speaking import LONGEST_CREDENTIAL

NOT_FOUND: Final = frozenset({"unknown_message", "unknown_user", CHAT_DISABLED})
NOT_ALLOWED: Final = frozenset({"not_allowed", "not_joined"})


def credential_of(request: Request) -> str:
    """Return the stream key or pass that a request brings.

    Raises
    ------
    NotAuthorised
        If it brings none.
    """
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    credential = credential.strip()
    if scheme.lower() != "bearer" or not credential:
        raise NotAuthorised(
            "Send the stream key or a moderator's pass: Authorization: Bearer PASS.",
            code="pass_missing",
        )
    if len(credential) > LONGEST_CREDENTIAL:
        raise not_allowed()
    return credential


def not_allowed() -> NotAuthorised:
    """Return the error for a credential that is worth nothing here."""
    return NotAuthorised(
        "This stream key or pass does not allow that in this room.", code="not_allowed"
    )


def require_room_name(room: str) -> str:
    """Return `room`.

    Raises
    ------
    NotFound
        If no room can have that name.
    """
    if not is_room_name(room):
        raise NotFound("There is no such room.", code="room_not_found", room=room)
    return room


def error_of(refused: Refused) -> DjUniverseError:
    """Return what a crowd's refusal is over HTTP."""
    code = refused.code
    if code in NOT_ALLOWED:
        return not_allowed()
    if refused.retry_after_seconds is not None:
        wait_seconds = max(1, math.ceil(refused.retry_after_seconds))
        message = f"The room's crowd cannot do that just now ({code}); try again."
        return LimitReached(message, code=refused.code, retry_after_seconds=wait_seconds)
    message = f"The room's crowd refused that: {code}."
    if code == CROWD_ELSEWHERE:
        return ConfigurationInvalid(message, code=refused.code)
    if code in NOT_FOUND:
        return NotFound(message, code=refused.code)
    return BadInput(message, code=refused.code)
