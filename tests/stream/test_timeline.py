from hypothesis import given
from hypothesis import strategies as st

from stream.timeline import AHEAD_SECONDS, Timeline

P = 960


def test_the_first_packet_is_sample_0_whatever_its_timestamp():
    timeline = Timeline()
    assert timeline.place(123_456_789, P, 5.0) == 0
    assert timeline.place(123_456_789 + P, P, 5.02) == P
    assert timeline.end_sample == 2 * P


def test_a_gap_in_timestamps_is_a_gap_on_the_clock():
    timeline = Timeline()
    timeline.place(0, P, 0.0)
    assert timeline.place(5 * P, P, 0.1) == 5 * P


def test_rounding_is_no_gap_but_drift_is_followed():
    timeline = Timeline()
    timeline.place(0, P, 0.0)
    assert timeline.place(P + 3, P, 0.02) == P
    assert timeline.place(2 * P - 3, P, 0.04) == 2 * P
    assert timeline.place(3 * P + 500, P, 0.06) == 3 * P + 500
    assert timeline.place(4 * P + 100, P, 0.08) == 4 * P + 500  # never backwards


def test_a_new_connection_goes_on_by_the_time_that_passed():
    timeline = Timeline()
    timeline.place(0, P, 10.0)
    timeline.interrupt()
    assert timeline.place(999_999, P, 17.003) == 7 * 48_000
    assert timeline.place(999_999 + P, P, 17.02) == 7 * 48_000 + P


def test_a_timestamp_out_of_the_blue_is_not_believed():
    timeline = Timeline()
    timeline.place(0, P, 0.0)
    assert timeline.place(3600 * 48_000, P, 0.02) == P
    assert timeline.place(-(2**31), P, 0.04) == 2 * P


def test_an_outage_that_the_sender_counted_is_as_long_as_it_says():
    timeline = Timeline()
    timeline.place(0, P, 0.0)
    assert timeline.place(20 * 48_000, P, 20.3) == 20 * 48_000


def test_timestamps_that_each_jump_a_little_do_not_run_away():
    """Each jump alone is plausible: 1.9 s, fifty times in one second."""
    timeline = Timeline()
    for index in range(50):
        timeline.place(index * 91_200, P, index * 0.02)
    assert timeline.end_sample <= (1.0 + AHEAD_SECONDS) * 48_000


def test_a_sender_twice_as_fast_as_time_gains_no_more_than_a_few_seconds():
    timeline, placed = Timeline(), 0
    for index in range(6_000):  # a minute
        start = timeline.place(index * P, P, index * 0.01)
        placed += start is not None
        assert timeline.end_sample <= (index * 0.01 + AHEAD_SECONDS) * 48_000 + 1
    assert placed * P >= 60 * 48_000  # the set goes on all the while


def test_an_oscillator_that_is_wrong_costs_a_packet_now_and_then():
    """Five per mille too fast, for an hour: what is discarded is what was gained."""
    timeline, discarded, gaps = Timeline(), 0, 0
    for index in range(180_000):
        end = timeline.end_sample
        start = timeline.place(index * P, P, index * 0.02 / 1.005)
        discarded += start is None
        gaps += start is not None and start != end
    assert gaps == 0
    assert 0 < discarded <= (3600 * 0.005 - AHEAD_SECONDS) / 0.02 + 2


def test_a_long_pause_leaves_the_lead_as_it_was():
    timeline = Timeline()
    for index in range(250):  # a first burst of five seconds
        timeline.place(index * P, P, 0.0)
    assert timeline.place(250 * P + 600 * 48_000, P, 600.0) == 250 * P + 600 * 48_000
    timeline.interrupt()
    assert timeline.place(77, P, 660.0) == 250 * P + 660 * 48_000


@given(
    st.lists(
        st.tuples(st.integers(0, 2**33), st.sampled_from([120, 480, 960, 2880]), st.floats(0, 2)),
        max_size=60,
    )
)
def test_positions_never_overlap_and_never_outrun_time(packets):
    timeline, now, end, last_arrival = Timeline(), 0.0, 0, None
    for timestamp, duration, pause in packets:
        now += pause
        start = timeline.place(timestamp, duration, now)
        if start is None:
            continue
        assert start >= end
        if last_arrival is not None:
            assert start - end <= (now - last_arrival + 2.0) * 48_000 + 960
        end, last_arrival = start + duration, now
