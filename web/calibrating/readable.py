"""What was found, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from core.messages import Component
from judge.calibration import Scale
from judge.panels import FACETS
from judge.panels.bootstrap import Figure
from judge.panels.scales import Gain
from judge.panels.winners import Winners
from web.calibrating.calibrating import Calibrated, Person
from web.report.words import local
from web.texts import Texts

EXAMPLES: Final = (3.0, 5.0, 7.0, 9.0)
"""Scores of the judge whose place on the panel's scale is shown."""

_QUIET: Final = "dim"
_INDENT: Final = (0, 0, 0, 2)
_UNKNOWN: Final = "–"


def print_calibrated(calibrated: Calibrated, console: Console, texts: Texts) -> None:
    """Print everything; nothing in it depends on colour alone."""
    console.print(Group(*_parts(calibrated, texts)))


def _parts(calibrated: Calibrated, texts: Texts) -> Iterator[RenderableType]:
    source = calibrated.calibration.source
    yield Text(
        texts(
            "calibrate.size",
            judges=source.judges,
            sets=source.sets,
            ratings=source.ratings,
            judged=calibrated.judged_sets,
        ),
        style="bold",
    )
    yield from _section("severity", _severity(calibrated, texts), texts)
    yield from _section("agreement", _agreement(calibrated, texts), texts)
    if not all(found.complete for found in calibrated.fit.agreement.values()):
        yield Padding(Text(texts("calibrate.incomplete"), style=_QUIET), _INDENT)
    yield from _section("judge", _judge(calibrated, texts), texts)
    yield from _section("scale", _scale(calibrated, texts), texts)
    yield from _section("battles", _battles(calibrated.fit.winners, texts), texts)
    yield ""
    yield Text(texts("calibrate.shows_not"), style=_QUIET)
    if calibrated.calibration.is_identity:
        yield Text(texts("calibrate.nothing_gained"), style="bold")
    yield Text(
        texts(
            "calibrate.use",
            version=calibrated.calibration.version,
            model=source.model_sha256[:12],
        )
    )


def _section(name: str, body: RenderableType, texts: Texts) -> Iterator[RenderableType]:
    yield ""
    yield Text(texts(f"calibrate.{name}"), style="bold")
    yield Text(texts(f"calibrate.{name}.means"), style=_QUIET)
    yield Padding(body, _INDENT)


def _table(texts: Texts, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=_QUIET)
    for index, column in enumerate(columns):
        table.add_column(texts(column), justify="right" if index else "left", overflow="fold")
    return table


def _severity(calibrated: Calibrated, texts: Texts) -> Table:
    facets = [facet for facet in FACETS if facet in calibrated.fit.severity]
    table = _table(texts, "calibrate.person", *(f"report.{facet}" for facet in facets))
    by_judge = sorted(calibrated.people, key=lambda person: person.judge)
    for judge, lines in groupby(by_judge, key=lambda person: person.judge):
        found = {line.facet: line for line in lines}
        table.add_row(Text(judge), *(_person(found.get(facet), texts) for facet in facets))
    drifts = [calibrated.fit.severity[facet].drift for facet in facets]
    if any(drift is not None for drift in drifts):
        cells = (_UNKNOWN if d is None else _number(d, texts, "+.3f") for d in drifts)
        table.add_row(Text(texts("calibrate.drift"), style=_QUIET), *cells)
    return table


def _person(person: Person | None, texts: Texts) -> Text:
    if person is None:
        return Text(_UNKNOWN, style=_QUIET)
    leniency = _number(person.leniency, texts, "+.2f")
    return Text.assemble(
        leniency,
        (f" ±{_number(person.leniency_error, texts)}", _QUIET),
        (f"\n×{_number(person.stretch, texts)}", _QUIET),
    )


def _agreement(calibrated: Calibrated, texts: Texts) -> Table:
    columns = ("sets", "icc_single", "icc_mean", "alpha", "noise")
    table = _table(texts, "calibrate.facet", *(f"calibrate.{column}" for column in columns))
    for facet, found in calibrated.fit.agreement.items():
        figures = (_figure(f, texts) for f in (found.icc_single, found.icc_mean, found.alpha))
        table.add_row(
            texts(f"report.{facet}"), str(found.sets), *figures, _number(found.noise, texts)
        )
    return table


def _judge(calibrated: Calibrated, texts: Texts) -> Table:
    columns = ("one_person", "the_judge", "difference")
    table = _table(texts, "calibrate.facet", *(f"calibrate.{column}" for column in columns))
    for facet, found in calibrated.fit.agreement.items():
        left_out = found.left_out
        figures = (left_out.people, left_out.judge, left_out.difference)
        table.add_row(texts(f"report.{facet}"), *(_figure(figure, texts) for figure in figures))
    return table


def _scale(calibrated: Calibrated, texts: Texts) -> Table:
    columns = ("error", "coverage", "examples")
    table = _table(texts, "calibrate.facet", *(f"calibrate.{column}" for column in columns))
    table.columns[-1].justify = "left"
    for component in Component:
        fitted = calibrated.fit.scales[component]
        table.add_row(
            texts(f"report.{component}"),
            _change(fitted.gain.error_before, fitted.gain.error_after, texts, ".2f"),
            _change(fitted.gain.coverage_before, fitted.gain.coverage_after, texts, ".0%"),
            _verdict(fitted.gain, fitted.scale, texts),
        )
    return table


def _verdict(gain: Gain, scale: Scale, texts: Texts) -> Text:
    examples = "  ".join(
        f"{value:.0f} → {_number(scale.value(value), texts, '.1f')}" for value in EXAMPLES
    )
    verdict = texts(f"calibrate.verdict.{gain.verdict}", sets=gain.sets)
    return Text.assemble(examples, ("\n" + verdict, _QUIET))


def _battles(winners: Winners | None, texts: Texts) -> RenderableType:
    if winners is None:
        return Text(texts("calibrate.no_battles"), style=_QUIET)
    table = Table.grid(padding=(0, 2))
    for name, figure, form in (
        ("judge_accuracy", winners.judge_accuracy, ".0%"),
        ("person_accuracy", winners.person_accuracy, ".0%"),
        ("brier_before", winners.brier_before, ".3f"),
        ("brier_after", winners.brier_after, ".3f"),
    ):
        text = texts(f"calibrate.{name}", pairs=winners.pairs)
        table.add_row(text, _figure(figure, texts, form, separator="  "))
    return table


def _figure(figure: Figure, texts: Texts, form: str = ".2f", separator: str = "\n") -> Text:
    if figure.value is None or figure.low is None or figure.high is None:
        return Text(_UNKNOWN, style=_QUIET)
    low, high = (_number(bound, texts, form) for bound in (figure.low, figure.high))
    return Text.assemble(
        (_number(figure.value, texts, form), "bold"), (f"{separator}{low} – {high}", _QUIET)
    )


def _change(before: float | None, after: float | None, texts: Texts, form: str) -> str:
    if before is None or after is None:
        return _UNKNOWN
    return f"{_number(before, texts, form)} → {_number(after, texts, form)}"


def _number(value: float, texts: Texts, form: str = ".2f") -> str:
    return local(format(value, form).replace("%", " %"), texts)
