"""Glass spheres on their rounds in much darkness, each with a sky of its own inside."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves
from visuals.scenes.shapes import add, cover, glow, limited, ramp, scaled, stacked, weighed
from visuals.scenes.stage import Layers, Scene, Stage, Warp

_ORBS = 7
_FAR = 1.2  # that the pattern reaches, in radii
_FINE = 3  # points of the pattern for one of the largest sphere


class _Orb(NamedTuple):
    x: float
    y: float
    size: float  # its radius
    hue: float


class Orbs(Scene):
    """Spheres from far to near: light from above, a rim, a highlight, the field seen through."""

    slug = "orbs"
    energy = 0.4
    brightness = 0.26

    def __init__(self, rng: np.random.Generator) -> None:
        self._phases = rng.uniform(0, 2 * math.pi, (_ORBS, 2))
        self._paces = rng.uniform(0.1, 0.24, (_ORBS, 2)) * rng.choice([-1, 1], (_ORBS, 2))
        self._sizes = np.linspace(0.12, 0.58, _ORBS) ** 1.15
        self._hues = rng.uniform(-0.35, 0.35, _ORBS)

    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""
        self._grid = grid
        self._columns, self._rows = grid.x[0], grid.y[:, :1]
        self._pixel = 2 / grid.x.shape[0]
        largest = 1.2 * float(self._sizes[-1]) / self._pixel
        self._radius = max(1, round(_FINE * largest))  # of the sphere in the pattern, in points
        self._plain, self._rim, self._facing = _patterns(self._radius)
        self._reach = min(1.45, grid.aspect - 0.3)
        self._back = glow(grid.radius, 0.8)

    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates."""
        x, y = grid.small_x, grid.small_y
        return stacked(0.8 * x, 0.8 * y, 0.5 * x * y, 0.4 * np.hypot(x, y))

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 - 0.04 * moves.stride, drift=0.012)

    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
        light = scaled(ramp(-0.6, 1.6, stage.tone), 0.2, 0.05)
        light *= self._back
        add(light, stage.trail, 0.3)
        tone = scaled(stage.tone, 0.3, 0.18)
        glass = weighed(self._plain, 1.0, self._rim, 0.5 + 0.3 * stage.moves.high)
        pattern = np.asarray(cv2.merge((glass, self._facing)), np.float32)
        layers = Layers(light, tone)
        for index in range(_ORBS):
            self._sphere(self._orb(index, stage.moves), pattern, stage, layers)
        return layers

    def _orb(self, index: int, moves: Moves) -> _Orb:
        first, second = self._phases[index] + self._paces[index] * moves.travel
        size = float(self._sizes[index]) * (1 + 0.1 * moves.low * (0.4 + 0.6 * (index % 2)))
        x, y = self._reach * math.sin(first), 0.75 * math.sin(second)
        return _Orb(x, y, size, float(self._hues[index]))

    def _sphere(
        self, orb: _Orb, pattern: NDArray[np.float32], stage: Stage, layers: Layers
    ) -> None:
        """Paint a sphere over what is behind it, and its halo."""
        rows, columns = self._box(orb.x, orb.y, max(orb.size * 1.5, orb.size + self._pixel))
        across = (self._columns[columns] - np.float32(orb.x)) * np.float32(1 / orb.size)
        up = (self._rows[rows] - np.float32(orb.y)) * np.float32(1 / orb.size)
        flat = across * across + up * up
        if not flat.size:
            return
        halo = limited(scaled(flat, -1.0, 2.25), 2.25)
        halo *= halo
        add(layers.light[rows, columns], halo, 0.022 + 0.02 * stage.moves.low)
        box = self._box(orb.x, orb.y, orb.size + self._pixel)
        flat = flat[_from(rows.start, box[0]), _from(columns.start, box[1])]
        if not flat.size:
            return
        near = orb.size / (2 * self._pixel)
        mask = limited(scaled(flat, -near, near + 0.5))
        field = stage.tone[box]
        shine, facing = self._shown(pattern, orb, box, flat.shape)
        shine *= scaled(field, 0.5, 0.75)
        cover(layers.light[box], shine, mask)
        cover(layers.tone[box], weighed(facing, 0.3, field, 0.3, 0.5 + orb.hue), mask)

    def _shown(
        self,
        pattern: NDArray[np.float32],
        orb: _Orb,
        box: tuple[slice, slice],
        shape: tuple[int, ...],
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the pattern's glass and facing as they look on a sphere, in a box."""
        scale, middle = self._radius / orb.size, (len(pattern) - 1) / 2
        across = (float(self._columns[box[1].start]) - orb.x) * scale + middle
        down = (orb.y - float(self._rows[box[0].start, 0])) * scale + middle
        step = self._pixel * scale
        places = np.array([[step, 0, across], [0, step, down]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        shown = cv2.warpAffine(
            pattern, places, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        glass, facing = cv2.split(shown)
        return np.asarray(glass, np.float32), np.asarray(facing, np.float32)

    def _box(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        height, width = self._grid.x.shape
        aspect = self._grid.aspect
        left = max(0, math.floor(((x - reach) / aspect + 1) / 2 * width))
        right = max(left, math.ceil(((x + reach) / aspect + 1) / 2 * width))
        top = max(0, math.floor((1 - y - reach) / 2 * height))
        bottom = max(top, math.ceil((1 - y + reach) / 2 * height))
        return slice(top, bottom), slice(left, right)


def _from(start: int, within: slice) -> slice:
    return slice(within.start - start, within.stop - start)


def _patterns(radius: int) -> tuple[NDArray[np.float32], ...]:
    """Return a sphere of so many points: its glass, its rim, and how far it faces the light.

    Spheres differ in size alone: what is the same on all of them is worked out once.
    """
    far = round(_FAR * radius)
    steps = np.arange(-far, far + 1, dtype=np.float32) / np.float32(radius)
    across, up = np.meshgrid(steps, -steps)
    tall = np.sqrt(np.maximum(1 - across * across - up * up, 0))
    facing = np.float32(-0.5) * across + np.float32(0.68) * up + np.float32(0.53) * tall
    plain = 0.06 + 0.34 * np.maximum(facing, 0) ** 2
    plain += 1.1 * ramp(0.93, 1.0, facing)
    plain += 0.26 * ramp(0.1, 0.9, -facing) * tall  # light that the sphere gathers below
    return plain, (1 - tall) ** 4 * (0.55 + 0.45 * up), facing
