"""The latest decisions of a room, for its moderators; their texts are forgotten after a while."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from core.crowd import AuditEntry
from sentiment.chat.config import ChatLimits


class Journal:
    """Decisions, newest last.

    Parameters
    ----------
    limits
        How many, and how long their texts are kept.
    """

    def __init__(self, limits: ChatLimits) -> None:
        self._text_seconds = limits.text_seconds
        self._entries: deque[tuple[float, AuditEntry]] = deque(maxlen=limits.decisions_most)

    def __len__(self) -> int:
        return len(self._entries)

    def note(self, entry: AuditEntry, now_seconds: float) -> None:
        """Keep a decision."""
        self._entries.append((now_seconds + self._text_seconds, entry))

    def latest(self) -> tuple[AuditEntry, ...]:
        """Return all that is kept, newest first."""
        return tuple(entry for _, entry in reversed(self._entries))

    def forget_texts(self, now_seconds: float) -> None:
        """Take the text out of entries that are old enough."""
        for index, (ends_seconds, entry) in enumerate(self._entries):
            if ends_seconds > now_seconds:
                return
            if entry.text is not None:
                self._entries[index] = (ends_seconds, replace(entry, text=None))

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
