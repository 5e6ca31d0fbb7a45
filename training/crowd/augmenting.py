"""More messages out of those there are: other spellings, and emotes that say what they say.

Public sets are tweets and comments. Chat writes the same things without accents, in capitals, with
letters drawn out, and ends them in emotes; labels do not change by that.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sentiment.lexicon import valences
from sentiment.text.emotes import STARTER_EMOTES
from sentiment.text.folding import without_accents
from training.crowd.samples import Sample

PLAIN_VALENCE: Final = 1.5
"""Emotes from here on say whether their writer is pleased."""

SHARE_RESPELLED: Final = 0.35
EMOTE_MESSAGES_MOST: Final = 2_500

_VOWEL: Final = re.compile(r"[aeiouáéíóú](?=\w?\b)")


def respelled(sample: Sample, rng: random.Random) -> Sample:
    """Return `sample` as somebody else would type it."""
    text = sample.text
    if rng.random() < 0.5:
        text = without_accents(text)
    style = rng.random()
    if style < 0.35:
        text = text.lower()
    elif style < 0.5:
        text = text.upper()
    if rng.random() < 0.25:
        text = _VOWEL.sub(lambda vowel: vowel[0] * rng.randint(3, 6), text, count=1)
    if rng.random() < 0.3:
        text = text.rstrip(".!?") + rng.choice(("", "!!", "!!!", "...", ""))
    return replace(sample, text=text)


def with_emotes(samples: Sequence[Sample], rng: random.Random) -> Iterator[Sample]:
    """Yield messages with emotes: alone, after a neutral message, and after one that agrees."""
    emotes = [(name, value) for name, value in valences().emotes.items()]
    plain = [each for each in emotes if abs(each[1]) >= PLAIN_VALENCE]
    short = [each for each in samples if len(each.text) < 80 and each.sentiment is not None]
    feeling_so = {
        feeling: [each for each in short if each.sentiment == feeling] for feeling in (-1, 0, 1)
    }
    for _ in range(min(EMOTE_MESSAGES_MOST, len(samples))):
        name, value = rng.choice(plain)
        feeling = 1 if value > 0 else -1
        shown = " ".join([_typed(name, rng)] * rng.choice((1, 1, 1, 2, 3, 5)))
        fate = rng.random()
        before = feeling_so[feeling] if fate > 0.75 else feeling_so[0]
        if fate < 0.35 or not before:
            yield Sample(shown, "emotes", feeling, 0.0, "none", 0, 0, "none")
            continue
        base = rng.choice(before)
        yield replace(base, text=f"{base.text} {shown}", sentiment=feeling, source="emotes")


def _typed(name: str, rng: random.Random) -> str:
    """Return an emote as it is typed: `:name:`, or bare with the capitals of other sites."""
    if name in STARTER_EMOTES:
        return f":{name}:"
    return rng.choice((name, name.capitalize(), name.upper(), f":{name}:"))
