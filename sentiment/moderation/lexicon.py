"""What the word lists say of a message, axis by axis."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from core.crowd import Axis
from sentiment.moderation.aim import (
    Aim,
    aim_of,
    is_affectionate,
    is_describing,
    is_joyful,
    is_reported,
)
from sentiment.moderation.levels import STRENGTHS
from sentiment.moderation.listing import FOLDER, Entry, load
from sentiment.moderation.matching import COMMON, Hit, Matcher
from sentiment.moderation.spelling import is_suspect, readings_of, spelt
from sentiment.moderation.stance import Surroundings, hate_most, is_claimed, threat_most
from sentiment.text.folding import FoldedText, fold

UNLAWFUL: Final = 4
"""The strength that acts at every level and for every role."""

_HIDDEN_LETTERS_LEAST: Final = 6
"""Strong words of this length are found inside names: "xXkillyourselfXx"."""

SPLIT_LEAST: Final = 4
PIECE_LEAST: Final = 2
PIECE_MOST: Final = 4
"""Letters of a word that is found with a space put into it, and of its pieces. Longer pieces, and
common words, mean themselves."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Strengths that the lists give a message, 1-4; axes without any are missing."""

    strengths: dict[Axis, int] = field(default_factory=dict)
    mentioned: int = 0  # words of the lists but adverts, whatever they mean here; at most 9
    undisguised: tuple[str, ...] | None = None  # its words, where some were disguised

    def score(self, axis: Axis) -> float:
        """Return the score of `axis`, 0-1."""
        return STRENGTHS[self.strengths.get(axis, 0)]

    @property
    def unlawful(self) -> bool:
        """Whether something is here that no room may show."""
        return UNLAWFUL in self.strengths.values()


_NOTHING: Final = Heard()


class Lexicon:
    """The word lists of a folder, ready to be asked.

    Parameters
    ----------
    folder
        Where the lists are; those that ship by default.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        lists = load(folder)
        self.matcher = Matcher(lists.phrases, lists.classes)
        single = [(phrase[0], entry) for phrase, entry in lists.phrases if len(phrase) == 1]
        self._insults = frozenset(
            word for word, entry in single if entry.axis in (Axis.INSULT, Axis.HATE) or entry.aimed
        )
        self._split = frozenset(
            word
            for word, entry in single
            if not entry.exact
            and max(entry.strength, entry.aimed or 0) >= 2
            and SPLIT_LEAST <= len(word) <= 2 * PIECE_MOST
        )
        sizes = range(PIECE_LEAST, PIECE_MOST + 1)
        self._first_pieces = (
            frozenset(word[:size] for word in self._split for size in sizes) - COMMON
        )
        self._unmistakable = frozenset(
            word
            for phrase, entry in lists.phrases
            if entry.strength >= 3
            and entry.axis in (Axis.HATE, Axis.THREAT)
            and len(phrase) <= 2
            and len(word := "".join(phrase)) >= _HIDDEN_LETTERS_LEAST
            and word.isalpha()
        )

    @staticmethod
    @cache
    def shipped() -> Lexicon:
        """Return the lists that ship; read once a process."""
        return Lexicon()

    def read(self, text: FoldedText) -> Heard:
        """Return what the lists say of `text`."""
        words, hits = self._search(text)
        if not hits:
            return _NOTHING
        harmless = _harmless(hits)
        weighing = _Weighing(words, text.plain, self._insults)
        for hit in hits:
            if hit.entry.axis is Axis.SWEARING or hit.start not in harmless:
                weighing.add(hit, harmless=hit.start in harmless)
        disguised = words != spelt(text.words, text.plain)
        mentioned = {hit.start for hit in hits if hit.entry.axis not in (None, Axis.SPAM)}
        return Heard(weighing.strengths, min(9, len(mentioned)), words if disguised else None)

    def offends_as_name(self, text: FoldedText) -> bool:
        """Whether somebody called `text` would offend others; names are aimed at nobody."""
        _, hits = self._search(text)
        harmless = _harmless(hits)
        if any(hit.entry.offends_as_name and hit.start not in harmless for hit in hits):
            return True
        letters = "".join(filter(str.isalpha, text.bare))
        return any(word in letters for word in self._unmistakable)

    def _search(self, text: FoldedText) -> tuple[tuple[str, ...], list[Hit]]:
        """Return the words of `text`, undisguised, and what the lists have on them."""
        words = spelt(text.words, text.plain)
        if is_suspect(text, words, self.matcher):
            readings = readings_of(text, self.matcher)
            words = tuple(each[-1] if len(each) > 1 else each[0] for each in readings)
            return words, self.matcher.find_disguised(readings)
        if not self._first_pieces.isdisjoint(words):
            words = self._rejoined(words)
        return words, self.matcher.find(words) if self.matcher.touches(words) else []

    def _rejoined(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return `words` with those made one that a space was put into: "idi ota"."""
        for at, (first, second) in enumerate(pairwise(words)):
            if (
                first + second in self._split
                and min(len(first), len(second)) >= PIECE_LEAST
                and max(len(first), len(second)) <= PIECE_MOST
                and COMMON.isdisjoint((first, second))
            ):
                return (*words[:at], first + second, *self._rejoined(words[at + 2 :]))
        return words


def _harmless(hits: list[Hit]) -> set[int]:
    """Return the places of words that stand in a harmless phrase."""
    return {place for hit in hits if hit.entry.axis is None for place in range(hit.start, hit.end)}


class _Weighing:
    """Adds up the hits of one message."""

    def __init__(self, words: tuple[str, ...], plain: str, insults: frozenset[str]) -> None:
        self.strengths: dict[Axis, int] = {}
        self._words = words
        self._plain = plain
        self._insults = insults
        self._mentions = "@" in plain
        self._around = Surroundings(words, plain)

    def add(self, hit: Hit, *, harmless: bool) -> None:
        entry = hit.entry
        if entry.axis is Axis.INSULT:
            self._note(Axis.INSULT, self._as_insult(hit))
        elif entry.axis is Axis.HATE:
            self._note(Axis.HATE, self._as_hate(hit))
        elif entry.axis is Axis.THREAT:
            self._note(Axis.THREAT, self._as_threat(hit))
        elif entry.axis is not None:
            self._note(entry.axis, self._if_aimed(hit))
        if entry.aimed and not harmless:
            self._note(Axis.INSULT, self._as_swearing_at_somebody(hit))

    def _note(self, axis: Axis, strength: int) -> None:
        if strength > self.strengths.get(axis, 0):
            self.strengths[axis] = strength

    def _aim(self, hit: Hit, *, strict: bool) -> Aim:
        # Who is mentioned need not be meant: the weaker words need "you are" or the like.
        mentions = self._mentions and (not strict or hit.entry.aimed >= 3)
        return aim_of(self._words, hit.start, hit.end, mentions=mentions, strict=strict)

    def _if_aimed(self, hit: Hit) -> int:
        if hit.entry.only_aimed and self._aim(hit, strict=True) is not Aim.SOMEBODY:
            return 0
        return hit.entry.strength

    def _as_insult(self, hit: Hit) -> int:
        """Take a step off where nobody is meant, and two where whom it is meant for is loved."""
        entry = hit.entry
        aim = self._aim(hit, strict=entry.only_aimed)
        if aim is Aim.ONESELF or (entry.only_aimed and aim is Aim.NOBODY):
            return 0
        strength = entry.strength - (aim is Aim.NOBODY)
        return strength - 2 if is_affectionate(self._plain) else strength

    def _as_hate(self, hit: Hit) -> int:
        """Nothing where people take a word for themselves, unless no one does."""
        claimable = hit.entry.strength < 3 and hit.end - hit.start == 1
        if claimable and is_claimed(self._around, hit.start, hit.end):
            return 0
        strength = min(self._if_aimed(hit), hate_most(self._around, hit.start))
        return self._as_told(hit, strength)

    def _as_threat(self, hit: Hit) -> int:
        strength = min(self._if_aimed(hit), threat_most(self._around, hit.start))
        return self._as_told(hit, strength)

    def _as_told(self, hit: Hit, strength: int) -> int:
        """Who reports what was said to them needs a moderator, not a time-out."""
        return min(strength, 1) if is_reported(self._words, hit.start) else strength

    def _as_swearing_at_somebody(self, hit: Hit) -> int:
        if self._aim(hit, strict=True) is not Aim.SOMEBODY:
            return 0
        if hit.entry.final and is_describing(self._words, hit.end, self._insults):
            return 0
        return hit.entry.aimed - (2 if is_joyful(self._plain) else 0)


@lru_cache(maxsize=256)
def _blocked(words: tuple[str, ...]) -> Matcher:
    folded = map(fold, words)
    phrases = (spelt(each.words, each.plain) for each in folded)
    return Matcher((phrase, Entry(None, 1)) for phrase in phrases if phrase)


def holds_blocked(text: FoldedText, blocked_words: tuple[str, ...]) -> bool:
    """Whether `text` holds one of a room's own words, whole, disguised or not."""
    if not blocked_words:
        return False
    matcher = _blocked(blocked_words)
    words = spelt(text.words, text.plain)
    if is_suspect(text, words, matcher):
        return bool(matcher.find_disguised(readings_of(text, matcher)))
    return matcher.touches(words) and bool(matcher.find(words))
