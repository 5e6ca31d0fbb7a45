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

_CHEROKEE: Final = {
    "Ꭰ": "d", "Ꭱ": "r", "Ꭲ": "t", "Ꭵ": "i", "Ꭹ": "y", "Ꭺ": "a", "Ꭻ": "j", "Ꭼ": "e", "Ꮃ": "w",
    "Ꮇ": "m", "Ꮋ": "h", "Ꮍ": "y", "Ꮎ": "o", "Ꮐ": "g", "Ꮒ": "h", "Ꮓ": "z", "Ꮟ": "b", "Ꮢ": "r",
    "Ꮤ": "w", "Ꮥ": "s", "Ꮩ": "v", "Ꮪ": "s", "Ꮮ": "l", "Ꮯ": "c", "Ꮲ": "p", "Ꮶ": "k", "Ꮷ": "d",
    "Ᏻ": "g", "Ᏼ": "b",
}  # fmt: skip
"""Full case folding makes these capitals."""

_LISU_AND_CANADIAN: Final = {
    # Lisu is written in Latin capitals, upright or turned
    "ꓐ": "b", "ꓑ": "p", "ꓓ": "d", "ꓔ": "t", "ꓖ": "g", "ꓗ": "k", "ꓙ": "j", "ꓚ": "c", "ꓜ": "z",
    "ꓝ": "f", "ꓟ": "m", "ꓠ": "n", "ꓡ": "l", "ꓢ": "s", "ꓣ": "r", "ꓦ": "v", "ꓧ": "h", "ꓪ": "w",
    "ꓫ": "x", "ꓬ": "y", "ꓮ": "a", "ꓰ": "e", "ꓲ": "i", "ꓳ": "o", "ꓴ": "u",
    # Canadian syllabics, as generators of fancy letters use them
    "ᗩ": "a", "ᗷ": "b", "ᑕ": "c", "ᗪ": "d", "ᗴ": "e", "ᖴ": "f", "ᘜ": "g", "ᕼ": "h", "ᒍ": "j",
    "ᒪ": "l", "ᗰ": "m", "ᑎ": "n", "ᑭ": "p", "ᑫ": "q", "ᖇ": "r", "ᔕ": "s", "ᑌ": "u", "ᐯ": "v",
    "ᗯ": "w", "ᘔ": "z",
}  # fmt: skip

_LATIN_VARIANTS: Final = {
    "ɑ": "a", "ɐ": "a", "ᴀ": "a", "ʙ": "b", "ɓ": "b", "ƀ": "b", "ƃ": "b", "ᴄ": "c", "ƈ": "c",
    "ȼ": "c", "ᴅ": "d", "ɗ": "d", "ɖ": "d", "đ": "d", "ᴇ": "e", "ɛ": "e", "ə": "e", "ǝ": "e",
    "ɇ": "e", "ꜰ": "f", "ƒ": "f", "ɡ": "g", "ɢ": "g", "ǥ": "g", "ɠ": "g", "ʜ": "h", "ħ": "h",
    "ɦ": "h", "ı": "i", "ɪ": "i", "ɩ": "i", "ɨ": "i", "ᴊ": "j", "ȷ": "j", "ɉ": "j", "ʝ": "j",
    "ᴋ": "k", "ƙ": "k", "ĸ": "k", "ʟ": "l", "ł": "l", "ƚ": "l", "ɫ": "l", "ɭ": "l", "ᴍ": "m",
    "ɱ": "m", "ɴ": "n", "ɲ": "n", "ɳ": "n", "ŋ": "n", "ƞ": "n", "ᴏ": "o", "ø": "o", "ɔ": "o",
    "ɵ": "o", "ᴘ": "p", "ƥ": "p", "ɋ": "q", "ʀ": "r", "ɍ": "r", "ɽ": "r", "ɾ": "r", "ꜱ": "s",
    "ʂ": "s", "ȿ": "s", "ᴛ": "t", "ŧ": "t", "ƫ": "t", "ƭ": "t", "ʈ": "t", "ᴜ": "u", "ʊ": "u",
    "ʉ": "u", "ᴠ": "v", "ʋ": "v", "ᴡ": "w", "ⱳ": "w", "ʏ": "y", "ɏ": "y", "ƴ": "y", "ᴢ": "z",
    "ƶ": "z", "ȥ": "z", "ɀ": "z", "ǃ": "i", "ǀ": "l", "ß": "ss", "æ": "ae", "œ": "oe",
}  # fmt: skip


def _boxed() -> dict[str, str]:
    """Letters in black circles and squares, which NFKC leaves as they are."""
    return {
        chr(first + offset): chr(ord("a") + offset)
        for first in (0x1F150, 0x1F170)
        for offset in range(26)
    }


_FOREIGN: Final = _CYRILLIC_AND_GREEK | _CHEROKEE | _LISU_AND_CANADIAN

LOOKALIKES: Final = str.maketrans(_FOREIGN | _LATIN_VARIANTS | _boxed())
"""Folded (small) letters to the Latin ones that they are taken for."""

FOREIGN: Final = frozenset(_FOREIGN)
"""Those that are letters in their own right elsewhere."""

VARIANTS: Final = frozenset(_LATIN_VARIANTS)
"""Those that are Latin letters themselves, of phonetics or some other language."""

REGIONAL: Final = {0x1F1E6 + offset: chr(ord("a") + offset) for offset in range(26)}
"""Regional indicators, of which two make a flag, to the letters that they are drawn as."""

KEPT_ACCENTS: Final = frozenset("áéíóúüñ")
"""Spanish tells words apart by these: año is not ano."""

LEET: Final = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
     "@": "a", "$": "s", "!": "i", "|": "i", "+": "t", "€": "e", "£": "l", "(": "c", "¡": "i"}
)  # fmt: skip

LEET_SECOND: Final = LEET | str.maketrans({"1": "l", "|": "l", "!": "l", "6": "g", "2": "z"})
"""The same where a stroke is an l."""


_SELECTORS: Final = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810))
_ENCLOSING: Final = (
    0x0488, 0x0489, 0x1ABE, *range(0x20DD, 0x20E1), *range(0x20E2, 0x20E5), *range(0xA670, 0xA673)
)  # fmt: skip

UNREAD: Final = dict.fromkeys((*_SELECTORS, *_ENCLOSING))
"""For `str.translate`: what tells how the character before looks, and is read by nobody.

It is shown, since emoji need it: variation selectors, and what circles or boxes a character.
"""


_PICTURES: Final = range(0x1F000, 0x1FB00)


class _Invisible(dict[int, "str | None"]):
    """What becomes of each character, worked out when it is met.

    Controls, format characters, fillers and private characters vanish; line ends become spaces.
    What is kept for pictures stays: phones have emoji before Python knows them.
    """

    def __missing__(self, code: int) -> str | int | None:
        gone = unicodedata.category(chr(code)) in ("Cc", "Cf", "Co", "Cs", "Cn")
        return None if gone and code not in _PICTURES else code


_FILLERS: Final = (0x115F, 0x1160, 0x3164, 0xFFA0, 0x034F, 0x17B4, 0x17B5, 0x2800)
"""Joiners and blanks that are letters, marks or symbols by category."""

INVISIBLE: Final = _Invisible(
    dict.fromkeys(_FILLERS) | {ord(space): " " for space in "\t\n\v\f\r\x85"} | {0x200D: "\u200d"}
)
"""For `str.translate`. The zero-width joiner stays: it joins emoji, and the folding looks at it."""
