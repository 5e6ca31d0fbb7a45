"""How much a room's chat remembers, and for how long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """Bounds of one room's chat; past each of them the oldest gives way."""

    shown_most: int = 200  # messages that somebody who joins is given
    log_most: int = 512  # events that somebody who comes back is given one by one
    moments_most: int = 50
    members_most: int = 20_000
    newcomers_an_hour: int = 60  # new members and new names of one address
    addresses_most: int = 4_096
    answers_a_member: int = 32  # keys of messages that are recognised when sent again
    waiting_most: int = 200  # messages before the moderators
    held_a_member: int = 5  # of those, of one member, besides appeals
    appeals_a_member: int = 3  # waiting at once
    cases_most: int = 400  # decided messages whose text is kept for an undo
    decisions_most: int = 200
    held_seconds: float = 600.0  # how long a message waits for a moderator
    text_seconds: float = 600.0  # how long a removed message's text is kept for an undo
    quote_characters: int = 80
    full_joins_most: int = 3  # of one person, each told all there is, in `full_joins_seconds`
    full_joins_seconds: float = 3.0
    cheer_seconds: float = 0.25  # least time between two taps of one member
    recent_seconds: float = 600.0  # whoever was seen in this time is known after a new salt
    idle_seconds: float = 3_600.0  # without a word or tap the chat is forgotten
    salt_seconds: float = 24 * 3_600.0  # no salt lives longer
    silence_seconds: float = 600.0  # of a time-out whose length is not said
    silence_seconds_most: float = 24 * 3_600.0
