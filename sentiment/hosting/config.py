"""Limits of a crowd's host."""

from __future__ import annotations

from dataclasses import dataclass, field

from sentiment.chat import ChatLimits


@dataclass(frozen=True, slots=True)
class CrowdConfig:
    """How much a host takes on, and how long it waits for others."""

    chat: ChatLimits = field(default_factory=ChatLimits)
    rooms_most: int = 500
    queue_messages: int = 2_048  # that wait to be judged; one more is refused
    waiting_a_person: int = 4  # of those, of one person in one room
    batch_messages: int = 32  # read by the model at once, at most
    turn_seconds: float = 0.002  # after that much work the loop's other tasks have a turn
    tick_seconds: float = 1.0
    forget_seconds: float = 3_600.0  # a room that nobody listens to, after its last word
    forget_made_up_seconds: float = 60.0  # the same, where nobody ever spoke or joined
    text_characters: int = 500
    key_characters: int = 64
    ask_seconds: float = 5.0  # longest wait for an answer
    store_seconds: float = 2.0  # for rules, roles and emotes
    pulse_repeat_seconds: float = 10.0  # a pulse that does not change is told again so often
    emotes_seconds: float = 60.0  # how old a room's list of emotes may be
    moments_most: int = 50  # of one room
    audio_seconds: float = 75.0
    audio_bytes: int = 4_194_304  # of one room
    clips_most: int = 8  # being made or waiting
    clip_seconds: float = 60.0  # longest wait for one clip
    clip_after_seconds: float = 18.5  # of sound from a moment's beginning that its clip holds
    audit_entries: int = 2_000  # that wait to be stored
    stop_seconds: float = 5.0
