"""Models on a GPU: prepared batch sizes, tensors at fixed addresses, replayed as CUDA graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.batching import BUCKETS, bucket_for, pad
from inference.model import Arrays, RowShapes, zeros
from inference.specification import Specification

WARM_UP_RUNS: Final = 3
"""The runtime records a CUDA graph on the second run of a shape; the third replays it."""


class BoundModel:
    """A model whose tensors stay at fixed addresses on a device, one set of them a batch size.

    Parameters
    ----------
    session
        The loaded model.
    specification
        What it is.
    shapes
        Of one row of its inputs and outputs.
    device
        ONNX Runtime's name of the device's kind, and its index.
    sizes
        Batch sizes to prepare, the smallest first.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        specification: Specification,
        shapes: RowShapes,
        device: tuple[str, int],
        sizes: Sequence[int] = BUCKETS,
    ) -> None:
        self.specification = specification
        self._sizes = tuple(sizes)
        self._bindings = {size: _Binding(session, shapes, size, device) for size in sizes}

    def run(self, inputs: Arrays, batch_size: int | None = None) -> tuple[NDArray[Any], ...]:
        """Run padded to the next batch size; see `Model.run`.

        Raises
        ------
        ValueError
            If there are more rows than the largest batch holds.
        """
        rows = len(next(iter(inputs.values())))
        size = bucket_for(rows, batch_size, self._sizes)
        outputs = self._bindings[size].run(
            {name: pad(values, size) for name, values in inputs.items()}
        )
        return tuple(output[:rows].copy() for output in outputs)  # the next run writes there


class _Binding:
    """The tensors of one batch size."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        shapes: RowShapes,
        size: int,
        device: tuple[str, int],
    ) -> None:
        nothing = zeros(shapes.inputs, size)
        self._session = session
        self._options = onnxruntime.RunOptions()
        self._options.add_run_config_entry("gpu_graph_id", str(size))
        self._inputs = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(values, *device)
            for name, values in nothing.items()
        }
        self._outputs = [
            onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros((size, *shape), np.float32), *device)
            for shape in shapes.outputs
        ]
        self._binding = session.io_binding()
        for name, value in self._inputs.items():
            self._binding.bind_ortvalue_input(name, value)
        for output, value in zip(session.get_outputs(), self._outputs, strict=True):
            self._binding.bind_ortvalue_output(output.name, value)
        for _ in range(WARM_UP_RUNS):
            self.run(nothing)

    def run(self, inputs: Arrays) -> list[NDArray[Any]]:
        for name, values in inputs.items():
            self._inputs[name].update_inplace(np.ascontiguousarray(values))
        self._session.run_with_iobinding(self._binding, self._options)
        return [value.numpy() for value in self._outputs]
