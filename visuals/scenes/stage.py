"""What every scene is given, and what it gives: light and tone at half the picture's size."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visuals.grids import Grid
from visuals.motion import Moves


class Layers(NamedTuple):
    """A scene's picture before it has colours; float32, shape (height / 2, width / 2)."""

    light: NDArray[np.float32]  # 0 dark, 1 brightest; means are evened out afterwards
    tone: NDArray[np.float32]  # 0-1: where on the palette's way through the colour wheel


@dataclass(frozen=True, slots=True)
class Warp:
    """How the last picture's light moves on, for one picture; lengths in half heights."""

    zoom: float = 1.0  # above 1: towards the viewer
    turn: float = 0.0  # radians, counter-clockwise
    right: float = 0.0
    up: float = 0.0
    pull: float = 0.0  # along the scene's currents
    drift: float = 0.0  # along the neural field's


@dataclass(frozen=True, slots=True)
class Stage:
    """What there is to paint with; arrays as in `Layers`."""

    moves: Moves
    tone: NDArray[np.float32]  # of the neural field, -1 to 1, as the two after it
    drift_x: NDArray[np.float32]
    drift_y: NDArray[np.float32]
    trail: NDArray[np.float32]  # the last picture's light, warped


class Scene(ABC):
    """One way to paint. Whatever chance decides is drawn once, so that size changes nothing.

    Parameters
    ----------
    rng
        Where chance comes from.
    """

    slug: ClassVar[str]
    energy: ClassVar[float]  # 0-1: of the music that it suits
    brightness: ClassVar[float] = 0.3  # mean light that it looks best at

    @abstractmethod
    def __init__(self, rng: np.random.Generator) -> None: ...

    @abstractmethod
    def fit(self, grid: Grid) -> None:
        """Prepare for pictures of the grid's size."""

    @abstractmethod
    def places(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field's coordinates, shape (4, height / 4, width / 4), about -2 to 2."""

    def currents(self, grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return which way light is pulled: to the right, and up."""
        still = np.zeros_like(grid.x)
        return still, still

    def warp(self, moves: Moves) -> Warp:
        """Return how the last light moves on."""
        return Warp(zoom=1 + 0.02 * moves.stride, drift=0.01)

    @abstractmethod
    def paint(self, stage: Stage) -> Layers:
        """Paint the moment."""
