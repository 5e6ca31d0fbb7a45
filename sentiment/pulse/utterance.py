"""What the pulse is told of one message: a handful of numbers, and no words.

How long it is counts without its repetitions: a wall of one emote is as quickly said as the emote,
and a name shouted ten times is one name. That is what tells a reaction, which is short because
nobody has time to write, from talk.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.crowd import EmoteSpan
from sentiment.lexicon import valences
from sentiment.opinion import Opinion
from sentiment.pulse.excitement import EMOJI, elongated, excited_word, is_shouted
from sentiment.text import FoldedText
from sentiment.text.folding import without_accents

EMOTE_CHARACTERS: Final = 2
"""How long an emote counts: one pick from a list."""

REACTION_WORDS: Final = 6
"""Distinct words up to which a message can be a mere reaction."""

PIECES_KEPT: Final = 1 << 15
PIECE_CHARACTERS: Final = 24
"""Words up to this length are remembered as what they are: chat repeats its words, and what is
longer is seldom one."""

_RUN: Final = re.compile(r"(.)\1+")
_PIECE: Final = re.compile(r"\w+|[^\w\s]+")
_EMOJI: Final = re.compile("[\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff]")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one message amounts to."""

    log_length: float  # ln(1 + characters), each distinct word and emote once, runs as one letter
    elongated: bool  # a letter is drawn out
    excited: bool  # short, and with something of a reaction in it
    emotes_only: bool  # emotes or emoji and nothing else
    emote: str | None  # the one most used in it
    feeling: float | None  # -1 to 1; None where the model did not read it
    hostility: float | None  # 0-1, likewise


def utterance(text: FoldedText, emotes: Sequence[EmoteSpan], opinion: Opinion | None) -> Utterance:
    """Return what a message amounts to.

    Parameters
    ----------
    text
        The message.
    emotes
        Where the room's emotes stand in `text.shown`.
    opinion
        What the model says of it; None where it could not be asked.
    """
    rest, names = _without_emotes(text.shown, emotes)
    pieces = [
        _known(each) if len(each) <= PIECE_CHARACTERS else _look(each)
        for each in _PIECE.findall(rest)
    ]
    typed = [piece.emote for piece in pieces if piece.emote is not None]
    content = {piece.content for piece in pieces}
    every = [*names, *typed]
    characters = sum(map(len, content)) + EMOTE_CHARACTERS * len(set(names))
    return Utterance(
        log_length=math.log1p(characters),
        elongated=elongated(text.shown),
        excited=len(content) <= REACTION_WORDS
        and (
            any(piece.excited for piece in pieces)
            or any(map(excited_word, names))
            or is_shouted(text.shown)
        ),
        emotes_only=bool(every) and len(typed) == len(pieces),
        emote=Counter(every).most_common(1)[0][0] if every else None,
        feeling=None if opinion is None else opinion.sentiment,
        hostility=None if opinion is None else opinion.toxicity,
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a word, or a run of signs, is by itself."""

    content: str  # small letters without accents, each run of a letter as one
    emote: str | None  # its name, where it is an emoji, or an emote typed as on other sites
    excited: bool


def _look(shown: str) -> _Piece:
    bare = without_accents(shown.casefold())
    return _Piece(
        content=_RUN.sub(r"\1", bare),
        emote=_typed_emote(shown),
        excited=excited_word(bare) or not EMOJI.isdisjoint(shown),
    )


_known: Final = lru_cache(maxsize=PIECES_KEPT)(_look)


def _typed_emote(shown: str) -> str | None:
    if _EMOJI.match(shown):
        return shown[0]  # of a row of them the first
    if shown.isalnum() and valences().of_typed_emote(shown) is not None:
        return shown.casefold()
    return None


def _without_emotes(shown: str, emotes: Sequence[EmoteSpan]) -> tuple[str, list[str]]:
    if not emotes:
        return shown, []
    parts, at = [], 0
    for span in emotes:
        parts.append(shown[at : span.start])
        at = span.end
    return " ".join([*parts, shown[at:]]), [span.name for span in emotes]
