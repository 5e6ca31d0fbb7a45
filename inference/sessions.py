"""ONNX Runtime sessions that hold to their specification.

On the CPU a model runs on exactly the rows it is given. On a GPU it runs in the prepared batch
sizes, on tensors at fixed addresses, replayed as CUDA graphs where the provider can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import onnxruntime
import structlog
from numpy.typing import NDArray

from core.errors import ModelInvalid
from inference.batching import BUCKETS, bucket_for, pad
from inference.files import ModelFiles
from inference.providers import Provider
from inference.specification import Specification

_log = structlog.get_logger(__name__)

Arrays = Mapping[str, NDArray[np.float32]]

WARM_UP_RUNS: Final = 3
"""The runtime records a CUDA graph on the second run of a shape; the third replays it."""

ERROR_SEVERITY: Final = 3


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how a model runs."""

    provider: Provider = Provider.CPU
    device: int = 0
    graphs: bool = True  # CUDA graphs, where the provider has them
    cache: Path | None = None  # for TensorRT's engines and timings; None: no cache


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


def load(
    files: ModelFiles,
    kind: str,
    placement: Placement,
    expected: Mapping[str, object],
    row_shapes: Mapping[str, tuple[int, ...]],
) -> Model:
    """Load `{kind}.onnx`, check it, and warm it up.

    Parameters
    ----------
    files
        The folder it lies in.
    kind
        Which part of the model.
    placement
        Where it runs.
    expected
        What its specification must say.
    row_shapes
        Shape of one row of each input, as it will be run.

    Raises
    ------
    ModelInvalid
        If the file is not usable or not what is expected.
    """
    source = f"{files.directory / kind}.onnx"
    content = files.read(f"{kind}.onnx")
    session = _session(content, source, Placement(), {})
    specification = Specification.from_metadata(session.get_modelmeta().custom_metadata_map, source)
    specification.require(source, kind=kind, **expected)
    reference = CpuModel(session, specification)
    outputs = reference.run(_zeros(row_shapes, 1))
    if not placement.provider.on_gpu:
        return reference
    shapes = RowShapes(row_shapes, [output.shape[1:] for output in outputs])
    return _load_on_gpu(content, source, specification, placement, shapes)


class CpuModel:
    """A model on the CPU, on one thread: parallelism comes from many sets, not from one."""

    def __init__(self, session: onnxruntime.InferenceSession, specification: Specification) -> None:
        self.specification = specification
        self._session = session
        self._outputs = [output.name for output in session.get_outputs()]

    def run(self, inputs: Arrays, batch_size: int | None = None) -> tuple[NDArray[Any], ...]:
        """Run on the rows as they are; see `Model.run`."""
        del batch_size
        return tuple(self._session.run(self._outputs, dict(inputs)))


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
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        specification: Specification,
        shapes: RowShapes,
        device: tuple[str, int],
    ) -> None:
        self.specification = specification
        self._bindings = {size: _Binding(session, shapes, size, device) for size in BUCKETS}

    def run(self, inputs: Arrays, batch_size: int | None = None) -> tuple[NDArray[Any], ...]:
        """Run padded to the next batch size; see `Model.run`.

        Raises
        ------
        ValueError
            If there are more rows than the largest batch holds.
        """
        rows = len(next(iter(inputs.values())))
        size = bucket_for(rows, batch_size)
        outputs = self._bindings[size].run(
            {name: pad(values, size) for name, values in inputs.items()}
        )
        return tuple(output[:rows] for output in outputs)


class _Binding:
    """The tensors of one batch size."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        shapes: RowShapes,
        size: int,
        device: tuple[str, int],
    ) -> None:
        zeros = _zeros(shapes.inputs, size)
        self._session = session
        self._options = onnxruntime.RunOptions()
        self._options.add_run_config_entry("gpu_graph_id", str(size))
        self._inputs = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(values, *device)
            for name, values in zeros.items()
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
            self.run(zeros)

    def run(self, inputs: Arrays) -> list[NDArray[Any]]:
        for name, values in inputs.items():
            self._inputs[name].update_inplace(np.ascontiguousarray(values))
        self._session.run_with_iobinding(self._binding, self._options)
        return [value.numpy() for value in self._outputs]


def provider_options(
    placement: Placement, row_shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, str]:
    """Return the options for the placement's provider."""
    if placement.provider is Provider.CUDA:
        return {
            "device_id": str(placement.device),
            "enable_cuda_graph": str(int(placement.graphs)),
            "cudnn_conv_algo_search": "HEURISTIC",  # an exhaustive search differs run by run
            "use_tf32": "0",  # ten bits of mantissa would break parity with the CPU
        }
    if placement.provider is Provider.TENSORRT:
        options = {
            "device_id": str(placement.device),
            "trt_cuda_graph_enable": str(int(placement.graphs)),
            "trt_profile_min_shapes": _profile(row_shapes, BUCKETS[0]),
            "trt_profile_opt_shapes": _profile(row_shapes, BUCKETS[-2]),
            "trt_profile_max_shapes": _profile(row_shapes, BUCKETS[-1]),
        }
        if placement.cache is not None:
            placement.cache.mkdir(parents=True, exist_ok=True)
            options |= {
                "trt_engine_cache_enable": "1",
                "trt_engine_cache_path": str(placement.cache),
                "trt_timing_cache_enable": "1",
                "trt_timing_cache_path": str(placement.cache),
            }
        return options
    return {}


def _load_on_gpu(
    content: bytes,
    source: str,
    specification: Specification,
    placement: Placement,
    shapes: RowShapes,
) -> Model:
    device = ("cuda", placement.device)
    attempts = (True, False) if placement.graphs else (False,)
    for graphs in attempts:
        attempt = replace(placement, graphs=graphs)
        try:
            session = _session(content, source, attempt, shapes.inputs)
            return BoundModel(session, specification, shapes, device)
        except Exception as error:  # the runtime raises bare Exceptions of many kinds
            if graphs is attempts[-1]:
                raise
            _log.warning("cuda_graphs_unavailable", model=source, reason=str(error))
    raise AssertionError("the last attempt returns or raises")


def _session(
    content: bytes,
    source: str,
    placement: Placement,
    row_shapes: Mapping[str, tuple[int, ...]],
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = ERROR_SEVERITY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    providers: Sequence[object] = [
        (placement.provider.value, provider_options(placement, row_shapes))
    ]
    if placement.provider is Provider.TENSORRT:
        providers = [*providers, (Provider.CUDA.value, {"device_id": str(placement.device)})]
    try:
        session = onnxruntime.InferenceSession(
            content, options, providers=list(providers), enable_fallback=False
        )
    except Exception as error:  # the runtime raises bare Exceptions of many kinds
        raise ModelInvalid(
            f"ONNX Runtime cannot load {source} on {placement.provider.value}: {error}. Restore "
            "the shipped models, or choose another provider.",
            file=source,
        ) from error
    if session.get_providers()[0] != placement.provider.value:
        raise ModelInvalid(
            f"ONNX Runtime passed over {placement.provider.value} for {source}; see its log for "
            "what is missing, or choose another provider.",
            file=source,
        )
    return session


def _zeros(row_shapes: Mapping[str, tuple[int, ...]], rows: int) -> dict[str, NDArray[np.float32]]:
    return {name: np.zeros((rows, *shape), np.float32) for name, shape in row_shapes.items()}


def _profile(row_shapes: Mapping[str, tuple[int, ...]], rows: int) -> str:
    return ",".join(
        f"{name}:{'x'.join(map(str, (rows, *shape)))}" for name, shape in row_shapes.items()
    )
