"""What becomes of one message, and why."""

from __future__ import annotations

from dataclasses import dataclass

from core.crowd import Action, Axis


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of `Moderator.judge`.

    `reasons` holds axes, each followed by the rules that spoke (`docs/moderation.md` lists them),
    the strongest axis first; `code` is the first of them, and None where a message is allowed.
    """

    action: Action
    reasons: tuple[str, ...] = ()
    code: str | None = None
    timeout_seconds: float = 0.0  # above 0 exactly where `action` is TIME_OUT
    weight: int = 0  # of the offence it was counted as; give it back with `Offences.forgive`
    retry_after_seconds: float | None = None  # where the author only was too fast
    scores: tuple[tuple[Axis, float], ...] = ()  # 0-1, of each axis that has any, highest first

    @property
    def may_appeal(self) -> bool:
        """Whether its author may ask a moderator to look at it again."""
        deleted = self.action in (Action.DELETE, Action.TIME_OUT)
        return deleted and self.code not in _PLAIN_FACTS and self.reasons[1:] not in _NO_MATTERS


_PLAIN_FACTS = frozenset({"empty", "too_long", "emotes_only"})
_NO_MATTERS = (("rate",), ("unlawful",))

ALLOWED = Verdict(Action.ALLOW)
"""Nothing speaks against it."""
