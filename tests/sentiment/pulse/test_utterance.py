import math

import pytest

from tests.sentiment.pulse.crowds import said


def test_a_wall_is_as_short_as_what_it_repeats() -> None:
    one = said(":fire:")
    assert said(":fire::fire::fire: :fire:").log_length == one.log_length
    assert said("temazo temazo temazo").log_length == said("temazo").log_length
    assert said("TEMAZOOOOOO").log_length == said("temazo").log_length
    assert said("what did he play before this one").log_length > one.log_length


def test_length_counts_characters_of_distinct_words() -> None:
    assert said("abc abc de").log_length == pytest.approx(math.log1p(5))


def test_emotes_alone() -> None:
    wall = said(":fire: :heart: :fire:")
    assert wall.emotes_only and wall.emote == "fire"
    assert said("🔥🔥").emotes_only and said("🔥🔥🔥").emote == "🔥"
    assert said("PogChamp PogChamp").emote == "pogchamp"
    mixed = said("nice :heart: track")
    assert not mixed.emotes_only and mixed.emote == "heart"
    assert said("hello").emote is None
    assert not said("").emotes_only


def test_the_starter_sets_names_are_words_without_their_colons() -> None:
    assert said("fire").emote is None
    assert not said("train").emotes_only


def test_a_long_message_is_no_reaction() -> None:
    assert said("omg this").excited
    assert not said("omg I forgot to tell you what my neighbour said about him").excited


def test_a_starter_emote_can_be_a_reaction() -> None:
    assert said(":drop:").excited
    assert not said(":sleepy:").excited


def test_what_the_model_did_not_read_is_not_known() -> None:
    unread = said("wow", feeling=None)
    assert unread.feeling is None and unread.hostility is None
    assert said("wow", feeling=0.4, hostility=0.1).hostility == 0.1
