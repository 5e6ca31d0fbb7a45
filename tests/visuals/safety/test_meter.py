"""The meter says what the guidelines' formulas say, within its margin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.visuals.safety.counting import light_of, luminance_of, redness_of
from tests.visuals.safety.films import noise
from visuals.picture import PictureSize
from visuals.safety.meter import LUMINANCE_SWING, RED_SWING, Meter

SIZES = [PictureSize(96, 54), PictureSize(320, 180), PictureSize(480, 270), PictureSize(640, 360)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("side", [1, 20])
def test_light_and_red_are_those_of_the_guidelines(size, side):
    picture, meter = noise(side, 4, size)(0), Meter(size)
    readings = meter.read(picture)
    light = light_of(picture, meter.block)
    assert readings.shape[1:] == light.shape[:2]
    assert np.abs(readings[0] * LUMINANCE_SWING - luminance_of(light)).max() < 0.006
    assert np.abs(readings[1] * RED_SWING - redness_of(light)).max() < 6


@settings(max_examples=100)
@given(colour=st.tuples(*[st.integers(0, 255)] * 3))
def test_saturation_is_told_exactly(colour):
    picture = np.full((54, 96, 3), colour, np.uint8)
    red = Meter(PictureSize(96, 54)).read(picture)[1, 0, 0] * RED_SWING
    truth = redness_of(light_of(picture, 1))[0, 0]
    assert abs(red - truth) < 7


def test_a_swing_that_counts_is_always_under_the_guidelines_threshold():
    greys = np.arange(256, dtype=np.uint8)
    picture = np.repeat(np.tile(greys, (54, 1))[..., None], 3, axis=2)
    read = Meter(PictureSize(256, 54))
    light = luminance_of(light_of(picture, read.block))[0]
    measured = read.read(picture)[0, 0] * LUMINANCE_SWING
    error = measured - light
    assert LUMINANCE_SWING + np.ptp(error) < 0.1
