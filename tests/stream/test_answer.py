import pytest
from aiortc.sdp import SessionDescription

from stream.answer import LocalCandidate, LocalTransport, build_answer
from stream.offer import parse_offer
from tests.stream import offers

LOCAL = LocalTransport(
    ice_username="abcd",
    ice_password="x" * 22,
    fingerprints=(("sha-256", offers.FINGERPRINT),),
    candidates=(
        LocalCandidate("a", 2_130_706_431, "203.0.113.5", 4000, "host"),
        LocalCandidate("b", 16_777_215, "198.51.100.7", 5000, "relay", "192.0.2.1", 9),
    ),
)


def answer(sdp, local=LOCAL):
    return build_answer(parse_offer(sdp), local, 1)


def test_full_quality_stereo_is_asked_for():
    """Without these parameters browsers send mono at 32 kbit/s."""
    text = answer(offers.CHROMIUM)
    assert "a=fmtp:111 " in text
    for parameter in ("stereo=1", "sprop-stereo=1", "maxaveragebitrate=256000", "useinbandfec=1"):
        assert parameter in text
    assert "m=audio 4000 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 203.0.113.5\r\n" in text


@pytest.mark.parametrize("sdp", [offers.OBS, offers.OBS_AV1, offers.OBS_HEVC])
def test_video_is_declined_and_audio_taken(sdp):
    audio, video = SessionDescription.parse(answer(sdp)).media
    assert (audio.port, audio.direction, audio.rtp.muxId) == (4000, "recvonly", "0")
    assert (video.port, video.direction, video.rtp.muxId) == (0, "inactive", "1")
    assert "a=group:BUNDLE 0\r\n" in answer(sdp)


def test_all_candidates_are_in_the_answer():
    (audio,) = SessionDescription.parse(answer(offers.CHROMIUM)).media
    assert [one.ip for one in audio.ice_candidates] == ["203.0.113.5", "198.51.100.7"]
    assert audio.ice_candidates_complete
    assert audio.rtcp_mux
    assert audio.ice.usernameFragment == "abcd"


@pytest.mark.parametrize(
    ("offered", "answered"), [("actpass", "active"), ("active", "passive"), ("passive", "active")]
)
def test_the_dtls_roles_differ(offered, answered):
    sdp = offers.FFMPEG.replace("setup:passive", f"setup:{offered}")
    assert f"a=setup:{answered}\r\n" in answer(sdp)


def test_an_offer_without_bundle_gets_none():
    text = answer(offers.FFMPEG.replace("a=group:BUNDLE 0\r\n", "").replace("a=mid:0\r\n", ""))
    assert "BUNDLE" not in text
    assert "a=mid" not in text
    assert text.startswith("v=0\r\n")  # ffmpeg insists


def test_a_data_channel_is_declined():
    sdp = offers.OBS + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n"
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in answer(sdp)


def test_an_ipv6_address_is_named_as_such():
    local = LocalTransport(
        "abcd", "x" * 22, (), (LocalCandidate("a", 1, "2001:db8::1", 1, "host"),)
    )
    assert "c=IN IP6 2001:db8::1" in answer(offers.FFMPEG, local)
