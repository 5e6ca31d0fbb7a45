"""Whom a word is meant for."""

import pytest

from sentiment.moderation.aim import (
    Aim,
    aim_of,
    is_affectionate,
    is_describing,
    is_joyful,
    is_reported,
)


def aim(text: str, *, strict: bool = False, mentions: bool = False) -> Aim:
    words = text.split()
    place = words.index("X")
    return aim_of(words, place, place + 1, mentions=mentions, strict=strict)


@pytest.mark.parametrize(
    "text",
    [
        "you X", "you are such a total X", "eres un X", "sos X", "this X again and again", "X dj",
        "the dj is a X", "qué X eres amigo", "X", "come on X", "vaya X de hombre", "he is a X man",
    ],
)  # fmt: skip
def test_somebody(text: str) -> None:
    assert aim(text) is Aim.SOMEBODY


@pytest.mark.parametrize(
    "text", ["im such a X", "soy un X", "que X soy", "my X brother", "they called me a X there"]
)
def test_oneself(text: str) -> None:
    assert aim(text) is Aim.ONESELF


@pytest.mark.parametrize("text", ["the movie about some X was good", "they said X and left"])
def test_nobody(text: str) -> None:
    assert aim(text) is Aim.NOBODY


def test_swear_words_need_more() -> None:
    assert aim("X that was good", strict=True) is Aim.NOBODY
    assert aim("this X slaps hard", strict=True) is Aim.NOBODY
    assert aim("you X", strict=True) is Aim.SOMEBODY
    assert aim("X dj", strict=True) is Aim.SOMEBODY
    assert aim("he is a X", strict=True) is Aim.SOMEBODY
    assert aim("what a X", strict=True, mentions=True) is Aim.SOMEBODY


def test_a_describing_word_describes_what_follows() -> None:
    words = "eres un puto genio".split()
    assert is_describing(words, 3, frozenset({"idiota"}))
    assert not is_describing("eres un puto idiota".split(), 3, frozenset({"idiota"}))
    assert not is_describing("eres una puta".split(), 3, frozenset())
    assert not is_describing("eres una puta y ya".split(), 3, frozenset())


def test_affection_and_joy() -> None:
    assert is_affectionate("te quiero idiota")
    assert is_affectionate("love you all")
    assert not is_affectionate("te quiero romper la cara")
    assert not is_affectionate("i love this track")
    assert is_joyful("qué temazo")
    assert not is_joyful("qué set más malo")


def test_reports() -> None:
    assert is_reported("someone wrote me kys".split(), 3)
    assert not is_reported("kys she wrote".split(), 0)
