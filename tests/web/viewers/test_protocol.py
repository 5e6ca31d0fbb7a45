import struct

import numpy as np
import orjson
import pytest

from core.messages import EncodedAudio, Reading
from core.show import PictureFormat
from tests.web.viewers import material
from web.viewers import protocol
from web.viewers.protocol import MediaFlag
from web.viewers.units import AudioUnit, PictureUnit


def test_an_event_is_json_with_type_seq_position_and_data():
    payload = protocol.envelope_payload(material.envelope(material.beat(), seq=7, pts=125), None)
    assert orjson.loads(payload) == {
        "t": "beat",
        "seq": 7,
        "pts": 125,
        "d": {
            "sample": 48_000,
            "period_samples": 22_857.1,
            "bpm": 126.0,
            "confidence": 0.8,
            "beat_in_bar": None,
        },
    }


def test_a_missing_score_is_null_with_its_reason_and_never_a_number():
    payload = protocol.envelope_payload(material.envelope(material.score(3, overall=None)), None)
    data = orjson.loads(payload)["d"]
    assert data["overall"] is None
    assert data["reason"] == "listening"
    assert set(data["components"].values()) == {None}
    assert data["set"] == {
        "reason": "listening",
        "overall": None,
        "components": data["components"],
        "losses": [],
    }
    assert data["latency_ms"] is None


def test_latency_is_told_in_milliseconds():
    payload = protocol.envelope_payload(material.envelope(material.score(3)), 0.0123456)
    assert orjson.loads(payload)["d"]["latency_ms"] == 12.35


def test_numbers_that_json_cannot_hold_become_null():
    reading = protocol.reading_data(Reading(float("nan"), confidence=0.1))
    assert orjson.loads(orjson.dumps(reading))["value"] is None


def test_numpy_scalars_of_a_careless_publisher_are_numbers():
    data = protocol.reading_data(Reading(np.float32(0.5), confidence=np.float64(0.25)))
    payload = protocol.event_payload("beat", 1, 0, data)
    assert orjson.loads(payload)["d"]["value"] == 0.5


def unframed(frame):
    """The payload of a server's frame of 126 bytes to 64 KiB."""
    assert (frame[0], frame[1]) == (0x82, 126)
    return frame[4:]


@pytest.mark.parametrize(
    ("discontinuity", "extra", "flags"),
    [
        (False, MediaFlag.NONE, 1),
        (True, MediaFlag.NONE, 3),
        (False, MediaFlag.DISCONTINUITY, 3),
        (True, MediaFlag.CATCH_UP, 11),
    ],
)
def test_sound_has_a_header_of_sixteen_bytes(discontinuity, extra, flags):
    audio = material.packet(5, discontinuity=discontinuity)
    unit = AudioUnit(material.envelope(audio, seq=2**32 + 9, pts=100_000), audio)
    payload = unframed(unit.flagged(extra))
    assert struct.unpack("<BBHIQ", payload[:16]) == (1, flags, 0, 9, 100_000)
    assert payload[16:] == audio.payload


@pytest.mark.parametrize(
    ("form", "key", "reconfigured", "extra", "header"),
    [
        (PictureFormat.VP9, False, False, MediaFlag.NONE, (2, 0, 1)),
        (PictureFormat.VP9, True, True, MediaFlag.NONE, (2, 5, 1)),
        (PictureFormat.VP9, True, False, MediaFlag.CATCH_UP, (2, 9, 1)),
        (PictureFormat.JPEG, True, False, MediaFlag.DISCONTINUITY, (3, 3, 2)),
    ],
)
def test_a_picture_stands_where_it_was_drawn_for(form, key, reconfigured, extra, header):
    picture = material.picture(3, key=key, form=form, reconfigured=reconfigured)
    unit = PictureUnit(material.envelope(picture, seq=4, pts=7), picture)
    payload = unframed(unit.flagged(extra))
    assert struct.unpack("<BBHIQ", payload[:16]) == (*header, 4, 150_000)
    assert payload[16:] == picture.payload
    assert unit.flagged(extra) is unit.flagged(extra)


def test_a_picture_is_not_an_event():
    with pytest.raises(TypeError, match="EncodedPicture"):
        protocol.message_data(material.picture(0))


def test_sound_is_not_an_event():
    with pytest.raises(TypeError, match="EncodedAudio"):
        protocol.message_data(EncodedAudio("s", 0, 960, b"", False, 0.0))


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_frames_are_what_a_websocket_client_reads(size):
    from websockets.client import ClientProtocol
    from websockets.protocol import State
    from websockets.uri import parse_uri

    client = ClientProtocol(parse_uri("ws://localhost/"), state=State.OPEN)
    client.receive_data(protocol.text_frame(b"x" * size) + protocol.binary_frame(b"y" * size))
    text, binary = client.events_received()
    assert (text.opcode, text.data, text.fin) == (1, b"x" * size, True)
    assert (binary.opcode, binary.data, binary.fin) == (2, b"y" * size, True)


def test_hello_of_a_room_where_nobody_has_played():
    payload = protocol.hello_payload(
        room="nova",
        state=None,
        from_seq=1,
        last_seq=0,
        pts_microseconds=0,
        wall_seconds=1_700_000_000.5,
        weights={},
    )
    data = orjson.loads(payload)["d"]
    assert (data["epoch"], data["info"], data["phase"]) == (None, None, "ended")
    assert data["clock"] == {"pts": 0, "unix_ms": 1_700_000_000_500}
