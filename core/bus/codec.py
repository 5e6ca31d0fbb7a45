"""Envelopes as bytes: what a remote bus carries and what a recording keeps.

Events become one line of JSON, so that a recording can be read with any tool; encoded audio and
pictures, many a second and opaque anyway, become a fixed header and the raw payload. The first byte
tells them apart.

The coding is strict in both directions (`core.plain`), because a set is replayed and compared bit
for bit. A change of `core.messages` that old readers cannot follow raises `VERSION`. A new kind of
message does not: on a bus, a reader that does not know it leaves out that message alone, while
another version would have it leave out everything.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
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
from core.show import EncodedPicture, PictureFormat, ShowState

VERSION: Final = 2

_KINDS: Final[Mapping[str, type[Any]]] = {
    "score": Score,
    "beat": Beat,
    "transition": Transition,
    "finding": Finding,
    "state": SessionState,
    "reception": Reception,
    "fault": Fault,
    "show": ShowState,
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

_PICTURE_MARK: Final = 0xB0 | VERSION
_PICTURE = struct.Struct("<BBBHHHIIIQQQ")
"""Mark, format, flags, lengths of room, epoch and session, width, height, duration, start, seq,
pts."""

_FORMATS: Final = (PictureFormat.VP9, PictureFormat.JPEG)
_KEY: Final = 1
_RECONFIGURED: Final = 2


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
    if isinstance(message, EncodedPicture):
        return _encode_picture(envelope, message)
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
        if data[:1] == bytes((_PICTURE_MARK,)):
            return _decode_picture(data)
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
    (room, epoch, session), payload = _behind_header(data, _AUDIO.size, lengths)
    if discontinuity > 1:
        raise Misfit("the audio packet's flags are unknown")
    audio = EncodedAudio(session, start, duration, payload, bool(discontinuity), _finite(arrived))
    return Envelope(room, epoch, seq, pts, audio)


def _encode_picture(envelope: Envelope, picture: EncodedPicture) -> bytes:
    names = [name.encode() for name in (envelope.room, envelope.epoch, picture.session)]
    flags = (_KEY if picture.key else 0) | (_RECONFIGURED if picture.reconfigured else 0)
    try:
        header = _PICTURE.pack(
            _PICTURE_MARK,
            _FORMATS.index(picture.format),
            flags,
            *map(len, names),
            picture.width,
            picture.height,
            picture.duration_samples,
            picture.start_sample,
            envelope.seq,
            envelope.pts_microseconds,
        )
    except struct.error as error:
        raise ValueError(f"a value of the picture is out of range: {error}") from error
    return b"".join((header, *names, picture.payload))


def _decode_picture(data: bytes) -> Envelope:
    _, form, flags, *lengths, width, height, duration, start, seq, pts = _PICTURE.unpack_from(data)
    (room, epoch, session), payload = _behind_header(data, _PICTURE.size, lengths)
    if form >= len(_FORMATS) or flags > _KEY | _RECONFIGURED:
        raise Misfit("the picture's format or its flags are unknown")
    picture = EncodedPicture(
        session=session,
        format=_FORMATS[form],
        start_sample=start,
        duration_samples=duration,
        key=bool(flags & _KEY),
        width=width,
        height=height,
        reconfigured=bool(flags & _RECONFIGURED),
        payload=payload,
    )
    return Envelope(room, epoch, seq, pts, picture)


def _behind_header(data: bytes, at: int, lengths: Sequence[int]) -> tuple[list[str], bytes]:
    """Return the names behind a header, and the payload behind them."""
    names = []
    for length in lengths:
        names.append(data[at : at + length].decode())
        at += length
    if at > len(data):
        raise Misfit("the unit is cut short")
    return names, data[at:]


def _finite(seconds: float) -> float:
    if not math.isfinite(seconds):
        raise Misfit(f"a finite time was expected, not {seconds!r}")
    return seconds
