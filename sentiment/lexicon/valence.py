"""The valence of words, emoji and emotes, from -4 to 4.

The lists lie beside this module as tab-separated text. They enter the model as dense inputs, so
that a new emote works from the day it is listed, without training.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sentiment.text.emotes import STARTER_EMOTES
from sentiment.text.folding import without_accents

_FOLDER: Final = Path(__file__).parent

STEM_LEAST: Final = 4
"""Shortest stem before a `*`."""

ENDING_MOST: Final = 7
"""Longest ending that a stem is tried with."""

_SUFFIX: Final = re.compile(r"^[a-z0-9]{2,12}?([A-Z][A-Za-z0-9]{1,12})$")

_SUFFIXES: Final[Mapping[str, float]] = {
    "hype": 2.6, "love": 3.0, "luv": 2.8, "heart": 2.8, "hi": 1.6, "hey": 1.6, "wave": 1.6,
    "gasm": 2.6, "lul": 1.8, "lol": 1.8, "kek": 1.6, "pog": 2.8, "wow": 2.0, "gg": 1.8,
    "cool": 1.8, "dance": 2.4, "jam": 2.2, "party": 2.4, "clap": 2.2, "hug": 2.4, "good": 2.0,
    "happy": 2.4, "fire": 2.4, "rage": -1.8, "cry": -1.6, "fail": -2.0, "sad": -1.8, "rip": -1.2,
    "wtf": -1.4, "derp": -0.6, "no": -1.2, "sleep": -1.8, "bad": -2.0, "salt": -1.6, "boo": -2.4,
}  # fmt: skip
"""Channels of other sites name emotes as `xyzHype`: what the ending means."""


@dataclass(frozen=True, slots=True)
class Valences:
    """Every list, loaded."""

    english: Mapping[str, float]
    spanish: Mapping[str, float]  # without accents but ñ
    spanish_stems: Mapping[str, float]
    emoji: Mapping[str, float]
    emotes: Mapping[str, float]  # by name in small letters
    emoticons: Mapping[str, float]  # in small letters

    def of_english(self, word: str) -> float:
        """Return the valence of an English word in small letters; 0 where it has none."""
        return self.english.get(word, 0.0)

    def of_spanish(self, word: str) -> float:
        """Return the valence of a Spanish word in small letters; 0 where it has none."""
        folded = _but_enye(word)
        exact = self.spanish.get(folded)
        if exact is not None:
            return exact
        for length in range(len(folded), max(STEM_LEAST, len(folded) - ENDING_MOST) - 1, -1):
            stem = self.spanish_stems.get(folded[:length])
            if stem is not None:
                return stem
        return 0.0

    def of_typed_emote(self, token: str) -> float | None:
        """Return the valence of an emoticon, or an emote by its bare name; None for others.

        The starter set's names are words as well, and count only between colons.
        """
        name = token.casefold()
        if name in self.emoticons:
            return self.emoticons[name]
        if name in self.emotes and name not in STARTER_EMOTES:
            return self.emotes[name]
        suffix = _SUFFIX.match(token)
        return None if suffix is None else _SUFFIXES.get(suffix[1].lower(), 0.0)


@cache
def valences() -> Valences:
    """Return the shipped lists, read once."""
    spanish = {_but_enye(word): value for word, value in _rows("spanish.tsv").items()}
    return Valences(
        english=_rows("english.tsv"),
        spanish={word: value for word, value in spanish.items() if not word.endswith("*")},
        spanish_stems={word[:-1]: value for word, value in spanish.items() if word.endswith("*")},
        emoji=_rows("emoji.tsv"),
        emotes=_rows("emotes.tsv"),
        emoticons=_rows("emoticons.tsv"),
    )


def _rows(name: str) -> dict[str, float]:
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("# "))
    return {word: float(value) for word, value in rows}


def _but_enye(word: str) -> str:
    if word.isascii():
        return word
    return "ñ".join(without_accents(part) for part in word.split("ñ"))
