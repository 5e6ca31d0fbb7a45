"""What the rooms tell each other.

These are internal events. What goes over the wire to a viewer is specified apart, in
`docs/protocol.md` and `web/viewers/protocol.py`. Positions are samples on the media clock
(`core.media`); codes (`reason`, `code`) are slugs that pages and the command line translate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.show import EncodedPicture, PictureFormat, ShowState


class Component(StrEnum):
    """The four things a set is judged on, in the order of the model's outputs."""

    TECHNICAL = "technical"
    SELECTION = "selection"
    ENERGY = "energy"
    CREATIVITY = "creativity"


class Genre(StrEnum):
    """Genres with targets and weights of their own."""

    HOUSE = "house"
    TECHNO = "techno"
    TRANCE = "trance"
    DUBSTEP = "dubstep"
    OTHER = "other"


class Section(StrEnum):
    """The shape of dance music, as heard."""

    INTRO = "intro"  # and outro: the bare tracks that DJs mix with
    BREAK = "break"
    BUILD = "build"
    DROP = "drop"


class TransitionKind(StrEnum):
    """Ways from one track to the next."""

    BLEND = "blend"
    BASS_SWAP = "bass_swap"
    CUT = "cut"
    ECHO_OUT = "echo_out"
    FILTER = "filter"
    LOOP_ROLL = "loop_roll"
    DOUBLE_DROP = "double_drop"
    SCRATCH_IN = "scratch_in"
    BACKSPIN = "backspin"


class Technique(StrEnum):
    """What a DJ adds on purpose."""

    LOOP_ROLL = "loop_roll"
    FILTER_SWEEP = "filter_sweep"
    ECHO_OUT = "echo_out"
    SCRATCH = "scratch"
    STUTTER = "stutter"
    BACKSPIN = "backspin"
    DOUBLE_DROP = "double_drop"


class Phase(StrEnum):
    """Where a live session stands."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"  # connected, but no RTP for a few seconds
    RESUMING = "resuming"  # the connection broke; the set is kept for a period of grace
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who may go live with a stream key: what the key store says of it."""

    key_id: str
    room: str  # slug of the DJ's room, stable over sets
    dj_name: str


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One DJ's live set."""

    session: str  # id, unique over all sets; also the epoch of the room's media clock
    room: str
    dj_name: str
    started_unix_seconds: float
    title: str | None = None
    declared_genre: Genre | None = None


@dataclass(frozen=True, slots=True)
class EncodedAudio:
    """One Opus packet, in order, as the DJ's encoder made it."""

    session: str
    start_sample: int
    duration_samples: int
    payload: bytes
    discontinuity: bool  # packets are missing right before this one
    arrived_seconds: float  # monotonic clock at arrival


@dataclass(frozen=True, slots=True)
class AudioHop:
    """The new audio between two windows, decoded."""

    session: str
    index: int  # hop 0 starts at sample 0
    start_sample: int
    samples: NDArray[np.float32]  # shape (HOP_SAMPLES, 2), full scale is 1.0
    concealed_samples: int  # of these samples, how many were made up for lost packets
    arrived_seconds: float  # monotonic clock when the last packet of the hop arrived


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score on 1-10 with the interval in which it lies with the stated coverage (90 %)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Something heard, or why it is not known.

    Exactly one of `value` and `reason` is None.
    """

    value: float | str | None
    confidence: float = 0.0  # 0-1
    reason: str | None = None  # slug, such as "no_beat" or "too_short"


@dataclass(frozen=True, slots=True)
class Loudness:
    """EBU R128 loudness up to this window's end, in LUFS; None where the gate let nothing pass."""

    momentary_lufs: float | None
    short_term_lufs: float | None
    integrated_lufs: float | None
    true_peak_dbtp: float | None = None  # highest of the set so far


@dataclass(frozen=True, slots=True)
class Loss:
    """What one kind of finding has cost a component of the set so far.

    A component's losses sum to what its score lacks of 10.
    """

    component: Component
    code: str  # of the findings; "prior" for what is only not proved yet
    count: int  # how many findings stand behind it
    points: float  # on the 1-10 scale of the set's component; never above 0


NOT_MEASURED = Reading(None, reason="not_measured")
"""What nobody has looked for."""


@dataclass(frozen=True, slots=True)
class Score:
    """The judgement of one window, and of the set so far."""

    window: int  # index of the window's last hop
    start_sample: int
    end_sample: int
    reason: str | None  # why there is no score for this window; None where there is one
    overall: Estimate | None
    components: Mapping[Component, Estimate | None]
    set_reason: str | None  # why the set has no score yet; None where it has
    set_overall: Estimate | None
    set_components: Mapping[Component, Estimate | None]
    bpm: Reading
    key: Reading  # value such as "A minor"
    camelot: Reading  # value such as "8A"
    genre: Reading
    loudness: Loudness
    energy: float | None  # 0-1, drawn behind the timeline
    danceability: float | None  # 0-1
    concealed_ratio: float  # share of the window that was made up for lost packets
    batch_size: int  # padded batch in which the model judged it: replay needs the same
    arrived_seconds: float  # of the window's last packet, to measure latency
    section: Reading = NOT_MEASURED  # a Section
    onset_rate_hz: float | None = None  # onsets a second over the last seconds
    brightness_hz: float | None = None  # spectral centroid
    kick_db: float | None = None  # level of the kick band against the set's usual top
    set_losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Beat:
    """The beat as tracked at one hop, from which a page can pulse until the next."""

    sample: int  # position of the most recent beat
    period_samples: float
    bpm: float
    confidence: float  # 0-1
    beat_in_bar: int | None  # 0-3; None while the bar is not known


@dataclass(frozen=True, slots=True)
class Transition:
    """One passage from a track to the next."""

    index: int  # counted from 0 within the set
    start_sample: int
    end_sample: int
    settled: bool  # False while it is still under way and its values may change
    beat_match_accuracy: Reading  # 0-1
    harmonic_compatibility: Reading  # 0-1
    transition_smoothness: Reading  # 0-1
    offset_ms: Reading  # between the two beats; which deck was late cannot be heard
    tempo_difference_percent: Reading
    kind: Reading = NOT_MEASURED  # a TransitionKind
    drift_ms_per_second: Reading = NOT_MEASURED
    bass_excess_db: Reading = NOT_MEASURED  # above one track's bass; below 0 where there is none
    level_step_lu: Reading = NOT_MEASURED  # the new track against the old; negative is softer
    phrase_error_beats: Reading = NOT_MEASURED  # of the switch from the old track's phrase grid


@dataclass(frozen=True, slots=True)
class Finding:
    """An explained gain or loss. `code` names the text and the fix in the locale files."""

    code: str
    component: Component
    start_sample: int
    end_sample: int
    measured: float
    limit: float
    unit: str  # "ms", "dB", "LU", "s", "%", "beats", "count", ...
    points: float  # on the 1-10 scale of its component; negative is a loss


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session changed phase."""

    info: SessionInfo
    phase: Phase
    reason: str | None = None
    position_samples: int = 0


@dataclass(frozen=True, slots=True)
class Reception:
    """What the server really receives, once a second."""

    channels: int  # 2 only when the two channels differ; what arrives, not what was promised
    bitrate_bps: float
    packets_received: int
    packets_lost: int
    loss_ratio: float  # over the last second
    concealed_samples: int
    jitter_ms: float
    hold_back_ms: float  # median time packets waited for order
    round_trip_ms: float | None
    level_left_dbfs: float
    level_right_dbfs: float
    peak_dbfs: float
    clipped_samples: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something went wrong for this session; viewers see the reason."""

    code: str
    details: Mapping[str, object] = field(default_factory=dict)


RoomMessage: TypeAlias = (
    EncodedAudio
    | EncodedPicture
    | Score
    | Beat
    | Transition
    | Finding
    | SessionState
    | Reception
    | Fault
    | ShowState
)

MEDIA: Final = (EncodedAudio, EncodedPicture)
"""Messages that are units of a media track rather than events."""


class Track(StrEnum):
    """What is counted apart within an epoch."""

    EVENTS = "events"
    SOUND = "sound"
    VIDEO = "video"
    STILLS = "stills"


TRACK_OF_FORMAT: Final[Mapping[PictureFormat, Track]] = {
    PictureFormat.VP9: Track.VIDEO,
    PictureFormat.JPEG: Track.STILLS,
}


def track_of(message: RoomMessage) -> Track:
    """Return the count that `message` belongs to."""
    if isinstance(message, EncodedAudio):
        return Track.SOUND
    if isinstance(message, EncodedPicture):
        return TRACK_OF_FORMAT[message.format]
    return Track.EVENTS


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message on its way through the bus to everyone in a room.

    `seq` counts events of an epoch from 1 without gaps; each media track (`track`) has a count of
    its own. A reader that knows `(epoch, seq)` therefore knows exactly what it missed. A recording
    keeps no state of a show: there, `seq` has a gap where there was one.
    """

    room: str
    epoch: str  # the session's id: seq and pts start again with it
    seq: int
    pts_microseconds: int
    message: RoomMessage

    @property
    def is_media(self) -> bool:
        """Whether this is a unit of a media track rather than an event."""
        return isinstance(self.message, MEDIA)

    @property
    def track(self) -> Track:
        """Which count `seq` belongs to."""
        return track_of(self.message)
