"""How lines of the lists are read, and what the shipped ones must not hold."""

from pathlib import Path

import pytest

from core.crowd import Axis
from core.errors import ConfigurationInvalid
from sentiment.moderation.listing import FOLDER, Entry, Lists, load


def lists_of(tmp_path: Path, text: str, name: str = "insult.en.txt") -> Lists:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return load(tmp_path)


def phrases_of(tmp_path: Path, text: str) -> set[str]:
    return {" ".join(phrase) for phrase, _ in lists_of(tmp_path, text).phrases}


def test_a_line_has_a_strength_and_a_pattern(tmp_path: Path) -> None:
    lists = lists_of(tmp_path, "# nothing\n\n2 idiot # said often\n")
    assert lists.phrases == ((("idiot",), Entry(Axis.INSULT, 2)),)


def test_flags(tmp_path: Path) -> None:
    [(_, entry)] = lists_of(tmp_path, "1@3?!. word").phrases
    assert entry == Entry(Axis.INSULT, 1, aimed=3, only_aimed=True, exact=True, final=True)


def test_patterns_are_spelt_out(tmp_path: Path) -> None:
    assert phrases_of(tmp_path, "2 (you) idiot{,s} a/b") == {
        "you idiot a", "you idiot b", "you idiots a", "you idiots b",
        "idiot a", "idiot b", "idiots a", "idiots b",
    }  # fmt: skip


def test_accents_on_vowels_are_of_no_account_and_enye_is(tmp_path: Path) -> None:
    assert phrases_of(tmp_path, "2 imbécil\n2 coño\n2 don't") == {"imbecil", "coño", "dont"}


def test_classes_stand_for_words_and_phrases(tmp_path: Path) -> None:
    lists = lists_of(tmp_path, "<kind> = gay black\n<who> = gays <kind>+people\n3 hate <who>")
    assert {phrase for phrase, _ in lists.phrases} == {
        ("hate", "gays"),
        ("hate", "insult.en<kind>", "people"),
    }
    assert lists.classes == {"insult.en<kind>": frozenset({"gay", "black"})}


def test_passes_have_no_axis(tmp_path: Path) -> None:
    [(_, entry)] = lists_of(tmp_path, "0 de puta madre", "passes.es.txt").phrases
    assert entry.axis is None


@pytest.mark.parametrize("line", ["idiot", "5 idiot", "2", "2@9 idiot", "2x idiot"])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"insult\.en\.txt, line 2"):
        lists_of(tmp_path, f"# header\n{line}\n")


def test_both_languages_have_a_list_of_every_axis_of_words() -> None:
    names = {path.name for path in FOLDER.glob("*.txt")}
    for axis in ("hate", "insult", "sexual", "spam", "swearing", "threat", "passes"):
        assert {f"{axis}.en.txt", f"{axis}.es.txt"} <= names


def test_lists_made_from_others_say_so() -> None:
    for path in FOLDER.glob("*.txt"):
        head = path.read_text(encoding="utf-8").splitlines()[0:3]
        ours = "Written for this project" in head[0]
        theirs = "Shutterstock" in head[0] and "CC BY 4.0" in head[1]
        assert ours != theirs, path.name
    assert "Creative Commons Attribution 4.0" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_no_common_word_is_an_offence() -> None:
    """Public lists hold these; whole Spanish sentences would go."""
    single = {phrase[0] for phrase, entry in load().phrases if len(phrase) == 1 and entry.axis}
    assert single.isdisjoint(
        """es bien ano año tia concha martillo trio drogas racista infierno the you no dj set drop
        gay gays lesbiana lesbian lesbianas black negro negra blacks musulman judio judia jew jewish
        muslim trans queer gitano gitana moro chino latina mexican indio arab sex sexy hardcore
        suck sucks kill killer bomb sick dead die muero mataste""".split()
    )
