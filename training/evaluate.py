"""Figures of a judge on sets that it has never met, beside those of guesses that need no judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.specification import LABELS
from training.dataset import Dataset, Split
from training.estimates import estimated
from training.model import Judge
from training.served import Served
from training.train import predict

POINTS: Final = 9.0
"""Labels lie on 0-1, scores on 1-10."""

RESAMPLES: Final = 1_000
RIDGE: Final = 10.0
NINETY_PERCENT: Final = 1.645
"""Half width, in standard deviations, of the interval that holds 90 % of a normal error."""

EVALUATION_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Figures:
    """How one predictor does on one component.

    Attributes
    ----------
    r2
        Share of the variance explained; at 0 or below, the mean would do as well.
    r2_low, r2_high
        95 % interval, by resampling whole sets.
    mae_points
        Mean absolute error on the 1-10 scale.
    pearson
        Correlation; None for a constant.
    coverage
        Share of labels inside the stated 90 % interval; None where none is stated.
    """

    r2: float
    r2_low: float
    r2_high: float
    mae_points: float
    pearson: float | None
    coverage: float | None


Table = Mapping[str, Mapping[str, Figures]]
"""Figures by predictor, then by component."""


def evaluate(model: Judge, split: Split) -> dict[str, Mapping[str, Figures]]:
    """Evaluate a judge and its baselines on the held-out sets.

    Parameters
    ----------
    model
        The judge.
    split
        Baselines are fitted to its training part.
    """
    held_out = split.held_out
    rng = np.random.default_rng(EVALUATION_SEED)
    flat = held_out.transitions.reshape(-1, *held_out.transitions.shape[2:])
    blurred = estimated(flat, rng, unheard_share=0.0).reshape(held_out.transitions.shape)
    table: dict[str, Mapping[str, Figures]] = {}
    for name, transitions in (
        ("judge, transitions estimated", blurred),
        ("judge, sound alone", np.zeros_like(held_out.transitions)),
    ):
        means, deviations = predict(model, held_out, transitions)
        table[name] = by_component(held_out.labels, means, deviations)
    table["ridge on MFCC, tempo, energy"] = by_component(held_out.labels, _ridge(split))
    mean = split.training.labels.reshape(-1, len(LABELS)).mean(axis=0)
    table["mean of the training labels"] = by_component(
        held_out.labels, np.broadcast_to(mean, held_out.labels.shape)
    )
    return table


def by_component(
    labels: NDArray[np.float32],
    means: NDArray[np.float32],
    deviations: NDArray[np.float32] | None = None,
) -> dict[str, Figures]:
    """Compare predictions with labels, all of shape (sets, windows, 4)."""
    return {
        name: _figures(
            labels[..., index],
            means[..., index],
            None if deviations is None else deviations[..., index],
        )
        for index, name in enumerate(LABELS)
    }


def _figures(
    labels: NDArray[np.float32],
    means: NDArray[np.float32],
    deviations: NDArray[np.float32] | None,
) -> Figures:
    """Compare predictions with labels, both of shape (sets, windows)."""
    errors = np.abs(means - labels)
    constant = min(float(np.std(means)), float(np.std(labels))) < 1e-6
    low, high = _interval(labels, means)
    within = None if deviations is None else errors <= NINETY_PERCENT * deviations
    return Figures(
        r2=r2_score(labels, means),
        r2_low=low,
        r2_high=high,
        mae_points=POINTS * float(errors.mean()),
        pearson=None if constant else float(np.corrcoef(labels.ravel(), means.ravel())[0, 1]),
        coverage=None if within is None else float(within.mean()),
    )


def r2_score(labels: NDArray[np.float32], means: NDArray[np.float32]) -> float:
    """Return the share of the labels' variance that predictions explain, NaN for constants."""
    left = np.sum((labels - means) ** 2, dtype=np.float64)
    whole = np.sum((labels - labels.mean(dtype=np.float64)) ** 2, dtype=np.float64)
    return float(1 - left / whole) if whole > 0 else float("nan")


def _interval(labels: NDArray[np.float32], means: NDArray[np.float32]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of R2; windows of one set go together."""
    rng = np.random.default_rng(EVALUATION_SEED)
    draws = rng.integers(len(labels), size=(RESAMPLES, len(labels)))
    scores = np.array([r2_score(labels[draw], means[draw]) for draw in draws])
    known = scores[np.isfinite(scores)]  # a draw of one set only may have nothing to explain
    low, high = np.percentile(known, (2.5, 97.5)) if len(known) else (np.nan, np.nan)
    return float(low), float(high)


def _ridge(split: Split) -> NDArray[np.float32]:
    """Predict by ridge regression from what needs no network."""

    def inputs(dataset: Dataset) -> NDArray[np.float64]:
        table = np.concatenate([dataset.mfcc, dataset.basic], axis=2).astype(np.float64)
        return table.reshape(-1, table.shape[2])

    known, asked = inputs(split.training), inputs(split.held_out)
    centre, scale = known.mean(axis=0), known.std(axis=0) + 1e-6
    labels = split.training.labels.reshape(len(known), -1).astype(np.float64)
    design = (known - centre) / scale
    gram = design.T @ design + RIDGE * np.eye(design.shape[1])
    weights = np.linalg.solve(gram, design.T @ (labels - labels.mean(axis=0)))
    predicted = (asked - centre) / scale @ weights + labels.mean(axis=0)
    return np.asarray(predicted.reshape(split.held_out.labels.shape), dtype=np.float32)


BEGIN: Final = "<!-- figures: written by `make train` -->"
END: Final = "<!-- end of figures -->"
CAVEAT: Final = (
    "These figures say how well the judge recovers labels that were computed from the parameters "
    "of rendered sets. R2 on simulation is a recovery claim, not agreement with human judges, "
    "which has not been measured."
)


def figures_as_markdown(table: Table, introduction: str) -> str:
    """Return the figures as a section of a page."""
    lines = [
        introduction,
        CAVEAT,
        "",
        "| predictor | component | R2 (95 % interval) | MAE, points of 1-10 | Pearson "
        "| inside the 90 % interval |",
        "|---|---|---|---|---|---|",
    ]
    for predictor, by_component in table.items():
        for component, figures in by_component.items():
            lines.append(_row(predictor, component, figures))
    return "\n".join(lines)


def introduce(split: Split, served: Served) -> str:
    """Return what the figures were taken on."""
    sets, windows = served.labels.shape[:2]
    return (
        f"{len(split.held_out)} held-out sets with {split.held_out.hops.size} windows, none of "
        f"which trained or chose anything ({len(split.training)} sets trained, "
        f"{len(split.choosing)} chose). *As served*: {sets} further sets of {windows} windows "
        "through the whole pipeline, with the listener's own reports of transitions."
    )


def _row(predictor: str, component: str, figures: Figures) -> str:
    pearson = "-" if figures.pearson is None else f"{figures.pearson:.2f}"
    coverage = "-" if figures.coverage is None else f"{100 * figures.coverage:.0f} %"
    interval = f"{figures.r2:.2f} ({figures.r2_low:.2f} to {figures.r2_high:.2f})"
    return (
        f"| {predictor} | {component} | {interval} | {figures.mae_points:.2f} | {pearson} "
        f"| {coverage} |"
    )


def write_figures(page: Path, markdown: str, title: str) -> None:
    """Put the figures between their marks on a page; a page without marks gets them at its end."""
    text = page.read_text() if page.exists() else f"# {title}\n"
    section = f"{BEGIN}\n{markdown}\n{END}"
    if BEGIN in text and END in text:
        before, rest = text.split(BEGIN, 1)
        text = before + section + rest.split(END, 1)[1]
    else:
        text = f"{text.rstrip()}\n\n## Figures\n\n{section}\n"
    page.write_text(text)
