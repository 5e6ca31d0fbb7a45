"""What is asked of a crowd, what it answers and what happens there, as bytes between processes.

Strict in both directions like `core.bus.codec`, and like it one line of JSON, with the type's name
beside its members. It is never stored: text in it lives as long as it is on its way.

An envelope is told to many: to every process, and again to each who joins. It becomes bytes once,
and they are forgotten with it, so that text which was taken away stays nowhere.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

import orjson

from core.crowd import (
    Appeal,
    Cheer,
    Configure,
    CrowdEnvelope,
    Done,
    Join,
    Joined,
    Moderate,
    Moments,
    Queue,
    ReadMoments,
    ReadQueue,
    Refused,
    Said,
    Say,
)
from core.errors import BadInput
from core.plain import from_plain, to_plain

VERSION: Final = 1

_TYPES: Final[Mapping[str, type[Any]]] = {
    cls.__name__: cls
    for cls in (
        Appeal, Cheer, Configure, CrowdEnvelope, Done, Join, Joined, Moderate, Moments, Queue,
        ReadMoments, ReadQueue, Refused, Said, Say,
    )
}  # fmt: skip

Wanted = TypeVar("Wanted")


class _Encoded:
    """Envelopes as JSON, each for as long as it lives itself."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[CrowdEnvelope], bytes]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, envelope: CrowdEnvelope) -> bytes:
        """Return the members of an envelope as JSON."""
        place = id(envelope)
        known = self._known.get(place)
        if known is not None and known[0]() is envelope:
            return known[1]
        body = orjson.dumps(to_plain(envelope))
        # By identity: envelopes hold what cannot be hashed.
        gone = weakref.ref(envelope, lambda _: self._known.pop(place, None))
        self._known[place] = (gone, body)
        return body


_ENCODED: Final = _Encoded()


def encode(value: object) -> bytes:
    """Return a request, a reply or an envelope as bytes.

    Raises
    ------
    ValueError
        If it is none, or a value in it does not fit its type.
    """
    name = type(value).__name__
    if _TYPES.get(name) is not type(value):
        raise ValueError(f"{name} is nothing that crowds are asked or tell")
    return orjson.dumps([VERSION, name, _members(value)])


def _members(value: object) -> object:
    if isinstance(value, CrowdEnvelope):
        return orjson.Fragment(_ENCODED.of(value))
    if isinstance(value, Joined):
        events = [orjson.Fragment(_ENCODED.of(event)) for event in value.events]
        return to_plain(replace(value, events=())) | {"events": events}
    return to_plain(value)


def decode(data: bytes, *wanted: type[Wanted]) -> Wanted:
    """Return what `encode` made `data` from, which must be one of the types `wanted`.

    Raises
    ------
    BadInput
        If it is not, or damaged, or of another version.
    """
    try:
        version, name, members = orjson.loads(data)
        cls = _TYPES[name] if version == VERSION else None
        if cls is None or cls not in wanted:
            raise ValueError(f"{name!r} of version {version!r} was not expected")
        made: Wanted = from_plain(cls, members)
    except (ValueError, TypeError, KeyError) as error:  # orjson's error is a ValueError
        # Without the error's own words, and not from it: they may quote what people said.
        raise BadInput(
            f"This is no message of a crowd ({type(error).__name__}). Run the same version in all "
            "processes.",
            code="crowd_message_malformed",
        ) from None
    return made
