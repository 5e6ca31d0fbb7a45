import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput, DjUniverseError, TooLarge
from stream.offer import LARGEST_OFFER_BYTES, MOST_CANDIDATES, parse_offer
from tests.stream import offers


@pytest.mark.parametrize("sdp", [offers.OBS, offers.OBS_AV1, offers.OBS_HEVC])
def test_obs_with_video_and_without_candidates(sdp):
    offer = parse_offer(sdp)
    assert [media.kind for media in offer.media] == ["audio", "video"]
    assert (offer.audio_index, offer.opus_payload_type, offer.setup) == (0, 111, "actpass")
    assert offer.fingerprints == (("sha-256", offers.FINGERPRINT),)  # from the session's part
    assert offer.candidates == ()
    assert offer.bundled


def test_ffmpeg_wants_to_be_the_dtls_server():
    offer = parse_offer(offers.FFMPEG)
    assert (offer.setup, offer.ice_username) == ("passive", "c51aba2a")


def test_only_candidates_that_can_be_tried_are_kept():
    """No TCP, no multicast names, none without a priority."""
    offer = parse_offer(offers.CHROMIUM)
    kept = [(one.address, one.port, one.kind) for one in offer.candidates]
    assert kept == [("192.168.1.7", 51473, "host"), ("203.0.113.9", 51473, "srflx")]


def test_a_flood_of_candidates_is_cut():
    line = "a=candidate:{0} 1 udp 1 10.0.0.{0} 9 typ host\r\n"
    flood = "".join(line.format(number) for number in range(1, 200))
    assert len(parse_offer(offers.FFMPEG + flood).candidates) == MOST_CANDIDATES


def test_transport_may_stand_in_the_bundles_first_section():
    video_first = offers.SESSION.replace("BUNDLE 0 1", "BUNDLE 1 0") + offers.VIDEO
    bare = "".join(
        line for line in offers.AUDIO.splitlines(True) if not line.startswith(("a=ice", "a=setup"))
    )
    offer = parse_offer(video_first + bare.replace("m=audio 9", "m=audio 0") + "a=bundle-only\r\n")
    assert offer.audio_index == 1
    assert offer.ice_username == "rwvb"


@pytest.mark.parametrize("sdp", offers.MALFORMED.values(), ids=offers.MALFORMED.keys())
def test_what_is_no_sdp_is_called_malformed(sdp):
    with pytest.raises(BadInput) as caught:
        parse_offer(sdp)
    assert caught.value.slug == "sdp_malformed"


@pytest.mark.parametrize(("code", "sdp"), offers.UNUSABLE.items(), ids=offers.UNUSABLE.keys())
def test_what_cannot_be_used_says_why(code, sdp):
    with pytest.raises(BadInput) as caught:
        parse_offer(sdp)
    assert caught.value.slug == code


def test_rejected_audio_is_no_audio():
    with pytest.raises(BadInput) as caught:
        parse_offer(offers.OBS.replace("m=audio 9", "m=audio 0"))
    assert caught.value.slug == "no_audio"


def test_a_session_wide_direction_counts():
    sdp = offers.FFMPEG.replace("a=sendonly\r\n", "").replace("t=0 0", "t=0 0\r\na=recvonly")
    with pytest.raises(BadInput) as caught:
        parse_offer(sdp)
    assert caught.value.slug == "not_sending"


def test_weak_fingerprints_do_not_count():
    weak = f"sha-1 {':'.join(['AB'] * 20)}"
    with pytest.raises(BadInput) as caught:
        parse_offer(offers.FFMPEG.replace(f"sha-256 {offers.FINGERPRINT}", weak))
    assert caught.value.slug == "no_fingerprint"


def test_an_endless_offer_is_too_large():
    with pytest.raises(TooLarge):
        parse_offer(offers.OBS + "a=x\r\n" * LARGEST_OFFER_BYTES)


@pytest.mark.parametrize("sdp", [offers.OBS, offers.FFMPEG, offers.CHROMIUM])
def test_aiortc_is_given_one_clean_audio_track(sdp):
    clean = SessionDescription.parse(parse_offer(sdp).audio_only_sdp())
    (audio,) = clean.media
    assert [codec.mimeType for codec in audio.rtp.codecs] == ["audio/opus"]
    assert audio.dtls.fingerprints[0].value == offers.FINGERPRINT
    assert audio.direction == "sendonly"
    assert not audio.ice_candidates_complete  # else aioice gives up before OBS has asked


@settings(max_examples=300)
@given(st.data())
def test_no_mutilated_offer_raises_anything_else(data):
    lines = data.draw(st.sampled_from([offers.OBS, offers.FFMPEG, offers.CHROMIUM])).splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        line = lines[index]
        cut = data.draw(st.integers(0, len(line)))
        lines[index] = data.draw(
            st.sampled_from(["", line[:cut], line + line, line[cut:], line.replace("1", "-1")])
            | st.text(max_size=20).map(lambda text, line=line, cut=cut: line[:cut] + text)
        )
    try:
        offer = parse_offer("\r\n".join(lines))
    except DjUniverseError:
        return
    SessionDescription.parse(offer.audio_only_sdp())  # what passes, aiortc understands
