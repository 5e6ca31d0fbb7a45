import pytest

from core.errors import BadInput, TooLarge
from stream.trickle import parse_fragment

FRAGMENT = (
    "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\n"
    "a=candidate:3471623853 1 udp 2122194687 abc.local 61765 typ host\r\n"
    "a=end-of-candidates\r\n"
)


def test_candidates_and_their_ice_session_are_read():
    fragment = parse_fragment(FRAGMENT)
    assert fragment.ice_username == "EsAw"
    assert [one.address for one in fragment.candidates] == ["192.0.2.1"]


@pytest.mark.parametrize("text", ["", "\r\n", "a=end-of-candidates\r\n"])
def test_nothing_but_the_end_is_welcome(text):
    assert parse_fragment(text).candidates == ()


@pytest.mark.parametrize("text", ["garbage", '{"candidate": 1}', "a=x\0"])
def test_garbage_is_malformed(text):
    with pytest.raises(BadInput) as caught:
        parse_fragment(text)
    assert caught.value.slug == "fragment_malformed"


def test_an_endless_fragment_is_too_large():
    with pytest.raises(TooLarge):
        parse_fragment(FRAGMENT * 1000)
