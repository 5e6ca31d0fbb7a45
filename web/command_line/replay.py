"""`djuniverse replay SESSION`: a kept set judged again, and compared bit for bit.

Without a session it lists those that are kept.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console

from core.clock import SystemClock
from core.errors import DjUniverseError
from core.plain import to_plain
from web.command_line.judge import INTERRUPTED
from web.command_line.language import TEXTS
from web.command_line.progress import progress_bar
from web.logs import logging_to
from web.report.words import clock, number
from web.settings import load_settings
from web.settings_sections import LogFormat, LogLevel

if TYPE_CHECKING:
    from web.command_line.sets import State
    from web.replaying import Obstacle, Verdict

EXIT_CODES = {"identical": 0, "different": 1, "incomparable": 2}

UNUSABLE = 2


def replay(
    session: Annotated[str | None, typer.Argument(help=TEXTS("replay.session.help"))] = None,
    recordings: Annotated[
        Path | None, typer.Option("--recordings", help=TEXTS("replay.recordings.help"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=TEXTS("replay.json.help"))] = False,
    config: Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))] = None,
) -> None:
    """Judge a kept set again; 0: identical, 1: different, 2: could not be compared."""
    console = Console(stderr=True)
    if session is None:
        _list(recordings or load_settings(config).recordings_dir, json)
        return
    try:
        with logging_to(sys.stderr, LogFormat.CONSOLE, LogLevel.WARNING):
            verdict, state = _replay(session, recordings, config, console)
    except DjUniverseError as error:  # a damaged recording, too, is no verdict
        console.print(TEXTS.error(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(UNUSABLE) from error
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    if json:
        typer.echo(orjson.dumps(to_plain(verdict), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(verdict, state, Console(soft_wrap=True))
    raise typer.Exit(EXIT_CODES[verdict.outcome])


def _list(recordings: Path, json: bool) -> None:
    from web.command_line.sets import kept_sets, table_of  # noqa: PLC0415 - loads the decoder

    sets = kept_sets(recordings, SystemClock().wall_seconds())
    if json:
        typer.echo(
            orjson.dumps([to_plain(kept) for kept in sets], option=orjson.OPT_INDENT_2).decode()
        )
        return
    out = Console(soft_wrap=True, highlight=False)
    if not sets:
        out.print(TEXTS("replay.none", folder=recordings), markup=False)
        return
    out.print(table_of(sets))
    out.print(TEXTS("replay.how", session=sets[0].session), markup=False)


def _replay(
    session: str, recordings: Path | None, config: Path | None, console: Console
) -> tuple[Verdict, State]:
    from web.command_line.sets import folder_of_kept, state_of  # noqa: PLC0415 - as above
    from web.replaying import engine_like, find_recording, replay_recording  # noqa: PLC0415 - slow

    settings, clock_now = load_settings(config), SystemClock()
    kept_in = recordings or settings.recordings_dir
    folder = folder_of_kept(session, kept_in, clock_now.wall_seconds())
    recording = find_recording(str(folder), kept_in)
    engine = engine_like(recording, settings)
    with progress_bar(console, TEXTS("replay.progress")) as progress:
        verdict = replay_recording(recording, engine, progress)
    ended = verdict.completeness.ended
    return verdict, state_of(folder, ended, clock_now.wall_seconds())


def _print(verdict: Verdict, state: State, console: Console) -> None:
    for line in _lines(verdict, state):
        console.print(line, markup=False, highlight=False)


def _lines(verdict: Verdict, state: State) -> list[str]:
    lines = [
        TEXTS(
            f"replay.verdict.{verdict.outcome}",
            windows=verdict.windows,
            different=verdict.different,
            largest=number(verdict.largest_points, TEXTS, decimals=6),
            reason=_reason(verdict.obstacle),
        )
    ]
    if verdict.first is not None:
        first = verdict.first
        at = clock(first.time_seconds)
        lines.append(
            TEXTS(
                "replay.first_difference", time=at, name=first.name, then=first.then, now=first.now
            )
        )
        if verdict.recorded.software_version != verdict.present.software_version:
            lines.append(
                TEXTS(
                    "replay.software",
                    then=verdict.recorded.software_version,
                    now=verdict.present.software_version,
                )
            )
    if verdict.uncompared:
        lines.append(TEXTS("replay.uncompared", windows=verdict.uncompared))
    if not verdict.completeness.ended:
        lines.append(_cut(verdict, state))
    return lines


def _reason(obstacle: Obstacle | None) -> str:
    if obstacle is None:
        return ""
    return TEXTS(f"replay.reason.{obstacle.reason}", then=obstacle.then, now=obstacle.now)


def _cut(verdict: Verdict, state: State) -> str:
    completeness = verdict.completeness
    line = TEXTS(
        f"replay.unclosed.{state}",
        sound=clock(completeness.sound_seconds),
        events=clock(completeness.events_seconds),
    )
    if completeness.cut_audio_bytes or completeness.cut_event_bytes:
        line += " " + TEXTS(
            "replay.unusable",
            audio_bytes=completeness.cut_audio_bytes,
            event_bytes=completeness.cut_event_bytes,
        )
    return line
