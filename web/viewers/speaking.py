"""What viewers may say to the server: parsed strictly, since anybody may send anything.

Pure functions from bytes to messages. What is no message of the protocol is None and ignored, which
is how the protocol grows; one of ours that does not hold what it must is `Malformed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias

import orjson

from core.crowd import Reaction

VISITOR: Final = re.compile(r"[0-9a-f]{32}")
"""The secret that a browser made for itself: 16 random bytes."""

LONGEST_NAME: Final = 64
LONGEST_CREDENTIAL: Final = 128
LONGEST_ID: Final = 64
"""Of ids that the server gave out: an epoch, a message."""

LONGEST_KEY: Final = 40
LONGEST_TEXT: Final = 500
LARGEST_SEQ: Final = 2**53 - 1
"""Beyond it JavaScript's numbers are not exact."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer at once."""

    sent: float


@dataclass(frozen=True, slots=True)
class Joining:
    """Read the chat and, with a name, speak in it."""

    kind: ClassVar[str] = "join"
    key: ClassVar[None] = None
    visitor: str | None  # None reads only
    name: str | None
    credential: str | None
    epoch: str | None  # of the last event seen
    seq: int


@dataclass(frozen=True, slots=True)
class Saying:
    """Say something."""

    kind: ClassVar[str] = "say"
    key: str
    text: str
    reply_to: str | None


@dataclass(frozen=True, slots=True)
class Cheering:
    """React with a tap."""

    kind: ClassVar[str] = "cheer"
    key: ClassVar[None] = None
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Appealing:
    """Ask that one's own message be looked at again."""

    kind: ClassVar[str] = "appeal"
    key: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message of the protocol that does not hold what it must."""

    kind: str
    key: str | None = None  # of the message, where that can be read


Asking: TypeAlias = Joining | Saying | Cheering | Appealing
ClientMessage: TypeAlias = Ping | Asking | Malformed


class _Unfit(Exception):
    """A member that is not what it must be."""


def read_message(data: bytes) -> ClientMessage | None:
    """Return what a text frame says; None for anything that the protocol does not know."""
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(message, dict) or not isinstance(message.get("t"), str):
        return None
    kind, members = message["t"], message.get("d")
    if kind == "ping":
        return _ping(members)
    read = _READERS.get(kind)
    if read is None:
        return None
    try:
        if not isinstance(members, dict):
            raise _Unfit
        return read(members)
    except _Unfit:
        return Malformed(kind, _key_if_any(members))


def _ping(members: object) -> Ping | None:
    sent = members.get("sent") if isinstance(members, dict) else None
    is_number = isinstance(sent, (int, float)) and not isinstance(sent, bool)
    return Ping(sent) if is_number else None  # type: ignore[arg-type]  # a number, as just seen


def _join(members: Mapping[str, Any]) -> Joining:
    visitor = _text_or_none(members, "visitor", LONGEST_ID)
    if visitor is not None and VISITOR.fullmatch(visitor) is None:
        raise _Unfit
    seq = members.get("seq", 0)
    if type(seq) is not int or not 0 <= seq <= LARGEST_SEQ:
        raise _Unfit
    return Joining(
        visitor=visitor,
        name=_text_or_none(members, "name", LONGEST_NAME),
        credential=_text_or_none(members, "credential", LONGEST_CREDENTIAL),
        epoch=_text_or_none(members, "epoch", LONGEST_ID),
        seq=seq,
    )


def _say(members: Mapping[str, Any]) -> Saying:
    text = _text(members, "text", LONGEST_TEXT)
    if text.isspace():
        raise _Unfit
    return Saying(
        key=_text(members, "key", LONGEST_KEY),
        text=text,
        reply_to=_text_or_none(members, "reply_to", LONGEST_ID),
    )


def _cheer(members: Mapping[str, Any]) -> Cheering:
    try:
        return Cheering(Reaction(_text(members, "reaction", LONGEST_KEY)))
    except ValueError:
        raise _Unfit from None


def _appeal(members: Mapping[str, Any]) -> Appealing:
    return Appealing(_text(members, "key", LONGEST_KEY))


def _text(members: Mapping[str, Any], name: str, longest: int) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise _Unfit
    return value


def _text_or_none(members: Mapping[str, Any], name: str, longest: int) -> str | None:
    return None if members.get(name) is None else _text(members, name, longest)


def _key_if_any(members: object) -> str | None:
    try:
        return _text(members, "key", LONGEST_KEY) if isinstance(members, dict) else None
    except _Unfit:
        return None


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Asking]]] = {
    "join": _join,
    "say": _say,
    "cheer": _cheer,
    "appeal": _appeal,
}

MESSAGE_TYPES: Final = frozenset({"ping", *_READERS})
