"""`djuniverse key`: makes, lists and revokes the keys that DJs go live with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from battles.database import Database
from battles.keys import KeyStore, StreamKey
from web.command_line.language import TEXTS, LocalisedTyper
from web.settings import load_settings

Result = TypeVar("Result")

app = LocalisedTyper()

AsJson = Annotated[bool, typer.Option("--json", help=TEXTS("option.json.help"))]
DataDir = Annotated[Path | None, typer.Option(help=TEXTS("option.data_dir.help"))]
ConfigFile = Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))]


@app.command("create", help=TEXTS("key.create.help"))
def create(
    name: Annotated[str, typer.Argument(help=TEXTS("key.name.help"))],
    json: AsJson = False,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Make a key and show it, this once."""
    key, record = _with_keys(lambda keys: keys.create(name), data_dir, config)
    if json:
        _print_json({"key": key, **asdict(record)})
        return
    console = _console()
    console.print(TEXTS("key.created", dj=record.dj_name, room=record.room), markup=False)
    console.print(f"\n  {key}\n", style="bold", markup=False)
    console.print(TEXTS("key.created.next"), markup=False)


@app.command("list", help=TEXTS("key.list.help"))
def list_keys(json: AsJson = False, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """List all keys, the newest first."""
    records = _with_keys(lambda keys: keys.list(), data_dir, config)
    if json:
        _print_json([asdict(record) for record in records])
    elif records:
        _console().print(_table(records))
    else:
        _console().print(TEXTS("key.none"), markup=False)


@app.command("revoke", help=TEXTS("key.revoke.help"))
def revoke(
    prefix: Annotated[str, typer.Argument(help=TEXTS("key.prefix.help"))],
    json: AsJson = False,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Revoke one key."""
    record = _with_keys(lambda keys: keys.revoke(prefix), data_dir, config)
    if json:
        _print_json(asdict(record))
        return
    text = TEXTS("key.revoked", key=record.key_id, dj=record.dj_name, room=record.room)
    _console().print(text, markup=False)
    _console().print(TEXTS("key.revoked.on_air"), markup=False)


def _with_keys(
    work: Callable[[KeyStore], Awaitable[Result]], data_dir: Path | None, config: Path | None
) -> Result:
    settings = load_settings(config, data_dir=data_dir)

    async def connected() -> Result:
        database = Database(settings.database_address)
        try:
            await database.open()
            return await work(KeyStore(database))
        finally:
            await database.close()

    return asyncio.run(connected())


def _table(records: tuple[StreamKey, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("key", "dj", "room", "created", "last_used", "state"):
        table.add_column(TEXTS(f"key.column.{column}"), overflow="fold")
    for record in records:
        revoked = record.revoked_unix_seconds is not None
        cells = (
            record.key_id,
            record.dj_name,
            record.room,
            _date(record.created_unix_seconds),
            _date(record.last_used_unix_seconds),
            TEXTS("key.state.revoked" if revoked else "key.state.valid"),
        )
        table.add_row(*(Text(cell) for cell in cells), style="dim" if revoked else "")
    return table


def _date(unix_seconds: float | None) -> str:
    if unix_seconds is None:
        return TEXTS("key.never")
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _print_json(value: object) -> None:
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
