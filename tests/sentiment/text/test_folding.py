"""Disguises are undone by rule, and nothing honest is harmed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.text import fold
from sentiment.text.folding import MARKS_MOST

ANY_TEXT = st.text(max_size=200)


@pytest.mark.parametrize(
    "written",
    [
        "id\u200biot",
        "ｉｄｉｏｔ",
        "𝓲𝓭𝓲𝓸𝓽",
        "ıdіot",  # dotless i, Cyrillic i
        "іԁіоt",
        "🅸🅳🅸🅾🆃",
        "Ⓘdiot",
        "i̷̢d̸i̵o̶t̴",
        "IDIOT",
        "ⁱdiot",
        "i\ufe0ed\ufe0fi\ufe00o\ufe0ft",  # variation selectors
        "id\U000e0100i\U000e01efot",
        "i\u180bd\u180ciot",
        "i\u20ddd\u20dei\u20e0o\u20e2t\u20e4",  # enclosed
        "id\u0e34iot",  # a Thai vowel sign
        "i\u093fdiot",
        "ɨđɨøŧ",
        "іɗɨоƭ",
        "ᎥᎠᎥᎾᎢ",
        "ꓲꓓꓲꓳꓔ",
        "IᗪIOT",
        "idـiˑoːt",  # tatweel and strokes of length
    ],
)
def test_letters_that_look_latin_become_latin(written: str) -> None:
    assert fold(written).words == ("idiot",)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1d10t", "idiot"),
        ("i d i o t", "idiot"),
        ("i.d.i.o.t", "idiot"),
        ("i-d-i-o-t", "idiot"),
        ("p4y4s0!!!", "payaso"),
        ("p a y a s o", "payaso"),
        ("sh!t", "shit"),
        ("b1tch", "bitch"),
        ("1oser", "loser"),
        ("idioooooot", "idiot"),
        ("f*ck", "f*ck"),
        ("f**k", "f*k"),
        ("m!erda", "mierda"),
        ("$tupid", "stupid"),
        ("i;d;i;o;t", "idiot"),
        ("i: d: i: o: t", "idiot"),
        ("i—d—i—o—t", "idiot"),
        ("i – d – i – o – t", "idiot"),
        ("[i][d][i][o][t]", "idiot"),
        ("⒤⒟⒤⒪⒯", "idiot"),
        ("i = d = i = o = t", "idiot"),
        ("🇮🇩🇮🇴🇹", "idiot"),
        ("🇮 🇩 🇮 🇴 🇹", "idiot"),
        ("id🇮ot", "idiot"),
    ],
)
def test_what_digits_signs_and_spaces_hide_is_among_the_unmasked(written: str, meant: str) -> None:
    assert meant in fold(written).unmasked


@pytest.mark.parametrize(
    "honest",
    [
        "what a set",
        "qué temazo, gracias",
        "see you at ten",
        "¿cómo se llama esta canción?",
        "love it!",
        "that's the one",
        "привет мир",
        "viva 🇪🇸",
        "🇪🇸 🇦🇷 🇨🇱 !",
        "one: two; three — four",
    ],
)
def test_nothing_is_unmasked_where_nothing_is_disguised(honest: str) -> None:
    assert fold(honest).unmasked == ()


def test_spanish_keeps_the_letters_that_tell_words_apart() -> None:
    text = fold("Feliz AÑO nuevo, coño")
    assert text.words == ("feliz", "año", "nuevo", "coño")
    assert text.bare == "feliz ano nuevo, cono"
    assert fold("an\u0303o").words == ("año",)


def test_other_alphabets_stay_themselves() -> None:
    assert fold("привет всем").words == ("привет", "всем")
    assert fold("καλημέρα").words == ("καλημερα",)


def test_marks_of_other_alphabets_stay_on_their_letters() -> None:
    assert fold("किताब").plain == "किताब"
    assert fold("コーヒー").plain == "コーヒー"
    assert fold("สวัสดีครับ").plain == "สวัสดีครับ"
    assert fold("an\ufe0f\u0303o").words == ("año",)


def test_what_only_changes_looks_is_shown_and_not_read() -> None:
    text = fold("1\ufe0f\u20e3 ❤\ufe0f")
    assert text.shown == "1\ufe0f\u20e3 ❤\ufe0f"
    assert text.plain == "1 ❤"


def test_emoji_that_are_newer_than_python_are_shown() -> None:
    assert fold("wow \U0001fae8\U0001fadd").shown == "wow \U0001fae8\U0001fadd"
    assert fold("wow \U000effff\uffff").shown == "wow"


def test_emoji_stay_whole_and_hidden_joiners_go() -> None:
    family = "👨\u200d👩\u200d👧"
    assert fold(f"hola {family}").shown == f"hola {family}"
    assert fold("id\u200diot").shown == "idiot"
    assert fold("red ❤\ufe0f").shown in ("red ❤\ufe0f", "red ❤")


def test_direction_overrides_and_controls_are_not_shown() -> None:
    assert fold("\u202eevil\u202c\x07 \u2066text\u2069").shown == "evil text"


def test_marks_beyond_two_a_letter_are_not_shown() -> None:
    shown = fold("z" + "\u0301\u0302\u0303\u0304\u0305\u0306" + "!").shown
    marks = [each for each in unicodedata.normalize("NFD", shown) if unicodedata.combining(each)]
    assert len(marks) <= MARKS_MOST + 1  # one may have composed with its letter


@given(ANY_TEXT)
def test_any_text_folds_to_text_that_can_be_shown(text: str) -> None:
    folded = fold(text)
    assert folded.raw == text
    folded.shown.encode()  # no lone surrogate is left
    assert folded.shown == folded.shown.strip()
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in folded.shown)
    assert all(word for word in folded.words)


@given(ANY_TEXT)
def test_folding_what_is_shown_changes_nothing_more(text: str) -> None:
    once = fold(text)
    again = fold(once.shown)
    assert again.shown == once.shown
    assert again.plain == once.plain


@given(st.text(alphabet="abcdefghij ", max_size=60))
def test_small_latin_letters_stay_as_they_are(text: str) -> None:
    assert fold(text).plain == " ".join(text.split())
