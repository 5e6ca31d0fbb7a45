"""The last light moves as the warp says, and comes from beyond the edge as it is at the edge."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from visuals.feedback import Feedback
from visuals.grids import Grid
from visuals.picture import PictureSize
from visuals.scenes.stage import Warp

GRID = Grid.of(PictureSize(96, 54))
SHAPE = GRID.x.shape
STILL = np.zeros(SHAPE, np.float32)
LIGHT = np.random.default_rng(1).random(SHAPE, np.float32)


def test_without_a_warp_the_trail_is_the_last_light() -> None:
    trail = Feedback(GRID, STILL, STILL).moved(LIGHT, Warp(), STILL, STILL)
    assert trail == pytest.approx(LIGHT, abs=1e-3)


@pytest.mark.parametrize("bent", [False, True])
def test_the_trail_is_what_the_warp_asks_for(bent: bool) -> None:
    rng = np.random.default_rng(2)
    right, up, drift_x, drift_y = bent * rng.normal(0, 0.1, (4, *SHAPE)).astype(np.float32)
    warp = Warp(zoom=1.1, turn=0.08, right=0.05, up=-0.03, pull=0.4, drift=0.2 * bent)
    trail = Feedback(GRID, right, up).moved(LIGHT, warp, drift_x, drift_y)
    cos, sin = math.cos(warp.turn) / warp.zoom, math.sin(warp.turn) / warp.zoom
    x = GRID.x * cos + GRID.y * sin - warp.right - warp.pull * right
    y = GRID.y * cos - GRID.x * sin - warp.up - warp.pull * up
    across, down = x / GRID.aspect + warp.drift * drift_x, -y + warp.drift * drift_y
    height, width = SHAPE
    row, column = (down + 1) * height / 2 - 0.5, (across + 1) * width / 2 - 0.5
    expected = map_coordinates(LIGHT, [row, column], order=1, mode="nearest")
    assert trail == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("size", [PictureSize(16, 16), PictureSize(96, 54), PictureSize(322, 182)])
@pytest.mark.parametrize("warp", [Warp(right=9), Warp(up=-9), Warp(zoom=0.1), Warp(drift=99)])
def test_beyond_the_edge_is_no_dark(size: PictureSize, warp: Warp) -> None:
    grid = Grid.of(size)
    still, full = np.zeros_like(grid.x), np.ones_like(grid.x)
    trail = Feedback(grid, still, still).moved(full, warp, full, full)
    assert trail == pytest.approx(1, abs=1e-5)
