"""Enlarging interpolates between centres of pixels, at twice the size and at any."""

from __future__ import annotations

import numpy as np
import pytest

from visuals.enlarging import TIMES, doubled, enlarging


def test_enlarging_interpolates_between_centres() -> None:
    assert enlarging(4, 2) == pytest.approx(
        np.array([[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]), abs=1e-6
    )
    assert enlarging(7, 4).sum(1) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(5, 7), (3, 6, 4), (2, 1, 1)])
def test_doubling_is_the_same_at_twice_the_size(shape: tuple[int, ...]) -> None:
    half = np.random.default_rng(1).random(shape, np.float32)
    *_, height, width = shape
    expected = enlarging(2 * height, height) @ half @ enlarging(2 * width, width).T
    assert doubled(half) == pytest.approx(TIMES * expected, rel=1e-5)


def test_doubled_whole_numbers_stay_whole() -> None:
    half = np.random.default_rng(2).integers(0, 4096, (2, 9, 12), np.uint16)
    large = doubled(half)
    assert large.dtype == np.uint16
    assert (large == doubled(half.astype(np.float32))).all()
