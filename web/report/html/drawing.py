"""SVG that fills whatever width it is given: places in percent, curves on a scale of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

CURVE_WIDTH = 1000
"""Of a curve's own scale; the drawing is stretched to its row."""

Point = tuple[float, float]

SHAPES = {
    "technical": '<rect x="2" y="2" width="12" height="12" rx="1.5"/>',
    "selection": '<path d="M8 0.8 15.2 8 8 15.2 0.8 8Z"/>',
    "energy": '<path d="M8 1.4 15 14.2H1Z"/>',
    "creativity": '<circle cx="8" cy="8" r="6.6"/>',
}
"""Square, diamond, triangle, circle: a component is told apart without its colour."""


def percent(share: float) -> str:
    """Return a share, 0-1, as a length."""
    return f"{100 * share:.3f}".rstrip("0").rstrip(".") + "%"


def shape(component: str) -> str:
    """Return a component's sign; silent for screen readers, for its name stands beside it."""
    return (
        f'<svg class="shape is-{component}" width="12" height="12" viewBox="0 0 16 16" '
        f'aria-hidden="true">{SHAPES[component]}</svg>'
    )


def row(name: str, body: str, caption: str = "", levels: str = "") -> str:
    """Return one row of the timeline, as wide as the set; `levels` stand at its right edge."""
    above = f'<span class="caption">{caption}</span>' if caption else ""
    beside = f'<div class="levels-shown figure">{levels}</div>' if levels else ""
    drawn = f'<svg aria-hidden="true">{body}</svg>'
    return f'<div class="row row-{name}" aria-hidden="true">{above}{beside}{drawn}</div>'


def stretched(body: str, height: float) -> str:
    """Return curves on a scale of `CURVE_WIDTH` by `height`, stretched over the whole row."""
    return (
        f'<svg width="100%" height="100%" viewBox="0 0 {CURVE_WIDTH} {height:g}" '
        f'preserveAspectRatio="none">{body}</svg>'
    )


def box(start: float, end: float, inside: str, name: str, title: str = "") -> str:
    """Return a stretch of a row, `start` to `end` in shares; what does not fit in is cut off."""
    told = f"<title>{title}</title>" if title else ""
    return (
        f'<svg class="{name}" x="{percent(start)}" width="{percent(max(end - start, 0.0))}" '
        f'height="100%">{told}<rect width="100%" height="100%"/>{inside}</svg>'
    )


def line(points: Iterable[Point | None], name: str) -> str:
    """Return a curve through points on the stretched scale; None is a gap."""
    pieces = ("M" + "L".join(f"{x:.1f} {y:.2f}" for x, y in piece) for piece in _pieces(points))
    return f'<path class="{name}" d="{"".join(pieces)}"/>'


def area(upper: Sequence[Point | None], lower: Sequence[Point | None], name: str) -> str:
    """Return what lies between two curves with the same gaps."""
    outlines = (
        "M" + "L".join(f"{x:.1f} {y:.2f}" for x, y in (*up, *reversed(down))) + "Z"
        for up, down in zip(_pieces(upper), _pieces(lower), strict=True)
    )
    return f'<path class="{name}" d="{"".join(outlines)}"/>'


def _pieces(points: Iterable[Point | None]) -> list[list[Point]]:
    return [
        [point for point in piece if point is not None]
        for known, piece in groupby(points, lambda point: point is not None)
        if known
    ]
