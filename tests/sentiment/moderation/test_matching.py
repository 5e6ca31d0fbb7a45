"""Finding phrases, plain and disguised."""

from core.crowd import Axis
from sentiment.moderation.listing import Entry
from sentiment.moderation.matching import Hit, Matcher

MILD = Entry(Axis.INSULT, 1)
PLAIN = Entry(Axis.INSULT, 2)
EXACT = Entry(Axis.SEXUAL, 2, exact=True)
PASS = Entry(None, 0)


def matcher(*phrases: tuple[str, Entry]) -> Matcher:
    return Matcher((tuple(phrase.split()), entry) for phrase, entry in phrases)


def test_only_whole_words_and_phrases_are_found() -> None:
    lists = matcher(("bad apple", PLAIN), ("rotten", MILD))
    assert lists.find("a bad apple and a rotten one".split()) == [Hit(1, 3, PLAIN), Hit(5, 6, MILD)]
    assert lists.find("a bad pineapple".split()) == []
    assert lists.find("an apple bad".split()) == []


def test_overlapping_phrases_are_all_found() -> None:
    lists = matcher(("bad", MILD), ("bad apple", PLAIN))
    assert set(lists.find(["bad", "apple"])) == {Hit(0, 1, MILD), Hit(0, 2, PLAIN)}


def test_a_message_without_any_rare_word_is_not_searched() -> None:
    lists = matcher(("kill you", PLAIN), ("you rock", PASS))
    assert not lists.touches(["i", "love", "you"])
    assert not lists.touches(["you", "rock"])  # a pass alone is no reason
    assert lists.touches(["kill"])


def test_classes_stand_for_their_words() -> None:
    lists = Matcher([(("no", "<c>", "here"), PLAIN)], {"<c>": frozenset({"cats", "dogs"})})
    assert lists.find("no dogs here".split()) == [Hit(0, 3, PLAIN)]
    assert lists.find("no birds here".split()) == []
    assert lists.touches(["dogs"])


def test_phrases_are_found_written_as_one() -> None:
    lists = matcher(("rotten apple", PLAIN))
    assert lists.find(["rottenapple"]) == [Hit(0, 1, PLAIN)]


def test_a_star_hides_one_to_four_letters() -> None:
    lists = matcher(("rotten", PLAIN))
    assert lists.resolve("r*tten") == ("rotten",)
    assert lists.resolve("ro*n") == ("rotten",)
    assert lists.resolve("*otten") == ("rotten",)
    assert lists.resolve("r*") == ()  # one letter is not enough to tell
    assert lists.resolve("r*n") == ("rotten",)
    assert lists.resolve("*n") == ()


def test_letters_drawn_out_lose_double_letters() -> None:
    assert matcher(("rotten", PLAIN)).resolve("roten") == ("rotten",)
    assert matcher(("rotten", EXACT)).resolve("roten") == ()


def test_exact_words_are_not_found_in_disguise() -> None:
    lists = matcher(("cum", EXACT), ("rotten", PLAIN))
    assert lists.find_disguised([("cum",)]) == [Hit(0, 1, EXACT)]
    assert lists.find_disguised([("c0m0", "cum")]) == []
    assert lists.find_disguised([("r0tten", "rotten")]) == [Hit(0, 1, PLAIN)]
