"""Runs the model that weighs what hindsight shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.model import Model


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one transition, in the orders of `Part` and `judge.specification.Measure`."""

    shares: NDArray[np.float64]  # shape (10,), 0-1
    deviations: NDArray[np.float64]  # shape (10,), standard deviations of the shares' errors
    measures: NDArray[np.float64]  # shape (5,), in their units

    @property
    def is_finite(self) -> bool:
        """Whether all of it is numbers: one that is none would stay in the set's score for ever."""
        return all(
            bool(np.isfinite(each).all()) for each in (self.shares, self.deviations, self.measures)
        )


class HindsightReader:
    """Reads transitions of any number of sets.

    Parameters
    ----------
    model
        `hindsight.onnx`.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def read(self, shown: NDArray[np.float32], senses: NDArray[np.float64]) -> Told:
        """Read one transition.

        Parameters
        ----------
        shown
            Shape (HINDSIGHT_FEATURES,).
        senses
            Shape (15,): parts and measures as they were read in passing.
        """
        told = self._model.run({"shown": shown[None], "senses": senses[None].astype(np.float32)})
        return Told(*(np.asarray(each[0], dtype=np.float64) for each in told))
