from __future__ import annotations

from dataclasses import replace

import pytest

from core.crowd import Axis, ChatRules
from core.errors import BadInput
from sentiment.chat import checked_rules


def test_the_rules_of_a_new_room_are_fit() -> None:
    assert checked_rules(ChatRules()) == ChatRules()
    assert set(ChatRules().levels) == {axis.value for axis in Axis}


def test_axes_that_are_not_named_keep_their_level() -> None:
    checked = checked_rules(ChatRules(levels={"hate": 4}))
    assert checked.levels == ChatRules().levels | {"hate": 4}


def test_sites_and_words_are_kept_in_one_spelling_and_once() -> None:
    checked = checked_rules(
        ChatRules(
            allowed_sites=(" SoundCloud.com ", "soundcloud.com."),
            blocked_words=("two  words", "two words", "Ñu"),
        )
    )
    assert checked.allowed_sites == ("soundcloud.com",)
    assert checked.blocked_words == ("two words", "Ñu")


@pytest.mark.parametrize(
    "change",
    [
        {"levels": {"kindness": 1}},
        {"levels": {"hate": 5}},
        {"levels": {"hate": -1}},
        {"levels": {"hate": True}},
        {"levels": {"hate": 1.5}},
        {"slow_seconds": -1.0},
        {"slow_seconds": 600.5},
        {"slow_seconds": float("nan")},
        {"allowed_sites": ("nodots",)},
        {"allowed_sites": ("https://soundcloud.com",)},
        {"allowed_sites": ("a" * 99 + ".com",)},
        {"allowed_sites": tuple(f"s{n}.com" for n in range(51))},
        {"blocked_words": ("",)},
        {"blocked_words": ("x" * 41,)},
        {"blocked_words": ("a\u200bb",)},
        {"blocked_words": tuple(f"w{n}" for n in range(201))},
    ],
)
def test_what_is_outside_its_limits_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        checked_rules(replace(ChatRules(), **change))
    assert caught.value.slug == "rules_invalid"


def test_the_rules_given_are_left_alone() -> None:
    levels = {"hate": 4}
    checked = checked_rules(ChatRules(levels=levels))
    levels["hate"] = 0
    assert checked.levels["hate"] == 4
