"""What is sent to viewers as a whole: one WebSocket frame, made once and shared by all."""

from __future__ import annotations

import logging
from enum import IntEnum
from typing import Protocol

from core.crowd import CrowdEnvelope
from core.messages import EncodedAudio, Envelope
from web.viewers import crowd_protocol, protocol
from web.viewers.protocol import MediaFlag

logger = logging.getLogger(__name__)


class Rank(IntEnum):
    """What gives way first when a viewer is too slow."""

    VIDEO = 0
    AUDIO = 1
    EVENT = 2


class Unit(Protocol):
    """One frame on its way to viewers."""

    @property
    def rank(self) -> Rank:
        """What it is worth to a viewer who is too slow."""
        ...

    @property
    def frame(self) -> bytes:
        """Its bytes, the same object for every viewer."""
        ...

    def flagged(self, flags: MediaFlag) -> bytes:
        """Its bytes with `flags` added; events have none and stay as they are."""
        ...


class EventUnit:
    """An event of the room; turned into bytes when first asked for.

    Until then it keeps the envelope: a room that is followed with nobody watching costs no JSON.

    Parameters
    ----------
    envelope
        The event.
    latency_seconds
        See `protocol.envelope_payload`.
    """

    __slots__ = ("_envelope", "_frame", "_latency_seconds", "pts_microseconds", "seq")

    def __init__(self, envelope: Envelope, latency_seconds: float | None = None) -> None:
        self.seq = envelope.seq
        self.pts_microseconds = envelope.pts_microseconds
        self._latency_seconds = latency_seconds
        self._envelope: Envelope | None = envelope
        self._frame = b""

    @property
    def rank(self) -> Rank:
        """Events are kept until the bound."""
        return Rank.EVENT

    @property
    def frame(self) -> bytes:
        """The event's text frame; empty for an event that cannot be told, which is logged."""
        if self._envelope is not None:
            envelope, self._envelope = self._envelope, None
            try:
                payload = protocol.envelope_payload(envelope, self._latency_seconds)
            except Exception:  # of one message of one room; everybody else's must get through
                logger.exception("event %d of set %s cannot be told", self.seq, envelope.epoch)
            else:
                self._frame = protocol.text_frame(payload)
        return self._frame

    def flagged(self, flags: MediaFlag) -> bytes:
        """Return the frame as it is."""
        return self.frame


class CrowdUnit:
    """An event of the room's crowd; turned into bytes when first asked for.

    Parameters
    ----------
    envelope
        The event. It is kept, to recognise it when the crowd's host names it again.
    """

    __slots__ = ("_frame", "envelope")

    def __init__(self, envelope: CrowdEnvelope) -> None:
        self.envelope = envelope
        self._frame: bytes | None = None

    @property
    def rank(self) -> Rank:
        """Events are kept until the bound."""
        return Rank.EVENT

    @property
    def frame(self) -> bytes:
        """The event's text frame; empty for an event that cannot be told, which is logged."""
        if self._frame is None:
            try:
                payload = crowd_protocol.envelope_payload(self.envelope)
            except Exception:  # of one event of one room; everybody else's must get through
                envelope = self.envelope
                logger.exception(
                    "event %d of crowd %s cannot be told", envelope.seq, envelope.epoch
                )
                self._frame = b""
            else:
                self._frame = protocol.text_frame(payload)
        return self._frame

    def flagged(self, flags: MediaFlag) -> bytes:
        """Return the frame as it is."""
        return self.frame


class OwnUnit:
    """A frame for one viewer alone, such as its pong; it counts as an event."""

    __slots__ = ("_frame",)

    def __init__(self, frame: bytes) -> None:
        self._frame = frame

    @property
    def rank(self) -> Rank:
        """Of an event."""
        return Rank.EVENT

    @property
    def frame(self) -> bytes:
        """The frame it was made with."""
        return self._frame

    def flagged(self, flags: MediaFlag) -> bytes:
        """Return the frame as it is."""
        return self._frame


class AudioUnit:
    """One Opus packet.

    Parameters
    ----------
    envelope
        Whose message is `audio`.
    audio
        The packet.
    """

    __slots__ = ("_audio", "_envelope", "_variants", "frame")

    def __init__(self, envelope: Envelope, audio: EncodedAudio) -> None:
        self._envelope = envelope
        self._audio = audio
        self._variants: dict[MediaFlag, bytes] = {}
        self.frame = self._framed(MediaFlag.NONE)

    @property
    def rank(self) -> Rank:
        """Sound goes after video and before events."""
        return Rank.AUDIO

    def flagged(self, flags: MediaFlag) -> bytes:
        """Return the frame with `flags` added, made once for all viewers who need it."""
        if not flags:
            return self.frame
        if flags not in self._variants:
            self._variants[flags] = self._framed(flags)
        return self._variants[flags]

    def _framed(self, extra: MediaFlag) -> bytes:
        return protocol.binary_frame(protocol.audio_payload(self._envelope, self._audio, extra))
