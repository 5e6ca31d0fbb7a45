"""A room to say things in, without a model unless a test brings an opinion."""

from __future__ import annotations

from dataclasses import replace

from core.crowd import Axis, ChatRules, Role
from sentiment.moderation import Member, Moderator, Verdict
from sentiment.opinion import Opinion
from sentiment.text import fold

NEUTRAL = Opinion(0.0, "neutral", 0.0, 0.0, 0.0, 0.0, 0.0, "none")


def opinion(**parts: float) -> Opinion:
    """Return a neutral opinion but for `parts`."""
    return replace(NEUTRAL, **parts)  # type: ignore[arg-type]


def at_level(level: int, *axes: Axis) -> ChatRules:
    """Return rules that look at `axes` alone."""
    return ChatRules(levels={axis: level if axis in axes else 0 for axis in Axis})


class Room:
    """A moderated room with a clock."""

    def __init__(self, rules: ChatRules | None = None) -> None:
        self.moderator = Moderator()
        self.rules = rules or ChatRules()
        self.now_seconds = 1000.0
        self.hype: float | None = None
        self.member = Member()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_seconds += seconds

    def say(
        self, text: str, *, by: Member | None = None, thought: Opinion | None = NEUTRAL
    ) -> Verdict:
        """Say something, as one and the same member by default."""
        return self.moderator.judge(
            fold(text), thought, by or self.member, self.rules, self.now_seconds, hype=self.hype
        )


def verdict_on(text: str, rules: ChatRules | None = None, role: Role = Role.VIEWER) -> Verdict:
    """Return the verdict on `text`, said first by somebody new."""
    return Room(rules).say(text, by=Member(role))
