import pytest

from core.errors import LimitReached
from stream.limits import StartRate


def test_too_many_starts_say_when_to_come_back():
    rate = StartRate(3, 60.0)
    for now in (0.0, 10.0, 20.0):
        rate.check("k1", now)
    with pytest.raises(LimitReached) as caught:
        rate.check("k1", 25.5)
    assert caught.value.retry_after_seconds == 35
    assert caught.value.slug == "too_many_starts"
    rate.check("k2", 25.5)
    rate.check("k1", 60.0)


def test_what_is_over_is_forgotten():
    rate = StartRate(3, 60.0)
    for index in range(1000):
        rate.check(f"k{index}", index * 1.0)
    assert len(rate._starts) <= 61
