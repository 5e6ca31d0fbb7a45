import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.reorder import ReorderBuffer, Unwrapper
from stream.rtp import RtpPacket


def packet(sequence, timestamp=None):
    timestamp = sequence * 960 if timestamp is None else timestamp
    return RtpPacket(sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 1, 111, str(sequence).encode())


def run(sequences, *, spacing=0.02, **options):
    """Push packets `spacing` apart, letting deadlines pass in between; return what came out."""
    buffer, out = ReorderBuffer(**options), []
    for index, sequence in enumerate(sequences):
        now = index * spacing
        deadline = buffer.deadline_seconds
        if deadline is not None and deadline <= now:
            out += buffer.expire(deadline)
        out += buffer.push(packet(sequence), now)
    out += buffer.flush(len(sequences) * spacing)
    return buffer, out


def names(released):
    return [int(one.payload) for one in released]


def test_packets_in_order_pass_at_once():
    buffer, out = run(range(100, 150))
    assert names(out) == list(range(100, 150))
    assert {one.held_seconds for one in out} == {0.0}
    assert buffer.lost == buffer.late == buffer.duplicates == 0
    assert buffer.deadline_seconds is None


def test_a_swapped_pair_is_put_right():
    buffer = ReorderBuffer()
    buffer.push(packet(1), 0.0)
    assert buffer.push(packet(3), 0.02) == []
    assert buffer.deadline_seconds == pytest.approx(0.06)
    out = buffer.push(packet(2), 0.03)
    assert names(out) == [2, 3]
    assert [one.held_seconds for one in out] == pytest.approx([0.0, 0.01])
    assert [one.lost_before for one in out] == [0, 0]
    assert buffer.deadline_seconds is None


def test_a_lost_packet_is_waited_for_40_ms_and_leaves_no_delay():
    buffer = ReorderBuffer()
    buffer.push(packet(1), 0.0)
    buffer.push(packet(3), 0.02)
    buffer.push(packet(4), 0.04)
    assert buffer.expire(0.059) == []
    out = buffer.expire(0.06)
    assert names(out) == [3, 4]
    assert [one.lost_before for one in out] == [1, 0]
    assert buffer.lost == 1
    assert [one.held_seconds for one in buffer.push(packet(5), 0.08)] == [0.0]


def test_late_packets_and_duplicates_are_told_apart_and_dropped():
    buffer = ReorderBuffer()
    for sequence, now in ((1, 0.0), (3, 0.02), (3, 0.025)):
        buffer.push(packet(sequence), now)
    buffer.expire(0.06)
    assert buffer.push(packet(2), 0.07) == []
    assert buffer.push(packet(3), 0.07) == []
    assert buffer.push(packet(2), 0.08) == []
    assert (buffer.late, buffer.duplicates, buffer.lost) == (1, 3, 1)


def test_two_gaps_are_waited_for_apart():
    buffer = ReorderBuffer()
    for sequence, now in ((1, 0.0), (3, 0.02), (5, 0.05)):
        buffer.push(packet(sequence), now)
    assert names(buffer.expire(0.06)) == [3]
    assert buffer.deadline_seconds == pytest.approx(0.09)
    assert names(buffer.expire(0.09)) == [5]


def test_the_counts_go_on_over_their_wraps():
    start = 2**16 - 3
    _, out = run([start, start + 1, start + 3, start + 2, start + 4, start + 6])
    assert names(out) == [start, start + 1, start + 2, start + 3, start + 4, start + 6]
    assert [one.sequence for one in out] == names(out)
    buffer, out = ReorderBuffer(), []
    for index in range(4):
        out += buffer.push(packet(index, 2**32 - 960 + index * 960), index * 0.02)
    assert [one.timestamp - out[0].timestamp for one in out] == [0, 960, 1920, 2880]


def test_a_full_buffer_gives_up_the_gap_at_once():
    buffer = ReorderBuffer(capacity=4)
    buffer.push(packet(1), 0.0)
    out = [one for sequence in range(3, 8) for one in buffer.push(packet(sequence), 0.0)]
    assert names(out) == [3, 4, 5, 6, 7]
    assert buffer.lost == 1


def test_a_sender_that_counts_anew_is_followed_and_a_stray_is_not():
    buffer = ReorderBuffer()
    buffer.push(packet(40_000), 0.0)
    assert buffer.push(packet(5), 0.02) == []
    out = buffer.push(packet(40_001), 0.04)  # 5 was a stray
    assert names(out) == [40_001]
    buffer.push(packet(7), 0.06)
    out = buffer.push(packet(8), 0.08)
    assert names(out) == [8]
    assert out[0].restarted
    assert buffer.lost == 0
    assert [one.restarted for one in buffer.push(packet(9), 0.1)] == [False]


def test_an_outage_of_minutes_is_a_loss_and_no_new_beginning():
    buffer = ReorderBuffer()
    buffer.push(packet(1), 0.0)
    buffer.push(packet(15_001), 300.0)
    out = buffer.expire(300.05)
    assert names(out) == [15_001]
    assert not out[0].restarted
    assert buffer.lost == 14_999


@given(st.integers(0, 2**20), st.lists(st.integers(-300, 300), max_size=50))
def test_unwrapping_follows_any_walk(start, steps):
    unwrapper, value = Unwrapper(16), start % 2**16
    unwrapper.unwrap(value)
    for step in steps:
        value += step
        assert unwrapper.unwrap(value % 2**16) == value


@settings(max_examples=200)
@given(
    start=st.integers(0, 2**16 - 1),
    lost=st.sets(st.integers(1, 58), max_size=20),
    duplicated=st.sets(st.integers(0, 59), max_size=20),
    seed=st.integers(0, 2**32),
)
def test_arrival_order_does_not_matter(start, lost, duplicated, seed):
    """Whatever is swapped within the wait comes out as if it had come in order."""
    shuffle = random.Random(seed)
    indices = [index for index in range(60) if index not in lost]
    indices += [index for index in duplicated if index not in lost]
    # Nobody is overtaken by more than 30 ms; the first packet stays first.
    arrivals = sorted(
        (index * 0.02 + (index > 0) * shuffle.uniform(0, 0.03), index) for index in indices
    )
    buffer, out = ReorderBuffer(), []
    for now, index in arrivals:
        deadline = buffer.deadline_seconds
        if deadline is not None and deadline <= now:
            out += buffer.expire(deadline)
        out += buffer.push(packet(start + index), now)
    assert all(one.held_seconds <= 0.04 + 1e-9 for one in out)
    out += buffer.flush(10.0)
    assert names(out) == [start + index for index in range(60) if index not in lost]
    tail = {index for index in lost if all(later in lost for later in range(index, 60))}
    assert buffer.lost == sum(one.lost_before for one in out) == len(lost - tail)


@given(st.lists(st.tuples(st.integers(0, 65_535), st.floats(0, 0.1)), max_size=200))
def test_no_sequence_breaks_it(pushes):
    buffer, now, released = ReorderBuffer(capacity=8), 0.0, 0
    for sequence, pause in pushes:
        now += pause
        released += len(buffer.expire(now)) + len(buffer.push(packet(sequence), now))
    released += len(buffer.flush(now))
    assert released <= len(pushes)
    assert buffer.deadline_seconds is None
