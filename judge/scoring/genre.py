"""Which genre's weights apply to a set."""

from __future__ import annotations

from typing import Final

from core.messages import Genre, Reading

GENRE_HOLD_HOPS: Final = 60
"""A newly heard genre must last 30 s before its weights apply."""


class GenreHold:
    """Which genre's weights apply, without flapping."""

    def __init__(self, declared: Genre | None) -> None:
        self.genre = declared or Genre.OTHER
        self._fixed = declared is not None
        self._rival = self.genre
        self._rival_hops = 0

    def hear(self, reading: Reading) -> None:
        """Take the newest reading of the genre."""
        if self._fixed or reading.value is None:
            return
        heard = Genre(str(reading.value))
        self._rival_hops = self._rival_hops + 1 if heard is self._rival else 1
        self._rival = heard
        if self._rival_hops >= GENRE_HOLD_HOPS:
            self.genre = heard
