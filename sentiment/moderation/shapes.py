"""Text that is no text: walls of blocks and signs, piles of accents, strings without end.

Capitals, long drawn letters, laughter, emoji and emotes are what a crowd sounds like and are never
looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from core.crowd import EMOTE_NAME
from sentiment.text.folding import FoldedText

LENGTH_MOST: Final = 500
"""Code points of a message, whatever the level."""

LENGTHS_MOST: Final = (500, 500, 500, 350, 200)
"""By level."""

BLOCKS_MOST: Final = (0, 120, 60, 30, 15)
"""By level: characters that only draw pictures."""

SIGNS_LEAST: Final = (0, 80, 40, 20, 12)
"""By level: length from which a text of signs alone is a wall."""

UNBROKEN_MOST: Final = (0, 250, 120, 80, 50)
"""By level: length of a string without a space that is neither emotes nor an address."""

_SIGNS_SHARE: Final = 0.8
_MARKS_LEAST: Final = (0, 0, 60, 30, 15)

_BLOCK: Final = re.compile("[\u2500-\u259f\u25a0-\u25ff\u2800-\u28ff\ufdfd\U00012000-\U000123ff]")
_MARK: Final = re.compile(
    "[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
)
_SIGN: Final = re.compile(r"[!-/:-@\[-`{-~]")
_CHEER: Final = re.compile(
    r"<3+|[:;=8xX][-']?[()DPpOo3/\\|*]+|\\o/|\^_*\^|[!?¡¿.]+|[-=~]*>+|<+[-=~]+"
    f"|:{EMOTE_NAME}:"
)
_LONG: Final = re.compile(r"[^\s:/]{50,}")
_RUN: Final = re.compile(r"(.{1,4}?)\1+", re.DOTALL)


def odd_shape(text: FoldedText, level: int) -> str | None:
    """Return what is wrong with the shape of `text` at a level of flood, or None.

    Returns
    -------
    str or None
        "too_long", "blocks", "signs", "marks" or "unbroken".
    """
    if level <= 0:
        return None
    for name, looks_odd in _CHECKS:
        if looks_odd(text, level):
            return name
    return None


def _is_long(text: FoldedText, level: int) -> bool:
    return len(text.shown) > LENGTHS_MOST[level]


def _is_drawn(text: FoldedText, level: int) -> bool:
    """Whether a text draws a picture out of blocks."""
    return not text.shown.isascii() and len(_BLOCK.findall(text.shown)) > BLOCKS_MOST[level]


def _is_signs(text: FoldedText, level: int) -> bool:
    """Whether nearly all of a text is ASCII signs that neither smile, point nor shout."""
    shown = text.shown
    length = len(shown)
    if length < SIGNS_LEAST[level]:
        return False
    if len(_SIGN.findall(shown)) < _SIGNS_SHARE * (length - shown.count(" ")):
        return False
    left = _CHEER.sub("", shown).replace(" ", "")
    return len(_SIGN.findall(left)) >= _SIGNS_SHARE * length / 2


def _is_piled(text: FoldedText, level: int) -> bool:
    """Whether accents are piled up on letters; the shown text has lost most of them."""
    least = _MARKS_LEAST[level]
    if not least or text.raw.isascii():
        return False
    marks = len(_MARK.findall(text.raw))
    return marks >= least and marks > len(text.shown)


def _is_unbroken(text: FoldedText, level: int) -> bool:
    """Whether a string goes on and on and is not just a few letters or a laugh drawn out."""
    most = UNBROKEN_MOST[level]
    return len(text.shown) > most and any(
        len(_RUN.sub(r"\1", match[0])) > most for match in _LONG.finditer(text.shown)
    )


_CHECKS: Final[tuple[tuple[str, Callable[[FoldedText, int], bool]], ...]] = (
    ("too_long", _is_long),
    ("blocks", _is_drawn),
    ("signs", _is_signs),
    ("marks", _is_piled),
    ("unbroken", _is_unbroken),
)
