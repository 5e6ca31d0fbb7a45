from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.media import HOP_SAMPLES
from stream.decoding import LONGEST_CONCEALMENT_SAMPLES, HopDecoder
from stream.opus import PyAvDecoder
from tests.stream.sound import (
    PACKET_SAMPLES,
    as_packets,
    encode,
    is_stereo_test_tone,
    stereo_tones,
    tone_payloads,
)

PACKETS = 100  # four hops


def decode(packets, **options):
    decoder = HopDecoder("s1", **options)
    hops = [hop for packet in packets for hop in decoder.packet(packet)]
    decoder.close()
    return hops


def test_hops_are_numbered_placed_and_hold_the_sound():
    hops = decode(as_packets(tone_payloads(PACKETS)))
    assert [hop.index for hop in hops] == [0, 1, 2, 3]
    assert [hop.start_sample for hop in hops] == [0, 24_000, 48_000, 72_000]
    assert all(hop.concealed_samples == 0 for hop in hops)
    assert all(hop.samples.shape == (HOP_SAMPLES, 2) for hop in hops)
    assert all(hop.samples.dtype == np.float32 for hop in hops)
    assert all(is_stereo_test_tone(hop.samples) for hop in hops)


def test_a_hop_arrived_with_its_last_packet_and_cannot_be_written():
    hops = decode(as_packets(tone_payloads(PACKETS)))
    assert [hop.arrived_seconds for hop in hops] == pytest.approx([0.48, 0.98, 1.48, 1.98])
    with pytest.raises(ValueError, match="read-only"):
        hops[0].samples[0, 0] = 1.0


def test_one_lost_packet_costs_its_own_20_ms_and_nothing_else():
    whole = decode(as_packets(tone_payloads(PACKETS)))
    holed = decode(as_packets(tone_payloads(PACKETS), missing={30}))
    assert [hop.concealed_samples for hop in holed] == [0, PACKET_SAMPLES, 0, 0]
    assert np.array_equal(whole[0].samples, holed[0].samples)
    assert is_stereo_test_tone(holed[1].samples)  # the tone goes on through the gap
    assert np.abs(whole[3].samples - holed[3].samples).max() < 1e-3  # and nothing has shifted


def test_a_gap_across_a_hop_boundary_is_counted_on_both_sides():
    hops = decode(as_packets(tone_payloads(PACKETS), missing={23, 24, 25}))
    assert [hop.concealed_samples for hop in hops] == [2 * PACKET_SAMPLES, PACKET_SAMPLES, 0, 0]


def test_a_long_gap_is_made_up_for_100_ms_then_silent_without_a_click():
    missing = set(range(25, 75))
    hops = decode(as_packets(tone_payloads(PACKETS), missing=missing))
    assert [hop.concealed_samples for hop in hops] == [0, HOP_SAMPLES, HOP_SAMPLES, 0]
    gap = np.concatenate([hops[1].samples, hops[2].samples])
    assert np.abs(gap[:PACKET_SAMPLES]).max() > 0.1
    assert not gap[LONGEST_CONCEALMENT_SAMPLES:].any()
    assert np.abs(gap[LONGEST_CONCEALMENT_SAMPLES - 24]).max() < 0.01
    assert is_stereo_test_tone(hops[3].samples)


def test_a_gap_of_half_a_minute_keeps_the_clock():
    payloads = tone_payloads(PACKETS)
    packets = as_packets(payloads[:25]) + [
        replace(packet, start_sample=packet.start_sample + 30 * 48_000)
        for packet in as_packets(payloads[:25])
    ]
    packets[25:] = [replace(p, start_sample=p.start_sample + 24_000) for p in packets[25:]]
    hops = decode(packets)
    assert [hop.index for hop in hops] == list(range(62))
    assert sum(hop.concealed_samples for hop in hops) == 30 * 48_000
    assert is_stereo_test_tone(hops[-1].samples[PACKET_SAMPLES:])


def test_a_gap_that_is_no_multiple_of_2_5_ms_stays_sample_exact():
    packets = as_packets(tone_payloads(PACKETS))
    late = [replace(packet, start_sample=packet.start_sample + 7) for packet in packets[10:]]
    decoder = HopDecoder("s1")
    hops = [hop for packet in packets[:10] + late for hop in decoder.packet(packet)]
    assert decoder.end_sample == PACKETS * PACKET_SAMPLES + 7
    assert hops[0].concealed_samples == 7


def test_a_damaged_packet_is_made_up_and_counted():
    packets = as_packets(tone_payloads(PACKETS))
    broken = bytes([packets[30].payload[0] | 3, 0x41]) + b"\xff" * 3  # claims padding it has not
    packets[30] = replace(packets[30], payload=broken)
    decoder = HopDecoder("s1")
    hops = [hop for packet in packets for hop in decoder.packet(packet)]
    assert decoder.undecodable_packets == 1
    assert [hop.concealed_samples for hop in hops] == [0, PACKET_SAMPLES, 0, 0]
    assert is_stereo_test_tone(hops[1].samples)


def test_empty_payloads_change_nothing():
    packets = as_packets(tone_payloads(PACKETS))
    salted = [one for packet in packets for one in (replace(packet, payload=b""), packet)]
    assert_same_hops(decode(packets), decode(salted))


def test_overlapping_packets_are_cut_and_repeated_ones_ignored():
    packets = as_packets(tone_payloads(PACKETS))
    shifted = replace(packets[10], start_sample=packets[10].start_sample - 480)
    decoder = HopDecoder("s1")
    for packet in [*packets[:10], packets[4], shifted]:
        decoder.packet(packet)
    assert decoder.end_sample == 10 * PACKET_SAMPLES + 480
    assert decoder.concealed_samples == 0


@pytest.mark.parametrize("packet_ms", [5, 10, 40, 60])
def test_other_packet_lengths_cut_to_the_same_hops(packet_ms):
    payloads = encode(stereo_tones(77_000), packet_ms=packet_ms)
    hops = decode(as_packets(payloads, duration=packet_ms * 48))
    assert [hop.index for hop in hops] == [0, 1, 2]
    assert all(is_stereo_test_tone(hop.samples) for hop in hops)


def test_without_libopus_what_is_lost_is_silent_and_flagged():
    hops = decode(as_packets(tone_payloads(PACKETS), missing={30}), decoder=PyAvDecoder())
    assert [hop.concealed_samples for hop in hops] == [0, PACKET_SAMPLES, 0, 0]
    assert not hops[1].samples[5 * PACKET_SAMPLES : 6 * PACKET_SAMPLES].any()


@settings(max_examples=25)
@given(missing=st.sets(st.integers(1, PACKETS - 2), max_size=60))
def test_same_packets_same_hops_and_every_lost_sample_is_flagged(missing):
    packets = as_packets(tone_payloads(PACKETS), missing=missing)
    hops = decode(packets)
    later = [replace(packet, discontinuity=False) for packet in packets]
    assert_same_hops(hops, decode(later))
    assert [hop.index for hop in hops] == [0, 1, 2, 3]
    for hop in hops:
        lost = sum(
            hop.start_sample <= index * PACKET_SAMPLES < hop.start_sample + HOP_SAMPLES
            for index in missing
        )
        assert hop.concealed_samples == lost * PACKET_SAMPLES
        assert np.isfinite(hop.samples).all()


def assert_same_hops(some, others):
    assert len(some) == len(others) > 0
    for one, other in zip(some, others, strict=True):
        assert one.index == other.index
        assert one.concealed_samples == other.concealed_samples
        assert one.samples.tobytes() == other.samples.tobytes()
