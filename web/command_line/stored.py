"""What the commands about stored things have in common: the database, options, dates, JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import orjson
import typer
from rich.console import Console

from battles.database import Database
from core.errors import BadInput
from web.command_line.language import TEXTS
from web.settings import load_settings

Result = TypeVar("Result")


def written(parameter: typer.CallbackParam, value: str) -> str:
    """Return an argument that is looked up as text; files may be called what cannot be written.

    Raises
    ------
    BadInput
        If it holds bytes that are not UTF-8, which no database takes.
    """
    try:
        value.encode()
    except UnicodeEncodeError as error:
        named = parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.name or ""
        raise BadInput(
            f"{named} is no text: it holds bytes that are not UTF-8.",
            code="usage_value_not_text",
            parameter=named,
        ) from error
    return value


AsJson = Annotated[bool, typer.Option("--json", help=TEXTS("option.json.help"))]
DataDir = Annotated[Path | None, typer.Option(help=TEXTS("option.data_dir.help"))]
ConfigFile = Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))]
Room = Annotated[str, typer.Option(help=TEXTS("option.room.help"), callback=written)]


def with_database(
    work: Callable[[Database], Awaitable[Result]], data_dir: Path | None, config: Path | None
) -> Result:
    """Open the database that is set, do `work` with it, and close it again."""
    settings = load_settings(config, data_dir=data_dir)

    async def connected() -> Result:
        database = Database(settings.database_address)
        try:
            await database.open()
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(connected())


def date(unix_seconds: float | None) -> str:
    """Return a date as people read it, "never" for none."""
    if unix_seconds is None:
        return TEXTS("key.never")
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def console() -> Console:
    """Return where results are printed."""
    return Console(highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print a result for programs."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
