"""`djuniverse visuals FILE -o OUT.webm`: the film of a mix's show, with its sound."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from core.errors import BadInput
from visuals.catalogue import PALETTES, SCENES
from web.command_line.judge import INTERRUPTED
from web.command_line.language import TEXTS
from web.command_line.progress import progress_bar
from web.logs import logging_to
from web.report.words import clock, number
from web.settings import load_settings
from web.settings_sections import LogFormat, LogLevel, ProviderName

if TYPE_CHECKING:
    from web.films.making import Filmed
    from web.films.plan import FilmPlan


def visuals(  # noqa: PLR0917 - typer passes by name; this is the shape of the command
    file: Annotated[Path, typer.Argument(help=TEXTS("film.file.help"))],
    output: Annotated[Path, typer.Option("--output", "-o", help=TEXTS("film.output.help"))],
    size: Annotated[str, typer.Option("--size", help=TEXTS("film.size.help"))] = "640x360",
    fps: Annotated[str, typer.Option("--fps", help=TEXTS("film.fps.help"))] = "25",
    seed: Annotated[int, typer.Option("--seed", help=TEXTS("film.seed.help"))] = 1,
    scene: Annotated[
        str | None, typer.Option("--scene", help=TEXTS("film.scene.help", scenes=", ".join(SCENES)))
    ] = None,
    palette: Annotated[
        str | None,
        typer.Option("--palette", help=TEXTS("film.palette.help", palettes=", ".join(PALETTES))),
    ] = None,
    intensity: Annotated[
        float, typer.Option("--intensity", help=TEXTS("film.intensity.help"))
    ] = 1.0,
    calm: Annotated[bool, typer.Option("--calm", help=TEXTS("film.calm.help"))] = False,
    text: Annotated[str, typer.Option("--text", help=TEXTS("film.text.help"))] = "",
    start: Annotated[str, typer.Option("--start", help=TEXTS("film.start.help"))] = "0",
    length: Annotated[str | None, typer.Option("--length", help=TEXTS("film.length.help"))] = None,
    force: Annotated[bool, typer.Option("--force", help=TEXTS("film.force.help"))] = False,
    provider: Annotated[
        ProviderName | None, typer.Option("--provider", help=TEXTS("judge.provider.help"))
    ] = None,
    config: Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))] = None,
) -> None:
    """Film a recorded mix's show."""
    from web.films.options import Wanted, plan_of  # noqa: PLC0415 - loads the visuals

    wanted = Wanted(size, fps, seed, scene, palette, intensity, calm, text, start, length)
    plan = plan_of(wanted)
    _check_output(file, output, force)
    console = Console(stderr=True)
    _say_what_is_left_out(plan.settings.text, console)
    try:
        with logging_to(sys.stderr, LogFormat.CONSOLE, LogLevel.WARNING):
            filmed = _film(file, output, plan, provider, config, console)
    except KeyboardInterrupt:
        console.print(TEXTS("report.interrupted"))
        raise typer.Exit(INTERRUPTED) from None
    _say(filmed, plan, console)


def _film(  # noqa: PLR0917 - the command's own parameters, handed on
    file: Path,
    output: Path,
    plan: FilmPlan,
    provider: ProviderName | None,
    config: Path | None,
    console: Console,
) -> Filmed:
    # The judge and the generator take a second to load, which `--help` need not wait for.
    from web.films.making import make_film, show_generator  # noqa: PLC0415
    from web.judging import load_engine, placement_of, providers_of  # noqa: PLC0415

    settings = load_settings(config)
    where = providers_of(settings, provider), placement_of(settings)
    with progress_bar(console, TEXTS("film.progress"), speed=True) as progress:
        return make_film(
            file,
            output,
            lambda: load_engine(settings, provider),
            plan,
            progress=progress,
            generator=lambda plan: show_generator(plan, *where),
        )


def _check_output(file: Path, output: Path, force: bool) -> None:
    """Refuse a place where the film would do harm or could not be written."""
    from web.report.storing import check_writable  # noqa: PLC0415 - loads NumPy and others

    if output.suffix.lower() != ".webm":
        raise BadInput(
            f"{output} cannot be the film: films are WebM. Choose a name that ends in .webm.",
            code="film_not_webm",
            path=str(output),
        )
    check_writable(output, file)
    if output.exists() and not force:
        raise BadInput(
            f"{output} is there already. Choose another name, or replace it with --force.",
            code="output_exists",
            path=str(output),
        )


def _say_what_is_left_out(text: str, console: Console) -> None:
    """Tell before the minutes of drawing which characters the film will lack."""
    if not text:
        return
    from web.films.caption import left_out  # noqa: PLC0415 - loads matplotlib

    if missing := left_out(text):
        console.print(TEXTS("film.text.left_out", characters=" ".join(missing)), markup=False)


def _say(filmed: Filmed, plan: FilmPlan, console: Console) -> None:
    console.print(
        TEXTS(
            "film.written",
            path=filmed.path,
            length=clock(filmed.seconds),
            size=f"{plan.size.width}x{plan.size.height}",
            speed=number(filmed.speed, TEXTS, decimals=1),
        ),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
