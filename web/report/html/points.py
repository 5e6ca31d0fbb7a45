"""Where the points went: of each component a bar of its losses, and the list of them."""

from __future__ import annotations

from collections.abc import Sequence

from core.messages import Component
from web.report import losses
from web.report.contents import LossLine, Report
from web.report.html.bilingual import both, word
from web.report.html.drawing import percent, shape
from web.report.words import fix, local, loss_name
from web.texts import Texts

_LEAST = 1
_SHADES = 5
"""How many segments of a bar have a shade of their own; further ones share the last."""

UNPROVED = "prior"
"""The code of what is only not proved yet."""


def points(report: Report) -> str:
    """Return the section; nothing where no component has a score."""
    cards = [
        _card(component, value, losses.of_component(report, component))
        for component in Component
        if (value := report.components[component]) is not None
    ]
    if not cards or not report.losses:
        return ""
    prior = any(line.code == UNPROVED for line in report.losses)
    unproved = f" {word('page.points.prior')}" if prior else ""
    return (
        '<section class="points" aria-labelledby="points-title">'
        f'<h2 id="points-title">{word("report.losses")}</h2>'
        f'<p class="lead">{word("page.points.lead")}{unproved}</p>'
        f'<div class="cards">{"".join(cards)}</div></section>'
    )


def _card(component: Component, value: float, lines: Sequence[LossLine]) -> str:
    tenths = losses.shown_tenths(lines, value)
    shown = both(lambda texts: local(f"{value:.1f}", texts))
    rows = "".join(
        _row(position, line, lost)
        for position, (line, lost) in enumerate(zip(lines, tenths, strict=True))
    )
    body = f"<ol>{rows}</ol>" if lines else f'<p class="quiet">{word("page.points.none")}</p>'
    return (
        f'<article class="panel lost is-{component}"><h3>{shape(component)}'
        f'{word(f"report.{component}")} <span class="value figure">{shown}</span></h3>'
        f"{_bar(value, lines)}{body}</article>"
    )


def _bar(value: float, lines: Sequence[LossLine]) -> str:
    """Return the bar: what was kept, and then what each kind of finding took."""
    costs = [max(-line.points, 0.0) for line in lines]
    whole = value - _LEAST + sum(costs)
    at = (value - _LEAST) / whole if whole else 0.0
    pieces = [f'<rect class="kept" width="{percent(at)}" height="100%"/>']
    for position, (line, cost) in enumerate(zip(lines, costs, strict=True)):
        name = _shade(position, line)
        place = f'x="{percent(at)}" width="{percent(cost / whole)}"'
        pieces.append(f'<rect class="{name}" {place} height="100%"/>')
        at += cost / whole
    return f'<svg class="stack" aria-hidden="true">{"".join(pieces)}</svg>'


def _row(position: int, line: LossLine, tenths: int) -> str:
    def what_to_do(texts: Texts) -> str:
        return "" if line.code == UNPROVED else fix(line.code, texts)  # the lead says it once

    times = f'<span class="count figure">{line.count} ×</span>' if line.count else ""
    advice = both(what_to_do)
    return (
        f'<li><svg class="swatch" width="12" height="12" aria-hidden="true">'
        f'<rect class="{_shade(position, line)}" width="12" height="12" rx="2"/></svg>'
        f'<p class="name">{both(lambda texts: loss_name(line.code, texts))} {times}</p>'
        f'<p class="cost figure">{both(lambda texts: losses.points(tenths, texts))}</p>'
        + (f'<p class="fix">{advice}</p>' if advice else "")
        + "</li>"
    )


def _shade(position: int, line: LossLine) -> str:
    name = UNPROVED if line.code == UNPROVED else min(position, _SHADES - 1)
    return f"shade-{name}"
