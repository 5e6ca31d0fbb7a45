"""`{id}.json`: what is kept of a clip beside its sound.

Nothing here is about a person of the audience: no chat, no names, no user ids. What the crowd did
stands in two numbers, the moment's `strength` and `hype`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from core.messages import Component, Estimate, Reading
from core.plain import Misfit, from_plain, to_plain

VERSION: Final = 1
ID_BYTES: Final = 16
"""128 random bits: a clip can be found by its link alone."""

ID_FORMAT: Final = re.compile(r"[A-Za-z0-9_-]{22}")
"""An id becomes a file's name, so it must not lead anywhere else."""


class FactsDamaged(ValueError):
    """A file that is not what `facts_body` writes."""


@dataclass(frozen=True, slots=True)
class ClipMoment:
    """What was epic."""

    id: str
    code: str  # "drop", "peak", "change", "crowd"
    start_seconds: float  # on the set's media clock
    end_seconds: float
    strength: float  # 0-1
    hype: float | None  # 0-100


@dataclass(frozen=True, slots=True)
class ClipScores:
    """How the set stood when the moment was over."""

    reason: str | None  # why there is no score
    overall: Estimate | None
    components: Mapping[Component, Estimate | None]
    bpm: Reading
    key: Reading
    camelot: Reading
    genre: Reading


@dataclass(frozen=True, slots=True)
class ClipCourse:
    """Columns of equal length, one entry each half second: the windows that end within the clip."""

    time_seconds: tuple[float, ...]  # end of the window, on the set's media clock
    overall: tuple[float | None, ...]  # of the window
    components: Mapping[Component, tuple[float | None, ...]]  # of the window
    set_overall: tuple[float | None, ...]
    energy: tuple[float | None, ...]  # 0-1


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """Everything that the file says."""

    v: int
    id: str
    room: str
    dj_name: str
    title: str | None  # of the set
    epoch: str
    set_started_unix_seconds: float
    created_unix_seconds: float
    start_seconds: float  # of the clip on the set's media clock
    end_seconds: float
    missing_seconds: float  # of it, made up for lost packets
    moment: ClipMoment
    scores: ClipScores | None  # None where nothing was judged yet
    course: ClipCourse
    levels: tuple[int, ...]  # how loud each 50 ms are: 100 is a sine of full scale
    model: str
    model_version: str
    software_version: str


def new_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_urlsafe(ID_BYTES)


def facts_body(facts: ClipFacts) -> bytes:
    """Return `facts` as JSON."""
    return orjson.dumps(to_plain(facts))


def read_facts(body: bytes) -> ClipFacts:
    """Return what `facts_body` wrote.

    Raises
    ------
    FactsDamaged
        If it is anything else, or of another version.
    """
    try:
        facts = from_plain(ClipFacts, orjson.loads(body))
    except (Misfit, orjson.JSONDecodeError) as damage:
        raise FactsDamaged(str(damage)) from damage
    if facts.v != VERSION:
        raise FactsDamaged(f"it is of version {facts.v}, not {VERSION}")
    return facts
