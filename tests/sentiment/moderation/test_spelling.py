"""Tokens as the lists spell them, and disguises undone in their places."""

import pytest

from core.crowd import Axis
from sentiment.moderation.listing import Entry
from sentiment.moderation.matching import Matcher
from sentiment.moderation.spelling import is_suspect, readings_of, spelt
from sentiment.text import fold

MATCHER = Matcher(
    [(("kill", "yourself"), Entry(Axis.THREAT, 3)), (("idiota",), Entry(Axis.INSULT, 2))]
)


def phrases_in(text: str) -> set[int]:
    folded = fold(text)
    if not is_suspect(folded, spelt(folded.words, folded.plain), MATCHER):
        return set()
    return {hit.entry.strength for hit in MATCHER.find_disguised(readings_of(folded, MATCHER))}


def test_accents_and_apostrophes_are_dropped_and_enye_is_kept() -> None:
    folded = fold("Qué niño, you're")
    assert spelt(folded.words, folded.plain) == ("que", "niño", "youre")


@pytest.mark.parametrize(
    "text",
    [
        "k1ll yourself", "k!ll y0urself", "kill y*urself", "k i l l yourself", "k.i.l.l yourself",
        "k🇮ll yourself", "🇰 🇮 🇱 🇱 yourself", "k;i;l;l yourself",
        "kill yoursellllf", "now k1ll yourself!!", "k i l l y o u r s e l f", "kil-l yourself",
    ],
)  # fmt: skip
def test_a_disguised_word_keeps_its_place_in_a_phrase(text: str) -> None:
    assert phrases_in(text) == {3}


@pytest.mark.parametrize(
    "text", ["u n i d i o t a", "eres u n i d i o t a y ya", "i  d  i  o  t  a"]
)
def test_words_glued_together_by_spacing_are_cut_apart(text: str) -> None:
    assert phrases_in(text) == {2}


@pytest.mark.parametrize(
    "text", ["a b c d e f", "LETS GOOOOO", "10/10 set", "i.e. yes", "4x4 5ever"]
)
def test_what_only_looks_disguised_is_nothing(text: str) -> None:
    assert phrases_in(text) == set()


def test_an_undisguised_message_is_not_suspect() -> None:
    folded = fold("kill yourself")
    assert not is_suspect(folded, folded.words, MATCHER)
