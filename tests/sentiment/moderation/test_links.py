"""Addresses, and how they are known."""

import pytest

from sentiment.moderation.links import Standing, addresses, standing_of
from sentiment.text import fold


def hosts(text: str) -> list[str]:
    return [address.host for address in addresses(fold(text))]


def standing(text: str, *allowed: str) -> Standing:
    folded = fold(text)
    [address] = addresses(folded)
    return standing_of(address, folded.shown, allowed)


@pytest.mark.parametrize(
    "text",
    [
        "example.com", "see https://example.com/a?b=1 now", "EXAMPLE.COM!", "(example.com)",
        "example[.]com", "example (.) com", "example{dot}com", "example dot com",
        "visita example punto com ya", "example . com", "hxxp://example.com", "example。com",
        "example\u200b.com", "exam\ufe0fple\u20dd.com", "ｅｘａｍｐｌｅ．ｃｏｍ", "http://example.com:8080",
    ],
)  # fmt: skip
def test_addresses_are_found_however_they_are_spelt(text: str) -> None:
    assert hosts(text) == ["example.com"]


@pytest.mark.parametrize(
    "text",
    [
        "temazo.me encanta", "bien.es lo mejor", "wow...ok", "128.5 bpm", "3.2.1 go", "v2.0",
        "clip.mp3", "yes.no maybe", "el punto de la noche", "dot com boom", "a.b.c",
        "hola.que tal", "feat.dj nova", "so good.it was", "mail me@example.com",
        "temazo.ni idea", "great set.club is packed", "love this.tech house", "ven.pa la pista",
        "back in a sec.chat is wild", "sound on.audio lags", "good crowd.band on next",
    ],
)  # fmt: skip
def test_dots_alone_make_no_address(text: str) -> None:
    assert hosts(text) == []


@pytest.mark.parametrize(
    "text", ["tienda.es", "www.tienda.es ya", "tienda.es/hoy ya", "mi-tienda.es ya"]
)
def test_endings_that_are_words_need_more(text: str) -> None:
    assert len(hosts(text)) == 1


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("a.b.example.com", "example.com"),
        ("www.example.co.uk", "example.co.uk"),
        ("tienda.com.mx", "tienda.com.mx"),
        ("example.io", "example.io"),
    ],
)
def test_the_registered_name(text: str, site: str) -> None:
    [address] = addresses(fold(text))
    assert address.site == site


def test_standings() -> None:
    assert standing("soundcloud.com/x") is Standing.KNOWN
    assert standing("m.soundcloud.com") is Standing.KNOWN
    assert standing("example.com") is Standing.UNKNOWN
    assert standing("bit.ly/x") is Standing.SHADY
    assert standing("192.168.1.1") is Standing.SHADY
    assert standing("http://xn--80ak6aa92e.com") is Standing.SHADY


def test_what_a_room_allows() -> None:
    assert standing("example.com", "example.com") is Standing.ALLOWED
    assert standing("shop.example.com", "example.com") is Standing.ALLOWED
    assert standing("example.com", "WWW.Example.com ") is Standing.ALLOWED
    assert standing("badexample.com", "example.com") is Standing.UNKNOWN
    assert standing("example.com.evil.net", "example.com") is Standing.UNKNOWN
    assert standing("bit.ly/x", "bit.ly") is Standing.ALLOWED


def test_a_lookalike_of_a_known_name_is_shady() -> None:
    assert standing("yоutube.com") is Standing.SHADY  # a Cyrillic letter
    assert standing("YouTube.com") is Standing.KNOWN
