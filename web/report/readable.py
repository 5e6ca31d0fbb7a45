"""The report as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from core.messages import Component
from web.report import losses
from web.report.contents import FindingLine, Report, TransitionLine
from web.report.unscored import no_score, reason_text
from web.report.words import clock, key_name, local, number
from web.texts import Texts

COLOURS: Final[Mapping[Component, str]] = {
    Component.TECHNICAL: "cyan",
    Component.SELECTION: "yellow",
    Component.ENERGY: "magenta",
    Component.CREATIVITY: "#a48bfa",
}

_QUIET: Final = "dim"
_SCALE: Final = 10
_INDENT: Final = (0, 0, 0, 2)


def print_report(report: Report, console: Console, texts: Texts) -> None:
    """Print the whole report; nothing in it depends on colour alone."""
    console.print(Group(*_parts(report, texts)))


def _parts(report: Report, texts: Texts) -> Iterator[RenderableType]:
    length = clock(report.audio.duration_seconds)
    yield Text.assemble((report.audio.name, "bold"), (f"  {length}", _QUIET))
    yield ""
    yield Padding(_scores(report, texts), _INDENT)
    yield ""
    yield Padding(_heard(report, texts), _INDENT)
    yield from _section("transitions", _transitions(report, texts), texts)
    if report.losses:
        yield from _section("losses", _losses(report, texts), texts)
    yield from _section("findings", _findings(report, texts), texts)
    yield ""
    yield Text(texts("report.cannot_hear"), style=_QUIET)
    yield Text(
        texts(
            "report.judged_by",
            name=report.model.name,
            version=report.model.version,
            sha256=report.model.sha256[:12],
            providers=", ".join(report.providers),
        ),
        style=_QUIET,
    )
    if report.model.calibration is not None:
        yield Text(texts("report.calibrated", version=report.model.calibration), style=_QUIET)
    if not report.model.trained:
        yield Text(texts("report.untrained"), style="bold red")


def _section(name: str, body: RenderableType, texts: Texts) -> Iterator[RenderableType]:
    yield ""
    yield Text(texts(f"report.{name}"), style="bold")
    yield Padding(body, _INDENT)


def _scores(report: Report, texts: Texts) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row(*_score("overall", report.overall, "bold", report, texts))
    for component in Component:
        score = report.components[component]
        table.add_row(*_score(component.value, score, COLOURS[component], report, texts))
    return table


def _score(
    name: str, score: float | None, style: str, report: Report, texts: Texts
) -> tuple[Text, ...]:
    label = Text(texts(f"report.{name}"), style=style)
    if score is None:
        whole = name == "overall"
        why = no_score(report, texts) if whole else reason_text(report.reasons[name], texts)
        return label, Text("–", style=_QUIET), Text(why, style=_QUIET)
    interval = report.intervals[name]
    low, high = (local(f"{bound:.1f}", texts) for bound in (interval.low, interval.high))
    return (
        label,
        Text(local(f"{score:.1f}", texts), style="bold", justify="right"),
        Text.assemble(_bar(score, style), (f"  {low} – {high}", _QUIET)),
    )


def _bar(score: float, style: str) -> tuple[str, str]:
    filled = round(2 * score)
    return "━" * filled + "·" * (2 * _SCALE - filled), style


def _heard(report: Report, texts: Texts) -> Table:
    key = None if report.key is None else key_name(report.key, report.camelot, texts)
    bpm = None if report.bpm is None else number(report.bpm, texts)
    loudness = None
    if report.loudness_lufs is not None:
        loudness = f"{local(f'{report.loudness_lufs:.1f}', texts)} LUFS"
    peak = None
    if report.true_peak_dbtp is not None:
        peak = f"{local(f'{report.true_peak_dbtp:.1f}', texts)} dBTP"
    genre = None if report.genre is None else texts(f"report.genre.{report.genre}")
    table = Table.grid(padding=(0, 2))
    heard = {"bpm": bpm, "key": key, "genre": genre, "loudness_lufs": loudness}
    for name, value in {**heard, "true_peak_dbtp": peak}.items():
        if value is None:
            why = reason_text(report.reasons[name], texts)
            table.add_row(texts(f"report.{name}"), Text(f"–  {why}", style=_QUIET))
        else:
            table.add_row(texts(f"report.{name}"), Text(value))
    return table


def _transitions(report: Report, texts: Texts) -> RenderableType:
    if not report.transitions:
        return Text(texts("report.no_transitions"), style=_QUIET)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=_QUIET)
    for name in ("at", "length", "beats", "harmony", "smoothness", "offset", "tempo"):
        table.add_column(texts(f"report.transition.{name}"), justify="right", no_wrap=True)
    table.add_column(texts("report.transition.kind"))
    for transition in report.transitions:
        table.add_row(*_transition(transition, texts))
    return table


def _transition(transition: TransitionLine, texts: Texts) -> tuple[str, ...]:
    ratios = (
        transition.beat_match_accuracy,
        transition.harmonic_compatibility,
        transition.transition_smoothness,
    )
    offset, tempo = transition.offset_ms, transition.tempo_difference_percent
    return (
        clock(transition.start_seconds),
        clock(transition.duration_seconds),
        *("–" if ratio is None else f"{100 * ratio:.0f} %" for ratio in ratios),
        "–" if offset is None else f"{local(f'{offset:.0f}', texts)} ms",
        "–" if tempo is None else f"{local(f'{tempo:+.2f}', texts)} %",
        "–" if transition.kind is None else texts(f"kind.{transition.kind}"),
    )


def _losses(report: Report, texts: Texts) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for component in Component:
        value = report.components[component]
        lines = losses.of_component(report, component)
        if value is None:
            continue
        for line, tenths in zip(lines, losses.shown_tenths(lines, value), strict=True):
            table.add_row(
                Text(texts(f"report.{component}"), style=COLOURS[component]),
                Text(losses.points(tenths, texts), justify="right", style="bold"),
                Text(f"{line.count} ×" if line.count else "", justify="right", style=_QUIET),
                Text(line.text),
            )
    return table


def _findings(report: Report, texts: Texts) -> RenderableType:
    if not report.findings:
        return Text(texts("report.no_findings"), style=_QUIET)
    table = Table.grid(padding=(0, 2))
    for finding in report.findings:
        table.add_row(*_finding(finding, texts))
    return table


def _finding(finding: FindingLine, texts: Texts) -> tuple[RenderableType, ...]:
    colour = COLOURS[finding.component]
    body = Text.assemble(finding.text, ("\n" + finding.fix if finding.fix else "", _QUIET))
    return (
        Text(clock(finding.time_seconds), justify="right"),
        Text(local(f"{finding.points:+.1f}", texts), justify="right", style="bold"),
        Text(texts(f"report.{finding.component}"), style=colour),
        body,
    )
