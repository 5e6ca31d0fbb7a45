"""Finds the phrases of the word lists in a message, whole tokens only.

An ordinary message costs one look into a set. Only where a word of the lists, or the rarest word
of one of their phrases, occurs are the places found; only where something is disguised are the
readings of every token tried.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from sentiment.moderation.listing import Entry, Phrase
from sentiment.text.language import ENGLISH, SPANISH

JOINED_LETTERS_LEAST: Final = 7
"""Phrases of this length are found written as one word as well."""

COLLAPSED_LETTERS_LEAST: Final = 5
"""Words of this length are found without their double letters where letters are drawn out."""

COMMON: Final = (
    ENGLISH
    | SPANISH
    | frozenset(
        """dj djs set mix mixing drop stream tonight night noche play everyone everybody someone
        somebody nobody nadie home better let pls please would should will going end como
        aqui aca shut mods mod u ur youre ill im were will show real face live link follow send
        top break free want quiero vas va vete fuera mis tus nuestro mejor favor no your where work
        take going gonna face f end home kick house remix everyone mismo""".split()
    )
) - frozenset("mierda puta joder coño shit fuck fucking damn".split())
"""Words that a search had better not begin from."""

_DOUBLE: Final = re.compile(r"(.)\1+")
_HIDDEN: Final = r"[^\W\d_]{1,4}"

Readings: TypeAlias = Sequence[tuple[str, ...]]
"""For each token what it may be: first as it stands, then undisguised."""


class _Node:
    """Where the words so far lead: what they mean if they end here, and what may follow."""

    __slots__ = ("children", "entries")

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.children: dict[str, _Node] = {}


class _Place(NamedTuple):
    """How far a search has come."""

    node: _Node
    start: int
    position: int
    disguised: bool = False


class Hit(NamedTuple):
    """An entry found in the tokens from `start` up to `end`."""

    start: int
    end: int
    entry: Entry


class Matcher:
    """Phrases and what is said of them.

    Parameters
    ----------
    phrases
        With their entries; a phrase may have several.
    classes
        Names that stand in phrases for any of some words.
    """

    def __init__(
        self,
        phrases: Iterable[tuple[Phrase, Entry]],
        classes: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._root = _Node()
        self._classes = classes or {}
        self._classes_of: dict[str, tuple[str, ...]] = {}
        for name, words in self._classes.items():
            for word in words:
                self._classes_of[word] = (*self._classes_of.get(word, ()), name)
        self._keys: set[str] = set()
        self._vocabulary: set[str] = set()
        self._written_as_one: set[str] = set()
        self._collapsed: dict[str, str] = {}
        for phrase, entry in phrases:
            self._add(phrase, entry)
            whole = len(phrase) > 1 and self._classes.keys().isdisjoint(phrase)
            if whole and entry.strength > 1 and not entry.exact:
                joined = "".join(phrase)
                if len(joined) >= JOINED_LETTERS_LEAST:
                    self._written_as_one.add(joined)
                    self._add((joined,), entry)
        self._by_first: defaultdict[str, list[str]] = defaultdict(list)
        self._by_last: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(self._vocabulary - self._written_as_one):
            self._by_first[word[0]].append(word)
            self._by_last[word[-1]].append(word)

    def _add(self, phrase: Phrase, entry: Entry) -> None:
        node = self._root
        for word in phrase:
            node = node.children.setdefault(word, _Node())
        if entry not in node.entries:
            node.entries = (*node.entries, entry)
        if entry.strength > 0:  # a pass alone is no reason to search
            rarest = min(phrase, key=self._commonness)
            self._keys.update(self._classes.get(rarest, (rarest,)))
        for part in phrase:
            for word in self._classes.get(part, (part,)):
                self._learn(word, entry)

    def _commonness(self, part: str) -> tuple[int, int]:
        """Rank parts of a phrase: rare words first, then classes, then common words."""
        return (1 if part in self._classes else 2 * (part in COMMON), -len(part))

    def _learn(self, word: str, entry: Entry) -> None:
        self._vocabulary.add(word)
        short = _DOUBLE.sub(r"\1", word)
        if not entry.exact and short != word and len(short) >= COLLAPSED_LETTERS_LEAST:
            self._collapsed[short] = word

    def touches(self, words: Iterable[str]) -> bool:
        """Whether any of `words` may begin a search: nothing is found where none does."""
        return not self._keys.isdisjoint(words)

    def knows(self, reading: str) -> bool:
        """Whether `reading` is or may be a word that a search begins from."""
        return (
            reading in self._keys
            or self._collapsed.get(reading) in self._keys
            or ("*" in reading and any(word in self._keys for word in self._hidden(reading)))
        )

    def resolve(self, reading: str) -> tuple[str, ...]:
        """Return the words of the lists that an undisguised `reading` stands for."""
        if "*" in reading:
            return tuple(self._hidden(reading))
        if reading in self._vocabulary:
            return (reading,)
        whole = self._collapsed.get(reading)
        return () if whole is None else (whole,)

    def _hidden(self, reading: str) -> Iterator[str]:
        """Yield the words that "*", one to four letters each, may hide letters of."""
        letters = reading.replace("*", "")
        if reading[0] != "*" and len(letters) >= 2:
            among: Sequence[str] = self._by_first.get(reading[0], ())
        elif reading[-1] != "*" and len(letters) >= 3:
            among = self._by_last.get(reading[-1], ())
        else:
            return
        pattern = re.compile(re.escape(reading).replace(r"\*", _HIDDEN))
        yield from (word for word in among if pattern.fullmatch(word))

    def find(self, words: Sequence[str]) -> list[Hit]:
        """Return the hits in `words`, all that begin at each of them."""
        hits: list[Hit] = []
        for start, word in enumerate(words):
            if word in self._root.children or word in self._classes_of:
                self._walk(self._root, words, start, start, hits)
        return hits

    def _walk(
        self, node: _Node, words: Sequence[str], start: int, position: int, hits: list[Hit]
    ) -> None:
        for entry in node.entries:
            hits.append(Hit(start, position, entry))
        if position == len(words) or not node.children:
            return
        word = words[position]
        child = node.children.get(word)
        if child is not None:
            self._walk(child, words, start, position + 1, hits)
        for name in self._classes_of.get(word, ()):
            child = node.children.get(name)
            if child is not None:
                self._walk(child, words, start, position + 1, hits)

    def find_disguised(self, readings: Readings) -> list[Hit]:
        """Return the hits in tokens that may be read in several ways."""
        hits: dict[Hit, None] = {}
        for start in range(len(readings)):
            self._follow(_Place(self._root, start, start), readings, hits)
        return list(hits)

    def _follow(self, place: _Place, readings: Readings, hits: dict[Hit, None]) -> None:
        node, start, position, disguised = place
        for entry in node.entries:
            if not (disguised and entry.exact):
                hits[Hit(start, position, entry)] = None
        if position == len(readings) or not node.children:
            return
        for index, word in enumerate(readings[position]):
            for part in (word, *self._classes_of.get(word, ())):
                child = node.children.get(part)
                if child is not None:
                    further = _Place(child, start, position + 1, disguised or index > 0)
                    self._follow(further, readings, hits)
