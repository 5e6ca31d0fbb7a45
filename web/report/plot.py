"""The set as a picture: score with its interval, energy, transitions as bands, findings as pins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from core.messages import Component
from web.report.contents import Report, Window
from web.report.storing import replacing
from web.report.unscored import no_score
from web.report.words import clock, local
from web.texts import Texts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The colours of web/static/tokens.css, dark.
GROUND: Final = "#0b0d12"
SURFACE: Final = "#12151c"
RAISED: Final = "#1a1e27"
BAND: Final = "#252b38"
TEXT: Final = "#f2f4f8"
QUIET: Final = "#9aa3b2"
COLOURS: Final[Mapping[Component, str]] = {
    Component.TECHNICAL: "#3fd0e6",
    Component.SELECTION: "#f5b83d",
    Component.ENERGY: "#f062b4",
    Component.CREATIVITY: "#a48bfa",
}
MARKERS: Final[Mapping[Component, str]] = {
    Component.TECHNICAL: "o",
    Component.SELECTION: "s",
    Component.ENERGY: "^",
    Component.CREATIVITY: "D",
}

_SIZE_INCHES: Final = (14.4, 6.4)
_DOTS_PER_INCH: Final = 100
_MARGIN_INCHES: Final = 0.25
"""Also the room for the last time under the axis, which reaches beyond it."""
_PIN_HEIGHT: Final = 9.55
"""Findings stand above the curve on the scale of 1-10; what is under 1 is room for the axis."""

_TICKS_SECONDS: Final = (5, 10, 30, 60, 120, 300, 600, 1200, 1800)
_MOST_TICKS: Final = 12

_STYLE: Final = {
    "figure.facecolor": GROUND,
    "axes.facecolor": SURFACE,
    "axes.edgecolor": RAISED,
    "axes.labelcolor": QUIET,
    "text.color": TEXT,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "grid.color": RAISED,
    "legend.facecolor": SURFACE,
    "legend.edgecolor": RAISED,
    "legend.labelcolor": TEXT,
    "font.size": 11,
}


def draw(report: Report, path: Path, texts: Texts) -> None:
    """Draw the set into a PNG file.

    Raises
    ------
    core.errors.BadInput
        If the file cannot be written.
    """
    # Loading matplotlib takes longer than judging a minute: only who draws pays for it.
    from matplotlib import style  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with style.context(["dark_background", _STYLE]):
        figure = Figure(figsize=_SIZE_INCHES, dpi=_DOTS_PER_INCH)
        figure.set_layout_engine("constrained", w_pad=_MARGIN_INCHES, h_pad=_MARGIN_INCHES / 2)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _draw_transitions(axes, report, texts)
        _draw_energy(axes, report.windows, texts)
        _draw_scores(axes, report.windows, texts)
        _draw_findings(axes, report, texts)
        _dress(figure, axes, report, texts)
        with replacing(path) as temporary:
            figure.savefig(temporary, format="png")


def _draw_transitions(axes: Axes, report: Report, texts: Texts) -> None:
    label: str | None = texts("report.transitions")
    for transition in report.transitions:
        end_seconds = transition.start_seconds + transition.duration_seconds
        axes.axvspan(
            transition.start_seconds, end_seconds, color=BAND, linewidth=0, label=label, zorder=0
        )
        label = None


def _draw_energy(axes: Axes, windows: Sequence[Window], texts: Texts) -> None:
    energy = _curve([window.energy for window in windows])
    if np.isfinite(energy).any():
        height = 1 + 9 * energy
        axes.fill_between(
            _ends(windows),
            1,
            height,
            color=COLOURS[Component.ENERGY],
            alpha=0.16,
            linewidth=0,
            label=texts("report.plot.energy"),
            zorder=1,
        )


def _draw_scores(axes: Axes, windows: Sequence[Window], texts: Texts) -> None:
    ends = _ends(windows)
    window_scores = _curve([window.overall for window in windows])
    if np.isfinite(window_scores).any():
        label = texts("report.plot.window")
        axes.plot(ends, window_scores, color=QUIET, linewidth=0.8, alpha=0.6, label=label, zorder=2)
    scores = _curve([window.set_overall for window in windows])
    if not np.isfinite(scores).any():
        return
    intervals = [window.set_interval for window in windows]
    low = _curve([None if interval is None else interval.low for interval in intervals])
    high = _curve([None if interval is None else interval.high for interval in intervals])
    label = texts("report.plot.interval")
    axes.fill_between(ends, low, high, color=TEXT, alpha=0.14, linewidth=0, label=label, zorder=3)
    axes.plot(ends, scores, color=TEXT, linewidth=2.2, label=texts("report.overall"), zorder=4)


def _draw_findings(axes: Axes, report: Report, texts: Texts) -> None:
    for component in Component:
        times = [
            finding.time_seconds for finding in report.findings if finding.component is component
        ]
        if times:
            axes.vlines(times, 1, _PIN_HEIGHT, color=COLOURS[component], linewidth=0.8, alpha=0.5)
            axes.plot(
                times,
                [_PIN_HEIGHT] * len(times),
                MARKERS[component],
                color=COLOURS[component],
                markersize=8,
                label=texts("report.plot.finding", component=texts(f"report.{component}")),
                zorder=5,
            )


def _dress(figure: Figure, axes: Axes, report: Report, texts: Texts) -> None:
    axes.set_ylim(1, 10)
    length_seconds = max(report.audio.duration_seconds, 1.0)
    axes.set_xlim(0, length_seconds)
    axes.set_xticks(np.arange(0, length_seconds + 1e-9, _tick_seconds(length_seconds)))
    axes.xaxis.set_major_formatter(lambda seconds, _: clock(max(0.0, seconds)))
    axes.set_yticks(range(1, 11))
    axes.grid(visible=True, axis="y", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel(texts("report.plot.time"))
    axes.set_ylabel(texts("report.plot.scale"))
    figure.suptitle(_title(report, texts), x=0.015, ha="left", fontsize=18)
    if axes.get_legend_handles_labels()[0]:
        figure.legend(loc="outside lower center", ncols=6, frameon=False)


def _title(report: Report, texts: Texts) -> str:
    # A name may hold dollar signs, between which matplotlib would read formulas.
    name = report.audio.name.replace("$", r"\$")
    if report.overall is None:
        return f"{name}\n{no_score(report, texts)}"
    return f"{name}   {local(f'{report.overall:.1f}', texts)}"


def _tick_seconds(length_seconds: float) -> int:
    return next((step for step in _TICKS_SECONDS if length_seconds / step <= _MOST_TICKS), 3600)


def _ends(windows: Sequence[Window]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([window.end_seconds for window in windows], dtype=np.float64)


def _curve(values: Sequence[float | None]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return values to draw; what is not known is a gap in the line."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
