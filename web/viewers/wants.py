"""What a viewer wants to be sent: events alone, with sound, with pictures in one format."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from core.messages import Track
from core.show import PictureFormat


class Wants(StrEnum):
    """What a viewer is sent; viewers who want the same are written the same bytes."""

    EVENTS = "events"
    SOUND = "sound"  # and events
    VIDEO = "video"  # VP9, sound and events
    STILLS = "stills"  # JPEG, sound and events

    @property
    def tracks(self) -> frozenset[Track]:
        """The tracks of a room that belong to it."""
        return _TRACKS[self]

    @property
    def without_pictures(self) -> Wants:
        """What is left of it while there are no pictures to be had."""
        return Wants.EVENTS if self is Wants.EVENTS else Wants.SOUND


_TRACKS: Final[Mapping[Wants, frozenset[Track]]] = {
    Wants.EVENTS: frozenset({Track.EVENTS}),
    Wants.SOUND: frozenset({Track.EVENTS, Track.SOUND}),
    Wants.VIDEO: frozenset({Track.EVENTS, Track.SOUND, Track.VIDEO}),
    Wants.STILLS: frozenset({Track.EVENTS, Track.SOUND, Track.STILLS}),
}

OF_FORMAT: Final[Mapping[str, Wants]] = {
    PictureFormat.VP9: Wants.VIDEO,
    PictureFormat.JPEG: Wants.STILLS,
}
"""What is wanted by whoever asks for sound with pictures of a format."""
