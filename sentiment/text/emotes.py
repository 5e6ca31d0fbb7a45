"""Emotes in a message: `:name:`, as typed or picked."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from core.crowd import EMOTE_NAME, EmoteSpan

STARTER_EMOTES: Final = (
    "fire", "heart", "hands", "wow", "boo", "dance", "drop", "vinyl", "headphones", "laugh",
    "cry", "sleepy", "clap", "rocket", "train", "eyes", "salute", "hundred", "party", "alien",
)  # fmt: skip
"""What every room has; drawn in `web/static/emotes`."""

EMOTE: Final = re.compile(f":({EMOTE_NAME}):")
EMOTES_MOST: Final = 60
"""Emotes of one message that are drawn; the rest stays text."""


def emote_spans(
    text: str, known: Collection[str], most: int = EMOTES_MOST
) -> tuple[EmoteSpan, ...]:
    """Return where `text` names emotes out of `known`, in order, counted in code points."""
    if ":" not in text:
        return ()
    spans: list[EmoteSpan] = []
    at = 0
    while len(spans) < most and (match := EMOTE.search(text, at)):
        if match[1] in known:
            spans.append(EmoteSpan(match[1], match.start(), match.end()))
            at = match.end()
        else:
            at = match.end() - 1  # its second colon may begin the next one
    return tuple(spans)
