"""What a show's worker is told and what it says: messages with their length before them.

Both ends are the same version of the same software, and the pipe belongs to them alone: nothing
here is kept, and nothing is negotiated. What is said fifty times a second is packed; the rest is
JSON, strict in both directions (`core.plain`).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray

from core.messages import Beat, Score, SessionState, Transition
from core.plain import from_plain, to_plain
from core.show import EMBEDDING_SIZE, PictureFormat, ShowSettings
from visuals.worker.place import FieldProvider

LONGEST_BYTES: Final = 4 * 1024 * 1024
"""Of one message: a hundred times the largest key picture."""

HeardEvent: TypeAlias = Beat | Score | Transition | SessionState


@dataclass(frozen=True, slots=True)
class Begin:
    """The first message: what to draw."""

    session: str
    seed: int
    height: int  # of the largest pictures wanted
    frames_per_second: float  # at most
    kilobits_per_second: int  # at most, of the video
    provider: FieldProvider = FieldProvider.CPU  # of the network
    device: int = 0  # number of the GPU


@dataclass(frozen=True, slots=True)
class Sound:
    """One Opus packet."""

    start_sample: int
    duration_samples: int
    discontinuity: bool
    past: bool  # heard to warm up: no picture is due for it
    arrived_seconds: float  # on the sender's clock, which comes back with the picture
    payload: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """What the judge says of the set."""

    message: HeardEvent


@dataclass(frozen=True, slots=True)
class Embedding:
    """How the judge's network hears the sound."""

    end_sample: int
    values: NDArray[np.float32]  # shape (EMBEDDING_SIZE,)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the VJ wants from now on."""

    settings: ShowSettings


@dataclass(frozen=True, slots=True)
class Blackout:
    """Whether the picture is to be black from now on."""

    held: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """In which formats pictures are wanted; without an audience the worker only listens."""

    formats: tuple[PictureFormat, ...]


@dataclass(frozen=True, slots=True)
class Hype:
    """Of the crowd, 0-1; None while it is not known."""

    value: float | None


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has loaded what it needs."""


@dataclass(frozen=True, slots=True)
class Painted:
    """One encoded picture."""

    format: PictureFormat
    start_sample: int
    duration_samples: int
    key: bool
    reconfigured: bool
    width: int
    height: int
    arrived_seconds: float  # of the sound that made it due
    payload: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """What is on screen, said when it changes."""

    scene: str
    palette: str
    width: int
    height: int
    frames_per_second: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What was done since the last such message, about once a second; a sign of life too."""

    drawn: int
    skipped: int  # pictures that were due, and would have come too late
    undecodable: int  # packets
    hear_seconds: float  # CPU time, decoding included
    draw_seconds: float
    limit_seconds: float
    encode_seconds: float
    cpu_seconds: float  # of the process in all
    wall_seconds: float


ToWorker: TypeAlias = Begin | Sound | Event | Embedding | Settings | Blackout | Watched | Hype
FromWorker: TypeAlias = Ready | Painted | Look | Figures
Message: TypeAlias = ToWorker | FromWorker

_HEAD: Final = struct.Struct("<IB")
"""Length of what follows it, and the kind."""

_SOUND: Final = struct.Struct("<QIBd")
_PAINTED: Final = struct.Struct("<BQIBHHd")
_EMBEDDING: Final = struct.Struct("<Q")
_FORMATS: Final = tuple(PictureFormat)

_SOUND_KIND: Final = 1
_PAINTED_KIND: Final = 2
_EMBEDDING_KIND: Final = 3
_EVENT_KIND: Final = 4
_PLAIN_KINDS: Final[Mapping[int, type[Any]]] = {
    16: Begin,
    17: Settings,
    18: Blackout,
    19: Watched,
    20: Hype,
    21: Ready,
    22: Look,
    23: Figures,
}
_KIND_OF: Final = {cls: kind for kind, cls in _PLAIN_KINDS.items()}
EVENTS: Final = (Beat, Score, Transition, SessionState)
"""What a show's ear wants to be told of."""

_EVENTS: Final[Mapping[str, type[Any]]] = {cls.__name__: cls for cls in EVENTS}


class Garbled(ValueError):
    """Bytes that no message is made of: the other end is broken."""


def encode(message: Message) -> bytes:
    """Return a message as bytes.

    Raises
    ------
    ValueError
        If a value does not fit its type, such as a NaN.
    """
    kind, *pieces = _pieces(message)
    return b"".join((_HEAD.pack(sum(map(len, pieces)), kind), *pieces))


def _pieces(message: Message) -> tuple[Any, ...]:
    if isinstance(message, Sound):
        flags = message.discontinuity | message.past << 1
        start, duration = message.start_sample, message.duration_samples
        header = _SOUND.pack(start, duration, flags, message.arrived_seconds)
        return _SOUND_KIND, header, message.payload
    if isinstance(message, Painted):
        return _PAINTED_KIND, _painted_header(message), message.payload
    if isinstance(message, Embedding):
        values = np.ascontiguousarray(message.values, np.float32)
        return _EMBEDDING_KIND, _EMBEDDING.pack(message.end_sample), values.tobytes()
    if isinstance(message, Event):
        said = message.message
        return _EVENT_KIND, orjson.dumps([type(said).__name__, to_plain(said)])
    return _KIND_OF[type(message)], orjson.dumps(to_plain(message))


def _painted_header(painted: Painted) -> bytes:
    return _PAINTED.pack(
        _FORMATS.index(painted.format),
        painted.start_sample,
        painted.duration_samples,
        painted.key | painted.reconfigured << 1,
        painted.width,
        painted.height,
        painted.arrived_seconds,
    )


class Inbox:
    """Puts messages together from bytes as they come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes and yield the messages that they complete.

        Raises
        ------
        Garbled
            If they are no messages; nothing that comes later can be read then.
        """
        self._held += data
        at = 0
        try:
            while len(self._held) - at >= _HEAD.size:
                length, kind = _HEAD.unpack_from(self._held, at)
                if length > LONGEST_BYTES:
                    raise Garbled(f"a message of {length} bytes")
                end = at + _HEAD.size + length
                if len(self._held) < end:
                    break
                body = bytes(self._held[at + _HEAD.size : end])
                at = end
                yield _decoded(kind, body)
        finally:
            del self._held[:at]


def _decoded(kind: int, body: bytes) -> Message:
    try:
        if kind == _SOUND_KIND:
            return _sound(body)
        if kind == _PAINTED_KIND:
            return _painted(body)
        if kind == _EMBEDDING_KIND:
            return _embedding(body)
        if kind == _EVENT_KIND:
            name, plain = orjson.loads(body)
            return Event(from_plain(_EVENTS[name], plain))
        decoded: Message = from_plain(_PLAIN_KINDS[kind], orjson.loads(body))
    except (ValueError, KeyError, IndexError, struct.error) as error:
        raise Garbled(f"kind {kind}: {error}") from error
    return decoded


def _sound(body: bytes) -> Sound:
    start, duration, flags, arrived = _SOUND.unpack_from(body)
    payload = body[_SOUND.size :]
    return Sound(start, duration, bool(flags & 1), bool(flags & 2), arrived, payload)


def _painted(body: bytes) -> Painted:
    number, start, duration, flags, width, height, arrived = _PAINTED.unpack_from(body)
    if not math.isfinite(arrived):
        raise Garbled("a picture of no time")
    return Painted(
        format=_FORMATS[number],
        start_sample=start,
        duration_samples=duration,
        key=bool(flags & 1),
        reconfigured=bool(flags & 2),
        width=width,
        height=height,
        arrived_seconds=arrived,
        payload=body[_PAINTED.size :],
    )


def _embedding(body: bytes) -> Embedding:
    (end_sample,) = _EMBEDDING.unpack_from(body)
    values = np.frombuffer(body, np.float32, offset=_EMBEDDING.size)
    if values.shape != (EMBEDDING_SIZE,):
        raise Garbled(f"an embedding of shape {values.shape}")
    return Embedding(end_sample, values)
