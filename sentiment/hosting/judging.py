"""From a verdict of moderation to what the chat does with a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeAlias

from core.clock import Clock
from core.crowd import Action, Axis, ChatRules, EmoteSpan
from sentiment.chat import Member, Ruling
from sentiment.moderation.levels import level_of
from sentiment.moderation.lexicon import Heard
from sentiment.moderation.member import Member as Conduct
from sentiment.moderation.verdict import Verdict
from sentiment.opinion import Opinion
from sentiment.text import FoldedText

UNREAD: Final = Opinion(0.0, "neutral", 0.0, 0.0, 0.0, 0.0, 0.0, "none")
"""What rules alone are given in place of an opinion."""

UNSURE: Final = 0.25
"""Score of a rule from which a message that the model could not read waits for a moderator."""

FORMAL: Final = frozenset({"empty", "too_long", "emotes_only"})
"""Codes of what is no offence: nobody has to look at it, and nothing of it is kept."""

_TOO_FAST: Final = (Axis.FLOOD.value, "rate")


class Moderates(Protocol):
    """What judges the messages of one room: `sentiment.moderation.Moderator`."""

    def judge(
        self,
        text: FoldedText,
        opinion: Opinion,
        member: Conduct,
        rules: ChatRules,
        *,
        now_seconds: float,
        hype: float | None = None,
        emotes: Sequence[EmoteSpan] | None = None,
        heard: Heard | None = None,
    ) -> Verdict:
        """Return what becomes of a message; its author's `member` remembers it."""
        ...


MakeModerator: TypeAlias = Callable[[], Moderates]


class RoomJudge:
    """Rules on the messages of one room.

    Parameters
    ----------
    moderator
        Of this room.
    clock
        Tells how fast people talk.
    """

    def __init__(self, moderator: Moderates, clock: Clock) -> None:
        self._moderator = moderator
        self._clock = clock

    def rule(
        self,
        text: FoldedText,
        opinion: Opinion | None,
        member: Member,
        rules: ChatRules,
        *,
        hype: float | None,
        emotes: Sequence[EmoteSpan],
        heard: Heard | None = None,
    ) -> Ruling:
        """Return what is to become of a message.

        Without an opinion the rules decide alone, and what they are not sure of waits. `emotes` are
        those that the room has: any other name between colons is words.
        """
        verdict = self._moderator.judge(
            text,
            UNREAD if opinion is None else opinion,
            member.conduct,
            rules,
            now_seconds=self._clock.monotonic_seconds(),
            hype=hype,
            emotes=emotes,
            heard=heard,
        )
        if opinion is None and verdict.action is Action.ALLOW and _is_unsure(verdict, rules):
            return Ruling(Action.HOLD, reasons=(verdict.scores[0][0].value, "not_read"))
        return Ruling(
            action=verdict.action,
            code=verdict.code,
            reasons=verdict.reasons,
            silent_seconds=verdict.timeout_seconds,
            weight=verdict.weight,
            retry_after_seconds=verdict.retry_after_seconds,
            may_appeal=verdict.code != Axis.FLOOD.value and "unlawful" not in verdict.reasons,
            on_record=not _is_formal(verdict),
        )


def _is_unsure(verdict: Verdict, rules: ChatRules) -> bool:
    return any(score >= UNSURE and level_of(rules, axis) > 0 for axis, score in verdict.scores)


def _is_formal(verdict: Verdict) -> bool:
    if verdict.action is not Action.DELETE:
        return False
    return verdict.code in FORMAL or verdict.reasons == _TOO_FAST
