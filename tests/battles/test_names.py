from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battles.names import SLUG_LENGTH, clean_name, folded, room_slug
from core.errors import BadInput


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ana", "ana"),
        ("DJ  Ñandú!", "dj-nandu"),
        ("Björk & Åsa", "bjork-asa"),
        ("ＤＪ Ｗｉｄｅ", "dj-wide"),
        ("Диджей", "didzhey"),
        ("東京 DJ", "dongjing-dj"),
        ("हिन्दी", "hindi"),
        ("../../etc/passwd", "etc-passwd"),
        ("🎧", "headphones"),
        ("…", "dj"),
        ("--", "dj"),
        ("Straße", "strasse"),
        ("x" * 60, "x" * SLUG_LENGTH),
    ],
)
def test_rooms_are_named_after_their_djs(name: str, slug: str):
    assert room_slug(name) == slug


@given(st.text(max_size=80))
def test_a_slug_is_always_safe_in_an_address_and_a_path(name: str):
    slug = room_slug(name)
    assert 1 <= len(slug) <= SLUG_LENGTH
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)


@given(st.text(max_size=80))
def test_cleaning_a_clean_name_changes_nothing(name: str):
    try:
        cleaned = clean_name(name)
    except BadInput:
        return
    assert clean_name(cleaned) == cleaned
    assert folded(folded(cleaned)) == folded(cleaned)


@pytest.mark.parametrize(
    "name", ["", "   ", "\u200d", "x" * 65, "a\x1b[31mb", "a\u202eb", "lone \ud800", "a\x00b"]
)
def test_names_that_cannot_be_shown_are_refused(name: str):
    with pytest.raises(BadInput) as refused:
        clean_name(name)
    assert refused.value.slug == "dj_name_invalid"


def test_spaces_are_tidied_and_joiners_stay():
    assert clean_name("  DJ \t Ana\n") == "DJ Ana"
    assert clean_name("👩\u200d🎤") == "👩\u200d🎤"
