import struct

from aiortc.rtp import HeaderExtensionsMap
from aiortc.rtp import RtpPacket as AiortcPacket
from hypothesis import given
from hypothesis import strategies as st

from stream.rtp import is_rtp, parse_rtp


def test_a_packet_by_aiortc_reads_the_same():
    packet = AiortcPacket(payload_type=111, sequence_number=65_535, timestamp=2**32 - 1, ssrc=7)
    packet.payload, packet.csrc, packet.padding_size = b"opus", [1, 2], 4
    read = parse_rtp(packet.serialize(HeaderExtensionsMap()))
    assert (read.sequence, read.timestamp, read.ssrc) == (65_535, 2**32 - 1, 7)
    assert (read.payload_type, read.payload) == (111, b"opus")


def test_extensions_are_skipped():
    header = struct.pack("!BBHII", 0x90, 111, 1, 2, 3)
    extension = struct.pack("!HH", 0xBEDE, 2) + bytes(8)
    assert parse_rtp(header + extension + b"opus").payload == b"opus"
    assert parse_rtp(header + extension[:6]) is None
    assert parse_rtp(header + b"\xbe") is None


def test_an_empty_payload_is_a_packet_and_bad_padding_is_none():
    assert parse_rtp(struct.pack("!BBHII", 0x80, 111, 1, 2, 3)).payload == b""
    assert parse_rtp(struct.pack("!BBHII", 0xA0, 111, 1, 2, 3) + b"\x00") is None
    assert parse_rtp(struct.pack("!BBHII", 0xA0, 111, 1, 2, 3) + b"\x09") is None
    assert parse_rtp(struct.pack("!BBHII", 0x40, 111, 1, 2, 3)) is None


@given(st.binary(max_size=80))
def test_no_datagram_raises(datagram):
    is_rtp(datagram)
    parse_rtp(datagram)


def test_rtp_is_told_from_all_that_shares_its_port():
    rest = bytes(20)
    assert is_rtp(b"\x80\x6f" + rest)  # RTP, payload type 111
    assert is_rtp(b"\x80\xef" + rest)  # the same with the marker
    assert not is_rtp(b"\x80\xc8" + rest)  # RTCP sender report
    assert not is_rtp(b"\x00\x01" + rest)  # STUN
    assert not is_rtp(b"\x16\xfe" + rest)  # DTLS
    assert not is_rtp(b"\x80\x6f")
