"""Northern lights: curtains above a dark ridge, under stars."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, cover, limited, ramp, scaled, smooth, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_CURTAINS = 3
_HEMS = np.array([[-0.32], [-0.02], [0.28]], np.float32)
_STRENGTHS = np.array([[1.05], [0.75], [0.55]], np.float32)
_PACES = np.array([0.35, -0.6, 0.4, -0.5], np.float32)[:, None, None]  # of what swings
_BELOW = 0.07  # how far a curtain shines below its hem


class Aurora(Scene):
    """Each curtain hangs from a line that the field bends; rays run up from it."""

    slug = "aurora"
    energy = 0.15
    brightness = 0.27

    def __init__(self, rng: np.random.Generator) -> None:
        self._phases = rng.uniform(0, 6.28, (_CURTAINS, 6)).astype(np.float32)
        self._ridge = rng.uniform(0, 6.28, 5)
        self._star_seed = int(rng.integers(1 << 31))

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        x, self._y = grid.x[0], grid.y
        self._x = x
        slopes = np.array([1.3, 3.1, 2.3, 1.9], np.float32)[:, None, None]
        self._angles = slopes * x + self._phases.T[[0, 1, 2, 5], :, None]
        ridge = (
            -0.78
            + 0.11 * np.sin(1.7 * x + self._ridge[0])
            + 0.07 * np.sin(3.9 * x + self._ridge[1])
        )
        ridge += 0.03 * np.sin(9.1 * x + self._ridge[2]) + 0.015 * np.sin(21 * x + self._ridge[3])
        self._land = smooth(0.012, -0.012, grid.y - ridge.astype(np.float32)[None])
        self._clear = scaled(self._land, -1.0, 1.0)
        self._ground = scaled(self._land, 0.03)
        self._sky = scaled(ramp(0.8, -0.9, grid.y), 0.12, 0.06) + _stars(self._star_seed, grid)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(1.1 * x, 0.25 * y, 0.6 * x + 0.2 * y, 0.3 * y)

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(up=0.03 * moves.stride + 0.004, drift=0.004)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        moves = stage.moves
        light = self._sky.copy()
        tone = scaled(stage.tone, 0.1, 0.1)
        bent = weighed(self._y, 1.0, stage.drift_y, -0.22)
        hems, shining = self._curtains(moves)
        for index in range(_CURTAINS):
            hem, rays = hems[index], shining[index]
            rows = slice(0, self._row(float(hem.min()) - _BELOW - 0.22))  # nothing hangs lower
            if not light[rows].size:
                continue
            above = bent[rows] - hem
            shine = _hanging(above, 0.34 + 0.14 * index + 0.2 * moves.low)
            shine *= rays
            light[rows] += shine
            hue = limited(scaled(above, 0.75 / 1.1), 0.75)
            hue += np.float32(0.12 + 0.11 * index)
            cover(tone[rows], hue, limited(scaled(shine, 2.2)))
        add(light, stage.trail * self._clear, 0.3)
        light *= self._clear
        light += self._ground
        return Layers(light, tone)

    def _row(self, y: float) -> int:
        """Return the first row that lies lower."""
        return max(0, min(len(self._y), math.ceil((1 - y) * len(self._y) / 2)))

    def _curtains(self, moves: Moves) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the curtains' hems and their rays' light, over x."""
        way = np.float32(0.5 * moves.travel)
        swings = np.sin(self._angles + way * _PACES)
        hems = _HEMS + np.float32(0.16) * swings[0]
        hems += np.float32(0.08 + 0.05 * moves.mid) * swings[1]
        fold = self._x + np.float32(0.22) * swings[2]
        coarse, fine = self._phases.T[3:5, :, None]
        rays = 0.62 + 0.34 * np.sin(11 * fold + (coarse + way))
        rays += np.float32(0.12 + 0.1 * moves.high) * np.sin(
            27 * fold + (fine - np.float32(1.4) * way)
        )
        rays *= _STRENGTHS * (0.62 + 0.38 * swings[3])
        return hems, np.maximum(rays, 0)


def _hanging(above: NDArray[np.float32], length: float) -> NDArray[np.float32]:
    """Return a curtain's light: a sharp hem below, a long fall above."""
    fall = scaled(above, -1 / length)
    cv2.threshold(fall, 0.0, 0.0, cv2.THRESH_TRUNC, dst=fall)
    cv2.exp(fall, dst=fall)
    fall *= smooth(-_BELOW, 0.03, above)
    return fall


def _stars(seed: int, grid: Grid) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    height, width = grid.x.shape
    sky = np.zeros((height, width), np.float32)
    for across, down, size in rng.random((75, 3)):
        row, column = int(down * 0.75 * height), int(across * width)
        thick = max(1, round(height / 160))
        sky[row : row + thick, column : column + thick] += np.float32(0.12 + 0.8 * size**6)
    return sky
