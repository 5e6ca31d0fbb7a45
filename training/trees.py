"""Boosted trees: fitted by LightGBM, and written as one ONNX node."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import lightgbm
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

TREES_DOMAIN: Final = "ai.onnx.ml"
TREES_OPSET: Final = 3


@dataclass(frozen=True, slots=True)
class Growth:
    """How trees are grown.

    Attributes
    ----------
    rounds
        Most trees; fewer where more are no better for the choosing rows.
    leaves
        Of each tree.
    least_rows
        In each leaf.
    """

    rounds: int = 600
    leaves: int = 15
    least_rows: int = 40
    rate: float = 0.04
    features_share: float = 0.1
    rows_share: float = 0.7
    patience: int = 40
    seed: int = 0
    threads: int = 2

    def settings(self) -> dict[str, object]:
        """Return what LightGBM calls these."""
        return {
            "objective": "l2",
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.least_rows,
            "learning_rate": self.rate,
            "feature_fraction": self.features_share,
            "bagging_fraction": self.rows_share,
            "bagging_freq": 1,
            "lambda_l2": 5.0,
            "max_bin": 63,
            "num_threads": self.threads,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
        }


@dataclass(frozen=True, slots=True)
class Rows:
    """What trees are grown on: N rows of F features, what each should say, how much it counts."""

    features: NDArray[np.float32]
    wanted: NDArray[np.float64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees whose sum is one value; `columns` are the features that they look at."""

    booster: lightgbm.Booster
    columns: NDArray[np.int64]

    def says(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the value of each row of all features, shape (N,)."""
        return np.asarray(self.booster.predict(features[:, self.columns]))


def grown(rows: Rows, choosing: Rows | None, columns: NDArray[np.int64], growth: Growth) -> Trees:
    """Grow trees on some columns; the rows that choose say when to stop."""
    kept = lightgbm.Dataset(rows.features[:, columns], rows.wanted, weight=rows.weights)
    others: list[lightgbm.Dataset] = []
    stops: list[Callable[..., Any]] = []
    if choosing is not None:
        others = [
            lightgbm.Dataset(
                choosing.features[:, columns], choosing.wanted, weight=choosing.weights,
                reference=kept,
            )
        ]  # fmt: skip
        stops = [lightgbm.early_stopping(growth.patience, verbose=False)]
    booster = lightgbm.train(
        growth.settings(), kept, growth.rounds, valid_sets=others, callbacks=stops
    )
    return Trees(booster, columns)


def constant(value: float) -> dict[str, Any]:
    """Return a tree that always says the same, as LightGBM would dump it."""
    return {"leaf_value": value}


def structures(trees: Trees) -> list[dict[str, Any]]:
    """Return the trees as LightGBM dumps them, their columns those of all features."""
    count = trees.booster.best_iteration or -1
    dumped = trees.booster.dump_model(num_iteration=count)["tree_info"]
    return [_placed(each["tree_structure"], trees.columns) for each in dumped]


def _placed(node: Mapping[str, Any], columns: NDArray[np.int64]) -> dict[str, Any]:
    if "leaf_value" in node:
        return dict(node)
    return {
        **node,
        "split_feature": int(columns[node["split_feature"]]),
        "left_child": _placed(node["left_child"], columns),
        "right_child": _placed(node["right_child"], columns),
    }


def ensemble_node(
    targets: Sequence[Sequence[Mapping[str, Any]]], source: str, result: str
) -> onnx.NodeProto:
    """Return one TreeEnsembleRegressor that sums the trees of each target.

    Parameters
    ----------
    targets
        Trees of each target, as `structures` returns them.
    source, result
        Names of the input (B, F) and of the output (B, len(targets)).
    """
    table = _Table()
    number = 0
    for target, trees in enumerate(targets):
        for tree in trees:
            table.add_tree(number, target, tree)
            number += 1
    attributes: dict[str, Any] = {
        "n_targets": len(targets),
        "aggregate_function": "SUM",
        "post_transform": "NONE",
        **table.nodes,
        **table.leaves,
    }
    node = helper.make_node("TreeEnsembleRegressor", [source], [result], domain=TREES_DOMAIN)
    for name, value in attributes.items():
        node.attribute.append(helper.make_attribute(name, value))
    return node


class _Table:
    """Nodes and leaves of many trees in columns, as the operator wants them."""

    def __init__(self) -> None:
        names = ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids",
                 "falsenodeids", "missing_value_tracks_true")  # fmt: skip
        self.nodes: dict[str, list[Any]] = {f"nodes_{name}": [] for name in names}
        self.leaves: dict[str, list[Any]] = {
            f"target_{name}": [] for name in ("treeids", "nodeids", "ids", "weights")
        }
        self._next = 0

    def add_tree(self, number: int, target: int, tree: Mapping[str, Any]) -> None:
        self._next = 0
        self._add(number, target, tree)

    def _add(self, number: int, target: int, node: Mapping[str, Any]) -> int:
        own = self._next
        self._next += 1
        place = len(self.nodes["nodes_treeids"])
        self._row(number, own)
        if "leaf_value" in node:
            leaf = (number, own, target, float(node["leaf_value"]))
            for name, value in zip(self.leaves, leaf, strict=True):
                self.leaves[name].append(value)
            return own
        self.nodes["nodes_featureids"][place] = node["split_feature"]
        self.nodes["nodes_modes"][place] = "BRANCH_LEQ"
        self.nodes["nodes_values"][place] = _below(node["threshold"])
        self.nodes["nodes_missing_value_tracks_true"][place] = int(_missing_goes_left(node))
        self.nodes["nodes_truenodeids"][place] = self._add(number, target, node["left_child"])
        self.nodes["nodes_falsenodeids"][place] = self._add(number, target, node["right_child"])
        return own

    def _row(self, number: int, own: int) -> None:
        for name, value in zip(self.nodes, (number, own, 0, "LEAF", 0.0, 0, 0, 0), strict=True):
            self.nodes[name].append(value)


def _below(threshold: float) -> float:
    """Return the largest single-precision number that is no larger: features are such numbers."""
    # A split of what is known from what is not has a threshold beyond all numbers.
    near = np.float32(min(threshold, float(np.finfo(np.float32).max)))
    if float(near) > threshold:
        near = np.nextafter(near, np.float32(-math.inf))
    return float(near)


def _missing_goes_left(node: Mapping[str, Any]) -> bool:
    """Say where a NaN goes: LightGBM takes it for 0 where it saw none while growing."""
    if node["missing_type"] == "NaN":
        return bool(node["default_left"])
    return bool(node["threshold"] >= 0)
