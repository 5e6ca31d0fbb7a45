"""Trees say in ONNX Runtime what they say in LightGBM, to the last threshold."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from training.trees import (
    TREES_DOMAIN,
    TREES_OPSET,
    Growth,
    Rows,
    Trees,
    constant,
    ensemble_node,
    grown,
    structures,
)

pytestmark = pytest.mark.training

GROWTH = Growth(rounds=20, leaves=5, least_rows=5, features_share=1.0, threads=1)


def rows(count: int, seed: int, *, missing: bool) -> Rows:
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 1, (count, 6)).astype(np.float32)
    if missing:
        features[rng.uniform(size=features.shape) < 0.3] = np.nan
    wanted = np.nan_to_num(features[:, 4]) + (np.nan_to_num(features[:, 1], nan=2.0) > 0)
    return Rows(features, wanted.astype(np.float64), np.ones(count))


def run(targets, features: np.ndarray) -> np.ndarray:
    graph = helper.make_graph(
        [ensemble_node(targets, "x", "y")],
        "trees",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", features.shape[1]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", len(targets)])],
    )
    imports = [helper.make_opsetid("", 18), helper.make_opsetid(TREES_DOMAIN, TREES_OPSET)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return np.asarray(session.run(None, {"x": features})[0])


@pytest.mark.parametrize("missing", [False, True])
def test_two_targets_in_one_node(missing: bool) -> None:
    data = rows(400, 1, missing=missing)
    first = grown(data, None, np.array([1, 4, 5]), GROWTH)
    second = grown(data, None, np.array([0, 1]), GROWTH)
    features = rows(200, 2, missing=True).features
    found = run([structures(first), structures(second)], features)
    assert found[:, 0] == pytest.approx(first.says(features), abs=1e-5)
    assert found[:, 1] == pytest.approx(second.says(features), abs=1e-5)


def test_what_lies_on_a_threshold_goes_the_same_way() -> None:
    data = rows(400, 3, missing=False)
    trees = grown(data, None, np.arange(6), GROWTH)
    places = thresholds(trees)
    features = np.zeros((len(places), 6), np.float32)
    for row, (column, threshold) in enumerate(places):
        features[row, column] = np.float32(threshold)
    assert run([structures(trees)], features)[:, 0] == pytest.approx(trees.says(features), abs=1e-5)


def thresholds(trees: Trees) -> list[tuple[int, float]]:
    found, waiting = [], structures(trees)
    while waiting:
        node = waiting.pop()
        if "leaf_value" not in node:
            found.append((node["split_feature"], node["threshold"]))
            waiting += [node["left_child"], node["right_child"]]
    return found


def test_a_constant() -> None:
    found = run([[constant(0.25)], [constant(-1.0)]], np.zeros((3, 2), np.float32))
    assert found.tolist() == [[0.25, -1.0]] * 3


def test_rows_that_choose_stop_the_growing() -> None:
    noise = np.random.default_rng(0).normal(size=400)
    data = rows(400, 4, missing=False)
    useless = Rows(data.features, noise, data.weights)
    growth = Growth(rounds=300, leaves=5, least_rows=5, patience=5, threads=1)
    trees = grown(useless, Rows(data.features, -noise, data.weights), np.arange(6), growth)
    assert trees.booster.best_iteration < 20
    assert len(structures(trees)) == trees.booster.best_iteration
