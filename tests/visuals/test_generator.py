"""What the generator promises: the same show again, at any size, that answers what is heard."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.show import ShowMode, ShowSettings
from tests.visuals.shows import (
    CALM,
    RATE,
    SMALL,
    brightness,
    embedding,
    filmed,
    generator,
    heard,
    luminance,
    manual,
    moments,
)
from visuals.catalogue import PALETTES, SCENES
from visuals.field import FieldModel
from visuals.generator import ShowGenerator
from visuals.picture import Generator, Picture, PictureSize
from visuals.senses import RESTING, Senses


def apart(one: Picture, other: Picture) -> float:
    """Return the mean difference of two pictures, 0-255."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def a_set() -> list[Senses]:
    """Return half a minute with everything in it: drops, other keys, other sounds."""
    senses = []
    for index, each in enumerate(moments(30)):
        at = index / RATE
        drop = max(0.0, 1 - (at - 12) / 4) if at >= 12 else 0.0
        known = {"drop": drop, "tonic": int(at) // 8 % 12, "embedding": embedding(int(at) // 15)}
        senses.append(heard(each.position_seconds, **known))
    return senses[::4]


def test_a_seed_reproduces_a_show_bit_for_bit(field: FieldModel) -> None:
    senses = a_set()
    first, again, other = (generator(field, seed) for seed in (7, 7, 8))
    one = [first.draw(each, ShowSettings()) for each in senses]
    same = [again.draw(each, ShowSettings()) for each in senses]
    unlike = [other.draw(each, ShowSettings()) for each in senses]
    assert all(a.picture.tobytes() == b.picture.tobytes() for a, b in zip(one, same, strict=True))
    assert [each.scene for each in one] == [each.scene for each in same]
    assert np.mean([apart(a.picture, b.picture) for a, b in zip(one, unlike, strict=True)]) > 10


def test_it_is_a_generator(field: FieldModel) -> None:
    show: Generator = ShowGenerator(1, SMALL, field)
    drawn = show.draw(heard(0), ShowSettings())
    assert drawn.scene in SCENES
    assert drawn.palette in PALETTES


@settings(max_examples=12)
@given(st.integers(16, 140), st.integers(16, 90), st.sampled_from(SCENES))
def test_pictures_have_the_size_that_was_asked_for(
    field: FieldModel, half_width: int, half_height: int, scene: str
) -> None:
    size = PictureSize(2 * half_width, 2 * half_height)
    show = generator(field, size=size)
    for each in moments(0.15):
        picture = show.draw(each, manual(scene)).picture
        assert picture.shape == (size.height, size.width, 3)
        assert picture.dtype == np.uint8


@pytest.mark.parametrize("scene", SCENES)
def test_another_size_shows_the_same_picture(field: FieldModel, scene: str) -> None:
    kept, resized = generator(field), generator(field)
    chosen = manual(scene, intensity=0.5)
    for each in moments(0.5):
        kept.draw(each, chosen)
        resized.draw(each, chosen)
    resized.resize(PictureSize(256, 144))
    assert resized.size == PictureSize(256, 144)
    large = resized.draw(heard(0.5), chosen).picture
    small = kept.draw(heard(0.5), chosen).picture
    reduced = large.reshape(72, 2, 128, 2, 3).mean((1, 3)).astype(np.uint8)
    assert apart(reduced, small) < 9  # the larger has finer tips and lines
    assert abs(luminance(reduced).mean() - luminance(small).mean()) < 0.02


def test_what_the_judge_hears_changes_the_picture_smoothly(field: FieldModel) -> None:
    one, other = generator(field), generator(field)
    chosen = manual("liquid", palette="jade")
    turning = []
    for index, each in enumerate(moments(4)):
        share = np.float32(min(1.0, index / 40))  # a new sound, over two seconds
        mixed = (1 - share) * each.embedding + share * embedding(2)
        steady = one.draw(each, chosen).picture
        turning.append(other.draw(heard(each.position_seconds, embedding=mixed), chosen).picture)
        if index == 0:
            assert apart(steady, turning[0]) == 0
    assert apart(steady, turning[-1]) > 15
    steps = [apart(a, b) for a, b in pairwise(turning)]
    assert max(steps[RATE:]) < 12


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_known_is_a_calm_living_picture(field: FieldModel, scene: str) -> None:
    show = generator(field)
    senses = [replace(RESTING, position_seconds=float(at)) for at in np.arange(0, 6, 0.1)]
    film = filmed(show, iter(senses), manual(scene))[10:]
    assert apart(film[0], film[-1]) > 2  # it lives
    assert max(apart(a, b) for a, b in pairwise(film)) < 12  # and is calm
    shown = brightness(film)
    assert 0.01 < shown.mean() < 0.2
    assert np.abs(np.diff(shown)).max() < 0.01


def test_calm_has_no_pulses(field: FieldModel) -> None:
    beating = brightness(filmed(generator(field), moments(6), manual("dunes")))
    calm = brightness(filmed(generator(field), moments(6), manual("dunes", calm=True)))
    assert np.abs(np.diff(beating[RATE:])).max() > 3 * np.abs(np.diff(calm[RATE:])).max()


def test_calm_is_slower(field: FieldModel) -> None:
    lively = filmed(generator(field), moments(4), manual("tunnel"))
    calm = filmed(generator(field), moments(4), manual("tunnel", calm=True))
    assert np.mean([apart(a, b) for a, b in pairwise(calm[20:])]) < 0.6 * np.mean(
        [apart(a, b) for a, b in pairwise(lively[20:])]
    )


def test_intensity_scales_the_answer(field: FieldModel) -> None:
    swings = []
    for intensity in (0.0, 0.5, 1.0):
        shown = brightness(
            filmed(generator(field), moments(5), manual("nebula", intensity=intensity))
        )
        swings.append(np.abs(np.diff(shown[RATE:])).mean())
    assert swings[0] < 0.6 * swings[1] < 0.6 * swings[2] * 0.8


def test_the_vj_is_obeyed_within_a_second(field: FieldModel) -> None:
    show = generator(field)
    for each in moments(3):
        show.draw(each, manual("aurora", palette="ember"))
    settled = generator(field)
    for index in range(3 * RATE, 5 * RATE):
        senses = heard(index / RATE)
        drawn = show.draw(senses, manual("crystal", palette="jade"))
        if index == 3 * RATE:
            assert drawn.scene == "crystal"
    for each in moments(5):
        expected = settled.draw(each, manual("crystal", palette="jade"))
    assert drawn.palette == "jade"
    assert apart(drawn.picture, expected.picture) < 12


def test_what_is_not_in_the_catalogue_is_passed_over(field: FieldModel) -> None:
    show = generator(field)
    before = show.draw(heard(0), ShowSettings())
    after = show.draw(heard(0.05), manual("polka", palette="beige"))
    assert after.scene == before.scene
    assert after.palette in PALETTES


def test_a_gap_in_time_is_no_jump(field: FieldModel) -> None:
    show = generator(field)
    film = filmed(show, moments(2), manual("mandala"))
    after = show.draw(heard(32), manual("mandala")).picture
    assert apart(film[-1], after) < 30


def test_a_whole_set_stays_within_bounds(field: FieldModel) -> None:
    show = generator(field, 5)
    film = [show.draw(each, ShowSettings()).picture for each in a_set()]
    shown = brightness(film)
    assert shown.max() < 0.4
    assert shown[2:].min() > 0.015


def test_calm_settings_hold_for_the_director_too(field: FieldModel) -> None:
    show = generator(field)
    scenes = {show.draw(each, CALM).scene for each in a_set()}
    assert len(scenes) == 1
    assert ShowSettings().mode is ShowMode.AUTO
