"""`djuniverse judge FILE`: a recorded mix, judged by the pipeline that judges live sets."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from core.errors import DjUniverseError
from core.media import samples_to_seconds
from core.messages import Genre, SessionInfo
from inference.sessions import Placement
from judge.engine import Engine
from stream.files import MixFile, open_mix
from web.logs import logging_to
from web.report import Audio, Collection, Origin, Report
from web.report.provenance import model_of
from web.report.readable import print_report
from web.report.storing import check_writable, write_json
from web.settings import ONNX_PROVIDERS, Settings, load_settings
from web.settings_sections import LogFormat, LogLevel, ProviderName
from web.texts import Texts, language_from_environment
from web.version import software_version

UNUSABLE = 2
"""Exit code for input or settings that cannot be used."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the signal's number."""

_HELP = Texts(language_from_environment())


def judge(  # noqa: PLR0917 - typer passes by name; this is the shape of the command
    file: Annotated[Path, typer.Argument(help=_HELP("judge.file.help"))],
    json: Annotated[Path | None, typer.Option("--json", help=_HELP("judge.json.help"))] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help=_HELP("judge.plot.help"))] = None,
    genre: Annotated[Genre | None, typer.Option("--genre", help=_HELP("judge.genre.help"))] = None,
    lang: Annotated[str | None, typer.Option("--lang", help=_HELP("judge.lang.help"))] = None,
    provider: Annotated[
        ProviderName | None, typer.Option("--provider", help=_HELP("judge.provider.help"))
    ] = None,
) -> None:
    """Judge a recorded mix, print its report, and write it where asked."""
    texts = Texts(lang or language_from_environment())
    console = Console(stderr=True)
    try:
        with logging_to(sys.stderr, LogFormat.AUTO, LogLevel.WARNING):
            for path in (json, plot):
                if path is not None:
                    check_writable(path)
            mix = open_mix(file)
            engine = load_engine(load_settings(), provider)
            report = judge_mix(mix, engine, genre, texts, progress_bar(console))
            print_report(report, Console(), texts)
            _write(report, json, plot, console, texts)
    except DjUniverseError as error:
        console.print(texts.error(error), style="red", markup=False, highlight=False)
        raise typer.Exit(UNUSABLE) from error
    except KeyboardInterrupt:
        console.print(texts("report.interrupted"))
        raise typer.Exit(INTERRUPTED) from None


def load_engine(settings: Settings, provider: ProviderName | None = None) -> Engine:
    """Load the judge as the settings say, on `provider` alone where one is named.

    Raises
    ------
    core.errors.ModelInvalid
        If the models are absent or damaged.
    core.errors.ConfigurationInvalid
        If no provider works.
    """
    providers = settings.onnx_providers if provider is None else (ONNX_PROVIDERS[provider],)
    placement = Placement(
        device=settings.inference.device,
        graphs=settings.inference.cuda_graphs,
        cache=settings.data_dir / "tensorrt",
    )
    return Engine.load(settings.inference.models_dir, providers, placement=placement)


def judge_mix(
    mix: MixFile, engine: Engine, genre: Genre | None, texts: Texts, progress: Progress
) -> Report:
    """Judge a whole mix.

    Raises
    ------
    core.errors.BadInput
        If it turns out to be damaged.
    """
    session = engine.open(SessionInfo(mix.session, "file", mix.path.stem, 0.0, None, genre))
    collection, end_sample = Collection(), 0
    with progress:
        task = progress.add_task(texts("report.progress"), total=mix.duration_seconds)
        for hop in mix.hops():
            (judged,) = engine.advance([(session, hop)])
            collection.add(message for message, _ in judged.messages)
            end_sample = judged.end_sample
            progress.update(task, completed=samples_to_seconds(end_sample))
    origin = Origin(
        audio=_audio(mix, end_sample),
        model=model_of(engine.identity),
        providers=(engine.identity.provider,),
        declared_genre=genre,
        software_version=software_version(),
    )
    return collection.report(origin, texts)


def progress_bar(console: Console) -> Progress:
    """Return a bar that is drawn on a terminal only."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _audio(mix: MixFile, end_sample: int) -> Audio:
    with mix.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Audio(
        name=mix.path.name,
        sha256=sha256,
        duration_seconds=samples_to_seconds(end_sample),
        codec=mix.codec,
        sample_rate_hz=mix.sample_rate_hz,
        channels=mix.channels,
    )


def _write(
    report: Report, json: Path | None, plot: Path | None, console: Console, texts: Texts
) -> None:
    if json is not None:
        write_json(report, json)
        console.print(texts("report.written", path=json), markup=False, highlight=False)
    if plot is not None:
        from web.report.plot import draw  # noqa: PLC0415 - who does not draw does not wait for it

        draw(report, plot, texts)
        console.print(texts("report.written", path=plot), markup=False, highlight=False)
