"""The list of rooms that a remote bus keeps for all its processes.

An entry carries the time it was last confirmed: a room whose ingest process died without a word is
not shown as live for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
import structlog

from core.bus.interface import RoomSummary
from core.messages import Genre, Phase, SessionInfo, SessionState

CONFIRM_EVERY_SECONDS: Final = 10.0
LOST_AFTER_SECONDS: Final = 45.0
REASON_LOST: Final = "ingest_lost"

_ENTRY_ID: Final = re.compile(r"[0-9]+-[0-9]+")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What the directory says of one room."""

    state: SessionState
    first_id: str  # where the current epoch begins in the room's stream of events
    confirmed_unix_seconds: float

    def encode(self) -> bytes:
        """Return the entry as JSON."""
        info = self.state.info
        return orjson.dumps(
            {
                "session": info.session,
                "room": info.room,
                "dj_name": info.dj_name,
                "started": info.started_unix_seconds,
                "title": info.title,
                "genre": info.declared_genre,
                "phase": self.state.phase,
                "reason": self.state.reason,
                "position": self.state.position_samples,
                "first_id": self.first_id,
                "confirmed": self.confirmed_unix_seconds,
            }
        )

    @classmethod
    def decode(cls, encoded: bytes | str) -> DirectoryEntry | None:
        """Read an entry back; None where it is none.

        A broken or newer writer's entry must not hide all other rooms.
        """
        try:
            return cls._read(orjson.loads(encoded))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("bus_directory_entry_unreadable", reason=repr(error))
            return None

    @classmethod
    def _read(cls, entry: dict[str, Any]) -> DirectoryEntry:
        if _ENTRY_ID.fullmatch(entry["first_id"]) is None:
            raise ValueError(f"{entry['first_id']!r} is no place in a stream")
        info = SessionInfo(
            session=entry["session"],
            room=entry["room"],
            dj_name=entry["dj_name"],
            started_unix_seconds=entry["started"],
            title=entry["title"],
            declared_genre=None if entry["genre"] is None else Genre(entry["genre"]),
        )
        state = SessionState(info, Phase(entry["phase"]), entry["reason"], entry["position"])
        return cls(state, entry["first_id"], float(entry["confirmed"]))

    def summary(self, now_unix_seconds: float) -> RoomSummary:
        """Return the room as it stands now: ended if nobody confirmed it for too long."""
        silent_seconds = now_unix_seconds - self.confirmed_unix_seconds
        state = self.state
        if state.phase is not Phase.ENDED and silent_seconds > LOST_AFTER_SECONDS:
            state = replace(state, phase=Phase.ENDED, reason=REASON_LOST)
        return RoomSummary(state.info.room, state)
