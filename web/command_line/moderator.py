"""`djuniverse moderator`: makes, lists and revokes the passes that moderate a room's chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from battles.moderators import Moderator, ModeratorStore
from web.command_line.language import TEXTS, LocalisedTyper
from web.command_line.stored import (
    AsJson,
    ConfigFile,
    DataDir,
    Room,
    console,
    date,
    print_json,
    with_database,
    written,
)

Result = TypeVar("Result")

app = LocalisedTyper()


@app.command("create", help=TEXTS("moderator.create.help"))
def create(
    name: Annotated[str, typer.Argument(help=TEXTS("moderator.name.help"), callback=written)],
    room: Room,
    json: AsJson = False,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Make a pass and show it, this once."""
    secret, record = _with_moderators(lambda store: store.create(room, name), data_dir, config)
    if json:
        print_json({"pass": secret, **asdict(record)})
        return
    out = console()
    out.print(TEXTS("moderator.created", name=record.name, room=record.room), markup=False)
    out.print(f"\n  {secret}\n", style="bold", markup=False)
    out.print(TEXTS("moderator.created.next", room=record.room), markup=False)


@app.command("list", help=TEXTS("moderator.list.help"))
def list_moderators(
    room: Room, json: AsJson = False, data_dir: DataDir = None, config: ConfigFile = None
) -> None:
    """List a room's passes, the newest first."""
    records = _with_moderators(lambda store: store.list(room), data_dir, config)
    if json:
        print_json([asdict(record) for record in records])
    elif records:
        console().print(_table(records))
    else:
        console().print(TEXTS("moderator.none", room=room), markup=False)


@app.command("revoke", help=TEXTS("moderator.revoke.help"))
def revoke(
    prefix: Annotated[str, typer.Argument(help=TEXTS("moderator.prefix.help"), callback=written)],
    room: Room,
    json: AsJson = False,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Revoke one pass."""
    record = _with_moderators(lambda store: store.revoke(room, prefix), data_dir, config)
    if json:
        print_json(asdict(record))
        return
    text = TEXTS(
        "moderator.revoked", moderator=record.moderator_id, name=record.name, room=record.room
    )
    console().print(text, markup=False)


def _with_moderators(
    work: Callable[[ModeratorStore], Awaitable[Result]],
    data_dir: Path | None,
    config: Path | None,
) -> Result:
    return with_database(lambda database: work(ModeratorStore(database)), data_dir, config)


def _table(records: tuple[Moderator, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("moderator", "name", "created", "last_used", "state"):
        table.add_column(TEXTS(f"moderator.column.{column}"), overflow="fold")
    for record in records:
        revoked = record.revoked_unix_seconds is not None
        cells = (
            record.moderator_id,
            record.name,
            date(record.created_unix_seconds),
            date(record.last_used_unix_seconds),
            TEXTS("moderator.state.revoked" if revoked else "moderator.state.valid"),
        )
        table.add_row(*(Text(cell) for cell in cells), style="dim" if revoked else "")
    return table
