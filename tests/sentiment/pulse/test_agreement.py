import pytest

from sentiment.pulse.agreement import USERS_LEAST, favourites, synchrony


def test_too_few_are_not_said_to_agree() -> None:
    assert synchrony(["fire"] * (USERS_LEAST - 1)) is None
    assert synchrony(["fire"] * USERS_LEAST) == 1.0


def test_it_is_the_chance_that_two_are_alike() -> None:
    assert synchrony(["a", "a", "a", "b", "b"]) == pytest.approx((3 * 2 + 2 * 1) / (5 * 4))
    assert synchrony(["a", "b", "c", "d", "e"]) == 0.0  # squared shares would say 0.2


def test_it_does_not_depend_on_how_many_are_there() -> None:
    for size in (1, 10, 100):
        crowd = ["a"] * (5 * size) + ["b"] * (5 * size)
        assert synchrony(crowd) == pytest.approx(0.5, abs=0.06)


def test_favourites_by_number_then_name() -> None:
    assert favourites(["b", "a", "c", "b"], 2) == ("b", "a")
    assert favourites([], 3) == ()
