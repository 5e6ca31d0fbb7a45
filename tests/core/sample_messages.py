"""Messages of a made-up set, for tests of whatever carries them."""

from core.messages import (
    Beat,
    EncodedAudio,
    Envelope,
    Phase,
    RoomMessage,
    SessionInfo,
    SessionState,
)
from core.show import EncodedPicture, PictureFormat


def info(session: str = "set-1", room: str = "ana") -> SessionInfo:
    return SessionInfo(session, room, "Ana", 1_700_000_000.0)


def state(phase: Phase = Phase.LIVE, session: str = "set-1", room: str = "ana") -> SessionState:
    return SessionState(info(session, room), phase)


def beat(sample: int = 0) -> Beat:
    return Beat(sample, 22_500.0, 128.0, 0.9, None)


def packet(index: int = 0, session: str = "set-1") -> EncodedAudio:
    return EncodedAudio(session, index * 960, 960, bytes([252, index % 256]), False, 0.0)


def picture(
    index: int = 0,
    session: str = "set-1",
    *,
    form: PictureFormat = PictureFormat.VP9,
    key: bool = False,
    size: int = 8,
) -> EncodedPicture:
    return EncodedPicture(
        session=session,
        format=form,
        start_sample=index * 2_400,
        duration_samples=2_400,
        key=key or form is PictureFormat.JPEG,
        width=320,
        height=180,
        reconfigured=False,
        payload=bytes([index % 256]) * size,
    )


def envelope(
    seq: int, message: RoomMessage | None = None, *, epoch: str = "set-1", room: str = "ana"
) -> Envelope:
    return Envelope(room, epoch, seq, seq * 1000, message or beat(seq))
