"""How well labels are told, by plain NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def macro_f1(truth: NDArray[np.int_], said: NDArray[np.int_], classes: int) -> float:
    """Return the mean of the classes' F1; a class that neither side knows counts 0."""
    scores = []
    for label in range(classes):
        both = int(((truth == label) & (said == label)).sum())
        either = int((truth == label).sum() + (said == label).sum())
        scores.append(2 * both / either if either else 0.0)
    return float(np.mean(scores))


def accuracy(truth: NDArray[np.int_], said: NDArray[np.int_]) -> float:
    """Return the share of labels told right."""
    return float((truth == said).mean())


def area_under_curve(truth: NDArray[np.bool_], said: NDArray[np.float64]) -> float:
    """Return how likely a true one is above a false one (Mann and Whitney, 1947; ties half)."""
    order = np.argsort(said, kind="stable")
    ranks = np.empty(len(said))
    ranks[order] = np.arange(1, len(said) + 1)
    for value in np.unique(said):
        tied = said == value
        if tied.sum() > 1:
            ranks[tied] = ranks[tied].mean()
    positives, negatives = int(truth.sum()), int((~truth).sum())
    above = ranks[truth].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def recall_at(
    truth: NDArray[np.bool_], said: NDArray[np.float64], false_positives: float
) -> tuple[float, float]:
    """Return the recall at a share of false positives, and the threshold that gives it."""
    threshold = float(np.quantile(said[~truth], 1 - false_positives))
    return float((said[truth] > threshold).mean()), threshold


def chance_macro_f1(truth: NDArray[np.int_], classes: int, seed: int = 0) -> float:
    """Return the macro-F1 of labels drawn at random as often as they occur."""
    rng = np.random.default_rng(seed)
    draws = [macro_f1(truth, rng.permutation(truth), classes) for _ in range(20)]
    return float(np.mean(draws))
