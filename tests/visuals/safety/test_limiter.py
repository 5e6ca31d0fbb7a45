"""Nothing that leaves the limiter flashes; and what is harmless leaves as it came."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from iris_pse_detection import FlashResult

from core.errors import BadInput
from tests.visuals.safety.checker import check
from tests.visuals.safety.counting import count
from tests.visuals.safety.films import (
    SMALL,
    Film,
    calm_gradient,
    checkerboard,
    noise,
    one_after_another,
    pulsing,
    ramps,
    still,
    stripes,
    strobe,
)
from visuals.picture import STANDARD, Picture, PictureSize
from visuals.safety.limiter import CALM, USUAL, FlashLimiter

MOST_CHANGES = 5
"""Two flashes and a half a second, by any count, in any field: the guidelines allow three."""

QUARTER = 0.25
HALF = PictureSize(160, 90)
RED, BLACK, BLUE = (255, 0, 0), (0, 0, 0), (0, 0, 255)


def steady(frames_per_second: float, seconds: float) -> list[float]:
    return [n / frames_per_second for n in range(round(seconds * frames_per_second))]


def limited(film: Film, moments: Iterable[float], *, calm: bool = False) -> list[Picture]:
    limiter = FlashLimiter()
    return [limiter.limit(film(moment), moment, calm=calm) for moment in moments]


def unchanged(film: Film, moments: Sequence[float]) -> bool:
    return all(
        np.array_equal(out, film(moment))
        for out, moment in zip(limited(film, moments), moments, strict=True)
    )


colours = st.tuples(*[st.sampled_from([0, 60, 128, 255])] * 3)
shares = st.floats(0, 1)
simple_films = st.one_of(
    st.builds(strobe, st.floats(1, 30)),
    st.builds(strobe, st.floats(1, 30), colours, colours),
    st.builds(
        lambda hertz, x, y: strobe(hertz, part=(min(x), min(y), max(x), max(y))),
        st.floats(1, 30),
        st.tuples(shares, shares),
        st.tuples(shares, shares),
    ),
    st.builds(checkerboard, st.integers(1, 30), st.floats(1, 15)),
    st.builds(stripes, st.integers(1, 30), st.floats(0, 300)),
    st.builds(noise, st.integers(1, 54), st.integers(0, 1000)),
    st.builds(ramps, st.floats(0.5, 10), st.floats(0, 0.4), st.floats(0.4, 1)),
    st.builds(pulsing, st.floats(0.05, 0.5), st.floats(60, 300)),
    st.builds(still, st.integers(0, 255)),
)
films = st.one_of(
    simple_films,
    st.builds(
        lambda parts, seconds_each: one_after_another(*parts, seconds_each=seconds_each),
        st.lists(simple_films, min_size=2, max_size=3),
        st.floats(0.1, 1.5),
    ),
)
steps = st.one_of(
    st.floats(5, 30).map(lambda rate: [1 / rate] * round(3 * rate)),
    st.lists(st.floats(1 / 30, 1 / 5), min_size=40, max_size=60),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(film=films, steps=steps, calm=st.booleans())
def test_no_film_flashes_when_it_leaves(film, steps, calm):
    moments = list(np.cumsum(steps))
    found = count(limited(film, moments, calm=calm), moments, side=1, allowed=MOST_CHANGES)
    assert found.mean_changes <= MOST_CHANGES
    assert found.restless_share < QUARTER


@pytest.mark.parametrize("hertz", [1.5, 3, 5, 7.5, 10, 15, 30])
@pytest.mark.parametrize("calm", [False, True])
def test_no_mean_swings_more_often_than_is_said(hertz, calm):
    moments = steady(20, 5)
    found = count(limited(strobe(hertz), moments, calm=calm), moments, side=1, allowed=MOST_CHANGES)
    assert found.mean_changes <= (CALM if calm else USUAL).of_fields
    assert found.restless_share == 0


@pytest.mark.parametrize(
    "film",
    [
        strobe(10, size=STANDARD),
        strobe(10, part=(0.3, 0.3, 0.7, 0.7), size=HALF),
        strobe(10, part=(0, 0, 0.5, 1), size=HALF),
        strobe(10, BLACK, RED, size=STANDARD),
        strobe(10, BLUE, RED, size=HALF),
        strobe(10, (0, 90, 0), RED, (0, 0, 1, 0.4), size=HALF),
        strobe(4, size=HALF),
        checkerboard(12, 10, HALF),
        stripes(16, 120, HALF),
        noise(45, 3, HALF),
    ],
    ids="full region half red red-blue red-part slow checkerboard stripes noise".split(),
)
def test_the_independent_checker_finds_nothing(film):
    moments = steady(20, 6)
    opinion = check(limited(film, moments), 20)
    assert opinion.clean, opinion


def test_the_checker_and_the_counter_find_what_is_not_limited():
    """Else the tests above would prove nothing."""
    moments = steady(20, 3)
    for film in (strobe(10), strobe(10, BLACK, RED), strobe(10, part=(0, 0, 0.6, 0.6))):
        shown = [film(moment) for moment in moments]
        assert check(shown, 20).luminance == FlashResult.FlashFail
        assert count(shown, moments, side=1, allowed=MOST_CHANGES).mean_changes > 15
    assert check([strobe(10, BLUE, RED)(m) for m in moments], 20).red == FlashResult.FlashFail
    board = [checkerboard(6, 10)(moment) for moment in moments]
    assert count(board, moments, side=1, allowed=MOST_CHANGES).restless_share == 1


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(film=st.builds(strobe, st.floats(2, 30), colours, colours), rate=st.integers(5, 30))
def test_the_independent_checker_fails_no_strobe(film, rate):
    opinion = check(limited(film, steady(rate, 4)), rate)
    assert max(opinion.luminance, opinion.red) <= FlashResult.PassWithWarning


@pytest.mark.parametrize(
    "film",
    [
        calm_gradient(STANDARD),
        pulsing(0.08, 128, STANDARD),
        pulsing(0.08, 174, HALF),
        ramps(0.5, 0.1, 0.6, HALF),
        strobe(10, part=(0.4, 0.4, 0.5, 0.5), size=STANDARD),
    ],
    ids="gradient pulses fast-pulses swells small-strobe".split(),
)
def test_what_is_harmless_leaves_as_it_came(film):
    assert unchanged(film, steady(20, 6))


def test_a_cut_is_one_change_and_leaves_as_it_came():
    cuts = one_after_another(still(20), calm_gradient(), still(235), seconds_each=1.5)
    assert unchanged(cuts, steady(20, 6))


def test_a_strobe_in_one_corner_leaves_the_rest_as_it_was():
    film, moments = strobe(10, part=(0, 0, 0.3, 0.3), size=STANDARD), steady(20, 3)
    for moment, out in zip(moments, limited(film, moments), strict=True):
        assert np.array_equal(out[:, 160:], film(moment)[:, 160:])


def test_a_strobe_becomes_still_and_is_free_again_when_it_ends():
    film = one_after_another(strobe(10), calm_gradient(), seconds_each=4)
    moments = steady(20, 8)
    shown = limited(film, moments)
    levels = np.array([picture.mean() for picture in shown])
    assert np.ptp(levels[60:80]) < 40
    assert all(np.array_equal(shown[n], film(moments[n])) for n in range(130, 160))


def test_sizes_may_change_under_a_strobe():
    limiter, moments = FlashLimiter(), steady(20, 6)
    shown = []
    for n, moment in enumerate(moments):
        size = (SMALL, PictureSize(160, 90), PictureSize(60, 34))[n // 7 % 3]
        out = limiter.limit(strobe(10, size=size)(moment), moment, calm=False)
        assert out.shape == (size.height, size.width, 3)
        shown.append(np.full((54, 96, 3), out.mean(), np.uint8))
    assert count(shown, moments, side=9, allowed=MOST_CHANGES).mean_changes <= USUAL.of_fields


@pytest.mark.parametrize(
    "moments",
    [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [5, 4, 3, 2, 1, 0, -1, -2],
        [0, 0.05, 3600, 3600.05, 3600.1, 3600.15, 3600.2, 3600.25],
    ],
    ids="stopped backwards leap".split(),
)
def test_a_clock_that_misbehaves_frees_nothing(moments):
    limiter = FlashLimiter()
    levels = [
        limiter.limit(still(255 * (n % 2))(0), moment, calm=False).mean()
        for n, moment in enumerate(moments)
    ]
    assert np.count_nonzero(np.abs(np.diff(levels)) > 20) <= USUAL.of_fields


def test_the_pictures_that_came_may_be_drawn_over():
    """A generator may use its array again: what was let out is remembered apart."""
    limiter, canvas = FlashLimiter(), np.zeros((54, 96, 3), np.uint8)
    levels = []
    for moment in steady(20, 3):
        canvas[:] = strobe(10)(moment)
        levels.append(limiter.limit(canvas, moment, calm=False).mean())
    assert np.count_nonzero(np.abs(np.diff(levels[:20])) > 20) <= USUAL.of_fields


def test_pictures_that_were_changed_are_counted():
    limiter = FlashLimiter()
    for moment in steady(20, 1):
        limiter.limit(calm_gradient()(moment), moment, calm=False)
    assert limiter.limited_pictures == 0
    for moment in steady(20, 1):
        limiter.limit(strobe(10)(moment), 1 + moment, calm=False)
    assert limiter.limited_pictures > 10


def test_a_picture_too_small_to_judge_is_refused():
    with pytest.raises(BadInput, match="too small"):
        FlashLimiter().limit(np.zeros((16, 28, 3), np.uint8), 0.0, calm=False)


def test_a_harmless_picture_costs_little_beside_decoding_one():
    """A ratio, because machines differ: the meter against a plain conversion to linear light."""
    picture, limiter = calm_gradient(STANDARD)(0), FlashLimiter()
    table = np.linspace(0, 1, 256).astype(np.float32) ** 2.2

    def spent(work) -> float:
        begun = time.process_time()
        for number in range(60):
            work(number / 20)
        return time.process_time() - begun

    limits = min(spent(lambda at: limiter.limit(picture, at, calm=False)) for _ in range(3))
    plain = min(spent(lambda _: table[picture] @ np.float32([0.2, 0.7, 0.1])) for _ in range(3))
    assert limits < 3 * plain
