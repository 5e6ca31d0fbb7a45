"""What the shipped lists say of messages."""

import pytest

from core.crowd import Axis
from sentiment.moderation.lexicon import Lexicon, holds_blocked
from sentiment.moderation.names import fit_name
from sentiment.text import fold


def strengths(text: str) -> dict[str, int]:
    return {
        axis.value: value for axis, value in Lexicon.shipped().read(fold(text)).strengths.items()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("you are an idiot", {"insult": 2}),
        ("eres un idiota", {"insult": 2}),
        ("idiota", {"insult": 2}),
        ("idiot dj", {"insult": 2}),
        ("eres una puta", {"insult": 2, "swearing": 2}),
        ("puto dj", {"insult": 2, "swearing": 2}),
        ("kys", {"threat": 3}),
        ("kill yourself", {"threat": 3}),
        ("mátate", {"threat": 3}),
        ("matate ya", {"threat": 3}),
        ("te voy a matar", {"threat": 2}),
        ("sé dónde vives", {"threat": 3}),
        ("send nudes", {"sexual": 3}),
        ("death to all immigrants", {"hate": 3}),
        ("los gitanos son todos unos ladrones", {"hate": 3}),
        ("free followers", {"spam": 3}),
    ],
)  # fmt: skip
def test_offences_are_found(text: str, expected: dict[str, int]) -> None:
    found = strengths(text)
    assert {axis: found.get(axis) for axis in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "feliz año nuevo", "tengo 20 años", "ano nuevo", "bien", "es el mejor", "mañana",
        "gay", "lesbiana", "black", "negro", "musulmán", "judío", "trans", "gitano", "queer",
        "this drop is sick", "killer set", "you killed it", "te mataste con ese drop", "bomb",
        "analog bass", "magna cum laude", "Scunthorpe", "the hoe in the shed", "class assassin",
    ],
)  # fmt: skip
def test_harmless_words_are_not(text: str) -> None:
    assert strengths(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "la puta madre qué temazo", "de puta madre", "eres el puto amo", "eres una puta máquina",
        "hijo de puta qué temazo", "qué cabrón, qué sesión", "fuck yes", "holy shit what a drop",
        "la concha de la lora", "puta qué lindo", "you glorious bastard, best mix ever",
    ],
)  # fmt: skip
def test_swearing_at_nobody_is_no_insult(text: str) -> None:
    assert set(strengths(text)) <= {"swearing"}


@pytest.mark.parametrize(
    "text",
    [
        "a chink of light", "spic and span", "love a good skank", "can you skank to this",
        "estoy muerto de hambre", "resistirse es inútil", "el plan ha fracasado",
    ],
)  # fmt: skip
def test_words_with_a_second_meaning_are_harmless_in_it(text: str) -> None:
    assert strengths(text) == {}


def test_words_with_a_second_meaning_count_in_the_first() -> None:
    assert strengths("you chink") == {"hate": 2}
    assert strengths("you skank")["insult"] == 2
    assert strengths("eres un muerto de hambre") == strengths("eres inútil") == {"insult": 2}
    assert fit_name("TechnoSkank").shown == "TechnoSkank"


@pytest.mark.parametrize(
    "text",
    [
        "I'll find you after the set", "ill find you at the bar", "gonna find you after the show",
        "im coming to get you a beer", "te voy a encontrar en la pista", "te espero a la salida",
        "te espero fuera y nos vamos juntos",
    ],
)  # fmt: skip
def test_what_friends_say_too_waits_for_a_moderator(text: str) -> None:
    assert strengths(text) == {"threat": 1}


def test_what_no_friend_says_is_a_threat() -> None:
    assert strengths("i'll find you and kill you") == {"threat": 3}
    assert strengths("coming to kill you") == {"threat": 2}
    assert strengths("te espero fuera y te reviento") == {"threat": 2}


def test_swearing_counts_as_swearing() -> None:
    assert strengths("fuck yes")["swearing"] == 2
    assert strengths("de puta madre")["swearing"] == 2


def test_an_insult_weighs_by_whom_it_is_for() -> None:
    assert strengths("you idiot") == {"insult": 2}
    assert strengths("the sample says idiot and then it drops") == {"insult": 1}
    assert strengths("i'm such an idiot") == {}
    assert strengths("qué idiota soy") == {}
    assert strengths("you idiot, i love you") == {}


def test_who_is_mentioned_need_not_be_meant() -> None:
    assert "insult" not in strengths("@ana that snare is trash")
    assert "insult" not in strengths("@ana qué cabrones los de la barra")
    assert strengths("@ana hijo de puta")["insult"] == 3


def test_a_hashtag_hides_no_letters() -> None:
    assert strengths("#49ers and #art") == {}
    assert strengths("you *diot") == {"insult": 2}


def test_who_reports_a_threat_is_not_taken_for_the_one_who_made_it() -> None:
    assert strengths("i know where you live") == {"threat": 3}
    assert strengths('somebody wrote me "i know where you live"') == {"threat": 1}


def test_a_threat_negated_is_none() -> None:
    assert strengths("please don't kill yourself") == {}
    assert strengths("no te suicides") == strengths("por favor no te mates") == {}


def test_people_may_call_themselves_what_others_may_not() -> None:
    assert strengths("maricón") == {"hate": 2}
    assert strengths("soy maricón") == strengths("maricón y orgulloso") == {}


def test_what_no_room_shows_is_marked() -> None:
    assert Lexicon.shipped().read(fold("child porn")).unlawful
    assert not Lexicon.shipped().read(fold("porn")).unlawful


def test_a_score_follows_the_strength() -> None:
    heard = Lexicon.shipped().read(fold("you idiot"))
    assert heard.score(Axis.INSULT) == 0.7
    assert heard.score(Axis.HATE) == 0.0


@pytest.mark.parametrize("text", ["Pineapple!", "p1neapple", "p i n e a p p l e", "pi*eapple"])
def test_a_rooms_own_words_are_found_in_any_disguise(text: str) -> None:
    assert holds_blocked(fold(text), ("piñata", "pineapple"))


def test_a_rooms_own_words_are_whole_words() -> None:
    assert not holds_blocked(fold("pineapples"), ("pineapple",))
    assert not holds_blocked(fold("pinata"), ("piñata",))
    assert holds_blocked(fold("what a Spoiler Alert, sorry"), ("spoiler alert",))
    assert not holds_blocked(fold("anything"), ("!!!",))
    assert not holds_blocked(fold("anything"), ())


@pytest.mark.parametrize(
    "text",
    [
        "eres un idi ota",
        "you are an idi ot",
        "you are a mo ron",
        "hijo de pu ta",
        "eres un id iota",
    ],
)
def test_a_space_put_into_a_word_hides_nothing(text: str) -> None:
    heard = Lexicon.shipped().read(fold(text))
    assert heard.strengths
    assert heard.undisguised is not None  # the model is told the plain form


@pytest.mark.parametrize(
    "text",
    [
        "put a track on",
        "the pen is on the table",
        "as i said",
        "put a beat on it",
        "co producer",
        "more on that later",
        "ana l from lima",
        "es tu pido",
        "an al green song",
        "sub normal level",
    ],
)
def test_words_that_touch_make_no_others(text: str) -> None:
    assert Lexicon.shipped().read(fold(text)).strengths == {}
