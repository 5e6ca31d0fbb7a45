"""What gives way first where too much waits: pictures before sound, sound before events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.messages import Envelope, Track

WORTH: Final[Mapping[Track, int]] = {
    Track.STILLS: 0,
    Track.VIDEO: 0,
    Track.SOUND: 1,
    Track.EVENTS: 2,
}

KINDS: Final[Mapping[int, str]] = {0: "picture", 1: "media", 2: "event"}
"""What the metrics call envelopes of each worth; `media` was sound before there were pictures."""


def worth(envelope: Envelope) -> int:
    """Return what `envelope` is worth to a reader who cannot have everything."""
    return WORTH[envelope.track]
