"""`djuniverse doctor`: is everything here that a server needs, and if not, what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.text import Text

from core.errors import ConfigurationInvalid
from web.command_line.checks import Finding, Verdict, examine, settings_problem
from web.command_line.language import TEXTS
from web.logs import logging_to
from web.report.words import local
from web.settings import load_settings
from web.settings_sections import LogFormat, LogLevel

SIGNS: Final = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.PROBLEM: ("✗", "bold red"),
}

_FIGURES: Final = "_gb"
"""Ends the names of details that are figures, to be written with the language's decimal sign."""


def doctor(
    json: Annotated[bool, typer.Option("--json", help=TEXTS("option.json.help"))] = False,
    data_dir: Annotated[Path | None, typer.Option(help=TEXTS("option.data_dir.help"))] = None,
    config: Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))] = None,
) -> None:
    """Make all checks and say what they found; exit with 1 if there is a problem."""
    console = Console(highlight=False)
    findings: list[Finding] = []
    with logging_to(sys.stderr, LogFormat.CONSOLE, LogLevel.ERROR):
        for finding in _examined(config, data_dir):
            findings.append(finding)
            if not json:
                console.print(_line(finding))
    worst = _worst(findings)
    if json:
        typer.echo(orjson.dumps(_report(findings, worst), option=orjson.OPT_INDENT_2).decode())
    else:
        console.print(TEXTS(f"doctor.end.{worst}"), markup=False)
    if worst is Verdict.PROBLEM:
        raise typer.Exit(1)


def _examined(config: Path | None, data_dir: Path | None) -> Iterator[Finding]:
    try:
        settings = load_settings(config, data_dir=data_dir)
    except ConfigurationInvalid as error:
        yield settings_problem(error, TEXTS.error(error))
        return
    yield from examine(settings)


def _text(finding: Finding) -> str:
    if finding.code == "broken":
        return TEXTS("doctor.broken", **finding.details)
    details = {
        name: local(str(value), TEXTS) if name.endswith(_FIGURES) else value
        for name, value in finding.details.items()
    }
    return TEXTS(f"doctor.{finding.check}.{finding.code}", **details)


def _line(finding: Finding) -> Text:
    sign, style = SIGNS[finding.verdict]
    verdict = TEXTS(f"doctor.verdict.{finding.verdict}")
    name = TEXTS(f"doctor.{finding.check}")
    return Text.assemble((f"{sign} {verdict:<9}", style), (f"{name}: ", "bold"), _text(finding))


def _worst(findings: list[Finding]) -> Verdict:
    found = {finding.verdict for finding in findings}
    return next((v for v in (Verdict.PROBLEM, Verdict.WARNING) if v in found), Verdict.OK)


def _report(findings: list[Finding], worst: Verdict) -> dict[str, object]:
    return {
        "status": worst,
        "checks": [
            {
                "name": finding.check,
                "verdict": finding.verdict,
                "code": finding.code,
                "text": _text(finding),
                "details": dict(finding.details),
            }
            for finding in findings
        ],
    }
