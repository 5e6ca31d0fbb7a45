"""Colours: rich, dark where dark, never a dangerous red; and keys around the wheel."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.show import ShowSettings
from tests.visuals.shows import RATE, heard
from visuals.catalogue import PALETTES
from visuals.colouring import coloured, packed
from visuals.colourist import Colourist, hue_of
from visuals.motion import Motion
from visuals.oklab import srgb
from visuals.palettes import LIGHTS, MOST_LIGHT, RECIPES, TONES, table
from visuals.senses import Mode

tables = pytest.mark.parametrize("slug", PALETTES)


def linear(colours: NDArray[np.floating]) -> NDArray[np.float64]:
    value = np.asarray(colours, float) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


@tables
def test_light_goes_from_near_black_to_near_white(slug: str) -> None:
    shown = table(RECIPES[slug], 0, 1.0, 0.0)
    assert shown.shape == (TONES, LIGHTS, 3)
    brightness = linear(shown) @ [0.2126, 0.7152, 0.0722]
    assert brightness[:, 0].max() < 0.004
    assert brightness[:, -1].min() > 0.6
    assert (np.diff(brightness, axis=1) > -0.012).all()


@tables
def test_neighbours_are_so_near_that_no_band_is_seen(slug: str) -> None:
    shown = table(RECIPES[slug], 0, 1.1, 0.0)
    assert np.abs(np.diff(shown, axis=1)).max() < 9
    assert np.abs(np.diff(shown, axis=0)).max() < 16


@tables
def test_colours_do_not_go_to_and_fro_as_light_grows(slug: str) -> None:
    """That shows as contours: colours that screens lack were cut by steps, each at its own."""
    shown = table(RECIPES[slug], 0, 1.1, 0.0)
    for channel in range(3):
        for row in np.diff(shown[::8, :, channel], axis=1):
            ways = np.sign(row[np.abs(row) > 0.05])
            assert np.count_nonzero(np.diff(ways)) <= 6  # a hue turns, a screen's bound is met


@tables
def test_middle_lights_are_colours_not_greys(slug: str) -> None:
    shown = table(RECIPES[slug], 0, 1.0, 0.0)
    middle = shown[:, round(0.35 / MOST_LIGHT * LIGHTS)]
    assert (middle.max(-1) - middle.min(-1)).min() > 40


@settings(max_examples=40)
@given(st.sampled_from(PALETTES), st.integers(-24, 24), st.floats(0.7, 1.3), st.floats(-0.5, 0.5))
def test_no_palette_has_a_red_that_is_dangerous_to_flash(
    slug: str, turn: int, colour: float, depth: float
) -> None:
    light = linear(table(RECIPES[slug], turn, colour, depth)) + 1e-9
    bright = light.max(-1) > 0.02
    assert (light[..., 0] / light.sum(-1))[bright].max() < 0.8


def test_palettes_are_told_apart() -> None:
    looks = np.array(
        [table(RECIPES[slug], 0, 1.0, 0.0)[::16, 30:330:30].ravel() for slug in PALETTES]
    )
    distance = np.abs(looks[:, None] - looks[None]).mean(-1)
    assert distance[~np.eye(len(PALETTES), dtype=bool)].min() > 10


def test_colours_that_no_screen_shows_keep_their_lightness() -> None:
    grey = srgb(np.array([0.6]), np.array([0.0]), np.array([0.0]))
    strong = srgb(np.array([0.6]), np.array([0.4]), np.array([264.0]))
    weights = np.array([0.2126, 0.7152, 0.0722])
    assert 0 <= strong.min() <= strong.max() <= 1
    assert linear(strong * 255) @ weights == pytest.approx(linear(grey * 255) @ weights, abs=0.09)


@settings(max_examples=40)
@given(st.integers(0, 11), st.sampled_from(Mode))
def test_a_fifth_is_a_twelfth_of_the_wheel(tonic: int, mode: Mode) -> None:
    step = math.remainder(hue_of((tonic + 7) % 12, mode) - hue_of(tonic, mode), 360)
    assert step == pytest.approx(30)


def test_relatives_lie_together_and_tritones_apart() -> None:
    assert abs(math.remainder(hue_of(9, Mode.MINOR) - hue_of(0, Mode.MAJOR), 360)) <= 20
    assert abs(math.remainder(hue_of(6, Mode.MAJOR) - hue_of(0, Mode.MAJOR), 360)) == 180


def chosen(
    colourist: Colourist, seconds: float, settings: ShowSettings, **known: object
) -> tuple[str, NDArray[np.uint8]]:
    motion = Motion(RATE)
    for index in range(round(seconds * RATE)):
        senses = heard(index / RATE, **known)
        slug, colours = colourist.colours(senses, settings, motion.follow(senses, settings))
    return slug, colours.view(np.uint8).reshape(TONES, LIGHTS, 4)[..., :3]


def mean_hue(shown: NDArray[np.uint8]) -> complex:
    """Return the colours' middle on a wheel: red at 1, green and blue a third round."""
    thirds = np.exp(2j * np.pi * np.arange(3) / 3)
    return complex((linear(shown[32:96, 47:156]) @ thirds).mean())


def test_palettes_follow_the_key() -> None:
    hues = [
        np.angle(
            mean_hue(
                chosen(Colourist(1), 1, ShowSettings(), tonic=7 * step % 12, mode=Mode.MAJOR)[1]
            )
        )
        for step in range(12)
    ]
    steps = [math.remainder(b - a, 2 * math.pi) for a, b in pairwise([*hues, hues[0]])]
    assert sum(steps) == pytest.approx(2 * math.pi, abs=0.01)  # once around
    opposite = [
        abs(math.remainder(hues[step] - hues[(step + 6) % 12], 2 * math.pi)) for step in range(12)
    ]
    assert np.mean(opposite) > 1.6 > 2.2 * np.mean(np.abs(steps))


def test_minor_is_darker_than_its_relative_major() -> None:
    minor = chosen(Colourist(1), 1, ShowSettings(palette="jade"), tonic=9, mode=Mode.MINOR)[1]
    major = chosen(Colourist(1), 1, ShowSettings(palette="jade"), tonic=0, mode=Mode.MAJOR)[1]
    middle = slice(24, 156)
    assert linear(minor[:, middle]).mean() < 0.95 * linear(major[:, middle]).mean()


def test_a_good_set_and_a_happy_crowd_open_the_colours() -> None:
    def colourfulness(score: float, hype: float) -> float:
        settings = ShowSettings(palette="jade")
        shown = chosen(Colourist(1), 12, settings, score=score, hype=hype)[1].astype(float)
        return float((shown.max(-1) - shown.min(-1)).mean())

    assert colourfulness(10.0, 1.0) > 1.04 * colourfulness(1.0, 0.0)


def test_the_vjs_palette_is_taken_whatever_the_key() -> None:
    colourist = Colourist(1)
    chosen(colourist, 1, ShowSettings(), tonic=2)
    slug, shown = chosen(colourist, 0.8, ShowSettings(palette="rose"), tonic=2)
    other = chosen(Colourist(9), 1, ShowSettings(palette="rose"), tonic=8)[1]
    assert slug == "rose"
    assert np.abs(shown.astype(int) - other.astype(int)).max() <= 3


def test_a_key_that_wavers_changes_nothing() -> None:
    colourist, motion = Colourist(1), Motion(RATE)
    seen = set()
    for index in range(10 * RATE):
        tonic = 0 if index < 4 * RATE or index // 10 % 2 else 6
        senses = heard(index / RATE, tonic=tonic, mode=Mode.MAJOR)
        seen.add(
            colourist.colours(senses, ShowSettings(), motion.follow(senses, ShowSettings()))[0]
        )
    assert len(seen) == 1


def test_enlarging_keeps_means_and_ramps() -> None:
    ramp = np.tile(np.linspace(0, MOST_LIGHT, 24, dtype=np.float32), (10, 1))
    table = np.arange(TONES * LIGHTS, dtype=np.uint32) % LIGHTS  # a step of light as a colour
    red, green, _ = np.moveaxis(coloured(ramp, 0 * ramp, table).astype(int), -1, 0)
    steps = red + 256 * green
    assert steps.shape == (20, 48)
    assert steps.mean() == pytest.approx((LIGHTS - 1) / 2, abs=0.5)
    assert np.abs(np.diff(steps[7, 1:-1]) - (LIGHTS - 1) / 46).max() <= 1


def test_colours_are_looked_up_by_light_and_tone() -> None:
    shown = table(RECIPES["violet"], 0, 1.0, 0.0)
    flat = np.ones((6, 8), np.float32)
    for light, tone in ((0.0, 0.0), (0.7, 0.4), (9.0, 9.0), (-1.0, -2.0)):
        picture = coloured(flat * light, flat * tone, packed(shown))
        row = int(np.clip(tone, 0, 1) * (TONES - 1))
        column = int(np.clip(light / MOST_LIGHT, 0, 1) * (LIGHTS - 1))
        assert picture.shape == (12, 16, 3)
        assert (np.abs(picture - np.rint(shown[row, column])) <= 3).all()
