"""What a host asks of those who read messages and feel a room's pulse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from core.crowd import CrowdPulse, EmoteSpan, Moment, Reaction
from core.messages import Envelope
from sentiment.moderation.lexicon import Heard
from sentiment.opinion import Opinion
from sentiment.text import FoldedText


class Reader(Protocol):
    """The model: `sentiment.classifier.Classifier`."""

    def read(
        self, texts: Sequence[FoldedText], heard: Sequence[Heard] | None = None
    ) -> list[Opinion]:
        """Return an opinion of each text; `heard` is what the word lists say of each."""
        ...


Listen: TypeAlias = Callable[[FoldedText], Heard]
"""Asks the word lists, once a message: `sentiment.moderation.Lexicon.read`."""


class Senses(Protocol):
    """What feels one room's pulse and notices its moments."""

    @property
    def hype(self) -> float | None:
        """The latest index, 0-100; None where it is not known."""
        ...

    def hear_said(
        self, user: str, text: FoldedText, emotes: Sequence[EmoteSpan], opinion: Opinion | None
    ) -> None:
        """Take a message that everybody sees."""
        ...

    def hear_cheer(self, user: str, reaction: Reaction) -> None:
        """Take a tap."""
        ...

    def hear_set(self, envelope: Envelope) -> None:
        """Take what the room's set does, encoded audio included."""
        ...

    def tick(self, pts_microseconds: int) -> tuple[CrowdPulse, Sequence[Moment]]:
        """Return the pulse, and the moments that changed; called once a second."""
        ...

    def rest(self) -> None:
        """Let go of what is too old for the pulse, while nobody is told it."""
        ...

    def forget_people(self) -> None:
        """Keep nothing more of what anybody in particular said or tapped."""
        ...


MakeSenses: TypeAlias = Callable[[str], Senses]
