"""What needs no judge: guesses that every figure of the judge stands beside.

All are fitted to sets from the training's own seeds and to no other. Each predicts the window and
the set so far at every moment of a trace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from training.evaluation import rubric
from training.evaluation.rubric import Readings
from training.evaluation.traces import SCORED, Rows, Trace, table, weighed

RIDGE: Final = 10.0
"""Weight of the penalty, in rows; features have unit variance."""

SILENT_LUFS: Final = -70.0

Features = NDArray[np.float64]


class Baseline(Protocol):
    """Predicts without the judge."""

    name: str

    def window(self, trace: Trace) -> Rows:
        """Return predictions for each moment's window, shape (N, 5)."""
        ...

    def whole(self, trace: Trace) -> Rows:
        """Return predictions for the set up to each moment, shape (N, 5)."""
        ...


class Constant:
    """The mean of the training labels."""

    name = "mean of training labels"

    def __init__(self, fitted: list[Trace]) -> None:
        self._window = _means(_labels(fitted, "window"))
        self._whole = _means(_labels(fitted, "whole"))

    def window(self, trace: Trace) -> Rows:
        """Return the mean label of windows."""
        return np.tile(self._window, (len(trace.moments), 1))

    def whole(self, trace: Trace) -> Rows:
        """Return the mean label of sets."""
        return np.tile(self._whole, (len(trace.moments), 1))


@dataclass(frozen=True, slots=True)
class Line:
    """A ridge regression from features to each of the five scores."""

    centre: Features
    scale: Features
    weights: Features  # shape (features, 5)
    offsets: Features  # shape (5,)

    @classmethod
    def fitted(cls, features: Features, labels: Rows) -> Line:
        """Fit to rows; for each score those count whose label is known."""
        centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
        design = (features - centre) / scale
        weights = np.zeros((design.shape[1], len(SCORED)))
        offsets = np.full(len(SCORED), np.nan)
        for column, label in enumerate(labels.T):
            there = np.isfinite(label)
            if there.any():
                offsets[column] = label[there].mean()
                weights[:, column] = ridge(design[there], label[there] - offsets[column])
        return cls(centre, scale, weights, offsets)

    def predicted(self, features: Features) -> Rows:
        """Return predictions, shape (N, 5)."""
        return np.asarray((features - self.centre) / self.scale @ self.weights + self.offsets)


def ridge(design: Features, targets: Features, penalty: float = RIDGE) -> Features:
    """Return the weights that minimise squared error plus `penalty` times squared weights."""
    gram = design.T @ design + penalty * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(gram, design.T @ targets))


class Ridge:
    """A linear model of some features, one for windows and one for sets."""

    def __init__(
        self, name: str, features: Callable[[Trace], Features], fitted: list[Trace]
    ) -> None:
        self.name = name
        self._features = features
        windows = np.concatenate([features(trace) for trace in fitted])
        wholes = np.concatenate([_so_far(features(trace)) for trace in fitted])
        self._window = Line.fitted(windows, _labels(fitted, "window"))
        self._whole = Line.fitted(wholes, _labels(fitted, "whole"))

    def window(self, trace: Trace) -> Rows:
        """Predict from the window's own features."""
        return self._window.predicted(self._features(trace))

    def whole(self, trace: Trace) -> Rows:
        """Predict from the mean of the features so far."""
        return self._whole.predicted(_so_far(self._features(trace)))


class RubricBaseline:
    """A reading of what the listener reports, by rules and without any learning."""

    name = "DSP rubric"

    def __init__(self, read: Callable[[Readings], tuple[float, ...]] = rubric.read) -> None:
        self._read = read

    def window(self, trace: Trace) -> Rows:
        """Read what was reported lately."""
        return self._rows(trace, memory_seconds=rubric.MEMORY_SECONDS)

    def whole(self, trace: Trace) -> Rows:
        """Read what was reported so far."""
        return self._rows(trace, memory_seconds=None)

    def _rows(self, trace: Trace, memory_seconds: float | None) -> Rows:
        rows = []
        for index in range(len(trace.moments)):
            points = list(self._read(Readings(trace, index, memory_seconds)))
            overall = weighed([float(value) for value in points], "other")
            rows.append([*points, np.nan if overall is None else overall])
        return np.array(rows, dtype=np.float64).reshape(-1, len(SCORED))


def loudness(trace: Trace) -> Features:
    """Return short-term and integrated loudness at each moment, shape (N, 2)."""
    return np.array(
        [
            [SILENT_LUFS if value is None else value for value in pair]
            for pair in ((m.short_term_lufs, m.integrated_lufs) for m in trace.moments)
        ]
    ).reshape(-1, 2)


def mfcc(trace: Trace) -> Features:
    """Return the windows' mean MFCC, shape (N, 13)."""
    return np.array([moment.mfcc for moment in trace.moments]).reshape(len(trace.moments), -1)


def fit_baselines(fitted: list[Trace]) -> list[Baseline]:
    """Return all baselines; those that must be fitted only where there is something to fit to."""
    learnt: list[Baseline] = []
    if fitted:
        learnt = [
            Constant(fitted),
            Ridge("loudness alone", loudness, fitted),
            Ridge("ridge on MFCC", mfcc, fitted),
        ]
    return [*learnt, RubricBaseline()]


def _so_far(features: Features) -> Features:
    """Return the running mean over moments."""
    counts = np.arange(1, len(features) + 1)[:, None]
    return np.asarray(np.cumsum(features, axis=0) / counts)


def _means(labels: Rows) -> Rows:
    """Return the mean known label of each score, shape (5,); NaN where none is known."""
    there = np.isfinite(labels)
    counts = there.sum(axis=0)
    sums = np.where(there, labels, 0.0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _labels(traces: list[Trace], level: str) -> Rows:
    return np.concatenate(
        [table(trace, lambda moment: getattr(moment.truth, level)) for trace in traces]
    )
