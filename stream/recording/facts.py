"""`session.json`: whose set a recording is, and what judged it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from core.errors import NotFound, RecordingDamaged
from core.messages import SessionInfo
from core.plain import Misfit, from_plain, to_plain

AUDIO_NAME: Final = "audio.opus"
EVENTS_NAME: Final = "events.jsonl"
FACTS_NAME: Final = "session.json"
FILE_NAMES: Final = (AUDIO_NAME, EVENTS_NAME, FACTS_NAME)

VERSION: Final = 1

_SESSION_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""A session's id becomes a folder's name, so it must not lead anywhere else."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Which model, over all the files that it consists of."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class JudgingFacts:
    """All that the scores of a set depend on beside its packets."""

    model: ModelFacts
    provider: str  # of ONNX Runtime, as chosen
    decoder: str  # which Opus decoder, with its version
    software_version: str
    calibration: str | None = None  # version; None for the judge's own scale


@dataclass(frozen=True, slots=True)
class SetFacts:
    """Everything that `session.json` says."""

    v: int
    info: SessionInfo
    judging: JudgingFacts
    created_unix_seconds: float


def folder_of(recordings: Path, session: str) -> Path:
    """Return where the set `session` is kept.

    Raises
    ------
    core.errors.NotFound
        If `session` cannot be the id of a set.
    """
    if not _SESSION_NAME.fullmatch(session):
        raise NotFound(
            f"{session!r} is not the id of a set. Ids stand in the recordings folder.",
            code="recording_not_found",
            session=session,
        )
    return recordings / session


def write_facts(folder: Path, facts: SetFacts) -> None:
    """Write `session.json` whole or not at all.

    Raises
    ------
    OSError
        If it cannot be stored.
    """
    temporary = folder / (FACTS_NAME + ".part")
    with temporary.open("wb") as file:
        file.write(orjson.dumps(to_plain(facts), option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / FACTS_NAME)


def read_facts(folder: Path) -> SetFacts:
    """Read `session.json`.

    Raises
    ------
    core.errors.NotFound
        If there is none: no set is kept there.
    core.errors.RecordingDamaged
        If it is not what `write_facts` writes.
    """
    try:
        data = (folder / FACTS_NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as missing:
        raise NotFound(
            f"No set is kept in {folder}. See the recordings folder for those there are.",
            code="recording_not_found",
            session=folder.name,
        ) from missing
    try:
        facts = from_plain(SetFacts, orjson.loads(data))
    except (Misfit, orjson.JSONDecodeError) as damage:
        raise RecordingDamaged(
            f"{folder / FACTS_NAME} cannot be read ({damage}). It was changed, or written by "
            "another version of the software."
        ) from damage
    if facts.v != VERSION:
        raise RecordingDamaged(f"{folder / FACTS_NAME} is of version {facts.v}, not {VERSION}.")
    return facts
