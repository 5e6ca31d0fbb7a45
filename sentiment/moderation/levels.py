"""How strict each level of each axis is, and what the model says about the axes.

Two sorts of evidence are held apart. *Rules* are word lists, addresses and the flood rules: they
can be explained and appealed, so they may delete. The *model* is an opinion: it asks a human
(holds), and only at the strictest level, and nearly sure, does it delete. It never times out.

Word lists have strengths: 1 mild, 2 plain, 3 strong, 4 unlawful. As scores:

    ========  =====  ===========================================
    strength  score  for instance
    ========  =====  ===========================================
    mild      .45    "clown"
    plain     .70    "you idiot"
    strong    .95    a threat, a slur at a person
    unlawful  1.     acts at every level and for every role
    ========  =====  ===========================================

Where rules and model agree, they add up as independent witnesses do, the model's word counting
three quarters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.crowd import LEVEL_MOST, Axis, ChatRules

if TYPE_CHECKING:
    from sentiment.opinion import Opinion

STRENGTHS: Final = (0.0, 0.45, 0.7, 0.95, 1.0)
"""Scores of the strengths 0 to 4."""

GRAVE: Final = 0.9
"""Score from which hate, threats and scams are grave offences."""

NEVER: Final = 2.0
"""A limit that no score reaches."""

MODEL_SHARE: Final = 0.75
"""What the model's word counts for where a rule has spoken too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Scores from which one level of an axis acts."""

    hold: float  # of rules, or of rules and model together
    delete: float
    model_hold: float  # of the model alone
    model_delete: float


_OFF: Final = Limits(NEVER, NEVER, NEVER, NEVER)

_WORDS: Final = (
    _OFF,
    Limits(0.9, NEVER, 0.97, NEVER),  # 1: strong words wait for a moderator
    Limits(0.65, 0.9, 0.9, NEVER),  # 2: strong ones are deleted, plain ones wait
    Limits(0.4, 0.65, 0.8, NEVER),  # 3: plain ones are deleted, mild ones wait
    Limits(0.4, 0.4, 0.6, 0.92),  # 4: all are deleted
)
_DANGERS: Final = (
    _OFF,
    Limits(0.9, 0.9, 0.97, NEVER),  # 1: strong words are deleted even here
    *_WORDS[2:],
)
_ADDRESSES: Final = (
    _OFF,
    Limits(0.9, 0.9, NEVER, NEVER),  # 1: only shady addresses are deleted
    Limits(0.65, 0.9, NEVER, NEVER),  # 2: unknown sites wait, known music sites pass
    Limits(0.25, 0.65, NEVER, NEVER),  # 3: unknown ones are deleted, known ones wait
    Limits(0.25, 0.25, NEVER, NEVER),  # 4: all but the room's own list are deleted
)
# The flood rules have limits of their own for each level (`rates`, `shapes`, `repeats`).
_FLOODS: Final = (_OFF, *(Limits(0.5, 0.9, NEVER, NEVER),) * LEVEL_MOST)

LIMITS: Final[Mapping[Axis, tuple[Limits, ...]]] = {
    Axis.INSULT: _WORDS,
    Axis.HATE: _DANGERS,
    Axis.THREAT: _DANGERS,
    Axis.SEXUAL: _WORDS,
    Axis.SWEARING: _WORDS,
    Axis.SPAM: _WORDS,
    Axis.LINKS: _ADDRESSES,
    Axis.FLOOD: _FLOODS,
}
"""For each axis the limits of the levels 0 to 4."""

MODEL_LEAST: Final = min(limits.model_hold for by_level in LIMITS.values() for limits in by_level)
"""A score of the model below which it alone does nothing at any level."""

_USUAL: Final = ChatRules().levels


def level_of(rules: ChatRules, axis: Axis) -> int:
    """Return the room's level of `axis`; where it names none, the usual one."""
    level = rules.levels.get(axis)
    if level is None:
        level = _USUAL[axis]
    return min(LEVEL_MOST, max(0, level))


def together(rule: float, model: float) -> float:
    """Return the score of a rule and the model as two witnesses; 0 without a rule."""
    if rule <= 0.0:
        return 0.0
    return 1.0 - (1.0 - rule) * (1.0 - MODEL_SHARE * model)


def model_scores(opinion: Opinion) -> dict[Axis, float]:
    """Return what the model says of each axis that it knows, 0-1.

    Toxicity is shared out between insult and hate by what it is aimed at. Where neither a person
    nor a group stands out, both shares are small: swearing at nobody is no insult.
    """
    aim = max(0.5, opinion.target_person + opinion.target_group)
    return {
        Axis.INSULT: opinion.toxicity * opinion.target_person / aim,
        Axis.HATE: opinion.toxicity * opinion.target_group / aim,
        # The model has no head for threats: its toxicity only ever supports the list.
        Axis.THREAT: opinion.toxicity,
        Axis.SEXUAL: opinion.explicit,
        Axis.SPAM: opinion.spam,
    }


SUPPORTS_ONLY: Final = frozenset({Axis.THREAT})
"""Axes on which the model says nothing of its own."""
