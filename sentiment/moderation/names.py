"""Names that people choose: fit to be shown, and not to be taken for somebody else's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from sentiment.moderation.lexicon import Lexicon
from sentiment.moderation.links import addresses
from sentiment.text.folding import FoldedText, fold

LETTERS_LEAST: Final = 2
CHARACTERS_MOST: Final = 24

_SAME: Final = str.maketrans("0135478$@|!i", "olesatbsalll")
_PAIRS: Final = (("rn", "m"), ("vv", "w"))
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_RUN: Final = re.compile(r"(.)\1+")
_JOINT: Final = re.compile(r"[_.\-]+")
_HUMP: Final = re.compile(r"(?<=[a-zñáéíóúü])(?=[A-ZÑÁÉÍÓÚÜ])|[_.\-\d]+")


@dataclass(frozen=True, slots=True)
class FittedName:
    """A name as it may be shown, or (None) why it may not."""

    shown: str | None
    reason: str | None = None  # "too_short", "too_long", "unreadable", "impersonation", "offensive"


class Names:
    """What names are fit and which look alike, as one thing to hand on."""

    def fit(self, name: str) -> str | None:
        """Return `name` as it may be shown; None where it may not."""
        return fit_name(name).shown

    def key(self, name: str) -> str:
        """Return what all names have in common that look like `name`."""
        return name_key(name)


def fit_name(name: str, taken_keys: Collection[str] = ()) -> FittedName:
    """Return `name` as it may be shown, or why it may not.

    Parameters
    ----------
    name
        As typed.
    taken_keys
        Keys (`name_key`) of the names that nobody else may look like.
    """
    text = fold(name)
    shown = text.shown
    if len(shown) > CHARACTERS_MOST:
        return FittedName(None, "too_long")
    letters = sum(map(str.isalnum, shown))
    if letters < LETTERS_LEAST:
        return FittedName(None, "too_short" if len(shown) < LETTERS_LEAST else "unreadable")
    if letters * 2 < len(shown) or addresses(text):
        return FittedName(None, "unreadable")
    key = name_key(name)
    if key in taken_keys or key in _reserved():
        return FittedName(None, "impersonation")
    if _is_offensive(shown):
        return FittedName(None, "offensive")
    return FittedName(shown)


def name_key(name: str) -> str:
    """Return what all names have in common that look like `name`: "DJ_N0va" and "dj nova".

    Case, accents, spaces and punctuation are dropped, lookalikes of other alphabets made Latin,
    digits and letters that are taken for each other made one, and double letters single.
    """
    key = _NO_LETTERS.sub("", fold(name).bare.translate(_SAME))
    for pair, single in _PAIRS:
        key = key.replace(pair, single)
    return _RUN.sub(r"\1", key)


@cache
def _reserved() -> frozenset[str]:
    """Return the keys of names that belong to the house."""
    names = """admin administrator administrador moderator moderador moderadora mod system sistema
    support soporte staff official oficial host dj bot server servidor djuniverse machine
    maquina""".split()
    return frozenset(map(name_key, names))


def _is_offensive(shown: str) -> bool:
    lexicon = Lexicon.shipped()
    return any(map(lexicon.offends_as_name, _spellings(shown)))


def _spellings(shown: str) -> Iterator[FoldedText]:
    """Yield a name as it stands, and with its joints and humps opened: "kill_yourSelf99"."""
    opened = (shown, _JOINT.sub(" ", shown), _HUMP.sub(" ", shown))
    yield from map(fold, dict.fromkeys(opened))
