import asyncio
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from core.bus.memory import MemoryBus
from core.clock import ManualClock
from core.feed import SessionFeed
from core.messages import EncodedAudio, SessionInfo
from core.metrics import Metrics
from stream.intake import Intake
from stream.rtp import RtpPacket
from tests.stream.publishing import CollectingSink
from tests.stream.sound import PACKET_SAMPLES, tone_payloads

INFO = SessionInfo("s1", "ana", "Ana", 0.0)


class Desk:
    """An intake with everything around it, and time in hand."""

    def __init__(self):
        self.clock, self.metrics, self.sink = ManualClock(), Metrics(), CollectingSink()
        self.envelopes = []
        feed = SessionFeed(INFO, MemoryBus(), [self])
        self.intake = Intake(
            feed, self.sink, clock=self.clock, metrics=self.metrics, reorder_seconds=0.04
        )

    def envelope(self, envelope):
        self.envelopes.append(envelope)

    @property
    def packets(self):
        return [one.message for one in self.envelopes if isinstance(one.message, EncodedAudio)]

    def take(self, index, *, payload=None, ssrc=7, timestamp=None):
        timestamp = index * PACKET_SAMPLES if timestamp is None else timestamp
        payload = tone_payloads(100)[index % 100] if payload is None else payload
        packet = RtpPacket(index & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc, 111, payload)
        self.intake.packet(packet, self.clock.monotonic_seconds())

    def run(self, indices):
        for index in indices:
            self.take(index)
            self.clock.advance(0.02)

    def discarded(self, reason):
        name = "djuv_rtp_packets_discarded_total"
        return self.metrics.registry.get_sample_value(name, {"reason": reason}) or 0.0


async def test_ordered_packets_are_published_with_their_place():
    desk = Desk()
    desk.run(range(60))
    assert [one.start_sample for one in desk.packets] == [n * 960 for n in range(60)]
    assert not any(one.discontinuity for one in desk.packets)
    assert [one.seq for one in desk.envelopes] == list(range(1, 61))
    assert desk.envelopes[50].pts_microseconds == 1_000_000
    assert [hop.index for hop in desk.sink.hops] == [0, 1]
    desk.intake.close()


async def test_a_gap_is_given_up_even_if_nothing_follows():
    desk = Desk()
    desk.take(0)
    desk.take(2)
    assert len(desk.packets) == 1
    desk.clock.advance(0.05)
    await asyncio.sleep(0.06)
    assert [one.discontinuity for one in desk.packets] == [False, True]
    desk.intake.close()


async def test_empty_and_damaged_payloads_are_dropped_and_counted():
    """One empty payload would end aiortc's decoder for good."""
    desk = Desk()
    desk.run(range(10))
    desk.take(10, payload=b"", timestamp=9 * 960)
    desk.take(11, payload=b"\x03", timestamp=9 * 960)
    for index in range(12, 62):
        desk.take(index, timestamp=(index - 2) * 960)
        desk.clock.advance(0.02)
    assert (desk.discarded("empty"), desk.discarded("malformed")) == (1.0, 1.0)
    assert [hop.concealed_samples for hop in desk.sink.hops] == [0, 0]
    desk.intake.close()


async def test_another_source_is_let_in_only_where_the_first_is_silent():
    desk = Desk()
    desk.run(range(5))
    desk.take(900, ssrc=8)
    assert desk.discarded("other_source") == 1.0
    desk.clock.advance(1.0)
    desk.take(901, ssrc=8, timestamp=123_456)
    assert desk.packets[-1].start_sample == 5 * 960 + 48_000 - 0
    assert desk.packets[-1].discontinuity
    desk.intake.close()


async def test_a_sender_that_counts_anew_keeps_the_media_clock():
    desk = Desk()
    desk.run(range(20_000, 20_010))
    desk.take(5, timestamp=0)
    desk.clock.advance(0.02)
    desk.take(6, timestamp=960)
    assert desk.packets[-1].start_sample == 11 * 960
    desk.intake.close()


async def test_what_runs_away_from_time_is_discarded_and_counted():
    desk = Desk()
    for index in range(1_000):  # twenty seconds of sound in one
        desk.take(index)
        desk.clock.advance(0.001)
    assert desk.discarded("ahead") == 1_000 - len(desk.packets) > 400
    assert desk.intake.end_sample <= 11 * 48_000
    assert desk.packets[-1].discontinuity
    desk.clock.advance(1.0)
    desk.take(1_000, timestamp=5)
    assert not desk.packets[-1].start_sample % 960
    desk.intake.close()


async def test_a_failing_judge_does_not_stop_the_sound(caplog):
    desk = Desk()
    desk.sink.push = lambda hop: 1 / 0
    desk.run(range(60))
    assert len(desk.packets) == 60
    told = [(one.getMessage(), one.session, one.window) for one in caplog.records]
    assert ("a hop was not taken", "s1", 1) in told
    desk.intake.close()


async def test_reception_says_what_came():
    desk = Desk()
    desk.run([n for n in range(50) if n not in (10, 11)])
    reception = desk.intake.reception(1.0, 0.003, 0.02)
    assert (reception.packets_received, reception.packets_lost) == (48, 2)
    assert reception.loss_ratio == 2 / 50
    assert reception.concealed_samples == 2 * 960
    assert reception.channels == 2
    assert (reception.jitter_ms, reception.round_trip_ms) == (3.0, 20.0)
    assert -10 < reception.level_left_dbfs < -8
    assert 200_000 < reception.bitrate_bps < 500_000
    desk.run([50])
    reception = desk.intake.reception(1.0, 0.003, None)
    assert (reception.packets_received, reception.packets_lost, reception.loss_ratio) == (49, 2, 0)
    assert reception.level_left_dbfs > -10  # no new hop yet: the last levels hold
    reception = desk.intake.reception(1.0, 0.003, None)
    assert reception.level_left_dbfs == -120.0  # nothing arrives any more
    assert reception.channels == 2
    desk.intake.close()


@settings(max_examples=20)
@given(lost=st.sets(st.integers(1, 97), max_size=10), seed=st.integers(0, 2**32))
def test_however_packets_arrive_the_same_hops_come_out(lost, seed):
    async def hops_of(shake):
        desk, shuffle = Desk(), random.Random(seed)
        indices = [index for index in range(100) if index not in lost]
        delay = {index: (index > 0) * shuffle.uniform(0.0, 0.03) * shake for index in indices}
        if shake:
            indices += shuffle.sample(indices, 10)
        for arrival, index in sorted((index * 0.02 + delay[index], index) for index in indices):
            desk.clock.advance(max(0.0, arrival - desk.clock.monotonic_seconds()))
            desk.intake._expire()
            desk.take(index)
        desk.intake.close()
        return [(hop.index, hop.concealed_samples, hop.samples.tobytes()) for hop in desk.sink.hops]

    shaken, even = asyncio.run(hops_of(1.0)), asyncio.run(hops_of(0.0))
    assert len(even) == 4
    assert shaken == even
