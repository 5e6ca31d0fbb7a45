"""The crowd's model as an ONNX file: one look into a table, one product, and the heads' answers.

    ids (B, pieces) float32, padded with 0; dense (B, len(DENSE)) -> likelihoods (B, OUTPUTS)

The table's first column is the square of a piece's rarity, so that one sum over a message's rows
gives both what its pieces say and the length that they are divided by.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from core.errors import ModelInvalid
from inference.files import CHECKSUMS
from inference.specification import Specification
from sentiment.features import DENSE
from sentiment.specification import HEADS, KIND, LABELS, OUTPUTS, settings
from training.crowd.fit import DENSE_LIMIT, Inputs, Weights

OPSET: Final = 18
_IR_VERSION: Final = 10

PARITY: Final = 5e-3
"""Largest difference of a likelihood with which a file is accepted: the table is float16."""


def export(weights: Weights, directory: Path, version: str, data_sha256: str) -> None:
    """Write `crowd.onnx` and its checksum.

    Parameters
    ----------
    weights
        What was fitted.
    directory
        Where to.
    version
        Of the model.
    data_sha256
        Of everything that it has learnt from.
    """
    model = crowd_graph(weights)
    specification = Specification(
        kind=KIND,
        name="djuniverse-crowd",
        version=version,
        trained=True,
        labels=LABELS,
        training_data_sha256=data_sha256,
        weights_sha256=hashlib.sha256(model.SerializeToString()).hexdigest(),
        settings=settings(),
    )
    helper.set_model_props(model, specification.to_metadata())
    directory.mkdir(parents=True, exist_ok=True)
    content = model.SerializeToString()
    name = f"{KIND}.onnx"
    (directory / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (directory / CHECKSUMS).write_text(f"{digest}  {name}\n", encoding="utf-8")


def verify(directory: Path, weights: Weights, inputs: Inputs) -> float:
    """Return the largest difference between the file's likelihoods and the weights' own.

    Raises
    ------
    ModelInvalid
        If it is above `PARITY`.
    """
    session = onnxruntime.InferenceSession(str(directory / f"{KIND}.onnx"))
    expected = likelihoods(weights.logits(inputs))
    worst = 0.0
    for row in range(inputs.pieces.shape[0]):
        ids = inputs.pieces[row].indices[None].astype(np.float32)
        dense = inputs.dense[row : row + 1].astype(np.float32)
        (said,) = session.run(None, {"ids": ids, "dense": dense})
        worst = max(worst, float(np.abs(said[0] - expected[row]).max()))
    if not worst <= PARITY:
        raise ModelInvalid(f"The exported crowd model differs from what was fitted by {worst:.2g}.")
    return worst


def likelihoods(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return logits of shape (messages, OUTPUTS) as likelihoods, head by head."""
    parts = []
    for first, last in HEADS.values():
        part = logits[:, first:last]
        if last - first == 1:
            parts.append(1 / (1 + np.exp(-part)))
        else:
            raised = np.exp(part - part.max(1, keepdims=True))
            parts.append(raised / raised.sum(1, keepdims=True))
    return np.concatenate(parts, 1)


def crowd_graph(weights: Weights) -> onnx.ModelProto:
    """Return the model as a graph, without a specification."""
    said = weights.rarity[:, None] * weights.table
    table = np.concatenate([weights.rarity[:, None] ** 2, said], 1)
    constants = {
        "table": table.astype(np.float16),
        "mean": weights.mean.astype(np.float32),
        "scale": weights.scale.astype(np.float32),
        "low": np.float32(-DENSE_LIMIT),
        "high": np.float32(DENSE_LIMIT),
        "spoken": weights.dense.astype(np.float32),
        "bias": weights.bias.astype(np.float32),
        "pieces": np.array([1], np.int64),
        "widths": np.array([1, OUTPUTS], np.int64),
        "least": np.float32(1e-6),
        "heads": np.array([last - first for first, last in HEADS.values()], np.int64),
    }
    graph = helper.make_graph(
        [*_sum_of_pieces(), *_numbers(), *_heads()],
        KIND,
        [
            helper.make_tensor_value_info("ids", TensorProto.FLOAT, ["messages", "pieces"]),
            helper.make_tensor_value_info("dense", TensorProto.FLOAT, ["messages", len(DENSE)]),
        ],
        [helper.make_tensor_value_info("likelihoods", TensorProto.FLOAT, ["messages", OUTPUTS])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = _IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return model


def _sum_of_pieces() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Cast", ["ids"], ["rows"], to=TensorProto.INT64),
        helper.make_node("Gather", ["table", "rows"], ["half"]),
        helper.make_node("Cast", ["half"], ["found"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["found", "pieces"], ["summed"], keepdims=0),
        helper.make_node("Split", ["summed", "widths"], ["square", "sayings"], axis=1),
        helper.make_node("Max", ["square", "least"], ["some"]),
        helper.make_node("Sqrt", ["some"], ["length"]),
        helper.make_node("Div", ["sayings", "length"], ["by_pieces"]),
    ]


def _numbers() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Sub", ["dense", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
        helper.make_node("Clip", ["scaled", "low", "high"], ["told"]),
        helper.make_node("MatMul", ["told", "spoken"], ["by_numbers"]),
        helper.make_node("Add", ["by_pieces", "by_numbers"], ["both"]),
        helper.make_node("Add", ["both", "bias"], ["logits"]),
    ]


def _heads() -> list[onnx.NodeProto]:
    names = list(HEADS)
    nodes = [
        helper.make_node("Split", ["logits", "heads"], [f"{name}_logits" for name in names], axis=1)
    ]
    for name, (first, last) in HEADS.items():
        logits = [f"{name}_logits"]
        if last - first == 1:
            nodes.append(helper.make_node("Sigmoid", logits, [name]))
        else:
            nodes.append(helper.make_node("Softmax", logits, [name], axis=1))
    nodes.append(helper.make_node("Concat", names, ["likelihoods"], axis=1))
    return nodes
