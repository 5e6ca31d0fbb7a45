"""What a loaded model can do, wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.specification import Specification

Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class RowShapes:
    """Shapes of one row of a model's tensors, as it is run."""

    inputs: Mapping[str, tuple[int, ...]]
    outputs: Sequence[tuple[int, ...]]


class Model(Protocol):
    """A loaded model."""

    specification: Specification

    def run(self, inputs: Arrays, batch_size: int | None = None) -> tuple[NDArray[Any], ...]:
        """Run the model.

        Parameters
        ----------
        inputs
            By name; all with the same number of rows.
        batch_size
            Least padded size to run in; means nothing on the CPU, where no row's result depends
            on the others.

        Returns
        -------
        tuple
            The outputs in the model's order, with as many rows as came in.
        """
        ...


def zeros(row_shapes: Mapping[str, tuple[int, ...]], rows: int) -> dict[str, NDArray[np.float32]]:
    """Return inputs of `rows` rows to warm up with."""
    return {name: np.zeros((rows, *shape), np.float32) for name, shape in row_shapes.items()}
