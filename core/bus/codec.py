"""Envelopes as bytes: what a remote bus carries and what a recording keeps.

Events become one line of JSON, so that a recording can be read with any tool; encoded audio, fifty
packets a second and opaque anyway, becomes a fixed header and the raw payload. The first byte tells
them apart.

The coding is strict in both directions (`core.plain`), because a set is replayed and compared bit
for bit. A change of `core.messages` that old readers cannot follow raises `VERSION`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from core.errors import BadInput
from core.messages import (
    Beat,
    EncodedAudio,
    Envelope,
    Fault,
    Finding,
    Reception,
    Score,
    SessionState,
    Transition,
)
from core.plain import Misfit, from_plain, to_plain

VERSION: Final = 2

_KINDS: Final[Mapping[str, type[Any]]] = {
    "score": Score,
    "beat": Beat,
    "transition": Transition,
    "finding": Finding,
    "state": SessionState,
    "reception": Reception,
    "fault": Fault,
}
_KIND_OF: Final = {cls: kind for kind, cls in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Outer:
    """An event's members beside its message."""

    v: int
    room: str
    epoch: str
    seq: int
    pts: int  # microseconds
    kind: str


_AUDIO_MARK: Final = 0xA0 | VERSION  # never the first byte of JSON
_AUDIO = struct.Struct("<BBHHHIQQQd")
"""Mark, discontinuity, lengths of room, epoch and session, duration, start, seq, pts, arrival."""


def encode(envelope: Envelope) -> bytes:
    """Return `envelope` as bytes; an event is one line of JSON without its line end.

    Raises
    ------
    ValueError
        If a value does not fit its type, such as a NaN: whoever made the message is wrong.
    """
    message = envelope.message
    if isinstance(message, EncodedAudio):
        return _encode_audio(envelope, message)
    kind = _KIND_OF.get(type(message))
    if kind is None:
        raise ValueError(f"{type(message).__name__} is no message of a room")
    outer = _Outer(
        VERSION, envelope.room, envelope.epoch, envelope.seq, envelope.pts_microseconds, kind
    )
    try:
        return orjson.dumps({**to_plain(outer), "message": to_plain(message)})
    except TypeError as error:  # numbers beyond 64 bits, text that is no Unicode
        raise ValueError(f"{kind} {envelope.seq} cannot be encoded: {error}") from error


def decode(data: bytes) -> Envelope:
    """Return the envelope that `encode` made `data` from.

    Raises
    ------
    core.errors.BadInput
        If `data` is of another version, incomplete, or anything else than `encode` writes.
    """
    try:
        if data[:1] == bytes((_AUDIO_MARK,)):
            return _decode_audio(data)
        return _decode_event(data)
    except (ValueError, struct.error) as error:  # orjson's error and UnicodeDecodeError are both
        raise BadInput(
            f"This is not an event of version {VERSION} ({error}). It was damaged, or written by "
            "another version of the software.",
            code="envelope_malformed",
        ) from error


def _decode_event(data: bytes) -> Envelope:
    members = orjson.loads(data)
    if not isinstance(members, dict) or members.get("v") != VERSION:
        raise Misfit("the version is missing or another")
    message = members.pop("message", None)
    outer = from_plain(_Outer, members)
    if outer.kind not in _KINDS:
        raise Misfit(f"{outer.kind!r} is no kind of event")
    return Envelope(
        room=outer.room,
        epoch=outer.epoch,
        seq=outer.seq,
        pts_microseconds=outer.pts,
        message=from_plain(_KINDS[outer.kind], message),
    )


def _encode_audio(envelope: Envelope, audio: EncodedAudio) -> bytes:
    names = [name.encode() for name in (envelope.room, envelope.epoch, audio.session)]
    try:
        header = _AUDIO.pack(
            _AUDIO_MARK,
            audio.discontinuity,
            *map(len, names),
            audio.duration_samples,
            audio.start_sample,
            envelope.seq,
            envelope.pts_microseconds,
            _finite(audio.arrived_seconds),
        )
    except struct.error as error:
        raise ValueError(f"a value of the audio packet is out of range: {error}") from error
    return b"".join((header, *names, audio.payload))


def _decode_audio(data: bytes) -> Envelope:
    _, discontinuity, *lengths, duration, start, seq, pts, arrived = _AUDIO.unpack_from(data)
    names, at = [], _AUDIO.size
    for length in lengths:
        names.append(data[at : at + length].decode())
        at += length
    if at > len(data) or discontinuity > 1:
        raise Misfit("the audio packet is cut short or its flags are unknown")
    room, epoch, session = names
    audio = EncodedAudio(session, start, duration, data[at:], bool(discontinuity), _finite(arrived))
    return Envelope(room, epoch, seq, pts, audio)


def _finite(seconds: float) -> float:
    if not math.isfinite(seconds):
        raise Misfit(f"a finite time was expected, not {seconds!r}")
    return seconds
