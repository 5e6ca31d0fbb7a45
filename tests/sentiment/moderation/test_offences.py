"""Points that grow with offences and fade with time."""

import pytest

from sentiment.moderation.offences import (
    GRAVE,
    HALF_LIFE_SECONDS,
    LADDER_SECONDS,
    SLIGHT,
    Offences,
)


def test_slight_offences_climb_the_ladder() -> None:
    offences = Offences()
    assert [offences.note(SLIGHT, 10.0 * n) for n in range(8)] == [
        0.0, 10.0, 60.0, 300.0, 900.0, 3600.0, 3600.0, 3600.0,
    ]  # fmt: skip
    assert offences.count == 8


def test_grave_ones_begin_higher() -> None:
    offences = Offences()
    assert [offences.note(GRAVE, 0.0) for _ in range(3)] == [10.0, 300.0, 3600.0]


def test_time_heals() -> None:
    offences = Offences()
    for _ in range(4):
        offences.note(SLIGHT, 0.0)
    assert offences.standing(HALF_LIFE_SECONDS) == pytest.approx(2.0)
    assert offences.note(SLIGHT, 6 * HALF_LIFE_SECONDS) == 0.0
    assert offences.count == 5


def test_what_is_forgiven_is_gone() -> None:
    offences = Offences()
    offences.note(GRAVE, 0.0)
    offences.forgive(GRAVE, 60.0)
    assert offences.standing(60.0) == 0.0
    assert offences.count == 0
    assert offences.note(SLIGHT, 61.0) == 0.0


def test_forgiving_too_much_leaves_nothing_below_nothing() -> None:
    offences = Offences()
    offences.forgive(GRAVE, 0.0)
    assert offences.points == 0.0
    assert offences.count == 0


def test_the_ladder_only_climbs() -> None:
    assert list(LADDER_SECONDS) == sorted(LADDER_SECONDS)
