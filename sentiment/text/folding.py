"""One message in the forms that everything else reads: shown, plain, bare, and unmasked.

Word lists and models see words; people who want past them write `1d10t`, `i d i o t`, `ıdіot` with
a Cyrillic і, or hide zero-width characters between letters. Folding undoes that once for all. It
never guesses: each form follows from the text by rules, so that a decision can be explained.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sentiment.text.letters import (
    FOREIGN,
    INVISIBLE,
    KEPT_ACCENTS,
    LEET,
    LEET_SECOND,
    LOOKALIKES,
    REGIONAL,
    UNREAD,
    VARIANTS,
)

MARKS_MOST: Final = 2
"""Combining marks that stay on a letter; more is decoration that covers other lines."""

READ_MOST_CHARACTERS: Final = 1_000
"""What is read of a message; no room lets half as much pass."""

DISGUISED_MOST_CHARACTERS: Final = 48
"""Longer runs without a space are no disguised word."""

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ALL_LATIN: Final = "a-z\u00c0-\u024f"
_MARK: Final = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS: Final = re.compile(f"({_MARK}{{{MARKS_MOST}}}){_MARK}+")
_JOINER_BY_A_LETTER: Final = re.compile(r"(?<=\w)\u200d|\u200d(?=\w)|^\u200d+|\u200d+$")
_LONG_RUN: Final = re.compile(r"(\w)\1{2,}")
_GAPS: Final = r"\s.,;:_·•/\\|~=^+—–()<>{}\[\]-"
_GAP: Final = re.compile(f"[{_GAPS}]+")
_SPACED_OUT: Final = re.compile(rf"(?<!\w)(?:\w[*{_GAPS}]{{1,3}}){{2,}}\w(?!\w)")
_SEPARATOR: Final = re.compile(r"(?<=\w)[._·•~/\\=^-]+(?=\w)")
_INNER_SIGN: Final = re.compile(r"(?<=\w)[*#%]+|[*#%]+(?=\w)")
_DRAWN_OUT: Final = re.compile(r"(\w)\1\1")
_SIGN_BY_A_LETTER: Final = re.compile(
    r"[^\W\d_][\d@$!|+€£(¡*#%._·•~/\\=^-]+[^\W\d_]|[\d@$|+€£(¡*#%][^\W\d_]|[^\W\d_][\d@$|+€£(¡*#%]"
)
_LETTER_BY_ITSELF: Final = re.compile(r"(?<!\w)\w[\W_]{1,3}\w(?!\w)")
"""Without any of these three nothing is disguised."""
_PLAIN_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz áéíóúüñ,?:;'\"")
"""A message of these alone has no sign that could stand for a letter."""
_JOINERS: Final = frozenset("_'’")
"""What may stand within a word, or within single letters."""
_NATIVE: Final = re.compile(f"[^\\W\\d_{_ALL_LATIN}{''.join(FOREIGN | VARIANTS)}]")
"""A letter that no Latin one looks like."""
_MARKING: Final = frozenset(("Mn", "Mc", "Me", "Lm"))
_REGIONAL: Final = re.compile("[\U0001f1e6-\U0001f1ff]")
_FLAG_LETTERS: Final = 2
_NO_LETTER: Final = re.compile(r"[\W\d_]+")
_MASKED: Final = re.compile(r"[^\W\d_].*[\d@$!|+€£(¡]|[\d@$|+€£(¡].*[^\W\d_]")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A message in several forms; see `fold`."""

    raw: str  # as given
    shown: str  # what may be displayed
    plain: str  # folded letters with the accents that Spanish needs
    bare: str  # without accents, no letter more than twice in a row
    words: tuple[str, ...]  # of `plain`
    unmasked: tuple[str, ...]  # what else words may be that are disguised; "*" is any letter


def fold(text: str) -> FoldedText:
    """Return `text` in all its forms.

    Parameters
    ----------
    text
        Anything; lone surrogates and unassigned characters are dropped, but for emoji to come.

    Returns
    -------
    FoldedText
        `shown` is NFC without invisible characters, with `MARKS_MOST` marks a letter and single
        spaces. `plain` is NFKC of it in small letters (Unicode Standard Annex 15, full case
        folding), lookalikes made Latin.

    Notes
    -----
    A word in another alphabet is left alone unless it mixes alphabets, or all letters of the
    message look Latin: Greek and Russian stay Greek and Russian.
    """
    shown = _shown(text[:READ_MOST_CHARACTERS])
    plain = _plain(shown)
    words = tuple(WORD.findall(plain))
    drawn_out = _DRAWN_OUT.search(plain) is not None
    bare = without_accents(plain)
    if drawn_out or bare is not plain:  # letters can be the same without their accents
        bare = _LONG_RUN.sub(r"\1\1", bare)
    unmasked = _unmasked(plain, words) if drawn_out or _is_suspect(plain, words) else ()
    return FoldedText(text, shown, plain, bare, words, unmasked)


def _is_suspect(plain: str, words: tuple[str, ...]) -> bool:
    """Whether a sign may stand for a letter, or letters stand by themselves."""
    if _REGIONAL.search(plain) is not None:
        return True
    if not _PLAIN_LETTERS.issuperset(plain) and _SIGN_BY_A_LETTER.search(plain) is not None:
        return True
    if _JOINERS.isdisjoint(plain) and sum([len(word) == 1 for word in words]) < 2:
        return False
    return _LETTER_BY_ITSELF.search(plain) is not None


def without_accents(text: str) -> str:
    """Return `text` with every mark taken off its letter."""
    if text.isascii():
        return text
    return "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    )


def _shown(text: str) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    visible = unicodedata.normalize("NFC", text.translate(INVISIBLE))
    if "\u200d" in visible:
        visible = _JOINER_BY_A_LETTER.sub("", visible)
    return " ".join(_MARKS.sub(r"\1", visible).split())


def _plain(shown: str) -> str:
    if shown.isascii():
        return shown.lower()
    # Twice, since folding can make letters that compose, and composing letters that fold.
    read = unicodedata.normalize("NFKC", shown.translate(UNREAD))
    folded = unicodedata.normalize("NFKC", read.casefold())
    native = _NATIVE.search(folded) is not None
    return " ".join(_latin(chunk, native) for chunk in folded.split())


def _latin(chunk: str, native: bool) -> str:
    """Return a word in Latin letters, if it is one; `native` says that others are not."""
    if chunk.isascii():
        return chunk
    letters = _without_stray_marks(chunk)
    kept = "".join(letter if letter in KEPT_ACCENTS else _base(letter) for letter in letters)
    return kept.translate(LOOKALIKES) if _is_disguised(kept, native) else kept


def _without_stray_marks(chunk: str) -> Iterator[str]:
    """Yield what is no mark, and the vowel signs and the like that other alphabets' letters bear.

    On a Latin letter they only break its word in two, as do strokes that lengthen or soften one.
    """
    on_native = False
    for letter in chunk:
        if unicodedata.category(letter) in _MARKING:
            if on_native:
                yield letter
        else:
            on_native = _NATIVE.match(letter) is not None
            yield letter


def _base(letter: str) -> str:
    """Return a letter without its marks; a mark alone is nothing."""
    if letter.isascii():
        return letter
    return without_accents(letter)


def _is_disguised(chunk: str, native: bool) -> bool:
    """Whether other alphabets' letters here stand for Latin ones."""
    letters = [letter for letter in chunk if letter.isalpha()]
    foreign = sum(letter in FOREIGN for letter in letters)
    if not foreign:
        return True  # only variants of Latin letters: nothing to lose
    latin = sum(letter.isascii() or letter in KEPT_ACCENTS for letter in letters)
    variants = sum(letter in VARIANTS for letter in letters)
    return latin > 0 or (foreign + variants == len(letters) and not native)


def _unmasked(plain: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return, in order and once each, the words that disguises may stand for."""
    known = set(words)
    found = dict.fromkeys(each for each in _candidates(plain, words) if each not in known)
    return tuple(found)


def _candidates(plain: str, words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        if _LONG_RUN.search(word):
            yield _LONG_RUN.sub(r"\1\1", word)
            yield _LONG_RUN.sub(r"\1", word)
    lettered = plain.translate(REGIONAL)
    for match in _SPACED_OUT.finditer(lettered):
        if len(match[0]) <= 2 * DISGUISED_MOST_CHARACTERS:
            yield from _readings(_GAP.sub("", match[0]))
    if lettered != plain:
        yield from _spelt_in_flags(plain)
    for chunk in plain.split():
        if chunk.isalpha() or len(chunk) > DISGUISED_MOST_CHARACTERS:
            continue
        joined = _SEPARATOR.sub("", chunk)
        if joined != chunk:
            yield from _readings(joined)
        yield from _readings(chunk)


def _spelt_in_flags(plain: str) -> Iterator[str]:
    """Yield what regional indicators may spell, between other letters or not; one flag is one."""
    for chunk in plain.split():
        letters = _NO_LETTER.sub("", chunk.translate(REGIONAL))
        in_flags = _REGIONAL.search(chunk) is not None
        if in_flags and _FLAG_LETTERS < len(letters) <= DISGUISED_MOST_CHARACTERS:
            yield from _readings(letters)


def _readings(chunk: str) -> Iterator[str]:
    """Yield what a run of characters without spaces may spell."""
    chunk = chunk.strip(".,;:?¿)]}\"'…")
    if chunk.isalpha():
        yield _LONG_RUN.sub(r"\1", chunk)
        return
    if "*" in chunk or "#" in chunk or "%" in chunk:
        starred = _INNER_SIGN.sub("*", chunk)
        yield "".join(letter for letter in starred if letter.isalpha() or letter == "*")
    if _MASKED.search(chunk):
        inner = chunk.rstrip("!¡")  # at the end it only shouts
        for table in (LEET, LEET_SECOND):
            letters = _NO_LETTER.sub("", inner.translate(table))
            yield _LONG_RUN.sub(r"\1", letters)
