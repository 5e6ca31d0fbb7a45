"""The pictures of the report; each function writes one and returns its file name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import norm

from training.evaluation.chapters import Table
from training.evaluation.metrics import Values
from training.evaluation.samples import Sample
from training.evaluation.traces import SCORED

DOTS_A_INCH: Final = 80
SCALE: Final = (1.0, 10.0)
RANGES: Final = (1.0, 3.0, 5.0, 7.0, 9.0, 10.0)
NORMAL_90: Final = 1.6449
_NO_SOFTWARE: Final = {"Software": None}
"""Left out of the file, so that equal pictures are equal files."""


def source_guide(sample: Sample, folder: Path) -> str:
    """Draw the source guide's four plots, a row for each score."""
    figure = Figure(figsize=(16, 3.4 * len(SCORED)), layout="constrained")
    for row, scored in zip(figure.subplots(len(SCORED), 4), SCORED, strict=True):
        labels, said = sample.pairs(scored)
        _scatter(row[0], labels, said, scored)
        _histogram(row[1], said - labels)
        _residuals(row[2], said, said - labels)
        _by_range(row[3], labels, np.abs(said - labels))
    return _saved(figure, folder, "source-guide.png")


def _scatter(axes: Axes, labels: Values, said: Values, scored: str) -> None:
    axes.scatter(labels, said, s=4, alpha=0.3)
    axes.plot(SCALE, SCALE, color="grey", linewidth=1)
    axes.set(xlim=SCALE, ylim=SCALE, xlabel="label", ylabel="judge", title=f"{scored}: windows")


def _histogram(axes: Axes, errors: Values) -> None:
    axes.hist(errors, bins=40)
    axes.axvline(0.0, color="grey", linewidth=1)
    axes.set(xlabel="judge minus label, points", ylabel="windows", title="errors")


def _residuals(axes: Axes, said: Values, errors: Values) -> None:
    axes.scatter(said, errors, s=4, alpha=0.3)
    axes.axhline(0.0, color="grey", linewidth=1)
    axes.set(xlim=SCALE, xlabel="judge", ylabel="judge minus label", title="residuals")


def _by_range(axes: Axes, labels: Values, errors: Values) -> None:
    names, means, spreads = [], [], []
    for low, high in pairwise(RANGES):
        inside = errors[(labels >= low) & ((labels < high) | (high == RANGES[-1]))]
        if len(inside):
            names.append(f"{low:g}-{high:g}\n{len(inside)}")
            means.append(float(inside.mean()))
            spreads.append(float(inside.std()))
    axes.bar(names, means, yerr=spreads, capsize=3)
    axes.set(xlabel="label, and windows", ylabel="absolute error", title="error by score range")


def calibration(samples: Mapping[str, Sample], folder: Path) -> str:
    """Draw how often labels lie within the stated intervals, widened and narrowed."""
    figure = Figure(figsize=(5 * len(samples), 4.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(samples)))
    for axes, (level, sample) in zip(panels, samples.items(), strict=True):
        for column, scored in enumerate(SCORED):
            levels, shares = covered(sample, column)
            axes.plot(levels, shares, label=scored)
        axes.plot((0, 1), (0, 1), color="grey", linewidth=1)
        axes.set(xlabel="stated", ylabel="held", title=f"intervals, {level}")
        axes.legend()
    return _saved(figure, folder, "calibration.png")


def covered(sample: Sample, column: int) -> tuple[Values, Values]:
    """Return stated levels, and which share of labels lay within intervals of each.

    The stated 90 % interval of a normal error tells all others. Ends of the scale cut intervals
    off, so the longer side counts.
    """
    said, labels = sample.judge()[:, column], sample.labels[:, column]
    reach = np.maximum(sample.high[:, column] - said, said - sample.low[:, column])
    there = np.isfinite(said) & np.isfinite(labels)
    away = np.abs(said - labels)[there] / np.maximum(reach[there] / NORMAL_90, 1e-9)
    levels = np.linspace(0.05, 0.99, 48)
    widths = norm.ppf(0.5 + levels / 2)
    shares = np.array([float((away <= width).mean()) if len(away) else np.nan for width in widths])
    return levels, shares


def doses(curves: Mapping[str, tuple[list[float], NDArray[np.float64]]], folder: Path) -> str:
    """Draw what each flaw costs by dose, a thin line for each set."""
    columns = 3
    rows = -(-len(curves) // columns)
    figure = Figure(figsize=(4.4 * columns, 3.2 * rows), layout="constrained")
    panels = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for axes, (name, (sizes, losses)) in zip(panels, curves.items(), strict=False):
        for line in losses:
            axes.plot(sizes, line, color="tab:blue", alpha=0.25, linewidth=1)
        there = np.isfinite(losses)
        counts = there.sum(axis=0)
        means = np.where(there, losses, 0.0).sum(axis=0) / np.maximum(counts, 1)
        axes.plot(np.array(sizes)[counts > 0], means[counts > 0], color="tab:blue", marker="o")
        axes.axhline(0.0, color="grey", linewidth=1)
        axes.set(title=name, ylabel="points lost")
    for axes in panels[len(curves) :]:
        axes.set_axis_off()
    return _saved(figure, folder, "dose-response.png")


def crosstalk(table: Table, folder: Path) -> str:
    """Draw the mean change of each component by each flaw as a heat map."""
    values = np.array(
        [[np.nan if cell is None else float(cell) for cell in row[1:-1]] for row in table.rows]
    )
    figure = Figure(figsize=(6.5, 1.4 + 0.42 * len(table.rows)), layout="constrained")
    axes = figure.subplots()
    most = max(float(np.nanmax(np.abs(values))), 0.1)
    image = axes.imshow(values, cmap="RdBu", vmin=-most, vmax=most, aspect="auto")
    axes.set_xticks(range(values.shape[1]), table.columns[1:-1])
    axes.set_yticks(range(len(table.rows)), [str(row[0]) for row in table.rows])
    for row, column in np.ndindex(*values.shape):
        if np.isfinite(values[row, column]):
            axes.text(column, row, f"{values[row, column]:.2f}", ha="center", va="center")
    figure.colorbar(image, label="points")
    axes.set(title="mean change by severe flaws")
    return _saved(figure, folder, "cross-talk.png")


def streaming(curves: Mapping[str, tuple[list[float], list[float]]], folder: Path) -> str:
    """Draw how far scores are from the final ones while a set goes on."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for scored, (minutes, distances) in curves.items():
        axes.plot(minutes, distances, label=scored)
    axes.set(xlabel="minutes", ylabel="points", title="mean distance to the final score")
    axes.set_ylim(bottom=0)
    axes.legend()
    return _saved(figure, folder, "streaming.png")


def _saved(figure: Figure, folder: Path, name: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / name, dpi=DOTS_A_INCH, metadata=_NO_SOFTWARE)
    return name
