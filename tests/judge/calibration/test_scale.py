"""The curve from the judge's scale to the panel's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.calibration.scale import HIGHEST, IDENTITY, LOWEST, Kind, Knot, Scale, straight
from judge.scoring import estimates

SCORES = st.floats(1, 10)
CURVES = st.lists(st.floats(-5, 15), min_size=3, max_size=3).map(
    lambda to: Scale(
        Kind.ISOTONIC,
        tuple(Knot(at, height) for at, height in zip((1.0, 4.0, 10.0), sorted(to), strict=True)),
        1.5,
    )
)


def test_the_scale_is_the_one_that_scores_have():
    assert (LOWEST, HIGHEST) == (estimates.LOWEST, estimates.HIGHEST)


@given(SCORES, st.floats(0, 3), st.floats(0, 3))
def test_the_identity_changes_no_bit(value, below, above):
    assert IDENTITY.apply(value, value - below, value + above) == (
        value,
        value - below,
        value + above,
    )


@given(CURVES, SCORES, SCORES)
def test_a_better_score_stays_no_worse_and_on_the_scale(scale, one, other):
    low, high = sorted((one, other))
    assert 1 <= scale.value(low) <= scale.value(high) <= 10


@given(CURVES, SCORES, st.floats(0, 3))
def test_the_interval_holds_the_score_and_stays_on_the_scale(scale, value, reach):
    mapped, low, high = scale.apply(value, value - reach, value + reach)
    assert 1 <= low <= mapped <= high <= 10


def test_straight_lines_join_the_knots():
    scale = Scale(Kind.ISOTONIC, (Knot(1, 2), Knot(5, 4), Knot(10, 9)), 1.0)
    assert [scale.value(at) for at in (1, 3, 5, 7.5, 10)] == [2, 3, 4, 6.5, 9]


def test_an_interval_that_the_end_of_the_scale_had_cut_gets_its_width_back():
    scale = Scale(Kind.AFFINE, straight(-2.0, 1.0), 2.0)
    assert scale.apply(9.5, 8.5, 10.0) == pytest.approx((7.5, 5.5, 9.5))


@pytest.mark.parametrize(
    ("knots", "widening"),
    [
        ((), 1.0),
        ((Knot(1, 1),), 1.0),
        ((Knot(1, 1), Knot(9, 9)), 1.0),
        ((Knot(1, 5), Knot(10, 4)), 1.0),
        ((Knot(1, 1), Knot(1, 2), Knot(10, 4)), 1.0),
        (straight(0.0, 1.0), 0.0),
        (straight(0.0, 1.0), float("nan")),
    ],
)
def test_what_is_no_rising_curve_is_refused(knots, widening):
    with pytest.raises(ValueError, match="must"):
        Scale(Kind.AFFINE, knots, widening)
