"""Findings and transitions, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.messages import Component
from web.report.contents import FindingLine, Report, TransitionLine
from web.report.html.bilingual import CATALOGUES, both, word
from web.report.html.drawing import shape
from web.report.words import clock, local, told, unit
from web.texts import Texts

_FIGURES: dict[str, Callable[[TransitionLine, Texts], str | None]] = {
    "offset": lambda line, texts: _amount(line.offset_ms, "ms", 0, texts),
    "drift": lambda line, texts: _amount(line.drift_ms_per_second, "ms/s", 1, texts),
    "bass": lambda line, texts: _amount(line.bass_excess_db, "dB", 1, texts, signed=True),
    "level": lambda line, texts: _amount(line.level_step_lu, "LU", 1, texts, signed=True),
    "phrase": lambda line, texts: _amount(
        line.phrase_error_beats, unit("beats", line.phrase_error_beats or 0.0, texts), 0, texts
    ),
    "harmony": lambda line, _: _share(line.harmonic_compatibility),
    "beats": lambda line, _: _share(line.beat_match_accuracy),
    "smoothness": lambda line, _: _share(line.transition_smoothness),
}
"""What is shown of a transition: the column's name, and what stands in it; None if not known."""


def findings(report: Report) -> str:
    """Return the list of findings with its choice of components."""
    items = "".join(_finding(number, line) for number, line in enumerate(report.findings))
    heading = f'<h2 id="findings-title">{word("report.findings")}</h2>'
    begin = '<section aria-labelledby="findings-title">'
    if not items:
        return f'{begin}{heading}<p class="quiet">{word("report.no_findings")}</p></section>'
    choice = f'<div class="filter segmented js" role="group">{"".join(_choices())}</div>'
    return (
        f'{begin}<div class="head">{heading}{choice}</div>'
        f'<ol class="findings">{items}</ol></section>'
    )


def _choices() -> Iterator[str]:
    yield f'<button type="button" data-component="" aria-pressed="true">{word("page.all")}</button>'
    for component in Component:
        yield (
            f'<button type="button" data-component="{component}" aria-pressed="false">'
            f"{shape(component)}{word(f'report.{component}')}</button>"
        )


def _finding(number: int, line: FindingLine) -> str:
    time = clock(line.time_seconds)
    points = both(lambda texts: _points(line, texts))
    remedy = both(lambda texts: told(line, texts)[1])
    end_seconds = line.time_seconds + line.duration_seconds
    return (
        f'<li><article id="finding-{number}" class="finding is-{line.component}" tabindex="-1" '
        f'data-start="{line.time_seconds:.2f}" data-end="{end_seconds:.2f}" '
        f'data-component="{line.component}"><p class="finding-head">{shape(line.component)}'
        f'<span class="finding-component">{word(f"report.{line.component}")}</span> '
        f'<strong class="finding-points figure">{points}</strong>'
        f'<button type="button" class="finding-time figure"><span class="unseen">'
        f"{word('page.show')} </span>{time}</button></p>"
        f'<p class="finding-text">{both(lambda texts: told(line, texts)[0])}</p>'
        + (f'<p class="finding-fix">{remedy}</p>' if remedy else "")
        + "</article></li>"
    )


def transitions(report: Report) -> str:
    """Return the table of transitions; a column of which nothing is known is left out."""
    heading = f'<h2 id="transitions-title">{word("report.transitions")}</h2>'
    begin = f'<section aria-labelledby="transitions-title">{heading}'
    if not report.transitions:
        return f'{begin}<p class="quiet">{word("report.no_transitions")}</p></section>'
    known = [
        name
        for name, say in _FIGURES.items()
        if any(say(each, CATALOGUES[0]) is not None for each in report.transitions)
    ]
    columns = ["number", "at", "length", "kind", *known]
    head = "".join(
        f'<th scope="col" role="columnheader">{word(f"page.transition.{name}")}</th>'
        for name in columns
    )
    rows = "".join(
        f'<tr role="row">{"".join(_cells(number, line, known))}</tr>'
        for number, line in enumerate(report.transitions, 1)
    )
    # Roles, because a phone shows the rows as cards, which takes the table's own meaning away.
    return (
        f'{begin}<div class="panel sheet"><table role="table"><thead role="rowgroup">'
        f'<tr role="row">{head}</tr></thead><tbody role="rowgroup">{rows}</tbody></table></div>'
        "</section>"
    )


def _cells(number: int, line: TransitionLine, known: list[str]) -> Iterator[str]:
    at, length = clock(line.start_seconds), clock(line.duration_seconds)
    span = f'data-start="{line.start_seconds:.2f}" data-length="{line.duration_seconds:.2f}"'
    show = f'<span class="unseen">{word("page.show")} </span>'
    button = f'<button type="button" class="time figure" {span}>{show}{at}</button>'
    yield _cell("number", str(number))
    yield _cell("at", button)
    yield _cell("length", length)
    yield _cell("kind", "–" if line.kind is None else word(f"kind.{line.kind}"))
    for name in known:
        yield _cell(name, both(lambda texts, say=_FIGURES[name]: say(line, texts) or "–"))  # type: ignore[misc]


def _cell(name: str, content: str) -> str:
    label = f'<span class="cell-label" aria-hidden="true">{word(f"page.transition.{name}")}</span>'
    return f'<td role="cell" class="cell-{name} figure">{label}{content}</td>'


def _points(line: FindingLine, texts: Texts) -> str:
    return local(f"{line.points:+.1f}", texts) if round(line.points, 1) else ""


def _amount(
    value: float | None, unit: str, decimals: int, texts: Texts, *, signed: bool = False
) -> str | None:
    if value is None:
        return None
    rounded = round(value, decimals) or 0.0
    figure = f"{rounded:+.{decimals}f}" if signed and rounded else f"{abs(rounded):.{decimals}f}"
    return f"{local(figure, texts)} {unit}"


def _share(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.0f} %"
