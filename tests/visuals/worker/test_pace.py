"""Size and rate fall at once and climb with patience."""

from __future__ import annotations

import pytest

from core.media import SAMPLE_RATE_HZ
from visuals.picture import FRAMES_PER_SECOND, STANDARD
from visuals.worker.pace import (
    CLIMB_SECONDS,
    LADDER,
    SETTLING_PICTURES,
    STALLS_TO_FALL,
    Pace,
    ladder_below,
)

DEFAULT = ladder_below(STANDARD.height, FRAMES_PER_SECOND)


class Drawing:
    """Draws at a cost that grows with the pixels."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.now = 0.0

    def seconds_until_change(self, seconds_a_standard_picture: float, most: float) -> float | None:
        began = self.now
        while self.now - began < most:
            rung = self.pace.rung
            cost = seconds_a_standard_picture * rung.pixels / (320 * 180)
            self.now += rung.interval_seconds
            if self.pace.drawn(cost, self.now):
                return self.now - began
        return None


def test_the_ladder_only_ever_gets_cheaper_and_fits_the_media_clock():
    costs = [rung.pixels * rung.frames_per_second for rung in LADDER]
    assert costs == sorted(costs, reverse=True)
    for rung in LADDER:
        assert rung.interval_samples * rung.frames_per_second == SAMPLE_RATE_HZ
        assert rung.size.width % 2 == rung.size.height % 2 == 0


@pytest.mark.parametrize(
    ("height", "rate", "best"),
    [(180, 20.0, "320x180@20"), (360, 25.0, "640x360@25"), (270, 20.0, "480x270@20"),
     (144, 10.0, "256x144@10"), (180, 15.0, "320x180@15"), (10, 1.0, "256x144@10")],
)  # fmt: skip
def test_an_operator_sets_the_top(height: int, rate: float, best: str):
    assert str(ladder_below(height, rate)[0]) == best


def test_a_machine_with_room_stays_at_the_top():
    drawing = Drawing(Pace(DEFAULT))
    assert drawing.seconds_until_change(0.008, 120.0) is None
    assert drawing.pace.rung is DEFAULT[0]


def test_too_long_pictures_fall_within_two_seconds_and_down_to_what_fits():
    drawing = Drawing(Pace(DEFAULT))
    fell = drawing.seconds_until_change(0.045, 10.0)
    assert fell is not None
    assert fell < 2.0
    while drawing.seconds_until_change(0.045, 9.0) is not None:
        pass
    assert drawing.pace.rung.interval_seconds > 0.045 * drawing.pace.rung.pixels / (320 * 180)
    assert drawing.pace.rung is not DEFAULT[0]


def test_one_slow_picture_is_no_reason():
    pace = Pace(DEFAULT)
    for index in range(200):
        assert not pace.drawn(0.2 if index == 100 else 0.008, index * 0.05)


def test_climbs_after_a_while_and_is_more_patient_after_each_failure():
    drawing = Drawing(Pace(DEFAULT))
    assert drawing.seconds_until_change(0.045, 5.0) is not None
    waits = []
    for _ in range(3):
        waited = drawing.seconds_until_change(0.005, 400.0)
        assert waited is not None
        waits.append(waited)
        assert drawing.pace.rung is DEFAULT[0]
        assert drawing.seconds_until_change(0.045, 5.0) is not None
    assert CLIMB_SECONDS <= waits[0] < 1.3 * CLIMB_SECONDS
    assert waits[1] > 1.5 * waits[0]
    assert waits[2] > 1.5 * waits[1]


def test_does_not_climb_where_the_better_rung_would_not_fit():
    drawing = Drawing(Pace(DEFAULT))
    assert drawing.seconds_until_change(0.045, 5.0) is not None
    assert drawing.seconds_until_change(0.025, 60.0) is None


def test_pictures_that_come_too_late_are_a_reason_to_fall_however_quickly_they_are_drawn():
    pace = Pace(DEFAULT)
    for index in range(SETTLING_PICTURES + 5):
        pace.drawn(0.001, index * 0.05)
    changed = [pace.skipped(10.0 + index * 0.05) for index in range(STALLS_TO_FALL)]
    assert changed == [False] * (STALLS_TO_FALL - 1) + [True]
    assert pace.rung is DEFAULT[1]
    assert not any(pace.skipped(20.0 + 5.0 * index) for index in range(10))  # now and then


def test_there_is_an_end_to_falling():
    pace = Pace(DEFAULT)
    for index in range(1_000):
        pace.skipped(index * 0.05)
    assert pace.rung is DEFAULT[-1]
