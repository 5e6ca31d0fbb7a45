"""What is sent to viewers as a whole: one WebSocket frame, made once and shared by all."""

from __future__ import annotations

import logging
from enum import IntEnum
from typing import Protocol

from core.crowd import CrowdEnvelope
from core.media import samples_to_microseconds
from core.messages import EncodedAudio, Envelope, Track
from core.show import EncodedPicture
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
    def track(self) -> Track:
        """What it is part of; viewers choose by it."""
        ...

    @property
    def flags(self) -> MediaFlag:
        """Its own flags; events have none."""
        ...

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


class _EventTraits:
    """What all events have in common, whoever says them."""

    __slots__ = ()

    @property
    def track(self) -> Track:
        """Everybody gets them."""
        return Track.EVENTS

    @property
    def flags(self) -> MediaFlag:
        """None."""
        return MediaFlag.NONE

    @property
    def rank(self) -> Rank:
        """Events are kept until the bound."""
        return Rank.EVENT


class EventUnit(_EventTraits):
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


class CrowdUnit(_EventTraits):
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


class OwnUnit(_EventTraits):
    """A frame for one viewer alone, such as its pong; it counts as an event."""

    __slots__ = ("_frame",)

    def __init__(self, frame: bytes) -> None:
        self._frame = frame

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

    __slots__ = ("_audio", "_envelope", "_variants", "flags", "frame")

    def __init__(self, envelope: Envelope, audio: EncodedAudio) -> None:
        self._envelope = envelope
        self._audio = audio
        self.flags = MediaFlag.KEY
        if audio.discontinuity:
            self.flags |= MediaFlag.DISCONTINUITY
        self._variants: dict[MediaFlag, bytes] = {}
        self.frame = self._framed(MediaFlag.NONE)

    @property
    def track(self) -> Track:
        """Of sound."""
        return Track.SOUND

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
        payload = protocol.audio_payload(self._envelope, self._audio, self.flags | extra)
        return protocol.binary_frame(payload)


class PictureUnit:
    """One picture of the show; turned into bytes when first asked for.

    Parameters
    ----------
    envelope
        Whose message is `picture`.
    picture
        The picture.
    """

    __slots__ = ("_picture", "_variants", "flags", "pts_microseconds", "seq", "track")

    def __init__(self, envelope: Envelope, picture: EncodedPicture) -> None:
        self._picture = picture
        self._variants: dict[MediaFlag, bytes] = {}  # by all their flags
        self.seq = envelope.seq
        self.track = envelope.track
        self.pts_microseconds = samples_to_microseconds(picture.start_sample)
        self.flags = MediaFlag.KEY if picture.key else MediaFlag.NONE
        if picture.reconfigured:
            self.flags |= MediaFlag.CONFIGURATION_CHANGED

    @property
    def rank(self) -> Rank:
        """Pictures go first."""
        return Rank.VIDEO

    @property
    def size_bytes(self) -> int:
        """Of the encoded picture alone."""
        return len(self._picture.payload)

    @property
    def frame(self) -> bytes:
        """The picture's binary frame, made once."""
        return self.flagged(MediaFlag.NONE)

    def flagged(self, flags: MediaFlag) -> bytes:
        """Return the frame with `flags` added, made once for all viewers who need it."""
        flags |= self.flags
        frame = self._variants.get(flags)
        if frame is None:
            payload = protocol.picture_payload(self._picture, self.seq, flags)
            frame = self._variants[flags] = protocol.binary_frame(payload)
        return frame
