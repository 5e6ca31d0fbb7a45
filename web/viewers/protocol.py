"""The wire protocol `djuv.v1`: what internal messages look like to a viewer.

Pure functions from messages to bytes, specified by `docs/protocol.md` (a test holds the two
together). Nothing here knows of sockets, rooms or time.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum, IntFlag
from typing import Any, Final, TypeAlias, TypeVar, cast

import orjson
from websockets.frames import Frame, Opcode

from core.media import CHANNELS, SAMPLE_RATE_HZ, samples_to_microseconds, samples_to_seconds
from core.messages import (
    Beat,
    Component,
    EncodedAudio,
    Envelope,
    Estimate,
    Fault,
    Finding,
    Genre,
    Loss,
    Phase,
    Reading,
    Reception,
    RoomMessage,
    Score,
    SessionInfo,
    SessionState,
    Track,
    Transition,
)
from core.show import PICTURE_FORMATS, EncodedPicture, PictureFormat, ShowSettings, ShowState
from web.viewers.wants import Wants

SUBPROTOCOL: Final = "djuv.v1"

HEADER: Final = struct.Struct("<BBHIQ")
"""Of a binary frame: kind, flags, track, seq, pts."""

OPUS_TRACK: Final = 0
VIDEO_TRACK: Final = 1
STILLS_TRACK: Final = 2

Json: TypeAlias = dict[str, Any]
Weights: TypeAlias = Mapping[Genre, Mapping[Component, float]]


class MediaKind(IntEnum):
    """What a binary frame holds."""

    OPUS = 1
    VIDEO = 2
    JPEG = 3
    SPECTRUM = 4


class MediaFlag(IntFlag):
    """What a player should know before it decodes a binary frame."""

    NONE = 0
    KEY = 1
    DISCONTINUITY = 2
    CONFIGURATION_CHANGED = 4
    CATCH_UP = 8


class CloseCode(IntEnum):
    """Why the server ends a connection (RFC 6455, section 7.4.1, and its registry)."""

    END = 1000
    GOING_AWAY = 1001
    POLICY = 1008
    TOO_LARGE = 1009
    TRY_AGAIN = 1013


_PICTURES: Final[Mapping[PictureFormat, tuple[MediaKind, int]]] = {
    PictureFormat.VP9: (MediaKind.VIDEO, VIDEO_TRACK),
    PictureFormat.JPEG: (MediaKind.JPEG, STILLS_TRACK),
}


def _picture_track(form: PictureFormat) -> Json:
    kind, track = _PICTURES[form]
    return {"track": track, "kind": int(kind), "codec": PICTURE_FORMATS[form]}


TRACKS: Final[Mapping[Track, Json]] = {
    Track.SOUND: {
        "track": OPUS_TRACK,
        "kind": int(MediaKind.OPUS),
        "codec": "opus",
        "sample_rate_hz": SAMPLE_RATE_HZ,
        "channels": CHANNELS,
    },
    Track.VIDEO: _picture_track(PictureFormat.VP9),
    Track.STILLS: _picture_track(PictureFormat.JPEG),
}
"""The catalogue: what `hello` says of each track that a connection carries."""


def text_frame(payload: bytes) -> bytes:
    """Return `payload` as the bytes of one unmasked WebSocket text frame."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False, extensions=[])


def binary_frame(payload: bytes) -> bytes:
    """Return `payload` as the bytes of one unmasked WebSocket binary frame."""
    return Frame(Opcode.BINARY, payload).serialize(mask=False, extensions=[])


def media_payload(
    media: bytes, *, kind: MediaKind, flags: MediaFlag, track: int, seq: int, pts_microseconds: int
) -> bytes:
    """Return a binary frame's payload: the header of 16 bytes, then `media`.

    Parameters
    ----------
    media
        The encoded unit.
    kind, flags
        What it is and what a player should know.
    track
        Index in the catalogue of `hello`.
    seq
        Count of the track's units; sent modulo 2^32.
    pts_microseconds
        Position of its first sample on the room's media clock.
    """
    return HEADER.pack(kind, flags, track, seq & 0xFFFF_FFFF, pts_microseconds) + media


def audio_payload(envelope: Envelope, audio: EncodedAudio, flags: MediaFlag) -> bytes:
    """Return the payload for one Opus packet."""
    return media_payload(
        audio.payload,
        kind=MediaKind.OPUS,
        flags=flags,
        track=OPUS_TRACK,
        seq=envelope.seq,
        pts_microseconds=envelope.pts_microseconds,
    )


def picture_payload(picture: EncodedPicture, seq: int, flags: MediaFlag) -> bytes:
    """Return the payload for one picture, which stands where it was drawn for."""
    kind, track = _PICTURES[picture.format]
    return media_payload(
        picture.payload,
        kind=kind,
        flags=flags,
        track=track,
        seq=seq,
        pts_microseconds=samples_to_microseconds(picture.start_sample),
    )


def event_payload(kind: str, seq: int, pts_microseconds: int, data: Json) -> bytes:
    """Return a text frame's payload: one event as JSON."""
    return orjson.dumps(
        {"t": kind, "seq": seq, "pts": pts_microseconds, "d": data},
        option=orjson.OPT_SERIALIZE_NUMPY,
    )


def envelope_payload(envelope: Envelope, latency_seconds: float | None) -> bytes:
    """Return the JSON of an event that came over the bus.

    Parameters
    ----------
    envelope
        Holds an event.
    latency_seconds
        For a score, from the arrival of the window's last packet to publication; None where it
        is not known.
    """
    kind, data = message_data(envelope.message)
    if isinstance(envelope.message, Score):
        data["latency_ms"] = _rounded(_milliseconds(latency_seconds), 2)
    return event_payload(kind, envelope.seq, envelope.pts_microseconds, data)


def message_data(message: RoomMessage) -> tuple[str, Json]:
    """Return an event's type and its `d`.

    Raises
    ------
    TypeError
        If `message` is not an event.
    """
    try:
        kind, convert = _EVENTS[type(message)]
    except KeyError:
        raise TypeError(f"{type(message).__name__} is not an event of the protocol") from None
    return kind, convert(message)


def hello_payload(
    *,
    room: str,
    state: SessionState | None,
    from_seq: int,
    last_seq: int,
    pts_microseconds: int,
    wall_seconds: float,
    weights: Weights,
    wants: Wants = Wants.SOUND,
) -> bytes:
    """Return the first message of a connection, which lists the tracks that it carries."""
    data = {
        "protocol": SUBPROTOCOL,
        "room": room,
        "epoch": state.info.session if state else None,
        "from_seq": from_seq,
        "last_seq": last_seq,
        "info": info_data(state.info) if state else None,
        "phase": state.phase if state else Phase.ENDED,
        "clock": {"pts": pts_microseconds, "unix_ms": round(wall_seconds * 1000)},
        "tracks": [about for track, about in TRACKS.items() if track in wants.tracks],
        "weights": {
            genre.value: {part.value: share for part, share in shares.items()}
            for genre, shares in weights.items()
        },
    }
    return event_payload("hello", 0, pts_microseconds, data)


def pong_payload(sent: float, pts_microseconds: int) -> bytes:
    """Return the answer to a client's ping."""
    return event_payload("pong", 0, pts_microseconds, {"sent": sent})


def error_payload(code: str, details: Mapping[str, object], pts_microseconds: int) -> bytes:
    """Return an error of this connection alone; the close follows."""
    return event_payload("error", 0, pts_microseconds, {"code": code, "details": dict(details)})


def edge_stats_payload(viewers: int, dropped: int, pts_microseconds: int) -> bytes:
    """Return what the edge says of its audience, and of one viewer's losses."""
    data = {"source": "edge", "viewers": viewers, "dropped": dropped}
    return event_payload("stats", 0, pts_microseconds, data)


def info_data(info: SessionInfo) -> Json:
    """Return what viewers are told of a set."""
    return {
        "dj_name": info.dj_name,
        "title": info.title,
        "declared_genre": info.declared_genre,
        "started_unix_seconds": info.started_unix_seconds,
    }


def estimate_data(estimate: Estimate | None) -> Json | None:
    """Return a score with its interval, or None: a missing score is never a number."""
    if estimate is None:
        return None
    return {
        "value": round(estimate.value, 3),
        "low": round(estimate.low, 3),
        "high": round(estimate.high, 3),
    }


def reading_data(reading: Reading) -> Json:
    """Return something heard, or why it is not known."""
    value = reading.value
    return {
        "value": value if value is None or isinstance(value, str) else round(value, 4),
        "confidence": round(reading.confidence, 3),
        "reason": reading.reason,
    }


def _score(score: Score) -> Json:
    return {
        "window": score.window,
        "start_seconds": samples_to_seconds(score.start_sample),
        "end_seconds": samples_to_seconds(score.end_sample),
        "reason": score.reason,
        "overall": estimate_data(score.overall),
        "components": _components(score.components),
        "set": {
            "reason": score.set_reason,
            "overall": estimate_data(score.set_overall),
            "components": _components(score.set_components),
            "losses": [_loss(loss) for loss in score.set_losses],
        },
        "bpm": reading_data(score.bpm),
        "key": reading_data(score.key),
        "camelot": reading_data(score.camelot),
        "genre": reading_data(score.genre),
        "loudness": {
            "momentary_lufs": _rounded(score.loudness.momentary_lufs, 2),
            "short_term_lufs": _rounded(score.loudness.short_term_lufs, 2),
            "integrated_lufs": _rounded(score.loudness.integrated_lufs, 2),
            "true_peak_dbtp": _rounded(score.loudness.true_peak_dbtp, 2),
        },
        "section": reading_data(score.section),
        "onset_rate_hz": _rounded(score.onset_rate_hz, 2),
        "brightness_hz": _rounded(score.brightness_hz, 0),
        "kick_db": _rounded(score.kick_db, 1),
        "energy": _rounded(score.energy, 4),
        "danceability": _rounded(score.danceability, 4),
        "concealed_ratio": round(score.concealed_ratio, 5),
        "latency_ms": None,
    }


def _loss(loss: Loss) -> Json:
    return {
        "component": loss.component,
        "code": loss.code,
        "count": loss.count,
        "points": round(loss.points, 3),
    }


def _components(components: Mapping[Component, Estimate | None]) -> Json:
    return {part.value: estimate_data(components.get(part)) for part in Component}


def _beat(beat: Beat) -> Json:
    return {
        "sample": beat.sample,
        "period_samples": round(beat.period_samples, 3),
        "bpm": round(beat.bpm, 3),
        "confidence": round(beat.confidence, 3),
        "beat_in_bar": beat.beat_in_bar,
    }


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "component": finding.component,
        "start_seconds": samples_to_seconds(finding.start_sample),
        "end_seconds": samples_to_seconds(finding.end_sample),
        "measured": round(finding.measured, 4),
        "limit": round(finding.limit, 4),
        "unit": finding.unit,
        "points": round(finding.points, 3),
    }


def _transition(transition: Transition) -> Json:
    return {
        "index": transition.index,
        "start_seconds": samples_to_seconds(transition.start_sample),
        "end_seconds": samples_to_seconds(transition.end_sample),
        "settled": transition.settled,
        "beat_match_accuracy": reading_data(transition.beat_match_accuracy),
        "harmonic_compatibility": reading_data(transition.harmonic_compatibility),
        "transition_smoothness": reading_data(transition.transition_smoothness),
        "offset_ms": reading_data(transition.offset_ms),
        "tempo_difference_percent": reading_data(transition.tempo_difference_percent),
        "kind": reading_data(transition.kind),
        "drift_ms_per_second": reading_data(transition.drift_ms_per_second),
        "bass_excess_db": reading_data(transition.bass_excess_db),
        "level_step_lu": reading_data(transition.level_step_lu),
        "phrase_error_beats": reading_data(transition.phrase_error_beats),
    }


def _state(state: SessionState) -> Json:
    return {
        "epoch": state.info.session,
        "phase": state.phase,
        "reason": state.reason,
        "info": info_data(state.info),
    }


def _reception(reception: Reception) -> Json:
    return {
        "source": "ingest",
        "channels": reception.channels,
        "bitrate_bps": round(reception.bitrate_bps),
        "packets_received": reception.packets_received,
        "packets_lost": reception.packets_lost,
        "loss_ratio": round(reception.loss_ratio, 5),
        "concealed_samples": reception.concealed_samples,
        "jitter_ms": round(reception.jitter_ms, 2),
        "hold_back_ms": round(reception.hold_back_ms, 2),
        "round_trip_ms": _rounded(reception.round_trip_ms, 2),
        "level_left_dbfs": round(reception.level_left_dbfs, 2),
        "level_right_dbfs": round(reception.level_right_dbfs, 2),
        "peak_dbfs": round(reception.peak_dbfs, 2),
        "clipped_samples": reception.clipped_samples,
    }


def show_data(show: ShowState) -> Json:
    """Return how a room's show stands."""
    return {
        "running": show.running,
        "reason": show.reason,
        "scene": show.scene,
        "palette": show.palette,
        "blackout": show.blackout,
        "width": show.width,
        "height": show.height,
        "frames_per_second": round(show.frames_per_second, 2),
        "settings": settings_data(show.settings),
    }


def settings_data(settings: ShowSettings) -> Json:
    """Return what the VJ wants of a room's show."""
    return {
        "enabled": settings.enabled,
        "mode": settings.mode,
        "scene": settings.scene,
        "palette": settings.palette,
        "intensity": round(settings.intensity, 4),
        "calm": settings.calm,
        "text": settings.text,
        "logo": settings.logo,
    }


def _fault(fault: Fault) -> Json:
    return {"code": fault.code, "details": dict(fault.details)}


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000.0


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


Message = TypeVar("Message")
_Conversion: TypeAlias = tuple[str, Callable[[Any], Json]]


def _event(kind: str, convert: Callable[[Message], Json]) -> _Conversion:
    return kind, cast(Callable[[Any], Json], convert)


_EVENTS: Final[Mapping[type[object], _Conversion]] = {
    Score: _event("score", _score),
    Beat: _event("beat", _beat),
    Finding: _event("finding", _finding),
    Transition: _event("transition", _transition),
    SessionState: _event("state", _state),
    Reception: _event("stats", _reception),
    Fault: _event("error", _fault),
    ShowState: _event("show", show_data),
}

CROWD_TYPES: Final = frozenset({"chat", "crowd", "moment", "joined", "said", "refused", "queue"})
"""Of what the crowd says (`web.viewers.crowd_protocol`); nobody gets them who has not joined it."""

EVENT_TYPES: Final = frozenset(
    {kind for kind, _ in _EVENTS.values()} | {"hello", "pong"} | CROWD_TYPES
)
RESERVED_TYPES: Final = frozenset({"vote"})
