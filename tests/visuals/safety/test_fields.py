"""Sums over tiles and fields are what plain loops over them say."""

from __future__ import annotations

import numpy as np
import pytest

from tests.visuals.safety.films import noise
from visuals.picture import PictureSize
from visuals.safety.fields import TILE, Fields, Part
from visuals.safety.meter import Meter

GRIDS = [(90, 160), (54, 96), (48, 97), (18, 30)]


def random_cells(rows, columns):
    return np.random.default_rng(3).random((2, rows, columns), np.float32)


def filled(cells, fields):
    """Cells, those at the edge again until the last tiles are full."""
    rows = np.minimum(np.arange(fields.down * TILE), cells.shape[1] - 1)
    columns = np.minimum(np.arange(fields.across * TILE), cells.shape[2] - 1)
    return cells[:, rows][:, :, columns].reshape(2, fields.down, TILE, fields.across, TILE)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_tiles_average_their_cells(grid):
    fields, cells = Fields(*grid), random_cells(*grid)
    plain = filled(cells, fields).mean(axis=(2, 4))
    np.testing.assert_allclose(fields.tiles(cells), plain, rtol=1e-5)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_shares_and_the_least_of_some_cells_are_those_of_all(grid):
    fields, cells = Fields(*grid), random_cells(*grid)
    some = cells < 0.2
    which = np.flatnonzero(some)
    assert np.array_equal(fields.shares(which), fields.tiles(some.astype(np.float32)))
    plain = filled(np.where(some, cells, np.float32(1.0)), fields).min(axis=(2, 4))
    assert np.array_equal(fields.least(which, cells.ravel()[which]), plain)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_every_field_is_averaged_and_covers_its_tiles(grid):
    fields = Fields(*grid)
    tiles = fields.tiles(random_cells(*grid))
    means, (down, across) = fields.means(tiles), fields.places
    assert means.shape == (2, down * across + 1)
    for place in (0, across - 1, down * across // 2, down * across - 1):
        top, left = divmod(place, across)
        rows, columns = slice(top, top + fields.height), slice(left, left + fields.width)
        plain = tiles[:, rows, columns].mean(axis=(1, 2), dtype=float)
        np.testing.assert_allclose(means[:, place], plain, rtol=1e-6)
        marked = np.zeros(means.shape, bool)
        marked[1, place] = True
        covered = np.zeros(tiles.shape, bool)
        covered[1, rows, columns] = True
        assert np.array_equal(fields.covered(marked), covered)
    np.testing.assert_allclose(means[:, -1], tiles.mean(axis=(1, 2), dtype=float), rtol=1e-6)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_fewer_cells_than_are_said_never_make_up_a_share(grid):
    fields, restless = Fields(*grid), np.zeros((2, *grid), bool)
    # The corner's cells count the most where they do not fill their tiles.
    restless[0, -fields.height * TILE :, -fields.width * TILE :] = True
    last_first = np.flatnonzero(restless)[::-1]
    few = last_first[: fields.fewest(0.15) - 1]
    assert fields.means(fields.shares(few)).max() < 0.15


@pytest.mark.parametrize(
    "size", [PictureSize(96, 54), PictureSize(321, 183), PictureSize(640, 360)]
)
def test_a_part_is_read_as_in_the_whole(size):
    meter, before, after = Meter(size), noise(9, 1, size)(0), noise(4, 2, size)(0)
    part = Part(10, 35, 20, 1 << 16)
    rows, columns = part.in_pixels(meter.block)
    mixed = before.copy()
    mixed[rows, columns] = after[rows, columns]
    readings = meter.read(before)
    meter.read_part(mixed, part, readings)
    np.testing.assert_allclose(readings, meter.read(mixed), atol=1e-5)
