"""Hindsight as an ONNX file: one ensemble of trees, and the senses mixed in."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from judge.hindsight import HINDSIGHT_FEATURES
from judge.specification import PARTS, TOLD
from training.hindsight import HindsightModel
from training.trees import TREES_DOMAIN, TREES_OPSET, constant, ensemble_node, structures

OUTPUTS: Final = ("shares", "deviations", "measures")
LEAST_DEVIATION: Final = 0.02
UNTAUGHT_DEVIATION: Final = 0.3
_IR_VERSION: Final = 10


def hindsight_graph(model: HindsightModel | None, opset: int) -> onnx.ModelProto:
    """Return the model that `judge.hindsight.reader` runs; untaught, it believes the senses.

    Inputs are `shown` (B, HINDSIGHT_FEATURES) and `senses` (B, 15), outputs `shares` (B, 10),
    `deviations` (B, 10) and `measures` (B, 5).
    """
    targets, share, scale = _taught(model)
    nodes = [
        ensemble_node(targets, "shown", "said"),
        _cut("said", "trees", 0, TOLD),
        _cut("said", "unsure", TOLD, TOLD + PARTS),
        helper.make_node("Sub", ["senses", "trees"], ["apart"]),
        helper.make_node("Mul", ["apart", "share"], ["moved"]),
        helper.make_node("Add", ["trees", "moved"], ["told"]),
        _cut("told", "open_shares", 0, PARTS),
        helper.make_node("Clip", ["open_shares", "zero", "one"], ["shares"]),
        helper.make_node("Mul", ["unsure", "scale"], ["scaled"]),
        helper.make_node("Clip", ["scaled", "least", "one"], ["deviations"]),
        _cut("told", "measures", PARTS, TOLD),
    ]
    places = sorted({0, PARTS, TOLD, TOLD + PARTS})
    constants = [
        numpy_helper.from_array(np.array([place], np.int64), f"at_{place}") for place in places
    ]
    constants += [
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
        numpy_helper.from_array(share.astype(np.float32), "share"),
        numpy_helper.from_array(scale.astype(np.float32), "scale"),
        numpy_helper.from_array(np.array(0.0, np.float32), "zero"),
        numpy_helper.from_array(np.array(1.0, np.float32), "one"),
        numpy_helper.from_array(np.array(LEAST_DEVIATION, np.float32), "least"),
    ]
    graph = helper.make_graph(
        nodes,
        "hindsight",
        [_value("shown", HINDSIGHT_FEATURES), _value("senses", TOLD)],
        [_value(name, size) for name, size in zip(OUTPUTS, (PARTS, PARTS, TOLD - PARTS),
                                                  strict=True)],
        constants,
    )  # fmt: skip
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(TREES_DOMAIN, TREES_OPSET)]
    return helper.make_model(graph, opset_imports=imports, ir_version=_IR_VERSION)


def _taught(
    model: HindsightModel | None,
) -> tuple[list[list[Any]], NDArray[np.float32], NDArray[np.float32]]:
    """Return the trees of all values, the senses' share, and what scales the deviations."""
    if model is None:
        told = [[constant(0.0)] for _ in range(TOLD)]
        unsure = [[constant(UNTAUGHT_DEVIATION)] for _ in range(PARTS)]
        return [*told, *unsure], np.ones(TOLD, np.float32), np.ones(PARTS, np.float32)
    trees = [structures(trees) for trees in (*model.told, *model.deviations)]
    return trees, model.senses_share, model.deviation_scale


def _cut(source: str, result: str, start: int, stop: int) -> onnx.NodeProto:
    return helper.make_node("Slice", [source, f"at_{start}", f"at_{stop}", "axis"], [result])


def _value(name: str, size: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", size])


def difference(model: HindsightModel, content: bytes) -> float:
    """Return how far a file is from the trees that it was made of, over the size of a value."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((64, HINDSIGHT_FEATURES)).astype(np.float32)
    features[rng.uniform(size=features.shape) < 0.2] = np.nan
    senses = rng.uniform(size=(64, TOLD)).astype(np.float32)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    shares, _, measures = session.run(list(OUTPUTS), {"shown": features, "senses": senses})
    expected = model.mixed(features, senses.astype(np.float64))
    expected[:, :PARTS] = np.clip(expected[:, :PARTS], 0, 1)
    found = np.concatenate((shares, measures), axis=1)
    return float((np.abs(found - expected) / np.maximum(np.abs(expected), 1.0)).max())
