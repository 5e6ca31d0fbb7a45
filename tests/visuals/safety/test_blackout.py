"""However fast the hand is, the fade is slower."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.visuals.safety.films import SMALL, calm_gradient
from visuals.safety.blackout import Blackout

WHITE = np.full((SMALL.height, SMALL.width, 3), 255, np.uint8)


def faded(held: list[bool], rate: float = 20) -> np.ndarray:
    """Levels of a white picture."""
    blackout = Blackout()
    return np.array(
        [
            blackout.apply(WHITE, 3 + number / rate, held=down)[0, 0, 0]
            for number, down in enumerate(held)
        ]
    )


def test_pictures_pass_untouched_while_nobody_holds_it():
    picture = calm_gradient()(0)
    assert Blackout().apply(picture, 1.0, held=False) is picture


def test_it_fades_to_black_and_back_in_three_pictures():
    levels = faded([False] * 5 + [True] * 20 + [False] * 10)
    assert levels[4] == 255
    assert 0 < levels[5] < 255
    assert list(levels[8:25]) == [0] * 17
    assert 0 < levels[25] < 255
    assert list(levels[28:]) == [255] * 7


def test_it_says_when_it_is_black():
    blackout = Blackout()
    blackout.apply(WHITE, 0.0, held=False)
    assert not blackout.black
    for number in range(1, 6):
        out = blackout.apply(WHITE, number / 20, held=True)
    assert blackout.black
    assert not out.any()


@settings(max_examples=40)
@given(hand=st.lists(st.booleans(), min_size=60, max_size=120), rate=st.floats(10, 30))
def test_it_goes_dark_at_most_once_a_second(hand, rate):
    levels = faded([False, False, *hand], rate).astype(int)
    falls = np.concatenate([[False], np.diff(levels) < 0])
    begins = [n for n in range(1, len(levels)) if falls[n] and not falls[n - 1]]
    assert all((later - earlier) / rate > 0.99 for earlier, later in pairwise(begins))


def test_it_is_not_stuck_after_a_quick_hand():
    levels = faded([True, False] * 20 + [False] * 40)
    assert levels[-1] == 255
    levels = faded([True, False] * 20 + [True] * 40)
    assert levels[-1] == 0


@pytest.mark.parametrize("moments", [[9, 5, 5.05, 5.1], [0, 0, 0, 0]])
def test_a_clock_that_steps_back_does_no_harm(moments):
    blackout = Blackout()
    for moment in moments:
        out = blackout.apply(WHITE, moment, held=True)
    assert out.max() <= 255
