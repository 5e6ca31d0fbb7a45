"""Makes the suite of evasions: offending messages as they are, and disguised.

`python -m training.crowd.evasions` writes `suites/evasions.tsv`. It is deterministic: the suite
changes only with this file. Whatever is disguised has to be judged as its plain form.

The messages are invented and name no one. Few slurs are among them: what is tried is the folding.
"""

from __future__ import annotations

import csv
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

SUITES: Final = Path(__file__).parent / "suites"
EVASIONS: Final = SUITES / "evasions.tsv"

_SEED: Final = 20_251


@dataclass(frozen=True, slots=True)
class Evasion:
    """A message and a disguise of it."""

    plain: str
    variant: str
    technique: str
    language: str


# In brackets what is disguised where a technique changes single words.
_ENGLISH: Final = (
    "you are an [idiot]",
    "you are such a [moron] dj",
    "what a [useless] dj you are",
    "shut up you [imbecile]",
    "dj you are an [asshole]",
    "you [stupid] dj stop the music",
    "the dj is a [wanker]",
    "you are a [bitch]",
    "you are a piece of [shit]",
    "you ugly [whore]",
    "son of a [bitch] dj, you are a fraud",
    "[kys]",
    "[kill] yourself",
    "go and kill [yourself] dj",
    "[drink] bleach",
    "i hope you [die]",
    "i will [kill] you",
    "i know [where] you live",
    "you should just [die]",
    "show us your [tits]",
    "send [nudes] dj",
    "suck my [dick]",
    "you [faggot]",
    "death to all [immigrants]",
    "all muslims are [terrorists]",
    "[free] followers here",
)
_SPANISH: Final = (
    "eres un [idiota]",
    "eres un [imbécil] y no sabes mezclar",
    "[gilipollas] deja de pinchar",
    "dj eres un [inútil]",
    "vaya [fracasado] de dj",
    "cállate [estúpido]",
    "sos un [pelotudo]",
    "[pendejo] aprende a mezclar",
    "eres una [puta]",
    "eres un hijo de [puta]",
    "dj de [mierda]",
    "vete a la [mierda] dj",
    "chinga tu [madre]",
    "[mátate]",
    "[muérete] ya",
    "ojalá te [mueras]",
    "te voy a [matar]",
    "sé dónde [vives]",
    "te voy a partir la [cara]",
    "pégate un [tiro]",
    "enséñanos las [tetas]",
    "chúpame la [polla]",
    "[sudaca] de mierda",
    "muerte a los [gitanos]",
    "[seguidores] gratis aquí",
)

_HANDMADE: Final = (
    ("you are an idiot", "y0u @r3 @n 1d10t", "mixed", "en"),
    ("you are an idiot", "YOU ARE AN I.D.I.O.T!!!", "mixed", "en"),
    ("you are an idiot", "you are an id!ot", "leet", "en"),
    ("you are an idiot", "you are an *diot", "starred", "en"),
    ("you are an idiot", "you are an i/d/i/o/t", "dotted", "en"),
    ("you are an idiot", "you are an i | d | i | o | t", "spaced", "en"),
    ("you are such a moron dj", "you are such a m0r0n dj", "leet", "en"),
    ("you are such a moron dj", "you are such a MORRRRON dj", "drawn_out", "en"),
    ("dj you are an asshole", "dj you are an @$$h0le", "leet", "en"),
    ("dj you are an asshole", "dj you are an a$$hole", "leet", "en"),
    ("dj you are an asshole", "dj you are an assssshole", "drawn_out", "en"),
    ("dj you are an asshole", "dj you are an a**hole", "starred", "en"),
    ("you are a bitch", "you are a b1tch", "leet", "en"),
    ("you are a bitch", "you are a b!+ch", "leet", "en"),
    ("you are a bitch", "you are a biiiitch", "drawn_out", "en"),
    ("kill yourself", "killyourself", "joined", "en"),
    ("kill yourself", "kill-yourself", "dotted", "en"),
    ("kill yourself", "k1ll y0urs3lf", "leet", "en"),
    ("kill yourself", "k i l l y o u r s e l f", "spaced", "en"),
    ("kill yourself", "KILL\u200b YOUR\u200bSELF", "zero_width", "en"),
    ("kill yourself", "k!ll urself", "mixed", "en"),
    ("kys", "k.y.s", "dotted", "en"),
    ("kys", "k y s", "spaced", "en"),
    ("kys", "KYYYYS", "drawn_out", "en"),
    ("kys", "k*y*s", "dotted", "en"),
    ("i know where you live", "1 kn0w wh3re y0u l1ve", "leet", "en"),
    ("send nudes dj", "send n.u.d.e.s dj", "dotted", "en"),
    ("suck my dick", "suckmydick", "joined", "en"),
    ("you faggot", "you f*gg*t", "starred", "en"),
    ("you faggot", "you f4gg0t", "leet", "en"),
    ("free followers here", "FR33 F0LL0W3RS here", "leet", "en"),
    ("eres un idiota", "3r3s un 1d10t4", "leet", "es"),
    ("eres un idiota", "eres un IDI0TA", "leet", "es"),
    ("eres un idiota", "eres un iidiiotaaaa", "drawn_out", "es"),
    ("gilipollas deja de pinchar", "g1l1p0ll4s deja de pinchar", "leet", "es"),
    ("gilipollas deja de pinchar", "gilip*llas deja de pinchar", "starred", "es"),
    ("eres un hijo de puta", "eres un hijodeputa", "joined", "es"),
    ("eres un hijo de puta", "eres un h1j0 d3 p*t4", "mixed", "es"),
    ("eres una puta", "eres una p.u.t.a", "dotted", "es"),
    ("eres una puta", "eres una put4", "leet", "es"),
    ("dj de mierda", "dj de m1erd@", "leet", "es"),
    ("mátate", "matate", "accents", "es"),
    ("mátate", "m-á-t-a-t-e", "dotted", "es"),
    ("te voy a matar", "t3 v0y a m4t4r", "leet", "es"),
    ("te voy a matar", "te voy a m a t a r", "spaced", "es"),
    ("sé dónde vives", "se donde vives", "accents", "es"),
    ("sé dónde vives", "s3 d0nd3 v1v3s", "leet", "es"),
    ("enséñanos las tetas", "enseñanos las t3t4s", "leet", "es"),
    ("ojalá te mueras", "ojala te mu3r4s", "mixed", "es"),
    ("seguidores gratis aquí", "s3guid0res gr4tis aqui", "leet", "es"),
)

_LEET: Final = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "b": "8"}
_TWINS: Final = {
    "a": "а", "c": "с", "e": "е", "i": "і", "j": "ј", "o": "о", "p": "р", "s": "ѕ", "x": "х",
    "y": "у",
}  # fmt: skip
_INVISIBLE: Final = ("\u200b", "\u200c", "\u2060", "\u00ad", "\ufeff")
_MARKS: Final = tuple(map(chr, range(0x0300, 0x0340)))

_Draw = random.Random


def _without_marks(word: str) -> str:
    """Return a word without accents, but with its ñ: nobody types accents in leet."""
    return "".join(
        letter if letter == "ñ" else unicodedata.normalize("NFD", letter)[0] for letter in word
    )


def _swapped(word: str, table: dict[str, str], draw: _Draw) -> str:
    """Return `word` with at least one of its letters taken from `table`, others as drawn."""
    places = [place for place, letter in enumerate(word) if letter in table]
    if not places:
        return word
    sure = draw.choice(places)
    return "".join(
        draw.choice(table[letter])
        if letter in table and (place == sure or draw.random() < 0.5)
        else letter
        for place, letter in enumerate(word)
    )


def _leet(word: str, draw: _Draw) -> str:
    return _swapped(_without_marks(word), _LEET, draw)


def _homoglyph(word: str, draw: _Draw) -> str:
    return _swapped(word, _TWINS, draw)


def _zero_width(word: str, draw: _Draw) -> str:
    return "".join(letter + draw.choice(_INVISIBLE) for letter in word[:-1]) + word[-1]


def _zalgo(word: str, draw: _Draw) -> str:
    return "".join(letter + "".join(draw.choices(_MARKS, k=draw.randint(2, 6))) for letter in word)


def _spaced(word: str, _: _Draw) -> str:
    return " ".join(word)


def _dotted(word: str, draw: _Draw) -> str:
    return draw.choice(".-_·").join(word)


def _starred(word: str, draw: _Draw) -> str:
    """Hide a vowel after the first letter, or where there is none another inner letter."""
    bare = _without_marks(word)
    places = [place for place in range(1, len(bare)) if bare[place] in "aeiou"] or [1]
    place = draw.choice(places)
    return f"{word[:place]}*{word[place + 1 :]}"


def _drawn_out(word: str, draw: _Draw) -> str:
    places = [place for place, letter in enumerate(_without_marks(word)) if letter in "aeiouy"]
    place = draw.choice(places)
    return word[:place] + word[place] * draw.randint(4, 9) + word[place + 1 :]


def _fullwidth(word: str, _: _Draw) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() else letter for letter in word)


def _styled(word: str, draw: _Draw) -> str:
    first = draw.choice((0x1D41A, 0x1D4EA, 0x1D5EE, 0x24D0))  # bold, script, sans, circled
    return "".join(
        chr(first + ord(letter) - ord("a")) if letter.isascii() and letter.isalpha() else letter
        for letter in _without_marks(word)
    )


def _shouted(word: str, draw: _Draw) -> str:
    return "".join(draw.choice((letter, letter.upper())) for letter in word)


TECHNIQUES: Final[dict[str, Callable[[str, _Draw], str]]] = {
    "leet": _leet,
    "homoglyph": _homoglyph,
    "zero_width": _zero_width,
    "zalgo": _zalgo,
    "spaced": _spaced,
    "dotted": _dotted,
    "starred": _starred,
    "drawn_out": _drawn_out,
    "fullwidth": _fullwidth,
    "styled": _styled,
    "shouted": _shouted,
}
"""Ways to disguise a word."""


def evasions() -> Iterator[Evasion]:
    """Yield the suite: each message in each disguise, then those made by hand."""
    draw = random.Random(_SEED)  # noqa: S311 - a suite that is the same each time
    for language, messages in (("en", _ENGLISH), ("es", _SPANISH)):
        for message in messages:
            plain = message.replace("[", "").replace("]", "")
            before, word, after = re.split(r"[\[\]]", message)
            for technique, disguise in TECHNIQUES.items():
                variant = before + disguise(word, draw) + after
                if variant != plain:
                    yield Evasion(plain, variant, technique, language)
    for made in _HANDMADE:
        yield Evasion(*made)


def write(path: Path = EVASIONS) -> int:
    """Write the suite to `path`; return how many rows it has."""
    rows = list(evasions())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
        writer.writerow(("plain", "variant", "technique", "language"))
        writer.writerows(map(astuple, rows))
    return len(rows)


if __name__ == "__main__":
    write()
