"""Loads models onto ONNX Runtime, each checked against what its reader expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import onnxruntime
import structlog
from numpy.typing import NDArray

from core.errors import ModelInvalid
from inference.batching import BUCKETS
from inference.bound import BoundModel
from inference.files import ModelFiles
from inference.model import Arrays, Model, RowShapes, zeros
from inference.placement import Placement, provider_options
from inference.providers import Provider
from inference.specification import Specification

__all__ = ["Model", "Placement", "load"]

_log = structlog.get_logger(__name__)

ERROR_SEVERITY: Final = 3

DEVICE_TOLERANCE: Final = 1e-3
"""Largest difference between a device and the CPU: other kernels round apart, by far less."""


def load(
    files: ModelFiles,
    kind: str,
    placement: Placement,
    expected: Mapping[str, object],
    row_shapes: Mapping[str, tuple[int, ...]],
    *,
    sizes: Sequence[int] = BUCKETS,
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
    sizes
        Batch sizes that a GPU is prepared for, the smallest first; the CPU runs any.

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
    outputs = reference.run(zeros(row_shapes, 1))
    if not placement.provider.on_gpu:
        return reference
    shapes = RowShapes(row_shapes, [output.shape[1:] for output in outputs])
    return _load_on_gpu(content, source, reference, placement, shapes, sizes)


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


def verify(
    model: Model, reference: Model, shapes: RowShapes, sizes: Sequence[int] = BUCKETS
) -> None:
    """Run every batch size, in an order that changes graphs, and compare with the CPU.

    A graph that was recorded for one shape and replayed for another is no error to a runtime.

    Raises
    ------
    ModelInvalid
        If any output differs by more than `DEVICE_TOLERANCE`.
    """
    rng = np.random.default_rng(0)
    for size in (*sizes, *reversed(sizes)):
        inputs = {
            name: rng.standard_normal((size, *shape)).astype(np.float32)
            for name, shape in shapes.inputs.items()
        }
        pairs = zip(model.run(inputs), reference.run(inputs), strict=True)
        difference = max(float(np.abs(ours - theirs).max()) for ours, theirs in pairs)
        if not difference <= DEVICE_TOLERANCE:
            raise ModelInvalid(
                f"On this device {model.specification.kind} differs from the CPU by "
                f"{difference:.2g} in a batch of {size}. Switch CUDA graphs off, or choose "
                "another provider."
            )


def _load_on_gpu(  # noqa: PLR0917 - one caller, which has all of it
    content: bytes,
    source: str,
    reference: CpuModel,
    placement: Placement,
    shapes: RowShapes,
    sizes: Sequence[int],
) -> Model:
    device = ("cuda", placement.device)
    attempts = (True, False) if placement.graphs else (False,)
    for graphs in attempts:
        attempt = replace(placement, graphs=graphs)
        try:
            session = _session(content, source, attempt, shapes.inputs, sizes)
            model = BoundModel(session, reference.specification, shapes, device, sizes)
            verify(model, reference, shapes, sizes)
            return model
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
    sizes: Sequence[int] = BUCKETS,
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = ERROR_SEVERITY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    providers: Sequence[object] = [
        (placement.provider.value, provider_options(placement, row_shapes, sizes))
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
