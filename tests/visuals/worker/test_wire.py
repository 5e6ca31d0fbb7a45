"""What is told arrives as it was told, however the pipe cuts it; what is garbled is refused."""

from __future__ import annotations

import numpy as np
import pytest

from core.messages import Beat, Phase, SessionState
from core.show import EMBEDDING_SIZE, PictureFormat, ShowMode, ShowSettings
from tests.core.sample_messages import info
from visuals.worker.place import FieldProvider
from visuals.worker.wire import (
    LONGEST_BYTES,
    Begin,
    Blackout,
    Embedding,
    Event,
    Figures,
    Garbled,
    Hype,
    Inbox,
    Look,
    Painted,
    Ready,
    Settings,
    Sound,
    Watched,
    encode,
)

MESSAGES = [
    Begin("set-1", 2**32 - 1, 180, 20.0, 450),
    Begin("set-1", 7, 180, 20.0, 450, FieldProvider.CUDA, 1),
    Sound(2**40, 960, True, False, 12.5, b"\x00opus"),
    Sound(960, 2_880, False, True, 0.0, b""),
    Event(Beat(48_000, 22_500.0, 128.0, 0.9, None)),
    Event(SessionState(info(), Phase.STALLED, "no_media", 48_000)),
    Settings(ShowSettings(mode=ShowMode.MANUAL, scene="tide", text="Añá 🎧", logo=None)),
    Blackout(True),
    Watched(()),
    Hype(None),
    Hype(0.25),
    Ready(),
    Painted(PictureFormat.VP9, 2_400, 2_400, True, False, 320, 180, 1.5, b"vp9" * 9_000),
    Painted(PictureFormat.JPEG, 4_800, 4_800, True, True, 256, 144, 1.5, b"jpeg"),
    Look("tide", "ember", 320, 180, 20.0),
    Figures(20, 1, 0, 0.01, 0.05, 0.01, 0.04, 0.12, 1.0),
]


@pytest.mark.parametrize("piece", [1, 7, 1_000, 10_000_000])
def test_messages_survive_any_cutting(piece: int):
    stream = b"".join(map(encode, MESSAGES))
    inbox = Inbox()
    came = [
        message
        for at in range(0, len(stream), piece)
        for message in inbox.feed(stream[at : at + piece])
    ]
    assert came == MESSAGES


def test_an_embedding_comes_as_it_went():
    values = np.arange(EMBEDDING_SIZE, dtype=np.float32)
    (came,) = Inbox().feed(encode(Embedding(24_000, values)))
    assert isinstance(came, Embedding)
    assert came.end_sample == 24_000
    np.testing.assert_array_equal(came.values, values)


@pytest.mark.parametrize(
    "data",
    [
        (LONGEST_BYTES + 1).to_bytes(4, "little") + b"\x01",
        b"\x02\x00\x00\x00\x63{}",  # no such kind
        b"\x03\x00\x00\x00\x12abc",  # no JSON
        b"\x02\x00\x00\x00\x12{}",  # a member is missing
        b"\x05\x00\x00\x00\x01short",
        b"\x0c\x00\x00\x00\x03" + bytes(12),  # an embedding of one value
        b"\x0f\x00\x00\x00\x04" + b'["Reception",0]',
    ],
)
def test_what_is_no_message_is_refused(data: bytes):
    with pytest.raises(Garbled):
        list(Inbox().feed(data))


def test_what_no_message_may_hold_is_not_told():
    with pytest.raises(ValueError, match="finite"):
        encode(Event(Beat(0, float("nan"), 128.0, 0.9, None)))
