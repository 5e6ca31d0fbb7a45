"""Which sets are kept, so that a person finds the one to be judged again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from rich.table import Table
from rich.text import Text

from core.errors import NotFound, RecordingDamaged
from core.media import SAMPLE_RATE_HZ
from stream.recording.facts import AUDIO_NAME, EVENTS_NAME, FACTS_NAME, read_facts
from stream.recording.ogg import CAPTURE, PageDamaged, read_page
from web.command_line.language import TEXTS
from web.report.words import clock

LATEST: Final = "latest"
"""Stands for the id of the newest set; ids begin with a date."""

SILENCE_SECONDS: Final = 120.0
"""After so long without a byte written, a recording that was not closed is no longer on air.

One that is on air grows every second, and a connection that broke is waited for half a minute.
"""

_TAIL_BYTES: Final = 2 * 65_536
"""Holds at least one whole page, whose longest is 65,307 bytes."""


class State(StrEnum):
    """What became of a kept set."""

    ENDED = "ended"
    OPEN = "open"  # on air, or cut off a moment ago: nothing tells which
    CUT = "cut"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class KeptSet:
    """One line of the list."""

    session: str
    dj_name: str
    room: str
    started_unix_seconds: float
    length_seconds: float
    state: State


def kept_sets(recordings: Path, now_unix_seconds: float) -> list[KeptSet]:
    """Return the sets kept in a folder, the newest first; of each only the last page is read."""
    found = [
        _kept_set(path.parent, now_unix_seconds) for path in recordings.glob(f"*/{FACTS_NAME}")
    ]
    return sorted(found, key=lambda kept: kept.started_unix_seconds, reverse=True)


def folder_of_kept(session: str, recordings: Path, now_unix_seconds: float) -> Path:
    """Return the folder of a set, named by its id, by its folder or as the latest.

    Raises
    ------
    core.errors.NotFound
        If there is none.
    """
    if session == LATEST:
        for kept in kept_sets(recordings, now_unix_seconds):
            if kept.state is not State.DAMAGED:
                return recordings / kept.session
        raise NotFound(
            f"No set is kept in {recordings}.", code="no_sets_kept", folder=str(recordings)
        )
    if (Path(session) / FACTS_NAME).is_file():
        return Path(session)
    # An id is a name and no path: nothing outside the folder is looked for.
    if Path(session).name == session and (recordings / session / FACTS_NAME).is_file():
        return recordings / session
    raise NotFound(
        f"No set {session} is kept in {recordings}. `djuniverse replay` lists those that are.",
        code="set_not_kept",
        session=session,
        folder=str(recordings),
    )


def state_of(folder: Path, ended: bool, now_unix_seconds: float) -> State:
    """Return what became of the set in `folder`, as far as it can be told."""
    if ended:
        return State.ENDED
    paths = (folder / AUDIO_NAME, folder / EVENTS_NAME)
    written = max((path.stat().st_mtime for path in paths if path.exists()), default=0.0)
    return State.OPEN if now_unix_seconds - written < SILENCE_SECONDS else State.CUT


def table_of(sets: list[KeptSet]) -> Table:
    """Return the list as people read it."""
    table = Table(box=None, pad_edge=False)
    for column in ("session", "date", "dj", "length", "state"):
        table.add_column(TEXTS(f"replay.column.{column}"), overflow="fold")
    for kept in sets:
        date = datetime.fromtimestamp(kept.started_unix_seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
        state = TEXTS(f"replay.state.{kept.state}")
        cells = (kept.session, date, kept.dj_name, clock(kept.length_seconds), state)
        table.add_row(*map(Text, cells))
    return table


def _kept_set(folder: Path, now_unix_seconds: float) -> KeptSet:
    """Return one set; one that cannot be read is listed all the same."""
    try:
        info = read_facts(folder).info
    except (NotFound, RecordingDamaged):
        written = folder.stat().st_mtime
        return KeptSet(folder.name, "", "", written, 0.0, State.DAMAGED)
    end_sample, ended = _end_of(folder / AUDIO_NAME)
    return KeptSet(
        session=folder.name,
        dj_name=info.dj_name,
        room=info.room,
        started_unix_seconds=info.started_unix_seconds,
        length_seconds=end_sample / SAMPLE_RATE_HZ,
        state=state_of(folder, ended, now_unix_seconds),
    )


def _end_of(audio: Path) -> tuple[int, bool]:
    """Return the position behind the last whole page, and whether it closes the file."""
    try:
        with audio.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read()
    except FileNotFoundError:
        return 0, False
    for start in _backwards(tail):
        try:
            page, end = read_page(tail, start)
        except PageDamaged:
            continue
        return page.granule, page.last and end == len(tail)
    return 0, False


def _backwards(data: bytes) -> Iterator[int]:
    """Yield where pages may begin, the last one first."""
    start = data.rfind(CAPTURE)
    while start >= 0:
        yield start
        start = data.rfind(CAPTURE, 0, start)
