"""What leads up to a threat or a slur decides what it counts for."""

import pytest

from sentiment.moderation.lexicon import Lexicon
from sentiment.text import fold


def strength(text: str, axis: str) -> int:
    strengths = Lexicon.shipped().read(fold(text)).strengths
    return {each.value: value for each, value in strengths.items()}.get(axis, 0)


@pytest.mark.parametrize(
    "text",
    [
        "please kill yourself", "just please kys", "why don't you kill yourself",
        "why not kill yourself", "why dont you just kys", "no, kill yourself", "no kill yourself",
        "don't, kill yourself", "never. kill yourself", "if you dont kill yourself i will",
        "wouldn't you want to kill yourself", "no joke i will rape you",
        "not joking im gonna rape you", "no im going to stab you", "no mátate", "no, mátate",
        "no, te voy a violar", "no sé, sé dónde vives", "d0nt k1ll yours3lf",
    ],
)  # fmt: skip
def test_a_threat_is_not_denied_by_a_word_somewhere_before_it(text: str) -> None:
    assert strength(text, "threat") == 3


@pytest.mark.parametrize(
    "text",
    [
        "please don't kill yourself", "please don’t kill yourself", "do not kill yourself",
        "never kill yourself", "please dont ever kill yourself", "don't you dare kill yourself",
        "you don't have to kill yourself", "i dont want you to kill yourself",
        "i dont know why but please dont kill yourself", "not gonna find you in this crowd",
        "por favor no te mates", "no sé dónde vives", "no tengo tu dirección",
        "no deberías matarte",
    ],
)  # fmt: skip
def test_a_threat_denied_right_before_it_is_none(text: str) -> None:
    assert strength(text, "threat") == 0


@pytest.mark.parametrize(
    "text",
    [
        "no te voy a apuñalar", "could you not kill yourself", "do you not want to kill yourself",
        "you cant kill yourself soon enough",
    ],
)  # fmt: skip
def test_where_two_readings_are_likely_a_moderator_looks(text: str) -> None:
    assert strength(text, "threat") == 1


@pytest.mark.parametrize(
    "text",
    [
        "you should not hate gay people", "please dont hate black people",
        "nobody should hate immigrants", "no one should hate immigrants", "i dont hate gays",
        "people who hate gays are the problem", "they hate gays", "why do you hate gays",
        "not all muslims are terrorists", "no todos los gitanos son ladrones",
        "no digas negro de mierda", 'don\'t say "faggot"', "stop saying negro de mierda",
        "no hay que matar a los moros", "no odio a los moros",
        "nobody should say death to muslims",
    ],
)  # fmt: skip
def test_who_speaks_against_hate_waits_for_a_moderator(text: str) -> None:
    assert strength(text, "hate") == 1


@pytest.mark.parametrize(
    "text",
    [
        "i hate gays", "we hate gays", "hate all jews", "no, kill all the jews",
        "no kill all the jews", "dont care kill all jews", "dont hate, kill all jews",
        "stop fucking immigrants from coming", "never be a faggot",
    ],
)  # fmt: skip
def test_hate_is_not_opposed_by_a_word_somewhere_before_it(text: str) -> None:
    assert strength(text, "hate") == 3


@pytest.mark.parametrize(
    "text",
    [
        "we should get rid of all the fags", "our club is no place for trannies",
        "my club has no place for fags", "maricones fuera de mi club",
        "im going to kick out all trannies", "proud of my club, no fags in it",
        "we are proud deport immigrants", "im a fag hater",
    ],
)  # fmt: skip
def test_a_slur_is_not_claimed_by_a_word_somewhere_in_the_message(text: str) -> None:
    assert strength(text, "hate") == 2


@pytest.mark.parametrize(
    "text",
    [
        "soy maricón", "yo soy bien maricón", "somos maricones", "im a tranny", "we are trannies",
        "i am a fag", "proud to be a fag", "orgulloso de ser maricón", "maricón y orgulloso",
        "tranny pride", "proud black tranny", "my nigga this is fire",
    ],
)  # fmt: skip
def test_people_claim_a_slur_right_next_to_it(text: str) -> None:
    assert strength(text, "hate") == 0
