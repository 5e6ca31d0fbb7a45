import pytest

from sentiment.pulse.excitement import (
    AWE,
    CHEER,
    EMOTES,
    elongated,
    excited_word,
    is_shouted,
    only_marks,
)
from sentiment.text import fold
from tests.sentiment.pulse.crowds import said


def excited(text: str) -> bool:
    return said(text).excited


@pytest.mark.parametrize(
    "text",
    [
        "noooo", "WOW", "omg", "that was insane", "?????", "!?", "lol", "jajaja", "ajajaja", "kkkk",
        "xD", "lmao", "temazo", "hostia", "increíble", "VAMOS", "pog", "🔥🔥", "drop it!!!", "uff",
        "hahaha", "LUL", "otra", "rewind",
    ],
)  # fmt: skip
def test_reactions(text: str) -> None:
    assert excited(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "what track is this?", "hi from Lisbon", "qué hora es", "he plays until two", "ok",
        "good evening", "have you heard the new one", "alguien sabe el nombre", "..." , "😴",
        "lleva dos horas", "see you tomorrow", "book", "feel",
    ],
)  # fmt: skip
def test_talk(text: str) -> None:
    assert not excited(text)


def test_shapes() -> None:
    assert elongated("soooo") and not elongated("soon") and not elongated("100000")
    assert is_shouted("nooo") and is_shouted("stop!!!") and not is_shouted("stop!")
    assert only_marks("¿¿??!!") and not only_marks("...") and not only_marks("why?")


def test_words_are_listed_as_they_are_looked_up() -> None:
    for word in AWE | CHEER | EMOTES:
        assert word == fold(word).bare, word
        assert excited_word(word)
