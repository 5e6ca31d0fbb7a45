"""Every scene keeps time, stays well lit and safe, and looks like no other."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tests.visuals.safety.checker import check
from tests.visuals.shows import (
    RATE,
    SMALL,
    brightness,
    filmed,
    generator,
    heard,
    luminance,
    manual,
    moments,
)
from visuals.catalogue import SCENES
from visuals.field import FieldModel
from visuals.grids import Grid
from visuals.picture import Picture, PictureSize
from visuals.scenes import SCENE_TYPES

SETTLED = RATE * 3 // 4
"""Pictures until a scene has found its exposure."""

SECONDS = {90.0: 7.0, 128.0: 6.0, 174.0: 6.0}
"""Of film at each tempo: eight beats that pulse, or more."""


@cache
def film(field: FieldModel, scene: str, bpm: float) -> list[Picture]:
    return filmed(generator(field), moments(SECONDS[bpm], bpm), manual(scene))


def lag_of(energy: NDArray[np.float64], beats_seconds: NDArray[np.float64], most: int) -> int:
    """Return by how many pictures the energy's peaks follow the beats: the best of all lags."""
    steady = np.convolve(
        np.pad(energy, (RATE // 2, RATE // 2 - 1), mode="edge"), np.ones(RATE), "valid"
    )
    moved = energy - steady / RATE
    at = np.rint(beats_seconds * RATE).astype(int)
    at = at[(at >= SETTLED) & (at < len(energy) - SETTLED)]
    return max(range(-most, most + 1), key=lambda lag: moved[at + lag].mean())


@pytest.mark.parametrize("bpm", [90.0, 128.0, 174.0])
@pytest.mark.parametrize("scene", SCENES)
def test_the_picture_is_brightest_on_the_beat(field: FieldModel, scene: str, bpm: float) -> None:
    pictures = film(field, scene, bpm)
    pulsing = 1 if bpm <= 170 else 2
    beats = np.arange(0, SECONDS[bpm], 60 / bpm * pulsing)
    half_a_beat = int(60 / bpm * pulsing * RATE / 2)
    assert abs(lag_of(brightness(pictures), beats, half_a_beat)) <= 1


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_has_darks_and_lights_and_never_goes_white(field: FieldModel, scene: str) -> None:
    shown = np.stack([luminance(each) for each in film(field, scene, 128.0)[SETTLED::10]])
    assert 0.03 < shown.mean() < 0.25
    assert np.percentile(shown, 10) < 0.03  # real darks
    assert np.percentile(shown, 97) > 0.18  # and something that shines
    assert (shown > 0.8).mean() < 0.04  # but little of it
    assert shown.mean((1, 2)).max() < 0.32


@pytest.mark.parametrize("scene", SCENES)
def test_the_independent_checker_finds_nothing(field: FieldModel, scene: str) -> None:
    opinion = check(film(field, scene, 128.0), RATE, patterns=True)
    assert opinion.clean
    assert opinion.pattern_failures == 0


def test_scenes_are_told_apart_by_their_shapes_alone(field: FieldModel) -> None:
    seeds = (1, 2, 3, 4)
    looks = np.array([[_shapes(field, scene, seed) for seed in seeds] for scene in SCENES])
    looks = (looks - looks.mean((0, 1))) / (looks.std((0, 1)) + 1e-9)
    right = 0
    for left_out in range(len(seeds)):
        known = np.delete(looks, left_out, 1).mean(1)
        distance = np.linalg.norm(looks[:, left_out, None] - known[None], axis=-1)
        right += int((distance.argmin(1) == np.arange(len(SCENES))).sum())
    assert right / (len(seeds) * len(SCENES)) > 0.85  # by chance, one in twelve

    within = np.linalg.norm(looks - looks.mean(1, keepdims=True), axis=-1).mean(1)
    middles = looks.mean(1)
    between = np.linalg.norm(middles[:, None] - middles[None], axis=-1)
    usual = (within[:, None] + within[None]) / 2
    others = ~np.eye(len(SCENES), dtype=bool)
    assert (between / usual)[others].min() > 1.1
    assert np.median((between / usual)[others]) > 2.0


def _shapes(field: FieldModel, scene: str, seed: int) -> NDArray[np.float64]:
    """Return what there is of symmetry, direction, detail and layout over some seconds."""
    show, chosen = generator(field, seed), manual(scene, palette="violet")
    film = [show.draw(heard(at / 4), chosen).picture for at in range(20)]
    return np.mean([_shapes_of(luminance(each) ** (1 / 2.4)) for each in film[8:]], axis=0)


def _shapes_of(shown: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers that say nothing of colour, nor of how bright or contrasted a picture is."""
    shown = (shown - shown.mean()) / (shown.std() + 1e-6)
    down, across = np.gradient(shown)
    strength = np.hypot(down, across)
    angle = np.arctan2(down, across) % np.pi
    directions, _ = np.histogram(angle, 6, (0, np.pi), weights=strength)
    spectrum = np.abs(np.fft.rfft2(shown)) ** 2
    rows, columns = np.meshgrid(
        np.fft.fftfreq(shown.shape[0]), np.fft.rfftfreq(shown.shape[1]), indexing="ij"
    )
    edges = [0.0, 0.012, 0.025, 0.05, 0.1, 0.2, 0.5]
    bands, _ = np.histogram(np.hypot(rows, columns), edges, weights=spectrum)
    y, x = np.meshgrid(*(np.linspace(-1, 1, each) for each in shown.shape), indexing="ij")
    rings = np.digitize(np.hypot(1.78 * x, y), [0.2, 0.45, 0.8, 1.2])
    bent = np.abs(np.gradient(down)[0] + np.gradient(across)[1])
    mirrored = (shown[:, ::-1], shown[::-1], shown[::-1, ::-1])
    # How far each place's slopes agree on a direction: straight edges do, blobs do not.
    tensor = [gaussian_filter(each, 2) for each in (down * down, across * across, down * across)]
    agreed = np.hypot(tensor[0] - tensor[1], 2 * tensor[2]) / (tensor[0] + tensor[1] + 1e-6)
    return np.array(
        [
            *(directions / directions.sum()),
            *np.log(bands / bands.sum() + 1e-4),
            *(shown[rings == ring].mean() for ring in range(5)),
            *(part.mean() for part in np.array_split(shown, 5)),
            *((shown * each).mean() for each in mirrored),
            *np.log(np.percentile(strength, [10, 25, 50, 75, 90, 99]) + 1e-3),
            *np.log(np.percentile(bent, [25, 50, 90, 99]) + 1e-3),
            *np.percentile(shown, [2, 20, 50, 80, 98]),
            (agreed * strength).sum() / strength.sum(),
        ]
    )


def test_every_scene_of_the_catalogue_suits_some_energy() -> None:
    assert tuple(each.slug for each in SCENE_TYPES) == SCENES
    assert all(0 <= each.energy <= 1 for each in SCENE_TYPES)


@pytest.mark.parametrize("kind", SCENE_TYPES)
def test_the_fields_coordinates_are_of_the_size_that_it_is_made_for(kind: type) -> None:
    for size in (SMALL, PictureSize(322, 182)):
        grid = Grid.of(size)
        places = kind(np.random.default_rng(0)).places(grid)
        assert places.shape == (4, *grid.small_x.shape)
        assert np.isfinite(places).all()
        assert 0.2 < np.abs(places).max() < 4
