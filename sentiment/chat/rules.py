"""What rules a room may give its chat."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from core.crowd import LEVEL_MOST, Axis, ChatRules
from core.errors import BadInput

SLOW_SECONDS_MOST: Final = 600.0
SITES_MOST: Final = 50
WORDS_MOST: Final = 200
WORD_CHARACTERS_MOST: Final = 40

_SITE: Final = re.compile(
    r"(?=.{4,100}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)


def checked_rules(rules: ChatRules) -> ChatRules:
    """Return `rules` as they are kept: in one spelling, nothing twice, every axis with a level.

    Raises
    ------
    BadInput
        With code "rules_invalid", if a level, a number or a word is outside its limits.
    """
    slow = rules.slow_seconds
    if not (math.isfinite(slow) and 0 <= slow <= SLOW_SECONDS_MOST):
        raise _invalid(f"Slow mode is 0 to {SLOW_SECONDS_MOST:.0f} seconds, not {slow}.")
    return replace(
        rules,
        levels=_levels(rules.levels),
        slow_seconds=float(slow),
        allowed_sites=_sites(rules.allowed_sites),
        blocked_words=_words(rules.blocked_words),
        emotes_only=bool(rules.emotes_only),
    )


def _levels(levels: dict[str, int]) -> dict[str, int]:
    axes = {axis.value for axis in Axis}
    unknown = set(levels) - axes
    if unknown:
        raise _invalid(f"There is no axis {min(unknown)!r}; there are {', '.join(sorted(axes))}.")
    for axis, level in levels.items():
        if type(level) is not int or not 0 <= level <= LEVEL_MOST:
            raise _invalid(f"The level of {axis} is 0 to {LEVEL_MOST}, not {level!r}.")
    return ChatRules().levels | {str(axis): level for axis, level in levels.items()}


def _sites(sites: Iterable[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(site.strip().lower().rstrip(".") for site in sites))
    if len(kept) > SITES_MOST:
        raise _invalid(f"At most {SITES_MOST} sites can be allowed, not {len(kept)}.")
    for site in kept:
        if _SITE.fullmatch(site) is None:
            raise _invalid(f"{site[:100]!r} is no site's name; give one such as soundcloud.com.")
    return kept


def _words(words: Iterable[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(" ".join(word.split()) for word in words))
    if len(kept) > WORDS_MOST:
        raise _invalid(f"At most {WORDS_MOST} words can be blocked, not {len(kept)}.")
    for word in kept:
        if not 1 <= len(word) <= WORD_CHARACTERS_MOST or not word.isprintable():
            raise _invalid(
                f"A blocked word has 1 to {WORD_CHARACTERS_MOST} characters, all visible."
            )
    return kept


def _invalid(message: str) -> BadInput:
    return BadInput(message, code="rules_invalid")
