"""Envelopes as bytes: what a remote bus carries and what a recording keeps.

Events become one line of JSON, so that a recording can be read with any tool; encoded audio, fifty
packets a second and opaque anyway, becomes a fixed header and the raw payload. The first byte tells
them apart.

The coding is strict in both directions, because a set is replayed and compared bit for bit: JSON
writers turn NaN into null without a word, and a lenient reader would make a score of it. Whatever
does not fit the dataclasses of `core.messages` exactly is refused. A change of those dataclasses
that old readers cannot follow raises `VERSION`.
"""

from __future__ import annotations

import math
import struct
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

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

VERSION: Final = 1

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
_MEMBERS: Final = frozenset({"v", "room", "epoch", "seq", "pts", "kind", "message"})

_AUDIO_MARK: Final = 0xA0 | VERSION  # never the first byte of JSON
_AUDIO = struct.Struct("<BBHHHIQQQd")
"""Mark, discontinuity, lengths of room, epoch and session, duration, start, seq, pts, arrival."""

_JSON_DEPTH: Final = 16
"""Deepest nesting of a fault's details; deeper is an error of whoever made them."""

_Convert = Callable[[Any], Any]


class _Misfit(ValueError):
    """A value that is not what its type says."""


# --- scalars -------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Misfit(f"a text was expected, not {value!r}")
    return str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Misfit(f"true or false was expected, not {value!r}")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if hasattr(value, "__index__") and not isinstance(value, bool):
        return int(value.__index__())  # NumPy's integers
    raise _Misfit(f"a whole number was expected, not {value!r}")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise _Misfit(f"a number was expected, not {value!r}")
    number = float(value)
    if not math.isfinite(number):
        raise _Misfit(f"a finite number was expected, not {number!r}")
    return number


def _nothing(value: Any) -> None:
    if value is not None:
        raise _Misfit(f"null was expected, not {value!r}")


def _plain(value: Any, depth: int = 0) -> Any:
    """Check that `value` is JSON that comes back as it went."""
    if depth > _JSON_DEPTH:
        raise _Misfit("details are nested too deeply")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {_text(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    raise _Misfit(f"{type(value).__name__} has no place in an event")


_SCALARS: Final[Mapping[Any, _Convert]] = {
    str: _text,
    bool: _flag,
    int: _whole,
    float: _number,
    type(None): _nothing,
    object: _plain,
}


# --- converters made from the dataclasses' own annotations, once, at import -----------------------


def _converter(annotation: Any, *, reading: bool) -> _Convert:
    """Return what turns a value of `annotation` into JSON, or (`reading`) back."""
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _union(get_args(annotation), reading=reading)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(*get_args(annotation), reading=reading)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _enum(annotation, reading=reading)
    if is_dataclass(annotation):
        return _reader(annotation) if reading else _writer(annotation)
    raise TypeError(f"no coding for {annotation}: add one to core.bus.codec")


def _union(alternatives: tuple[Any, ...], *, reading: bool) -> _Convert:
    nullable = type(None) in alternatives
    converters = [
        _converter(alternative, reading=reading)
        for alternative in alternatives
        if alternative is not type(None)
    ]

    def convert(value: Any) -> Any:
        if value is None and nullable:
            return None
        for convert_one in converters[:-1]:
            try:
                return convert_one(value)
            except _Misfit:
                continue
        return converters[-1](value)

    return convert


def _mapping(key_type: Any, value_type: Any, *, reading: bool) -> _Convert:
    key_of = _converter(key_type, reading=reading)
    value_of = _converter(value_type, reading=reading)

    def convert(value: Any) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise _Misfit(f"an object was expected, not {value!r}")
        return {key_of(key): value_of(item) for key, item in value.items()}

    return convert


def _enum(cls: type[Enum], *, reading: bool) -> _Convert:
    members = {member.value: member for member in cls}

    def read(value: Any) -> Enum:
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise _Misfit(f"{value!r} is no {cls.__name__}")
        return member

    def write(value: Any) -> Any:
        return read(value).value

    return read if reading else write


def _writer(cls: type[Any]) -> _Convert:
    hints = get_type_hints(cls)
    members = [(part.name, _converter(hints[part.name], reading=False)) for part in fields(cls)]

    def write(value: Any) -> dict[str, Any]:
        if type(value) is not cls:
            raise _Misfit(f"{cls.__name__} was expected, not {value!r}")
        return {name: convert(getattr(value, name)) for name, convert in members}

    return write


def _reader(cls: type[Any]) -> _Convert:
    hints = get_type_hints(cls)
    members = {part.name: _converter(hints[part.name], reading=True) for part in fields(cls)}

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or value.keys() != members.keys():
            raise _Misfit(f"{cls.__name__} has exactly the members {', '.join(members)}")
        return cls(**{name: convert(value[name]) for name, convert in members.items()})

    return read


_WRITERS: Final = {cls: _writer(cls) for cls in _KINDS.values()}
_READERS: Final = {kind: _reader(cls) for kind, cls in _KINDS.items()}


# --- envelopes -----------------------------------------------------------------------------------


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
    try:
        return orjson.dumps(
            {
                "v": VERSION,
                "room": _text(envelope.room),
                "epoch": _text(envelope.epoch),
                "seq": _whole(envelope.seq),
                "pts": _whole(envelope.pts_microseconds),
                "kind": _KIND_OF[type(message)],
                "message": _WRITERS[type(message)](message),
            }
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a message that can be encoded: {message!r}") from error


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
    outer = orjson.loads(data)
    if not isinstance(outer, dict) or outer.get("v") != VERSION:
        raise _Misfit("the version is missing or another")
    if outer.keys() != _MEMBERS:
        raise _Misfit(f"an event has exactly the members {', '.join(sorted(_MEMBERS))}")
    kind = outer["kind"]
    if not isinstance(kind, str) or kind not in _READERS:
        raise _Misfit(f"{kind!r} is no kind of event")
    return Envelope(
        room=_text(outer["room"]),
        epoch=_text(outer["epoch"]),
        seq=_whole(outer["seq"]),
        pts_microseconds=_whole(outer["pts"]),
        message=_READERS[kind](outer["message"]),
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
            _number(audio.arrived_seconds),
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
        raise _Misfit("the audio packet is cut short or its flags are unknown")
    room, epoch, session = names
    audio = EncodedAudio(session, start, duration, data[at:], bool(discontinuity), _number(arrived))
    return Envelope(room, epoch, seq, pts, audio)
