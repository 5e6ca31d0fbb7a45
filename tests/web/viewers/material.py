"""Messages and feeds that the tests of the fan-out publish."""

from __future__ import annotations

from core.bus import Bus
from core.feed import SessionFeed
from core.media import HOP_SAMPLES, WINDOW_SAMPLES
from core.messages import (
    Beat,
    Component,
    EncodedAudio,
    Envelope,
    Estimate,
    Fault,
    Finding,
    Genre,
    Loudness,
    Phase,
    Reading,
    Reception,
    RoomMessage,
    Score,
    SessionInfo,
    SessionState,
    Transition,
)
from core.show import EncodedPicture, PictureFormat, ShowSettings, ShowState

PICTURE_SAMPLES = 2_400  # twenty a second

PACKET_SAMPLES = 960


def session_info(session: str = "set-1", room: str = "nova") -> SessionInfo:
    return SessionInfo(
        session=session,
        room=room,
        dj_name="Nova",
        started_unix_seconds=1_700_000_000.0,
        title="Night drive",
        declared_genre=Genre.TECHNO,
    )


def state(info: SessionInfo, phase: Phase = Phase.LIVE, reason: str | None = None) -> SessionState:
    return SessionState(info, phase, reason)


def score(window: int, overall: float | None = 7.0, arrived_seconds: float = 0.0) -> Score:
    """The score of the window that ends with hop `window`; null with a reason for None."""
    estimate = None if overall is None else Estimate(overall, overall - 0.5, overall + 0.5)
    reason = "listening" if overall is None else None
    end_sample = (window + 1) * HOP_SAMPLES
    unknown = Reading(None, reason="too_short")
    return Score(
        window=window,
        start_sample=max(0, end_sample - WINDOW_SAMPLES),
        end_sample=end_sample,
        reason=reason,
        overall=estimate,
        components=dict.fromkeys(Component, estimate),
        set_reason=reason,
        set_overall=estimate,
        set_components=dict.fromkeys(Component, estimate),
        bpm=Reading(126.0, confidence=0.9),
        key=Reading("A minor", confidence=0.7),
        camelot=Reading("8A", confidence=0.7),
        genre=unknown,
        loudness=Loudness(-9.1, -9.3, None),
        energy=0.6,
        danceability=None,
        concealed_ratio=0.0,
        batch_size=1,
        arrived_seconds=arrived_seconds,
    )


def beat(sample: int = 48_000) -> Beat:
    return Beat(sample, period_samples=22_857.1, bpm=126.0, confidence=0.8, beat_in_bar=None)


def finding(code: str = "tempo_drift") -> Finding:
    return Finding(
        code,
        Component.TECHNICAL,
        480_000,
        960_000,
        measured=41.2,
        limit=20.0,
        unit="ms",
        points=-0.4,
    )


def transition(index: int, settled: bool = False) -> Transition:
    reading = Reading(0.8, confidence=0.9)
    unknown = Reading(None, reason="under_way")
    return Transition(index, 480_000, 960_000, settled, reading, reading, reading, unknown, unknown)


def reception() -> Reception:
    return Reception(
        channels=2,
        bitrate_bps=256_000.4,
        packets_received=50,
        packets_lost=0,
        loss_ratio=0.0,
        concealed_samples=0,
        jitter_ms=1.25,
        hold_back_ms=0.0,
        round_trip_ms=None,
        level_left_dbfs=-12.0,
        level_right_dbfs=-12.5,
        peak_dbfs=-3.0,
        clipped_samples=0,
    )


def packet(number: int, size: int = 640, discontinuity: bool = False) -> EncodedAudio:
    return EncodedAudio(
        session="set-1",
        start_sample=number * PACKET_SAMPLES,
        duration_samples=PACKET_SAMPLES,
        payload=number.to_bytes(4, "big") * (size // 4),
        discontinuity=discontinuity,
        arrived_seconds=0.0,
    )


def picture(
    number: int,
    *,
    key: bool = False,
    form: PictureFormat = PictureFormat.VP9,
    size: int = 400,
    reconfigured: bool = False,
) -> EncodedPicture:
    return EncodedPicture(
        session="set-1",
        format=form,
        start_sample=number * PICTURE_SAMPLES,
        duration_samples=PICTURE_SAMPLES,
        key=key or form is PictureFormat.JPEG,
        width=320,
        height=180,
        reconfigured=reconfigured,
        payload=number.to_bytes(4, "big") * (size // 4),
    )


def show(running: bool = True, reason: str | None = None) -> ShowState:
    return ShowState(
        running=running,
        reason=reason,
        scene="nebula" if running else None,
        palette="dusk" if running else None,
        blackout=False,
        width=320 if running else 0,
        height=180 if running else 0,
        frames_per_second=20.0,
        settings=ShowSettings(text="NOVA"),
    )


def all_events() -> list[RoomMessage]:
    """One of each event that the bus carries."""
    info = session_info()
    return [
        state(info),
        score(19),
        beat(),
        finding(),
        transition(0),
        reception(),
        Fault("judge_overloaded", {"windows": 3}),
        show(),
    ]


def envelope(message: RoomMessage, seq: int = 1, epoch: str = "set-1", pts: int = 0) -> Envelope:
    return Envelope(room="nova", epoch=epoch, seq=seq, pts_microseconds=pts, message=message)


class Set:
    """One DJ's set on a bus, published as the receiver and the judge would."""

    def __init__(self, bus: Bus, session: str = "set-1", room: str = "nova") -> None:
        self.info = session_info(session, room)
        self.feed = SessionFeed(self.info, bus)
        self._packets = 0
        self._windows = 0
        self._pictures: dict[PictureFormat, int] = {}

    def start(self) -> Envelope:
        return self.feed.publish(state(self.info), 0)

    def play(self, size: int = 640) -> Envelope:
        message = packet(self._packets, size)
        self._packets += 1
        return self.feed.publish(message, message.start_sample)

    def draw(
        self,
        *,
        key: bool = False,
        form: PictureFormat = PictureFormat.VP9,
        size: int = 400,
        reconfigured: bool = False,
    ) -> Envelope:
        number = self._pictures.get(form, 0)
        self._pictures[form] = number + 1
        message = picture(number, key=key, form=form, size=size, reconfigured=reconfigured)
        return self.feed.publish(message, message.start_sample)

    def judge(self, overall: float | None = 7.0, arrived_seconds: float = 0.0) -> Envelope:
        message = score(self._windows, overall, arrived_seconds)
        self._windows += 1
        return self.feed.publish(message, message.end_sample)

    def say(self, message: RoomMessage, position_samples: int = 0) -> Envelope:
        return self.feed.publish(message, position_samples)
