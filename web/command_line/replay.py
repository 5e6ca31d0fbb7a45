"""`djuniverse replay SESSION`: a kept set judged again, and compared bit for bit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from core.errors import ConfigurationInvalid, DjUniverseError
from core.media import samples_to_seconds
from core.messages import AudioHop
from core.plain import to_plain
from judge.engine import Engine
from stream.recording import Recording
from web.command_line.judge import INTERRUPTED, UNUSABLE, load_engine, progress_bar
from web.logs import logging_to
from web.replaying import Obstacle, Outcome, Verdict, find_recording, replay_recording
from web.report.provenance import judging_facts
from web.report.words import clock, number
from web.settings import ONNX_PROVIDERS, Settings, load_settings
from web.settings_sections import LogFormat, LogLevel
from web.texts import Texts, language_from_environment

EXIT_CODES = {Outcome.IDENTICAL: 0, Outcome.DIFFERENT: 1, Outcome.INCOMPARABLE: UNUSABLE}

_HELP = Texts(language_from_environment())


def replay(
    session: Annotated[str, typer.Argument(help=_HELP("replay.session.help"))],
    recordings: Annotated[
        Path | None, typer.Option("--recordings", help=_HELP("replay.recordings.help"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_HELP("replay.json.help"))] = False,
    lang: Annotated[str | None, typer.Option("--lang", help=_HELP("judge.lang.help"))] = None,
) -> None:
    """Judge a kept set again; 0: identical, 1: different, 2: could not be compared."""
    texts = Texts(lang or language_from_environment())
    console = Console(stderr=True)
    try:
        with logging_to(sys.stderr, LogFormat.AUTO, LogLevel.WARNING):
            settings = load_settings()
            recording = find_recording(session, recordings or settings.recordings_dir)
            verdict = _replay(recording, settings, console, texts)
    except DjUniverseError as error:
        console.print(texts.error(error), style="red", markup=False, highlight=False)
        raise typer.Exit(UNUSABLE) from error
    except KeyboardInterrupt:
        console.print(texts("report.interrupted"))
        raise typer.Exit(INTERRUPTED) from None
    if json:
        typer.echo(orjson.dumps(to_plain(verdict), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(verdict, Console(), texts)
    raise typer.Exit(EXIT_CODES[verdict.outcome])


def _replay(recording: Recording, settings: Settings, console: Console, texts: Texts) -> Verdict:
    engine = _engine_like(recording, settings)
    total = recording.completeness().sound_seconds
    with progress_bar(console) as progress:
        task = progress.add_task(texts("replay.progress"), total=total)

        def heard(hop: AudioHop) -> None:
            progress.update(task, completed=samples_to_seconds(hop.start_sample))

        return replay_recording(recording, engine, judging_facts(engine.identity), heard=heard)


def _engine_like(recording: Recording, settings: Settings) -> Engine:
    """Load the judge where it judged then, or where it can: the verdict says if that differs."""
    names = {onnx: name for name, onnx in ONNX_PROVIDERS.items()}
    provider = names.get(recording.facts.judging.provider)
    if provider is not None:
        try:
            return load_engine(settings, provider)
        except ConfigurationInvalid:
            pass
    return load_engine(settings)


def _print(verdict: Verdict, console: Console, texts: Texts) -> None:
    for line in _lines(verdict, texts):
        console.print(line, markup=False, highlight=False)


def _lines(verdict: Verdict, texts: Texts) -> list[str]:
    lines = [
        texts(
            f"replay.verdict.{verdict.outcome}",
            windows=verdict.windows,
            different=verdict.different,
            largest=number(verdict.largest_points, texts, decimals=6),
            reason=_reason(verdict.obstacle, texts),
        )
    ]
    if verdict.first is not None:
        first = verdict.first
        at = clock(first.time_seconds)
        lines.append(
            texts(
                "replay.first_difference", time=at, name=first.name, then=first.then, now=first.now
            )
        )
        if verdict.recorded.software_version != verdict.present.software_version:
            lines.append(
                texts(
                    "replay.software",
                    then=verdict.recorded.software_version,
                    now=verdict.present.software_version,
                )
            )
    if verdict.uncompared:
        lines.append(texts("replay.uncompared", windows=verdict.uncompared))
    if not verdict.completeness.ended:
        lines.append(_cut(verdict, texts))
    return lines


def _reason(obstacle: Obstacle | None, texts: Texts) -> str:
    if obstacle is None:
        return ""
    return texts(f"replay.reason.{obstacle.reason}", then=obstacle.then, now=obstacle.now)


def _cut(verdict: Verdict, texts: Texts) -> str:
    completeness = verdict.completeness
    return texts(
        "replay.cut",
        sound=clock(completeness.sound_seconds),
        events=clock(completeness.events_seconds),
        audio_bytes=completeness.cut_audio_bytes,
        event_bytes=completeness.cut_event_bytes,
    )
