"""`djuniverse judge FILE`: a recorded mix, judged by the pipeline that judges live sets."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from core.errors import BadInput
from core.messages import Genre
from web.command_line.language import TEXTS
from web.command_line.progress import progress_bar
from web.logs import logging_to
from web.settings import load_settings
from web.settings_sections import LogFormat, LogLevel, ProviderName

if TYPE_CHECKING:
    from web.judging import JudgedFile

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the signal's number."""

STANDARD_OUTPUT = Path("-")
"""Stands for standard output, as elsewhere on the command line."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the results are written; None for what was not asked for."""

    json: Path | None
    plot: Path | None
    html: Path | None

    @property
    def files(self) -> list[Path]:
        """Those that are files."""
        named = (self.json, self.plot, self.html)
        return [path for path in named if path is not None and path != STANDARD_OUTPUT]


def judge(  # noqa: PLR0917 - typer passes by name; this is the shape of the command
    file: Annotated[Path, typer.Argument(help=TEXTS("judge.file.help"))],
    json: Annotated[Path | None, typer.Option("--json", help=TEXTS("judge.json.help"))] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help=TEXTS("judge.plot.help"))] = None,
    html: Annotated[Path | None, typer.Option("--html", help=TEXTS("judge.html.help"))] = None,
    genre: Annotated[Genre | None, typer.Option("--genre", help=TEXTS("judge.genre.help"))] = None,
    provider: Annotated[
        ProviderName | None, typer.Option("--provider", help=TEXTS("judge.provider.help"))
    ] = None,
    config: Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))] = None,
) -> None:
    """Judge a recorded mix, print its report, and write it where asked."""
    console = Console(stderr=True)
    try:
        with logging_to(sys.stderr, LogFormat.CONSOLE, LogLevel.WARNING):
            _judge(file, Places(json, plot, html), genre, provider, config, console)
    except KeyboardInterrupt:
        console.print(TEXTS("report.interrupted"))
        raise typer.Exit(INTERRUPTED) from None


def _judge(  # noqa: PLR0917 - the command's own parameters, handed on
    file: Path,
    places: Places,
    genre: Genre | None,
    provider: ProviderName | None,
    config: Path | None,
    console: Console,
) -> None:
    # The judge takes a second to load, which other commands and `--help` need not wait for.
    from web.judging import judge_file, load_engine  # noqa: PLC0415
    from web.report.readable import print_report  # noqa: PLC0415

    settings = load_settings(config)
    _check_places(file, places)
    with progress_bar(console, TEXTS("report.progress")) as progress:
        judged = judge_file(file, lambda: load_engine(settings, provider), genre, TEXTS, progress)
    # Standard output holds one thing: the report for people, or where asked the one for programs.
    printer = console if places.json == STANDARD_OUTPUT else Console()
    print_report(judged.report, printer, TEXTS)
    _write(judged, places, console)


def _check_places(file: Path, places: Places) -> None:
    """Refuse places for the results where they would do harm or could not be written."""
    from web.report.storing import check_apart, check_writable  # noqa: PLC0415 - as above

    if places.plot is not None and places.plot.suffix.lower() != ".png":
        raise BadInput(
            f"{places.plot} cannot be drawn: pictures are PNG. Choose a name that ends in .png.",
            code="picture_not_png",
            path=str(places.plot),
        )
    if places.html is not None and places.html.suffix.lower() not in {".html", ".htm"}:
        raise BadInput(
            f"{places.html} cannot be the page: pages are HTML. Choose a name that ends in .html.",
            code="page_not_html",
            path=str(places.html),
        )
    for path in places.files:
        check_writable(path, file)
    for one, other in combinations(places.files, 2):
        check_apart(one, other)


def _write(judged: JudgedFile, places: Places, console: Console) -> None:
    from web.report.storing import as_json, write_json  # noqa: PLC0415 - loaded by now

    if places.json == STANDARD_OUTPUT:
        typer.echo(as_json(judged.report), nl=False)
    elif places.json is not None:
        write_json(judged.report, places.json)
    if places.plot is not None:
        from web.report.plot import draw  # noqa: PLC0415 - who does not draw does not wait for it

        draw(judged.report, places.plot, TEXTS)
    if places.html is not None:
        from web.report.html import write_html  # noqa: PLC0415 - as above

        write_html(judged.report, judged.waveform, places.html, TEXTS)
    for path in places.files:
        console.print(TEXTS("report.written", path=path), markup=False, highlight=False)
