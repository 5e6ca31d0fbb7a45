"""Letters that look like Latin ones, and what hides between letters.

The tables hold what people use to slip words past filters: other alphabets' twins of Latin letters
(after the confusables of Unicode Technical Standard 39, those that occur in chat), capitals in
squares and circles, and digits and signs that stand for letters.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_CYRILLIC_AND_GREEK: Final = {
    # Cyrillic, small and capital, by their looks
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "і": "i", "ї": "i",
    "ј": "j", "к": "k", "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "г": "r",
    "ѕ": "s", "т": "t", "у": "y", "ѵ": "v", "ԝ": "w", "х": "x", "ү": "y", "ь": "b", "п": "n",
    # Greek
    "α": "a", "β": "b", "ϲ": "c", "δ": "d", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "u",
    "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "ς": "c", "τ": "t", "υ": "u", "χ": "x", "ω": "w",
    "γ": "y", "ζ": "z",
    # Armenian
    "օ": "o", "ս": "u", "հ": "h", "ո": "n", "ց": "g",
}  # fmt: skip

_LATIN_VARIANTS: Final = {
    "ɑ": "a", "ɐ": "a", "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ɗ": "d", "ᴇ": "e", "ɛ": "e",
    "ə": "e", "ꜰ": "f", "ƒ": "f", "ɡ": "g", "ɢ": "g", "ʜ": "h", "ı": "i", "ɪ": "i", "ɩ": "i",
    "ᴊ": "j", "ȷ": "j", "ᴋ": "k", "ʟ": "l", "ł": "l", "ᴍ": "m", "ɴ": "n", "ɲ": "n", "ᴏ": "o",
    "ø": "o", "ɔ": "o", "ᴘ": "p", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ŧ": "t", "ᴜ": "u", "ʊ": "u",
    "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d",
}  # fmt: skip


def _boxed() -> dict[str, str]:
    """Letters in black circles and squares, which NFKC leaves as they are."""
    return {
        chr(first + offset): chr(ord("a") + offset)
        for first in (0x1F150, 0x1F170)
        for offset in range(26)
    }


LOOKALIKES: Final = str.maketrans(_CYRILLIC_AND_GREEK | _LATIN_VARIANTS | _boxed())
"""Folded (small) letters to the Latin ones that they are taken for."""

FOREIGN: Final = frozenset(_CYRILLIC_AND_GREEK)
"""Those that are letters in their own right elsewhere."""

KEPT_ACCENTS: Final = frozenset("áéíóúüñ")
"""Spanish tells words apart by these: año is not ano."""

LEET: Final = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
     "@": "a", "$": "s", "!": "i", "|": "i", "+": "t", "€": "e", "£": "l", "(": "c", "¡": "i"}
)  # fmt: skip

LEET_SECOND: Final = LEET | str.maketrans({"1": "l", "|": "l", "!": "l", "6": "g", "2": "z"})
"""The same where a stroke is an l."""


class _Invisible(dict[int, "str | None"]):
    """What becomes of each character, worked out when it is met.

    Controls, format characters, fillers and private characters vanish; line ends become spaces.
    """

    def __missing__(self, code: int) -> str | int | None:
        gone = unicodedata.category(chr(code)) in ("Cc", "Cf", "Co", "Cs", "Cn")
        return None if gone else code


_FILLERS: Final = (0x115F, 0x1160, 0x3164, 0xFFA0, 0x034F, 0x17B4, 0x17B5, 0x2800)
"""Joiners and blanks that are letters, marks or symbols by category."""

INVISIBLE: Final = _Invisible(
    dict.fromkeys(_FILLERS) | {ord(space): " " for space in "\t\n\v\f\r\x85"} | {0x200D: "\u200d"}
)
"""For `str.translate`. The zero-width joiner stays: it joins emoji, and the folding looks at it."""
