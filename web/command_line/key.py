"""`djuniverse key`: makes, lists and revokes the keys that DJs go live with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from battles.keys import KeyStore, StreamKey
from web.command_line.language import TEXTS, LocalisedTyper
from web.command_line.stored import (
    AsJson,
    ConfigFile,
    DataDir,
    console,
    date,
    print_json,
    with_database,
    written,
)

Result = TypeVar("Result")

app = LocalisedTyper()


@app.command("create", help=TEXTS("key.create.help"))
def create(
    name: Annotated[str, typer.Argument(help=TEXTS("key.name.help"), callback=written)],
    json: AsJson = False,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Make a key and show it, this once."""
    key, record = _with_keys(lambda keys: keys.create(name), data_dir, config)
    if json:
        print_json({"key": key, **asdict(record)})
        return
    out = console()
    out.print(TEXTS("key.created", dj=record.dj_name, room=record.room), markup=False)
    out.print(f"\n  {key}\n", style="bold", markup=False)
    out.print(TEXTS("key.created.next"), markup=False)


@app.command("list", help=TEXTS("key.list.help"))
def list_keys(json: AsJson = False, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """List all keys, the newest first."""
    records = _with_keys(lambda keys: keys.list(), data_dir, config)
    if json:
        print_json([asdict(record) for record in records])
    elif records:
        console().print(_table(records))
    else:
        console().print(TEXTS("key.none"), markup=False)


@app.command("revoke", help=TEXTS("key.revoke.help"))
def revoke(
    prefix: Annotated[str, typer.Argument(help=TEXTS("key.prefix.help"), callback=written)],
    json: AsJson = False,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Revoke one key."""
    record = _with_keys(lambda keys: keys.revoke(prefix), data_dir, config)
    if json:
        print_json(asdict(record))
        return
    text = TEXTS("key.revoked", key=record.key_id, dj=record.dj_name, room=record.room)
    console().print(text, markup=False)
    console().print(TEXTS("key.revoked.on_air"), markup=False)


def _with_keys(
    work: Callable[[KeyStore], Awaitable[Result]], data_dir: Path | None, config: Path | None
) -> Result:
    return with_database(lambda database: work(KeyStore(database)), data_dir, config)


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
            date(record.created_unix_seconds),
            date(record.last_used_unix_seconds),
            TEXTS("key.state.revoked" if revoked else "key.state.valid"),
        )
        table.add_row(*(Text(cell) for cell in cells), style="dim" if revoked else "")
    return table
