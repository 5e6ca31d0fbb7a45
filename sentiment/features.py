"""What the model is told of a message: rows of its table, and some fifty numbers beside them.

The numbers carry what a small table cannot learn from a few thousand messages: lexica in two
languages, emoji and emotes, negation, elongation, capitals, laughter, whom the message speaks to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from core.crowd import Axis
from sentiment.hashing import IDS_MOST, bucket, pair_id
from sentiment.lexicon import Valences, valences
from sentiment.moderation.lexicon import Heard, Lexicon
from sentiment.text.emotes import EMOTE
from sentiment.text.folding import FoldedText
from sentiment.words import NEGATED, WORDS_KEPT, Group, Token, Word, known_token, known_word

LAUGHTER: Final = re.compile(
    r"\b(?:(?:ja|je|ji|jo|ha|he|hi|ka){2,}[jahekio]*|[jh]aj[aj]+|k{3,}|x+d+|lo+l+|lmf?ao+|rofl|lu+l+w?)\b"
)
LINK: Final = re.compile(
    r"https?://|www\.|\b[\w-]+\.(?:com|net|org|io|tv|gg|es|xyz|ru|live|me|example)\b"
)
_EMOJI: Final = re.compile("[\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff]")

NEGATION_REACH: Final = 3
"""Words after a negation that it turns round (VADER looks back as far; Hutto and Gilbert, 2014)."""

COMPOUND_ALPHA: Final = 15.0
"""x / sqrt(x^2 + alpha): a sum of valences as -1..1, as VADER normalises."""

SPANISH_LETTERS: Final = frozenset("áéíóúñü¿¡")

LISTED: Final = (Axis.INSULT, Axis.HATE, Axis.THREAT, Axis.SEXUAL, Axis.SWEARING, Axis.SPAM)
"""Axes that have word lists."""

DENSE: Final = (
    "compound", "positive", "negative", "valence_mean", "valence_last", "valence_after_contrast",
    "emote_compound", "emote_positive", "emote_negative", "emotes", "unknown_emotes",
    "emoji_compound", "emoji_positive", "emoji_negative", "emoji", "all_compound",
    "negations", "boosters", "dampers", "contrast", "question_mark", "question_word",
    "exclamations", "ellipsis", "caps_ratio", "caps_words", "elongation", "repetition", "laughter",
    "log_characters", "log_words", "digits", "links", "mentions", "hashtags", "unmasked",
    "english", "spanish", "second_person", "first_person", "third_group", "adverts", "wordless",
    *(f"list_{axis}" for axis in LISTED), "listed", "derogatory", "derogatory_at_you",
)  # fmt: skip
"""Names of the dense inputs, in order."""


@dataclass(frozen=True, slots=True)
class Features:
    """Inputs of the model for one message."""

    ids: tuple[int, ...]  # rows of the table, each once, at most IDS_MOST, in any order
    dense: tuple[float, ...]  # as DENSE names them; each about -1 to 3


def features(text: FoldedText, heard: Heard | None = None) -> Features:
    """Return what the model is told of `text`.

    Parameters
    ----------
    text
        The message.
    heard
        What the word lists say of it, where they have been asked already.
    """
    if heard is None:
        heard = Lexicon.shipped().read(text)
    strengths = heard.strengths
    # A message with disguised words is read as its plain form would be.
    words = [known_word(word) for word in heard.undisguised or text.words]
    counts = _counts(words)
    typed = text.shown.split()
    tokens = [known_token(token) for token in typed]
    running_down = _THIRDS[counts[Group.DEROGATORY]]
    lexicon = valences()
    english, spanish = _languages(counts, len(words), text.plain)
    spoken = _spoken(words, english, spanish)
    emotes, unknown = _emotes(text.shown, tokens, lexicon)
    emoji = [] if text.shown.isascii() else _EMOJI.findall(text.shown)
    drawn = [lexicon.emoji.get(each, 0.0) for each in emoji]
    dense = (
        *_valence(spoken, words),
        *_signed(emotes), min(len(emotes), 10) / 4, min(unknown, 8) / 4,
        *_signed(drawn), min(len(drawn), 10) / 4,
        _compound(sum(spoken) + sum(emotes) + sum(drawn)),
        *_grammar(counts, words, text.shown),
        *_shape(text, typed, tokens, words),
        english, spanish, *[_THIRDS[counts[group]] for group in _SPEAKING], float(not words),
        *([strengths.get(axis, 0) / 4 for axis in LISTED] if strengths else _UNLISTED),
        _THIRDS[heard.mentioned], running_down, running_down * _THIRDS[counts[Group.SECOND_PERSON]],
    )  # fmt: skip
    ids = _ids(() if heard.undisguised else text.unmasked, words, tokens, emoji)
    return Features(ids, dense)


COUNTED_MOST: Final = 1_000
"""Words of one group that are told apart in number."""

_THIRDS: Final = (0.0, 1 / 3, 2 / 3, *(1.0,) * (COUNTED_MOST - 2))
_UNLISTED: Final = (0.0,) * len(LISTED)

_SPEAKING: Final = (
    Group.SECOND_PERSON, Group.FIRST_PERSON, Group.THIRD_GROUP, Group.ADVERT,
)  # fmt: skip


def _ids(
    unmasked: Iterable[str],
    words: Sequence[Word],
    tokens: Iterable[Token],
    emoji: Iterable[str],
) -> tuple[int, ...]:
    found: set[int] = set().union(*[word.ids for word in words])
    found.update([pair_id(first.hashed, second.hashed) for first, second in pairwise(words)])
    for reading in unmasked:
        found.update(known_word(reading.replace("*", "")).ids)
    found.update([bucket(f"e {each}") for each in emoji])
    found.update([token.id for token in tokens if token.id is not None])
    if len(found) > IDS_MOST:
        return tuple(sorted(found)[:IDS_MOST])
    return tuple(found)


def _counts(words: Iterable[Word]) -> list[int]:
    counts = [0] * len(Group)
    for word in words:
        for group in word.groups:
            if counts[group] < COUNTED_MOST:
                counts[group] += 1
    return counts


def _languages(counts: Sequence[int], words: int, plain: str) -> tuple[float, float]:
    """Return how English and how Spanish a message looks: shares of its words, 0-1."""
    if not words:
        return (0.0, 0.0)
    spanish = counts[Group.SPANISH]
    if not plain.isascii() and not SPANISH_LETTERS.isdisjoint(plain):
        spanish += 1
    return (counts[Group.ENGLISH] / words, min(1.0, spanish / words))


def _spoken(words: Iterable[Word], english: float, spanish: float) -> list[float]:
    """Return the valence of each word in its place: negated, boosted, damped."""
    values: list[float] = []
    reach, factor = 0, 1.0
    for word in words:
        if word.negates:
            reach, factor = NEGATION_REACH, 1.0
            values.append(0.0)
            continue
        value = _valence_of(word, english, spanish)
        if value:
            value *= factor * NEGATED if reach else factor
        values.append(value)
        factor = word.boosts
        reach = max(0, reach - 1)
    return values


def _valence_of(word: Word, english: float, spanish: float) -> float:
    if spanish > english:
        return word.spanish or (word.english if english else 0.0)
    return word.english or (word.spanish if spanish or not english else 0.0)


def _valence(spoken: Sequence[float], words: Sequence[Word]) -> tuple[float, ...]:
    told = [value for value in spoken if value]
    if not told:
        return _NO_VALENCE
    positive = sum([value for value in told if value > 0])
    negative = sum([value for value in told if value < 0])
    turn = -1
    for place, word in enumerate(words):
        if Group.CONTRAST in word.groups:
            turn = place
    after = _compound(sum(spoken[turn + 1 :])) if turn >= 0 else 0.0
    return (
        _compound(positive + negative), _compound(positive), -_compound(negative),
        sum(told) / len(told) / 3, told[-1] / 3, after,
    )  # fmt: skip


_NO_VALENCE: Final = (0.0,) * 6


def _emotes(shown: str, tokens: Iterable[Token], lexicon: Valences) -> tuple[list[float], int]:
    """Return the valences of the emotes known, and how many look like emotes and are not."""
    found: list[float] = []
    unknown = 0
    for name in EMOTE.findall(shown) if ":" in shown else ():
        value = lexicon.emotes.get(name)
        unknown += value is None
        found.append(value or 0.0)
    found += [token.emote for token in tokens if token.emote is not None]
    return found, unknown


def _signed(values: Sequence[float]) -> tuple[float, float, float]:
    if not values:
        return (0.0, 0.0, 0.0)
    positive = sum([value for value in values if value > 0])
    negative = sum([value for value in values if value < 0])
    return _compound(positive + negative), _compound(positive), -_compound(negative)


def _compound(total: float) -> float:
    return total / math.sqrt(total * total + COMPOUND_ALPHA)


def _grammar(counts: Sequence[int], words: Sequence[Word], shown: str) -> tuple[float, ...]:
    return (
        _THIRDS[counts[Group.NEGATION]], _THIRDS[counts[Group.BOOSTER]],
        _THIRDS[counts[Group.DAMPER]], _THIRDS[counts[Group.CONTRAST]],
        float("?" in shown or "¿" in shown),
        float(bool(words) and Group.QUESTION in words[0].groups),
        min(5, shown.count("!")) / 3, float("..." in shown or "…" in shown),
    )  # fmt: skip


@lru_cache(maxsize=WORDS_KEPT)
def _laughs(chunk: str) -> int:
    """Return how often somebody laughs in what stands between two spaces."""
    return len(LAUGHTER.findall(chunk))


def _shape(
    text: FoldedText, typed: Sequence[str], tokens: Iterable[Token], words: Iterable[Word]
) -> tuple[float, ...]:
    shown = text.shown
    characters = max(1, len(shown))
    capitals = shouted = 0
    if not shown.islower():
        capitals = sum(map(str.isupper, shown))
        shouted = sum([token.shouted for token in tokens])
    letters = sum(map(len, text.words)) or 1
    drawn_out = sum([word.drawn_out for word in words])
    repeated = 1 - len(set(typed)) / len(typed) if typed else 0.0
    digits = 0 if shown.isalpha() else sum(map(str.isdigit, shown))
    return (
        min(1.0, capitals / letters), min(1.0, shouted / 4), min(1.0, drawn_out / characters),
        repeated, min(3, sum(map(_laughs, text.plain.split()))) / 3, math.log1p(characters) / 4,
        math.log1p(len(text.words)) / 3, digits / characters,
        min(2, len(LINK.findall(text.plain))) / 2 if "." in shown or ":" in shown else 0.0,
        min(3, shown.count("@")) / 3, min(3, shown.count("#")) / 3, min(4, len(text.unmasked)) / 4,
    )  # fmt: skip
