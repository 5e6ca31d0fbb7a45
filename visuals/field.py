"""The neural field: a small network from places to values.

Its weights are drawn from a show's seed and go into the model as inputs, so that one shipped model
draws every show. `training.visuals.graph` says what its inputs are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.show import EMBEDDING_SIZE
from inference.files import ModelFiles
from inference.model import Model
from inference.placement import Placement
from inference.providers import Provider, choose
from inference.sessions import load
from visuals.grids import Grid
from visuals.picture import STANDARD, PictureSize
from visuals.specification import (
    CONDITIONS,
    COORDINATES,
    HIDDEN,
    KIND,
    LABELS,
    LATENT,
    LAYERS,
    UNITS,
    settings,
)

MODELS: Final = Path(__file__).parent / "models"

_FIRST_GAIN: Final = 1.5  # of places: how many hills a field has
_STEERING_GAIN: Final = 0.55  # of the music: how far it moves them
_HIDDEN_GAIN: Final = 1.7  # tanh(1.7 x) neither dies out nor saturates over these few layers
_ALWAYS: Final = 20.0  # its tanh is 1 in 32 bits


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """One network: `sin(first place + steering heard + bias)`, tanh layers, `last` and `offset`."""

    first: NDArray[np.float32]  # shape (HIDDEN, COORDINATES)
    steering: NDArray[np.float32]  # (HIDDEN, CONDITIONS + LATENT)
    hidden: NDArray[np.float32]  # (LAYERS, HIDDEN, HIDDEN)
    biases: NDArray[np.float32]  # (LAYERS + 1, HIDDEN)
    last: NDArray[np.float32]  # (len(LABELS), HIDDEN)
    offset: NDArray[np.float32]  # (len(LABELS),)

    @classmethod
    def drawn(cls, rng: np.random.Generator, places: NDArray[np.float32]) -> FieldWeights:
        """Draw a network whose values are spread evenly over `places`.

        Parameters
        ----------
        rng
            Where chance comes from.
        places
            Coordinates that the field will be asked for, shape (COORDINATES, n).
        """
        first = rng.normal(0, _FIRST_GAIN / np.sqrt(COORDINATES), (HIDDEN, COORDINATES)) * 2
        steering = rng.normal(0, _STEERING_GAIN, (HIDDEN, CONDITIONS + LATENT))
        hidden = rng.normal(0, _HIDDEN_GAIN / np.sqrt(HIDDEN), (LAYERS, HIDDEN, HIDDEN))
        biases = rng.normal(0, 0.4, (LAYERS + 1, HIDDEN))
        biases[0] = rng.uniform(-np.pi, np.pi, HIDDEN)
        last = rng.normal(0, 1, (len(LABELS), HIDDEN))
        values = np.sin(first @ places + biases[0][:, None])
        for matrix, bias in zip(hidden, biases[1:], strict=True):
            values = np.tanh(matrix @ values + bias[:, None])
        values = last @ values
        spread = values.std(1) + 1e-3
        drawn = (first, steering, hidden, biases, last / spread[:, None], -values.mean(1) / spread)
        return cls(*(each.astype(np.float32) for each in drawn))

    def inputs(self) -> dict[str, NDArray[np.float32]]:
        """Return the weights as the model takes them."""
        always = np.zeros((1, UNITS), np.float32)
        always[0, -1] = _ALWAYS
        layers = {
            f"hidden_{index}": np.vstack([_beside(*layer), always])
            for index, layer in enumerate(zip(self.hidden, self.biases[1:], strict=True))
        }
        steering = np.zeros((self.steering.shape[1], UNITS), np.float32)
        steering[:, :-1] = self.steering.T
        weights = {"steering": steering, **layers, "last": _beside(self.last, self.offset)}
        return {name: each[None] for name, each in weights.items()}

    def waves(self, places: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the first layer where nothing is heard, as the model takes it.

        Parameters
        ----------
        places
            Coordinates of the field's points, shape (COORDINATES, ...).

        Returns
        -------
        numpy.ndarray
            Shape (1, 2 UNITS, points): sines, then cosines.
        """
        angles = np.full((UNITS, places[0].size), np.pi / 2)  # whose sine is 1
        angles[:-1] = self.first @ places.reshape(len(places), -1) + self.biases[0][:, None]
        return np.concatenate([np.sin(angles), np.cos(angles)]).astype(np.float32)[None]


def _beside(matrix: NDArray[np.float32], biases: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.hstack([matrix, biases[:, None]])


class FieldModel:
    """The loaded model, for pictures of any size.

    Parameters
    ----------
    files
        The folder of the model.
    placement
        Where it runs. A GPU's model is prepared for one size; others are prepared as they come.
    size
        Of the pictures at first.
    """

    def __init__(
        self, files: ModelFiles, placement: Placement, size: PictureSize = STANDARD
    ) -> None:
        self._files = files
        self._placement = placement
        self._models: dict[tuple[int, int], Model] = {}
        self._model(Grid.of(size))

    @classmethod
    def load(cls, directory: Path | None = None, placement: Placement | None = None) -> FieldModel:
        """Load the model from `directory`, the shipped one by default, onto the CPU by default.

        Raises
        ------
        core.errors.ModelInvalid
            If it is absent, damaged, or made for another generator.
        """
        return cls(ModelFiles(directory or MODELS), placement or Placement())

    @classmethod
    def on_first_of(
        cls,
        providers: Sequence[str],
        placement: Placement | None = None,
        size: PictureSize = STANDARD,
    ) -> FieldModel:
        """Load the shipped model onto the first of `providers` that works, as the judge does.

        What was chosen, and why nothing better, is logged.

        Parameters
        ----------
        providers
            ONNX Runtime's names, the best first.
        placement
            All else of where and how it runs.
        size
            Of the pictures at first.

        Raises
        ------
        core.errors.ModelInvalid
            As `load` does, whatever the providers.
        core.errors.ConfigurationInvalid
            If none of them works.
        """
        files = ModelFiles(MODELS)
        loaded = {Provider.CPU: cls(files, Placement(), size)}

        def attempt(provider: Provider) -> None:
            if provider not in loaded:
                there = replace(placement or Placement(), provider=provider)
                loaded[provider] = cls(files, there, size)

        return loaded[choose(attempt, providers).provider]

    @property
    def placement(self) -> Placement:
        """Where it runs."""
        return self._placement

    def run(self, grid: Grid, inputs: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return the field, shape (channels, height, width) of the grid's small places."""
        (field,) = self._model(grid).run(inputs)
        return np.asarray(field[0].reshape(-1, *grid.small_x.shape))

    def _model(self, grid: Grid) -> Model:
        key = grid.x.shape if self._placement.provider.on_gpu else (0, 0)
        if key not in self._models:
            expected = {"labels": LABELS, **settings()}
            shapes = row_shapes(grid)
            self._models[key] = load(
                self._files, KIND, self._placement, expected, shapes, sizes=(1,)
            )
        return self._models[key]


def row_shapes(grid: Grid) -> dict[str, tuple[int, ...]]:
    """Return the shapes of one show's inputs."""
    return {
        "heard": (2, EMBEDDING_SIZE),
        "conditions": (1, CONDITIONS),
        "waves": (2 * UNITS, grid.small_x.size),
        "steering": (CONDITIONS + LATENT, UNITS),
        **{f"hidden_{index}": (UNITS, UNITS) for index in range(LAYERS)},
        "last": (len(LABELS), UNITS),
    }
