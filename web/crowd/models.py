"""What HTTP requests about the crowd may hold, checked at the edge."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.crowd import LEVEL_MOST, Axis, ChatRules, Deed
from sentiment.chat.rules import (
    SITES_MOST,
    SLOW_SECONDS_MOST,
    WORD_CHARACTERS_MOST,
    WORDS_MOST,
)
from web.viewers.speaking import LONGEST_ID, LONGEST_NAME

Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
Level = Annotated[int, Field(ge=0, le=LEVEL_MOST, strict=True)]
Site = Annotated[str, Field(min_length=1, max_length=253)]
Word = Annotated[str, Field(min_length=1, max_length=WORD_CHARACTERS_MOST)]

LONGEST_TIME_OUT_SECONDS = 86_400.0


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class DeedBody(_Body):
    """What a moderator does. It names a message or a user, or clears the chat."""

    deed: Deed
    message: Id | None = None
    user: Id | None = None
    seconds: Annotated[
        float | None, Field(gt=0, le=LONGEST_TIME_OUT_SECONDS, allow_inf_nan=False)
    ] = None


class RulesBody(_Body):
    """How a room's chat is to be kept: all of it, since it takes the place of what was."""

    levels: dict[Axis, Level]
    slow_seconds: Annotated[float, Field(ge=0, le=SLOW_SECONDS_MOST, allow_inf_nan=False)]
    allowed_sites: Annotated[list[Site], Field(max_length=SITES_MOST)]
    blocked_words: Annotated[list[Word], Field(max_length=WORDS_MOST)]
    emotes_only: Annotated[bool, Field(strict=True)]

    def rules(self) -> ChatRules:
        """Return them as the crowd has them."""
        return ChatRules(
            levels={axis.value: level for axis, level in self.levels.items()},
            slow_seconds=self.slow_seconds,
            allowed_sites=tuple(self.allowed_sites),
            blocked_words=tuple(self.blocked_words),
            emotes_only=self.emotes_only,
        )


class ModeratorBody(_Body):
    """Who is to moderate."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
