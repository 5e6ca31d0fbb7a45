"""The recording's Ogg Opus file: exact for us, and playable by anyone."""

import io
import struct

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RecordingDamaged
from core.messages import EncodedAudio
from stream.opus import open_decoder, packet_duration_samples
from stream.recording.ogg import Page, PageDamaged, checksum_of, read_page, write_page
from stream.recording.opus_file import OpusDemuxer, OpusMuxer
from tests.stream.sound import as_packets, is_stereo_test_tone, tone_payloads

TOCS = st.sampled_from([0b11111_1_00, 0b11111_1_01, 0b00001_1_00, 0b01111_1_11, 0b11100_0_00])
PAYLOADS = st.builds(
    lambda toc, count, rest: bytes((toc, count)) + rest,
    TOCS,
    st.integers(1, 2),
    st.binary(max_size=400),
)
FILLER = bytes((0xFF, 0x41, 7)) + bytes(7)


@st.composite
def streams(draw):
    """Packets as a live set may bring them: gaps on and off Opus's grid, overlaps, empty ones."""
    packets, position = [], draw(st.sampled_from([0, 0, 960, 777]))
    for payload in draw(st.lists(PAYLOADS | st.just(FILLER) | st.just(b""), max_size=40)):
        gap = draw(st.sampled_from([0] * 8 + [120, 960, 48_000, 50, -240, 40_000_000]))
        position = max(0, position + gap)
        duration = packet_duration_samples(payload)
        packets.append(EncodedAudio("s", position, duration, payload, gap != 0, 0.0))
        position += duration
    return packets


def mux(packets, batch=7):
    muxer = OpusMuxer(2**32 - 1, [("ARTIST", "DJ Añá")])
    parts = [muxer.pages(packets[at : at + batch]) for at in range(0, len(packets), batch)]
    return b"".join(parts) + muxer.end()


def demux(data):
    return list(OpusDemuxer(data, "s").packets())


def usable(packets):
    return [packet for packet in packets if packet_duration_samples(packet.payload)]


@given(streams(), st.integers(1, 50))
def test_every_packet_comes_back_at_its_position(packets, batch):
    kept, back = usable(packets), demux(mux(packets, batch))
    assert [packet.start_sample for packet in back] == [packet.start_sample for packet in kept]
    for packet, original in zip(back, kept, strict=True):
        assert original.payload in (packet.payload, FILLER)
        assert packet.duration_samples == original.duration_samples


@given(streams())
def test_a_gap_comes_back_as_a_discontinuity(packets):
    expected = 0
    for packet in demux(mux(packets)):
        if packet.start_sample != expected:
            assert packet.discontinuity
        expected = packet.start_sample + packet.duration_samples


def test_a_discontinuity_without_a_gap_comes_back():
    packets = as_packets(tone_payloads(6))
    packets[3] = EncodedAudio("s", 2880, 960, packets[3].payload, True, 0.0)
    assert [packet.discontinuity for packet in demux(mux(packets))] == [0, 0, 0, 1, 0, 0]


def test_a_real_packet_that_looks_like_filling_is_kept_and_decodes_alike():
    packets = as_packets([*tone_payloads(5), FILLER])
    back = demux(mux(packets))
    assert len(back) == 6
    sounds = []
    for payload in (packets[5].payload, back[5].payload):
        decoder = open_decoder()
        for packet in packets[:5]:
            decoder.decode(packet.payload)
        sounds.append(decoder.decode(payload).copy())
        decoder.close()
    np.testing.assert_array_equal(*sounds)


@given(streams(), st.data())
def test_a_file_cut_anywhere_is_whole_up_to_its_last_whole_page(packets, data):
    whole = mux(packets)
    cut = data.draw(st.integers(0, len(whole)))
    demuxer = OpusDemuxer(whole[:cut], "s")
    back = list(demuxer.packets())
    assert back == demux(whole)[: len(back)]
    assert demuxer.lost_bytes <= cut
    if demuxer.lost_bytes:
        assert not demuxer.ended
    if cut == len(whole):
        assert demuxer.ended == bool(whole)


def test_damage_in_the_middle_is_no_crash_and_is_refused():
    data = bytearray(mux(as_packets(tone_payloads(60))))
    data[len(data) // 2] ^= 1
    with pytest.raises(RecordingDamaged, match="damaged at byte"):
        demux(bytes(data))


def test_a_missing_page_is_noticed():
    packets = as_packets(tone_payloads(60))
    muxer = OpusMuxer(1)
    first, _, third = (muxer.pages(packets[at : at + 20]) for at in (0, 20, 40))
    with pytest.raises(RecordingDamaged, match="missing"):
        demux(first + third)


def test_pages_that_could_not_be_stored_become_a_gap():
    packets = as_packets(tone_payloads(60))
    muxer = OpusMuxer(1)
    first = muxer.pages(packets[:20])
    state = muxer.state
    muxer.pages(packets[20:40])
    muxer.state = state
    back = demux(first + muxer.pages(packets[40:]) + muxer.end())
    assert [packet.payload for packet in back] == [
        packet.payload for packet in packets[:20] + packets[40:]
    ]
    assert back[20].start_sample == packets[40].start_sample
    assert back[20].discontinuity


@pytest.mark.parametrize("codec", ["libopus", "opus"])
def test_a_player_plays_it_in_time_gap_and_all(codec):
    packets = as_packets(tone_payloads(100), missing=range(40, 60))
    with av.open(io.BytesIO(mux(packets))) as container:
        stream = container.streams.audio[0]
        assert container.metadata.get("ARTIST") or stream.metadata["ARTIST"] == "DJ Añá"
        decoder = av.CodecContext.create(codec, "r")
        decoder.extradata = stream.codec_context.extradata
        decoder.sample_rate, decoder.layout = 48_000, "stereo"
        frames = [frame for packet in container.demux(stream) for frame in decoder.decode(packet)]
    sound = np.concatenate([_stereo(frame) for frame in frames])
    assert len(sound) == 100 * 960
    assert is_stereo_test_tone(sound[48_000 - 9_600 * 2 : 40 * 960])
    assert is_stereo_test_tone(sound[70 * 960 :])
    assert np.abs(sound[55 * 960 : 59 * 960]).max() < 0.1  # concealment has faded out


def _stereo(frame):
    samples = frame.to_ndarray()
    sound = samples.T if frame.format.is_planar else samples.reshape(-1, 2)
    return sound / 32_768 if sound.dtype == np.int16 else sound


def _slow_checksum(data):
    register = 0
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = register << 1 ^ (0x04C1_1DB7 if register >> 31 else 0)
            register &= 0xFFFF_FFFF
    return register


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_rfc_3533(data):
    assert checksum_of(data) == _slow_checksum(data)


@given(st.lists(st.binary(max_size=600), max_size=20), st.booleans(), st.booleans())
def test_pages_come_back(packets, first, last):
    page = Page(7, 3, 960, tuple(packets), first, last)
    coded = write_page(page)
    assert read_page(b"before" + coded + b"after", 6) == (page, 6 + len(coded))


def test_packets_that_go_on_over_pages_are_not_ours():
    coded = bytearray(write_page(Page(1, 1, 0, (b"x",))))
    coded[26 + 1] = 255
    coded += bytes(254)
    coded[22:26] = bytes(4)
    coded[22:26] = struct.pack("<I", checksum_of(bytes(coded)))
    with pytest.raises(PageDamaged, match="does not end"):
        read_page(bytes(coded), 0)
    with pytest.raises(ValueError, match="do not fit"):
        write_page(Page(1, 1, 0, (bytes(70_000),)))
