"""The tokens of a message as the word lists spell them, and what disguised ones may be read as."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentiment.moderation.listing import SPELLING
from sentiment.moderation.matching import Matcher
from sentiment.text.folding import FoldedText, fold

_RUN_LEAST = 3  # single letters in a row that spell something
_GLUED_MOST = 3  # letters of other words that may stick to it at either end
_GLUED_LEAST = 4
_SPACED_OUT_MOST = 24
_SIGNS = ".,;:·•-_~|/\\*—–[]"
_EDGES = ".,;:?¿!¡()\"'…"
_DRAWN_OUT = re.compile(r"(.)\1\1")


def spelt(words: tuple[str, ...], plain: str) -> tuple[str, ...]:
    """Return the words of `plain` without accents on vowels and apostrophes."""
    if plain.isascii() and "'" not in plain:
        return words
    return tuple(word.translate(SPELLING) for word in words)


def is_suspect(text: FoldedText, words: tuple[str, ...], matcher: Matcher) -> bool:
    """Whether something of the lists may be hidden in a disguise."""
    if not text.unmasked:
        return False
    if matcher.touches(words):
        return True
    readings = _undisguised(text)
    if matcher.touches(readings):
        return True
    if any(map(matcher.knows, readings)):
        return True
    spaced_out = sum(len(word) == 1 for word in words) >= _RUN_LEAST
    return spaced_out and any(
        matcher.knows(core)
        for reading in readings
        if len(reading) <= _SPACED_OUT_MOST
        for _, core, _ in _unglued(reading)
    )


def _undisguised(text: FoldedText) -> tuple[str, ...]:
    """Return what disguised words may be; a star begins one only where one is written."""
    readings = spelt(text.unmasked, text.plain)
    if not any(reading.startswith("*") for reading in readings):
        return readings
    spaced = f" {text.plain}"
    return tuple(
        reading
        for reading in readings
        if not reading.startswith("*") or f" {reading[:2]}" in spaced  # "#49ers" hides nothing
    )


def readings_of(text: FoldedText, matcher: Matcher) -> list[tuple[str, ...]]:
    """Return for each token what it may be: as it stands first, then words of the lists."""
    return list(_readings(text.plain.split(), matcher))


def _readings(chunks: list[str], matcher: Matcher) -> Iterator[tuple[str, ...]]:
    at = 0
    while at < len(chunks):
        end = at
        while end < len(chunks) and len(chunks[end].strip(_SIGNS)) <= 1:
            end += 1
        if end - at >= _RUN_LEAST:
            letters = "".join(chunk.strip(_SIGNS) for chunk in chunks[at:end])
            yield from _of_letters(letters, matcher)
            at = end
        else:
            yield from _of_chunk(chunks[at], matcher)
            at += 1


def _of_chunk(chunk: str, matcher: Matcher) -> Iterator[tuple[str, ...]]:
    """Yield the readings of what stands between two spaces: one token, or several."""
    core = chunk.strip(_EDGES)
    if core.isalpha() and not _DRAWN_OUT.search(core):
        yield (core.translate(SPELLING),)
        return
    folded = fold(chunk)
    words = spelt(folded.words, folded.plain)
    resolved = _resolved(folded, matcher)
    if resolved:
        yield words[0] if words else chunk, *resolved
    else:
        yield from ((word,) for word in words)


def _of_letters(letters: str, matcher: Matcher) -> Iterator[tuple[str, ...]]:
    """Yield the readings of single letters in a row: a word spaced out, perhaps between others."""
    folded = fold(letters)
    whole = (*spelt(folded.words, folded.plain), *_undisguised(folded))
    for reading in whole:
        if resolved := matcher.resolve(reading):
            yield letters, *resolved
            return
    for reading in whole:
        for before, core, after in _unglued(reading):
            if resolved := matcher.resolve(core):
                yield from ((letter,) for letter in before)
                yield core, *resolved
                yield from ((letter,) for letter in after)
                return
    yield (letters,)


def _resolved(folded: FoldedText, matcher: Matcher) -> list[str]:
    readings = _undisguised(folded)
    return list(dict.fromkeys(word for reading in readings for word in matcher.resolve(reading)))


def _unglued(reading: str) -> Iterator[tuple[str, str, str]]:
    """Yield what letters spaced out may be when words of one letter around them are cut off."""
    for cut in range(1, 2 * _GLUED_MOST + 1):
        for first in range(max(0, cut - _GLUED_MOST), min(cut, _GLUED_MOST) + 1):
            last = len(reading) - (cut - first)
            if last - first >= _GLUED_LEAST:
                yield reading[:first], reading[first:last], reading[last:]
