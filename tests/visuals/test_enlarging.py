"""Enlarging interpolates between centres of pixels, at twice the size and at any."""

from __future__ import annotations

import numpy as np
import pytest

from visuals.enlarging import doubled, enlarging


def test_enlarging_interpolates_between_centres() -> None:
    assert enlarging(4, 2) == pytest.approx(
        np.array([[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]), abs=1e-6
    )
    assert enlarging(7, 4).sum(1) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(5, 7), (6, 4), (1, 1), (45, 80)])
def test_doubling_is_the_same_at_twice_the_size(shape: tuple[int, int]) -> None:
    half = np.random.default_rng(1).random(shape, np.float32)
    height, width = shape
    expected = enlarging(2 * height, height) @ half @ enlarging(2 * width, width).T
    assert doubled(half) == pytest.approx(expected, abs=1e-6)


def test_doubled_whole_numbers_are_the_nearest() -> None:
    half = np.random.default_rng(2).integers(0, 1 << 16, (9, 12)).astype(np.uint16)
    large = doubled(half)
    assert large.dtype == np.uint16
    assert large == pytest.approx(doubled(half.astype(np.float32)), abs=0.51)
