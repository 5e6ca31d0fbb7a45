"""The bucket of a user's messages."""

import pytest

from sentiment.moderation.rates import RATES, Bucket


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_burst_is_fine_up_to_the_size(level: int) -> None:
    bucket = Bucket()
    size, leak_hz = RATES[level]
    assert [bucket.pour(level, 1.0, 5.0) for _ in range(int(size))] == [None] * int(size)
    assert bucket.pour(level, 1.0, 5.0) == pytest.approx(1.0 / leak_hz)
    assert bucket.pour(level, 1.0, 5.0 + 1.0 / leak_hz) is None


def test_level_0_has_no_limit() -> None:
    bucket = Bucket()
    assert all(bucket.pour(0, 1.0, 0.0) is None for _ in range(1000))


def test_hype_lets_through_more() -> None:
    calm, wild = Bucket(), Bucket()
    passed = [
        sum(b.pour(2, ease, 0.0) is None for _ in range(50))
        for b, ease in ((calm, 1.0), (wild, 2.0))
    ]
    assert passed == [10, 20]


def test_what_was_not_taken_does_not_fill_it() -> None:
    bucket = Bucket()
    for _ in range(500):
        bucket.pour(4, 1.0, 0.0)
    assert bucket.pour(4, 1.0, 3.0) is None


def test_a_clock_that_stands_still_or_goes_back_does_no_harm() -> None:
    bucket = Bucket()
    bucket.pour(2, 1.0, 100.0)
    assert bucket.pour(2, 1.0, 50.0) is None
