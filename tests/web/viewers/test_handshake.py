import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from web.viewers.handshake import HandshakeRefused, is_room_name, live_request, viewer_address
from web.viewers.history import Resume
from web.viewers.wants import Wants

NOBODY = frozenset()


def request(path="/rooms/nova/live", **headers):
    return Request(path, Headers({"Host": "dj.example:8000"} | headers))


@pytest.mark.parametrize("name", ["nova", "dj-2", "7", "a" * 64])
def test_slugs_are_room_names(name):
    assert is_room_name(name)
    assert live_request(request(f"/rooms/{name}/live"), NOBODY).room == name


@pytest.mark.parametrize("name", ["", "-", "nova-", "-nova", "Nova", "no va", "a" * 65, "..", "ñ"])
def test_other_names_are_not_found(name):
    assert not is_room_name(name)
    with pytest.raises(HandshakeRefused) as refused:
        live_request(request(f"/rooms/{name}/live"), NOBODY)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("query", "resume"),
    [
        ("epoch=e1&seq=12", Resume("e1", 12)),
        ("seq=0&epoch=a%20b", Resume("a b", 0)),
        ("epoch=e1", None),
        ("seq=12", None),
        ("epoch=e1&seq=-1", None),
        ("epoch=e1&seq=1e3", None),
        ("epoch=e1&seq=" + "9" * 400, None),
        ("epoch=e1&seq=²", None),
        ("&".join(["x=1"] * 50), None),
        ("", None),
    ],
)
def test_what_was_seen_last_is_read_or_ignored(query, resume):
    assert live_request(request(f"/rooms/nova/live?{query}"), NOBODY).resume == resume


@pytest.mark.parametrize(
    ("query", "wants"),
    [
        ("", Wants.SOUND),
        ("media=0", Wants.EVENTS),
        ("media=1", Wants.SOUND),
        ("epoch=e&seq=1&media=0", Wants.EVENTS),
        ("video=vp9", Wants.VIDEO),
        ("epoch=e&seq=1&video=jpeg", Wants.STILLS),
        ("video=none", Wants.SOUND),
        ("video=av1", Wants.SOUND),
        ("video=VIDEO", Wants.SOUND),
        ("media=0&video=vp9", Wants.EVENTS),
        ("sound=0&video=vp9", Wants.SILENT_VIDEO),
        ("sound=0&video=jpeg", Wants.SILENT_STILLS),
        ("sound=0", Wants.EVENTS),
        ("sound=1&video=vp9", Wants.VIDEO),
        ("media=0&sound=0&video=vp9", Wants.EVENTS),
    ],
)
def test_what_is_wanted_is_read(query, wants):
    assert live_request(request(f"/rooms/nova/live?{query}"), NOBODY).wants is wants


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://dj.example:8000", "dj.example:8000"),
        ("https://dj.example", "dj.example"),
        ("https://dj.example", "dj.example:443"),
        ("https://DJ.example:443", "dj.example"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_pages_of_the_same_host_may_watch(origin, host):
    live_request(Request("/rooms/nova/live", Headers(Origin=origin, Host=host)), NOBODY)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://dj.example",  # another port
        "http://dj.example:80",
        "http://dj.example.evil.example:8000",
        "http://dj.example:8000@evil.example",
        "http://evil.example:x",
        "file://",
        "ftp://dj.example:8000",
    ],
)
def test_pages_of_other_sites_may_not(origin):
    with pytest.raises(HandshakeRefused) as refused:
        live_request(request(Origin=origin), NOBODY)
    assert (refused.value.status, refused.value.slug) == (403, "bad_origin")


def test_two_origins_are_no_origin():
    headers = Headers([("Host", "a"), ("Origin", "http://a"), ("Origin", "http://a")])
    with pytest.raises(HandshakeRefused):
        live_request(Request("/rooms/nova/live", headers), NOBODY)


def test_allowed_origins_and_programs_without_one_may_watch():
    live_request(request(Origin="https://else.example"), frozenset({"https://else.example"}))
    live_request(request(Origin="https://else.example"), frozenset({"*"}))
    live_request(request(), NOBODY)


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("198.51.100.7", None, (), "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", (), "198.51.100.7"),  # nobody believes it
        ("10.0.0.1", "203.0.113.9", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", ("10.0.0.0/8",), "203.0.113.9"),  # the rest is made up
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", "garbage", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", None, ("10.0.0.0/8",), "10.0.0.1"),
        ("2001:db8:1:2:3::4", None, (), "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", None, (), "198.51.100.7"),
        ("", None, (), ""),  # a Unix socket
    ],
)
def test_addresses_for_limits(peer, forwarded, trusted, address):
    headers = Headers() if forwarded is None else Headers({"X-Forwarded-For": forwarded})
    assert viewer_address(peer, headers, trusted) == address


@pytest.mark.parametrize("host", ["rebound.example:8000", ""])
def test_rooms_are_refused_under_another_name(host):
    named = Headers(Host=host, Origin=f"http://{host}") if host else Headers()
    with pytest.raises(HandshakeRefused) as refused:
        live_request(Request("/rooms/nova/live", named), NOBODY, ("dj.example",))
    assert (refused.value.status, refused.value.slug) == (400, "untrusted_host")
    live_request(request(), NOBODY, ("dj.example",))
