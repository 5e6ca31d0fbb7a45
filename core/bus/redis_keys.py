"""Names of what the product keeps in Redis.

The braces are Redis Cluster's hash tag: everything of one room lives on one node.
"""

from __future__ import annotations

from typing import Final

DIRECTORY: Final = "djuv:rooms"
"""Hash: room -> JSON of the room's latest state (`core.bus.directory`)."""

FIELD: Final = b"e"
"""The one field of a stream entry: an encoded envelope."""

EVENTS_KEPT: Final = 40_000
MEDIA_KEPT: Final = 500  # ten seconds of packets

PICTURES_KEPT: Final = 400
"""Ten seconds of twenty pictures a second in each of two formats."""

STREAMS_LIVE_SECONDS: Final = 7 * 86_400
"""How long a room's streams outlive the last word on its set: Redis must not fill up with DJs who
played once."""


def events_stream(room: str) -> str:
    """Return the key of the stream of a room's events."""
    return f"djuv:{{{room}}}:events"


def media_stream(room: str) -> str:
    """Return the key of the stream of a room's encoded audio."""
    return f"djuv:{{{room}}}:media"


def pictures_stream(room: str) -> str:
    """Return the key of the stream of a room's pictures.

    A stream of their own: forty pictures a second would push sound out of a common bound, and a
    reader that knows no pictures does not have to fetch them.
    """
    return f"djuv:{{{room}}}:pictures"


def viewers_hash(room: str) -> str:
    """Return the key of a room's viewers by process, a hash (`core.bus.redis_audience`)."""
    return f"djuv:{{{room}}}:viewers"


def features_key(session: str, time_seconds: float) -> str:
    """Return the key of the features heard at `time_seconds` of a session."""
    return f"features:{session}:{time_seconds:.3f}"


CROWD_HOST: Final = "djuv:crowd:host"
"""The name of the process that hosts the crowds, for as long as its lease runs."""

CROWD_ASKS: Final = "djuv:crowd:asks"
"""Channel of all that is asked of crowds (pub/sub: nothing stays)."""


ANSWER_MARK: Final = b" "
"""Between the number of a question and the answer to it."""


def crowd_answers(process: str) -> str:
    """Return the channel of the answers to one process."""
    return f"djuv:crowd:answers:{process}"


def crowd_events(room: str) -> str:
    """Return the channel of a room's crowd."""
    return f"djuv:crowd:events:{room}"


def crowd_queue(room: str) -> str:
    """Return the channel of what waits for a room's moderators."""
    return f"djuv:crowd:queue:{room}"
