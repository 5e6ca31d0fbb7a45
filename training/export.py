"""From a torch judge to the ONNX files that serve: exported, compared with torch, put in place.

    mel.onnx      samples (B, 12544)                       -> log_mel (B, 25, 128)
    trunk.onnx    log_mel (B, 14 + 4 k, 128)               -> columns (B, k, 128)
    mixing.onnx   transitions (B, 10, 6)                   -> mixing (B, 32)
    head.onnx     columns (B, 120, 128), evidence (B, 572),
                  mfcc (B, 13), basic (B, 3),
                  mixing (B, 32), state (B, 160)           -> outputs (B, 40),
                                                              deviations (B, 12), next_state
    hindsight.onnx  shown (B, 2576), senses (B, 15)        -> shares (B, 10), deviations (B, 10),
                                                              measures (B, 5)
    judge.onnx    log_mel (B, 494, 128), evidence, mfcc,
                  basic, transitions, state                -> the same

`judge.onnx` is the whole-window reference; the server runs the parts.
"""

from __future__ import annotations

import hashlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import ModelInvalid
from inference.specification import Specification
from judge.evidence import EVIDENCE_FEATURES
from judge.mel.specification import MFCC_COEFFICIENTS, SLICE_SAMPLES
from judge.readings import MEL_BANDS
from judge.specification import (
    BASIC_FEATURES,
    COLUMN_FEATURES,
    COLUMNS_PER_WINDOW,
    HOP_TRUNK_FRAMES,
    LABELS,
    MIXING_FEATURES,
    STATE_FEATURES,
    TRANSITION_FEATURES,
    TRANSITIONS,
    WINDOW_MODEL_FRAMES,
    settings,
)
from training.hindsight import HindsightModel
from training.hindsight_graph import difference, hindsight_graph
from training.mel import LogMel
from training.model import Judge, seeded_judge

OPSET: Final = 18
CHECKSUMS: Final = "checksums.txt"

PARITY: Final = 1e-4
"""Largest absolute difference between torch and ONNX Runtime with which a file is accepted."""


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """What is said of a model beside what it computes."""

    name: str
    version: str
    trained: bool
    training_data_sha256: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One file to export."""

    kind: str
    module: nn.Module
    inputs: Mapping[str, tuple[int, ...]]  # shapes without the batch
    outputs: tuple[str, ...]
    free_time: bool = False  # whether the first input's second axis varies as well


def parts(model: Judge) -> tuple[Part, ...]:
    """Return what a judge is exported as."""
    transitions = (TRANSITIONS, TRANSITION_FEATURES)
    heard = {
        "evidence": (EVIDENCE_FEATURES,),
        "mfcc": (MFCC_COEFFICIENTS,),
        "basic": (BASIC_FEATURES,),
    }
    columns, state = (COLUMNS_PER_WINDOW, COLUMN_FEATURES), (STATE_FEATURES,)
    said = ("outputs", "deviations", "next_state")
    short = (HOP_TRUNK_FRAMES, MEL_BANDS)
    whole = (WINDOW_MODEL_FRAMES, MEL_BANDS)
    return (
        Part("mel", LogMel(), {"samples": (SLICE_SAMPLES,)}, ("log_mel",)),
        Part("trunk", model.trunk, {"log_mel": short}, ("columns",), free_time=True),
        Part("mixing", model.mixing, {"transitions": transitions}, ("mixing",)),
        Part(
            "head",
            model.head,
            {"columns": columns, **heard, "mixing": (MIXING_FEATURES,), "state": state},
            said,
        ),
        Part(
            "judge",
            model,
            {"log_mel": whole, **heard, "transitions": transitions, "state": state},
            said,
        ),
    )


def export(
    model: Judge,
    directory: Path,
    metadata: ModelMetadata,
    hindsight: HindsightModel | None = None,
) -> None:
    """Write the judge's ONNX files and their checksums into `directory`.

    All files are made and compared with torch before the first is put in place, so a failure
    leaves the models that were there.

    Raises
    ------
    ModelInvalid
        If an exported file differs from torch by more than `PARITY`.
    """
    model = model.cpu().eval()
    trees = hindsight_graph(hindsight, OPSET)
    digest = _digest_with(weights_sha256(model), trees)
    files = {}
    for part in parts(model):
        content = _export_part(part, _specification(part.kind, metadata, digest))
        difference = parity(part, content)
        if not difference <= PARITY:
            raise ModelInvalid(
                f"{part.kind}.onnx differs from torch by {difference:.2g}, more than {PARITY:g}. "
                "Check the exporter's version before shipping this model."
            )
        files[f"{part.kind}.onnx"] = content
    files["hindsight.onnx"] = _export_hindsight(
        hindsight, trees, _specification("hindsight", metadata, digest)
    )
    files[CHECKSUMS] = _checksums(files)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _replace(directory / name, content)


def _digest_with(weights: str, trees: onnx.ModelProto) -> str:
    """Return a digest of the network's weights and of the trees: together they are one judge."""
    content: bytes = trees.SerializeToString(deterministic=True)
    return hashlib.sha256(weights.encode() + content).hexdigest()


def _export_hindsight(
    model: HindsightModel | None, proto: onnx.ModelProto, specification: Specification
) -> bytes:
    content = _stamped(proto, specification)
    if model is not None and not (apart := difference(model, content)) <= PARITY:
        raise ModelInvalid(
            f"hindsight.onnx differs from its trees by {apart:.2g}, more than {PARITY:g}. Check "
            "LightGBM's version before shipping this model."
        )
    return content


def weights_sha256(model: nn.Module) -> str:
    """Return a digest of all weights and constants, independent of where they are stored."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def parity(part: Part, content: bytes) -> float:
    """Return the largest absolute difference between a part in torch and its ONNX file."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    worst = 0.0
    for batch in (1, 4):
        inputs = _examples(part, batch)
        with torch.inference_mode():
            expected = part.module(*(torch.from_numpy(value) for value in inputs.values()))
        tensors: tuple[Tensor, ...] = expected if isinstance(expected, tuple) else (expected,)
        actual = session.run(list(part.outputs), inputs)
        for tensor, array in zip(tensors, actual, strict=True):
            worst = max(worst, float(np.abs(tensor.numpy() - array).max()))
    return worst


def _specification(kind: str, metadata: ModelMetadata, digest: str) -> Specification:
    return Specification(
        kind=kind,
        name=metadata.name,
        version=metadata.version,
        trained=metadata.trained,
        labels=LABELS,
        training_data_sha256=metadata.training_data_sha256,
        weights_sha256=digest,
        settings=settings(),
    )


def _export_part(part: Part, specification: Specification) -> bytes:
    arguments = tuple(torch.from_numpy(value) for value in _examples(part, batch=2).values())
    batch = torch.export.Dim("batch", max=4096)
    shapes: list[dict[int, object]] = [{0: batch} for _ in part.inputs]
    if part.free_time:
        shapes[0][1] = torch.export.Dim.DYNAMIC
    with _quiet_exporter():
        program = torch.onnx.export(
            part.module.eval(),
            arguments,
            input_names=list(part.inputs),
            dynamic_shapes=tuple(shapes),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise ModelInvalid(f"The exporter returned nothing for {part.kind}; see its report.")
    proto = program.model_proto
    _strip(proto)
    _name_values(proto.graph, part.outputs)
    return _stamped(proto, specification)


def _stamped(proto: onnx.ModelProto, specification: Specification) -> bytes:
    """Return a checked model's file, with what is said of it."""
    proto.producer_name = f"{specification.name} {specification.version}"
    for key, value in specification.to_metadata().items():
        proto.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(proto, full_check=True)
    content: bytes = proto.SerializeToString(deterministic=True)
    return content


def _strip(proto: onnx.ModelProto) -> None:
    """Remove the exporter's notes: source paths of this machine and stack traces."""
    del proto.metadata_props[:]
    graph = proto.graph
    del graph.metadata_props[:]
    del graph.value_info[:]
    graph.doc_string = ""
    for noted in (*graph.node, *graph.input, *graph.output, *graph.initializer):
        noted.doc_string = ""
        del noted.metadata_props[:]


def _name_values(graph: onnx.GraphProto, outputs: tuple[str, ...]) -> None:
    """Name the outputs, and number everything between.

    The exporter's own naming gives an output the name of an inner value where both are called
    `mean`.
    """
    kept = {value.name for value in (*graph.input, *graph.initializer)}
    names = {value.name: name for value, name in zip(graph.output, outputs, strict=True)}
    for node in graph.node:
        for value in node.output:
            if value and value not in kept:
                names.setdefault(value, f"value_{len(names)}")
    for node in graph.node:
        node.input[:] = [names.get(value, value) for value in node.input]
        node.output[:] = [names.get(value, value) for value in node.output]
    for value in graph.output:
        value.name = names[value.name]


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Silence torch's notices about its own internals; `parity` is what counts here."""
    registration = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = registration.level
    registration.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            registration.setLevel(level)


def _examples(part: Part, batch: int) -> dict[str, NDArray[np.float32]]:
    """Return noise, each row softer than the one before, the last of several silent."""
    rng = np.random.default_rng(batch)
    gains = np.float32(10.0) ** (-2 * np.arange(batch, dtype=np.float32))
    if batch > 1:
        gains[-1] = 0.0
    return {
        name: (rng.standard_normal((batch, *shape)).T * gains).T.astype(np.float32)
        for name, shape in part.inputs.items()
    }


def _checksums(files: Mapping[str, bytes]) -> bytes:
    def lines() -> Iterator[str]:
        for name, content in sorted(files.items()):
            yield f"{hashlib.sha256(content).hexdigest()}  {name}\n"

    return "".join(lines()).encode()


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_bytes(content)
    temporary.replace(path)


def export_untrained(directory: Path, seed: int = 0) -> None:
    """Export fresh weights: every shape and cost is real, the opinions mean nothing."""
    metadata = ModelMetadata("djuv-judge", "0.0.0", trained=False, training_data_sha256=None)
    export(seeded_judge(seed), directory, metadata)
