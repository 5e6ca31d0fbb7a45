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
    SILENT_VIDEO = "silent_video"  # VP9 and events, for screens whose sound comes from elsewhere
    SILENT_STILLS = "silent_stills"  # JPEG and events

    @property
    def tracks(self) -> frozenset[Track]:
        """The tracks of a room that belong to it."""
        return _TRACKS[self]

    @property
    def hears(self) -> bool:
        """Whether it has sound."""
        return Track.SOUND in self.tracks

    @property
    def without_pictures(self) -> Wants:
        """What is left of it while there are no pictures to be had."""
        return Wants.SOUND if self.hears else Wants.EVENTS

    @property
    def without_sound(self) -> Wants:
        """The same, silent."""
        return _SILENT.get(self, self)


_TRACKS: Final[Mapping[Wants, frozenset[Track]]] = {
    Wants.EVENTS: frozenset({Track.EVENTS}),
    Wants.SOUND: frozenset({Track.EVENTS, Track.SOUND}),
    Wants.VIDEO: frozenset({Track.EVENTS, Track.SOUND, Track.VIDEO}),
    Wants.STILLS: frozenset({Track.EVENTS, Track.SOUND, Track.STILLS}),
    Wants.SILENT_VIDEO: frozenset({Track.EVENTS, Track.VIDEO}),
    Wants.SILENT_STILLS: frozenset({Track.EVENTS, Track.STILLS}),
}

_SILENT: Final[Mapping[Wants, Wants]] = {
    Wants.SOUND: Wants.EVENTS,
    Wants.VIDEO: Wants.SILENT_VIDEO,
    Wants.STILLS: Wants.SILENT_STILLS,
}

OF_FORMAT: Final[Mapping[str, Wants]] = {
    PictureFormat.VP9: Wants.VIDEO,
    PictureFormat.JPEG: Wants.STILLS,
}
"""What is wanted by whoever asks for sound with pictures of a format."""
