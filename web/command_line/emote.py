"""`djuniverse emote`: the pictures of its own that a room's chat shows for `:name:`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from battles.emotes import MOST_BYTES, Emote, EmoteStore
from core.errors import BadInput
from sentiment.text.emotes import STARTER_EMOTES
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

Name = Annotated[str, typer.Argument(help=TEXTS("emotes.name.help"), callback=written)]


@app.command("add", help=TEXTS("emotes.add.help"))
def add(
    name: Name,
    file: Annotated[Path, typer.Argument(help=TEXTS("emotes.file.help"))],
    room: Room,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Add a picture, or replace the one of that name."""
    image = _read(file)
    emote = _with_emotes(lambda store: store.add(room, name, image), data_dir, config)
    console().print(TEXTS("emotes.added", name=emote.name, room=emote.room), markup=False)


@app.command("list", help=TEXTS("emotes.list.help"))
def list_emotes(
    room: Room, json: AsJson = False, data_dir: DataDir = None, config: ConfigFile = None
) -> None:
    """List a room's own emotes."""
    emotes = _with_emotes(lambda store: store.list(room), data_dir, config)
    if json:
        print_json([asdict(emote) for emote in emotes])
    elif emotes:
        console().print(_table(emotes))
    else:
        console().print(TEXTS("emotes.none", room=room), markup=False)


@app.command("remove", help=TEXTS("emotes.remove.help"))
def remove(name: Name, room: Room, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Remove one emote."""
    _with_emotes(lambda store: store.remove(room, name), data_dir, config)
    console().print(TEXTS("emotes.removed", name=name, room=room), markup=False)


def _read(file: Path) -> bytes:
    """Return a file's content, one byte more at most than an emote may have."""
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(
            f"The file {file} cannot be read: {reason}.",
            code="emote_unreadable",
            file=str(file),
            reason=reason,
        ) from error


def _with_emotes(
    work: Callable[[EmoteStore], Awaitable[Result]], data_dir: Path | None, config: Path | None
) -> Result:
    return with_database(
        lambda database: work(EmoteStore(database, STARTER_EMOTES)), data_dir, config
    )


def _table(emotes: tuple[Emote, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("name", "type", "added"):
        table.add_column(TEXTS(f"emotes.column.{column}"), overflow="fold")
    for emote in emotes:
        cells = (f":{emote.name}:", emote.media_type, date(emote.added_unix_seconds))
        table.add_row(*map(Text, cells))
    return table
