"""The same again: one user repeating themselves, or many users pasting one text.

A text is known by hashes of the letters at its beginning and at its end, so that a number or an
emoji put at either end, another case, accents, spaces or punctuation do not make it a new one. The
text itself is not kept. Short texts are never repeats: "temazo" may be said all night.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from sentiment.text.emotes import EMOTE
from sentiment.text.folding import FoldedText

SAYINGS_MOST: Final = 12
"""Texts of a user that are compared with."""

WINDOW_SECONDS: Final = 120.0
"""A user's repeats further apart are fine."""

ROOM_WINDOW_SECONDS: Final = 60.0
ROOM_TEXTS_MOST: Final = 4096
"""Texts of a room that are remembered; the longest unheard gives way."""

WORDS_LEAST: Final = 4
"""Different words below which a text is a shout, and no text to repeat."""

REPEATS_MOST: Final = (0, 5, 3, 2, 1)
"""For each level, how often a user may say the same within the window."""

USERS_MOST: Final = (0, 0, 10, 6, 4)
"""For each level, how many users may paste one text; 0 is any number."""

_END_LETTERS: Final = 32
_NO_LETTERS: Final = re.compile(r"[\W\d_]+")


class Saying(NamedTuple):
    """One text said, by hashes."""

    at_seconds: float
    beginning: int
    end: int


def saying_of(text: FoldedText, now_seconds: float) -> Saying | None:
    """Return what `text` is known by, or None where it is too short to be a repeat."""
    if len(text.words) < WORDS_LEAST:
        return None
    bare = EMOTE.sub(" ", text.bare) if ":" in text.bare else text.bare
    if len(set(bare.split())) < WORDS_LEAST:
        return None
    letters = _NO_LETTERS.sub("", bare)
    if len(letters) < 2 * WORDS_LEAST:
        return None
    return Saying(now_seconds, hash(letters[:_END_LETTERS]), hash(letters[-_END_LETTERS:]))


def times_said(saying: Saying, before: Iterable[Saying]) -> int:
    """Return how often a user said `saying`, or nearly, within the window before it."""
    since_seconds = saying.at_seconds - WINDOW_SECONDS
    return sum(
        (one.beginning == saying.beginning or one.end == saying.end)
        and one.at_seconds > since_seconds
        for one in before
    )


@dataclass(slots=True)
class _Heard:
    first_seconds: float
    users: int


class RoomTexts:
    """How many users of a room said each text of late."""

    def __init__(self) -> None:
        self._heard: OrderedDict[int, _Heard] = OrderedDict()

    def __len__(self) -> int:
        return len(self._heard)

    def note(self, saying: Saying) -> int:
        """Count one more user who says `saying`; return how many did within the window."""
        return max(self._note(key, saying.at_seconds) for key in {saying.beginning, ~saying.end})

    def _note(self, key: int, now_seconds: float) -> int:
        heard = self._heard.get(key)
        if heard is None or now_seconds - heard.first_seconds > ROOM_WINDOW_SECONDS:
            heard = self._heard[key] = _Heard(now_seconds, 0)
        self._heard.move_to_end(key)
        heard.users += 1
        if len(self._heard) > ROOM_TEXTS_MOST:
            self._heard.popitem(last=False)
        return heard.users
