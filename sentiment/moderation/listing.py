"""Word lists: what a line says, and how it is spelt out.

A file `AXIS.LANGUAGE.txt` holds a pattern a line, after its strength and flags:

    2 idiot{,s}                  the axis of the file, plain
    2? useless                   counts only where it is aimed at somebody
    1! cum                       only as written: neither disguised nor drawn out
    2@2. put{a,as}               aimed at somebody it is an insult of strength 2;
                                 "." only where no word follows that it could describe
    3 (go) kill yourself/urself  "(x)" may be missing, "a/b" is either, "{,s}" within a word
    <kind> = black gay           a class of words
    <who> = gays <kind>+people   a class of phrases; "+" stands for a space

`passes.LANGUAGE.txt` holds, with strength 0, phrases that are harmless whatever is in them. Accents
on vowels and apostrophes are of no account, since chat leaves them out; ñ is a letter of its own.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.crowd import Axis
from core.errors import ConfigurationInvalid

FOLDER: Final = Path(__file__).parent / "lists"
"""The lists that ship."""

PASSES: Final = "passes"

SPELLING: Final = str.maketrans("áéíóúü", "aeiouu", "'’")
"""What chat leaves out: accents on vowels, and apostrophes."""

_LINE: Final = re.compile(
    r"(?P<strength>[0-4])(?:@(?P<aimed>[1-3]))?(?P<flags>[?!.]*) +(?P<rest>.+)"
)
_CLASS: Final = re.compile(r"<(?P<name>\w+)> *= *(?P<items>.+)")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")

Phrase = tuple[str, ...]
"""Words, and names of classes of words, such as "<kind>"."""


@dataclass(frozen=True, slots=True)
class Lists:
    """All that the files of a folder say."""

    phrases: tuple[tuple[Phrase, Entry], ...]
    classes: dict[str, frozenset[str]]  # name, such as "hate.en<kind>" -> words


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list says about one pattern."""

    axis: Axis | None  # None is a pass
    strength: int
    aimed: int = 0  # its strength as an insult where it is aimed at somebody
    only_aimed: bool = False
    exact: bool = False
    final: bool = False

    @property
    def offends_as_name(self) -> bool:
        """Whether nobody may be called this: a name is said all night, and aimed at nobody."""
        if self.axis is None or self.only_aimed:
            return False
        if self.axis is Axis.SWEARING:
            return self.aimed >= 3
        return self.axis is not Axis.SPAM and self.strength >= 2


def load(folder: Path = FOLDER) -> Lists:
    """Return what all lists in `folder` say, spelt out.

    Raises
    ------
    ConfigurationInvalid
        If a line cannot be read.
    """
    phrases: list[tuple[Phrase, Entry]] = []
    classes: dict[str, frozenset[str]] = {}
    for path in sorted(folder.glob("*.txt")):
        reader = _Reader(path.stem)
        for number, written in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = written.partition("#")[0].strip()
            if line and not reader.read(line):
                raise ConfigurationInvalid(
                    f"Word list {path.name}, line {number}: {line!r} is no pattern."
                )
        phrases += reader.phrases
        classes |= reader.classes
    return Lists(tuple(phrases), classes)


class _Reader:
    """Reads one file."""

    def __init__(self, stem: str) -> None:
        kind = stem.partition(".")[0]
        self._axis = None if kind == PASSES else Axis(kind)
        self._stem = stem
        self._composed: dict[str, list[str]] = {}
        self.phrases: list[tuple[Phrase, Entry]] = []
        self.classes: dict[str, frozenset[str]] = {}

    def read(self, line: str) -> bool:
        """Take a line in; return whether it could be read."""
        line = line.translate(SPELLING)
        if found := _CLASS.fullmatch(line):
            self._define(found["name"], found["items"].split())
            return True
        match = _LINE.fullmatch(line)
        if match is None:
            return False
        flags = match["flags"]
        entry = Entry(
            self._axis,
            int(match["strength"]),
            int(match["aimed"] or 0),
            only_aimed="?" in flags,
            exact="!" in flags,
            final="." in flags,
        )
        self.phrases += ((phrase, entry) for phrase in self._spelt_out(match["rest"]))
        return True

    def _define(self, name: str, items: list[str]) -> None:
        if any("<" in item or "+" in item for item in items):
            self._composed[name] = items
        else:
            words = (word for item in items for word in _affixed(item))
            self.classes[f"{self._stem}<{name}>"] = frozenset(words)

    def _spelt_out(self, pattern: str) -> Iterator[Phrase]:
        for chosen in itertools.product(*map(self._choices, pattern.split())):
            phrase = tuple(word for part in chosen for word in part.split("+") if word)
            if phrase:
                yield phrase

    def _choices(self, part: str) -> list[str]:
        """Return what may stand for one part of a pattern; "" where it may be missing."""
        if part.startswith("("):
            return ["", *self._choices(part.strip("()"))]
        return [choice for each in part.split("/") for choice in self._expanded(each)]

    def _expanded(self, alternative: str) -> list[str]:
        """Return what "a", "a{,s}", "a+b", "<class>" or "<class>+b" stands for."""
        ways: list[list[str]] = []
        for piece in alternative.split("+"):
            name = piece.strip("<>")
            if name in self._composed and piece.startswith("<"):
                ways.append([way for item in self._composed[name] for way in self._expanded(item)])
            elif piece.startswith("<"):
                ways.append([f"{self._stem}<{name}>"])
            else:
                ways.append(_affixed(piece))
        return ["+".join(way) for way in itertools.product(*ways)]


def _affixed(word: str) -> list[str]:
    braces = _BRACES.search(word)
    if braces is None:
        return [word]
    return [
        full
        for affix in braces[1].split(",")
        for full in _affixed(word[: braces.start()] + affix + word[braces.end() :])
    ]
