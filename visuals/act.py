"""An act: one scene on stage, with its network, its last light and its exposure."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from visuals.enlarging import doubled, enlarging
from visuals.feedback import Feedback
from visuals.field import FieldModel, FieldWeights
from visuals.grids import Grid
from visuals.motion import Moves
from visuals.picture import STANDARD
from visuals.scenes.shapes import limited
from visuals.scenes.stage import Layers, Scene, Stage

_EXPOSURE_SECONDS: Final = 0.6
_LEAST_EXPOSURE: Final = 0.3
_MOST_EXPOSURE: Final = 3.0
_ROWS_BETWEEN: Final = 3  # every third row tells how bright a picture is


class Act:
    """Draws one scene, moment by moment.

    Parameters
    ----------
    scene
        What is drawn.
    rng
        Where the network's weights come from.
    grid
        Where it is drawn.
    model
        Runs the network.
    """

    def __init__(
        self, scene: Scene, rng: np.random.Generator, grid: Grid, model: FieldModel
    ) -> None:
        self.scene = scene
        self._model = model
        places = scene_places(scene, Grid.of(STANDARD))  # weights must not depend on the size
        self._weights = FieldWeights.drawn(rng, places.reshape(len(places), -1))
        self._light = np.zeros_like(grid.x)
        self._exposure: float | None = None
        self._settle(grid)

    def fit(self, grid: Grid) -> None:
        """Go on at another size, with the last light enlarged or reduced."""
        height, width = grid.x.shape
        rows = enlarging(height, self._light.shape[0])
        columns = enlarging(width, self._light.shape[1])
        self._light = np.ascontiguousarray(rows @ self._light @ columns.T, np.float32)
        self._settle(grid)

    def take_over(self, light: NDArray[np.float32]) -> None:
        """Begin with another act's light, which then melts away; exposure is found anew."""
        self._light = light
        self._exposure = None

    @property
    def light(self) -> NDArray[np.float32]:
        """Of the last picture."""
        return self._light

    def draw(
        self,
        moves: Moves,
        conditions: NDArray[np.float32],
        heard: NDArray[np.float32],
    ) -> Layers:
        """Return the next moment, evenly exposed.

        Parameters
        ----------
        moves
            The movement.
        conditions
            Shape (CONDITIONS,): what moves the field.
        heard
            Shape (2, EMBEDDING_SIZE): how the judge hears this moment, and the last minutes.
        """
        inputs = self._fixed | {"conditions": conditions[None, None], "heard": heard[None]}
        small = self._model.run(self._grid, inputs)
        height, width = self._grid.x.shape
        tone, drift_x, drift_y = (doubled(each)[:height, :width] for each in small)
        trail = self._feedback.moved(self._light, self.scene.warp(moves), drift_x, drift_y)
        light, colour = self.scene.paint(Stage(moves, tone, drift_x, drift_y, trail))
        self._light = limited(light, 1.5)
        return Layers(self._light * np.float32(self._exposed(moves.seconds)), colour)

    def _exposed(self, seconds: float) -> float:
        """Return the factor that brings the mean light to where the scene looks best, slowly."""
        mean = cv2.mean(self._light[::_ROWS_BETWEEN])[0] + 1e-3
        wanted = min(_MOST_EXPOSURE, max(_LEAST_EXPOSURE, self.scene.brightness / mean))
        if self._exposure is None:
            self._exposure = wanted
        share = 1 - math.exp(-seconds / _EXPOSURE_SECONDS)
        self._exposure += (wanted - self._exposure) * share
        return self._exposure

    def _settle(self, grid: Grid) -> None:
        self._grid = grid
        self.scene.fit(grid)
        self._feedback = Feedback(grid, *self.scene.currents(grid))
        waves = self._weights.waves(scene_places(self.scene, grid))
        self._fixed = self._weights.inputs() | {"waves": waves}


def scene_places(scene: Scene, grid: Grid) -> NDArray[np.float32]:
    """Return a scene's coordinates as the field takes them."""
    return np.asarray(scene.places(grid), np.float32)
