import asyncio
from dataclasses import replace

import pytest
from prometheus_client import generate_latest

from core.messages import Phase
from stream.config import IceServer
from stream.offer import LARGEST_OFFER_BYTES
from tests.stream import offers
from tests.stream.publishing import Client, Station, config
from web import whip

SERVERS = (
    IceServer("stun:stun.example:3478"),
    IceServer("turn:turn.example:3478?transport=udp", "dj", "secret"),
)
LONG = config(connect_seconds=10.0, starts_per_key=1000)


@pytest.fixture
async def station():
    async with Station(LONG, ice_servers=SERVERS) as station:
        yield station


def headers(key="key-ana", **more):
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/sdp", **more}


def address(station, response):
    return station.url.removesuffix("/whip") + response.headers["Location"]


async def test_obs_gets_exactly_what_it_wants(station):
    """201, a body, an absolute path; no candidates in the offer, no PATCH, 200 for DELETE."""
    response = await station.post(offers.OBS)
    assert response.status_code == 201
    assert response.headers["content-type"].startswith("application/sdp")
    assert response.headers["Location"].startswith("/whip/")
    assert response.headers["ETag"].strip('"')
    assert response.text.startswith("v=0\r\n")
    assert "a=candidate:" in response.text
    assert "\r\nm=video 0 " in response.text
    assert response.headers.get_list("Link") == [
        '<stun:stun.example:3478>; rel="ice-server"',
        '<turn:turn.example:3478?transport=udp>; rel="ice-server"; username="dj"; '
        'credential="secret"; credential-type="password"',
    ]
    deleted = await station.http.delete(address(station, response), headers=headers())
    assert (deleted.status_code, deleted.content) == (200, b"")


async def test_a_whole_life(station):
    async with Client(station) as client:
        response = await client.start(params={"title": "Friday", "genre": "house"})
        await station.until_phase(Phase.LIVE)
        info = station.said(type(station.envelopes[-1].message))
        etag = response.headers["ETag"]
        patched = await client.resource(
            "PATCH",
            content="a=end-of-candidates\r\n",
            headers={"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": etag},
        )
        assert (patched.status_code, patched.content) == (204, b"")
        assert (await client.resource("DELETE")).status_code == 200
        assert station.phases == [Phase.LIVE, Phase.ENDED]
        assert (await client.resource("DELETE")).status_code == 404
        assert info
    (opened,) = {envelope.epoch for envelope in station.envelopes}
    states = [e.message for e in station.envelopes if hasattr(e.message, "phase")]
    assert {state.info.session for state in states} == {opened}
    assert (states[0].info.title, states[0].info.declared_genre) == ("Friday", "house")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [(None, "key_missing"), ("Basic a2V5", "key_missing"), ("Bearer", "key_missing"),
     ("Bearer key-of-nobody", "key_unknown")],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_every_request_needs_the_key(station, method, authorization, code):
    started = await station.post(offers.OBS)
    url = station.url if method == "POST" else address(station, started)
    given = {} if authorization is None else {"Authorization": authorization}
    response = await station.http.request(method, url, headers=given, content=offers.OBS)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == code
    assert response.headers["content-type"] == "application/problem+json"


async def test_another_key_finds_nothing(station):
    url = address(station, await station.post(offers.OBS))
    assert (await station.http.delete(url, headers=headers("key-ben"))).status_code == 404
    fragment = headers("key-ben", **{"Content-Type": whip.FRAGMENT_TYPE, "If-Match": "*"})
    assert (await station.http.patch(url, headers=fragment)).status_code == 404


@pytest.mark.parametrize("sdp", offers.MALFORMED.values(), ids=offers.MALFORMED.keys())
async def test_malformed_offers_are_400(station, sdp):
    response = await station.post(sdp)
    assert (response.status_code, response.json()["code"]) == (400, "sdp_malformed")
    assert station.ingest.phases == {}


@pytest.mark.parametrize(("code", "sdp"), offers.UNUSABLE.items(), ids=offers.UNUSABLE.keys())
async def test_unusable_offers_are_422(station, code, sdp):
    response = await station.post(sdp)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert response.json()["status"] == 422
    assert response.json()["detail"]


async def test_bodies_are_checked_before_they_are_read(station):
    for given in ("text/plain", "application/json", ""):
        response = await station.http.post(
            station.url, content=offers.OBS, headers=headers(**{"Content-Type": given})
        )
        assert (response.status_code, response.json()["code"]) == (415, "wrong_content_type")
    typed = headers(**{"Content-Type": "Application/SDP; charset=utf-8"})
    response = await station.http.post(station.url, content=offers.OBS, headers=typed)
    assert response.status_code == 201
    large = offers.OBS + "a=x\r\n" * (LARGEST_OFFER_BYTES // 5)
    response = await station.post(large)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    response = await station.post(b"v=0\r\n\xff\xfe")
    assert (response.status_code, response.json()["code"]) == (400, "not_text")
    response = await station.post(offers.OBS, params={"genre": "polka"})
    assert (response.status_code, response.json()["code"]) == (422, "unknown_genre")


async def test_a_body_that_never_comes_is_given_up(station, monkeypatch):
    monkeypatch.setattr(whip, "BODY_SECONDS", 0.1)

    async def drip():
        yield b"v=0"
        await asyncio.sleep(1)

    response = await station.post(drip())
    assert (response.status_code, response.json()["code"]) == (400, "body_too_slow")


async def test_preconditions_of_a_patch(station):
    started = await station.post(offers.OBS)
    url, etag = address(station, started), started.headers["ETag"]

    async def patch(body, **more):
        given = headers(**{"Content-Type": whip.FRAGMENT_TYPE, **more})
        response = await station.http.patch(url, content=body, headers=given)
        return response.status_code, response.json()["code"] if response.content else None

    candidate = "a=ice-ufrag:rwvb\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
    restart = "a=ice-ufrag:newone\r\na=ice-pwd:hjN5VYbQzEv3gO8ZrGZ9sQ\r\n"
    assert await patch(candidate, **{"If-Match": etag}) == (204, None)
    assert await patch("", **{"If-Match": etag}) == (204, None)
    assert await patch(candidate) == (428, "precondition_required")
    assert await patch(candidate, **{"If-Match": '"old"'}) == (412, "precondition_failed")
    assert await patch(restart, **{"If-Match": "*"}) == (422, "ice_restart_unsupported")
    assert await patch("garbage", **{"If-Match": etag}) == (400, "fragment_malformed")
    wrong = {"If-Match": etag, "Content-Type": "application/sdp"}
    assert await patch(candidate, **wrong) == (415, "wrong_content_type")


async def test_a_title_is_a_line_of_text():
    async with Station() as station, Client(station) as client:
        await client.start(params={"title": " Late\x00\n night\u202e "})
        await station.until_phase(Phase.LIVE)
        (first, *_) = [e.message for e in station.envelopes if hasattr(e.message, "phase")]
        assert first.info.title == "Late night"


async def test_options_and_get(station):
    response = await station.http.options(station.url)
    assert response.status_code == 200
    assert response.headers["Accept-Post"] == "application/sdp"
    # Whoever is not known learns of no relay, whose credentials would be theirs to use.
    assert response.headers.get_list("Link") == ['<stun:stun.example:3478>; rel="ice-server"']
    response = await station.http.options(station.url + "/anything")
    assert response.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
    response = await station.http.get(station.url)
    assert (response.status_code, response.content) == (204, b"")


async def test_pages_of_allowed_origins_may_read_the_headers(station):
    origin = {"Origin": "https://dj.example"}
    preflight = await station.http.options(station.url, headers=origin)
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://dj.example"
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    response = await station.http.post(station.url, content=offers.OBS, headers=headers(**origin))
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("Location", "ETag", "Link"))
    refused = await station.http.post(station.url, content="", headers=origin)
    assert refused.headers["Access-Control-Allow-Origin"] == "https://dj.example"
    stranger = await station.http.options(station.url, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers


async def test_a_full_server_says_when_to_come_back():
    async with Station(replace(LONG, sessions=1)) as station:
        assert (await station.post(offers.OBS)).status_code == 201
        response = await station.post(offers.OBS, key="key-ben")
        assert (response.status_code, response.json()["code"]) == (503, "too_many_sets")
        assert response.headers["Retry-After"] == "30"


async def test_requests_are_counted(station):
    await station.post(offers.OBS)
    await station.post("garbage")
    exported = generate_latest(station.metrics.registry).decode()
    assert 'djuv_whip_requests_total{method="POST",status="201"} 1.0' in exported
    assert 'djuv_whip_requests_total{method="POST",status="400"} 1.0' in exported
