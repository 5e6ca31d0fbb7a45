"""Clips as players hear them: the right stretch to the sample, whatever was lost."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from core.media import SAMPLE_RATE_HZ
from core.messages import EncodedAudio
from stream.clips import (
    AFTER_SECONDS,
    BEFORE_SECONDS,
    LEAD_IN_SAMPLES,
    LEVEL_SAMPLES,
    Span,
    cut,
    levels,
    span_of_moment,
    to_ogg,
)
from stream.decoding import HopDecoder
from stream.recording.ogg import read_page
from tests.stream.sound import (
    PACKET_SAMPLES,
    as_packets,
    encode,
    is_stereo_test_tone,
    tone_payloads,
)

SECOND = SAMPLE_RATE_HZ


@cache
def clicks() -> list[EncodedAudio]:
    """Twelve seconds of a quiet tone with a click at the half of every second."""
    time = np.arange(12 * SECOND) / SECOND
    mono = 0.05 * np.sin(2 * np.pi * 220 * time)
    for second in range(12):
        mono[second * SECOND + SECOND // 2 :][:24] = 0.9
    return as_packets(encode(np.stack([mono, mono], axis=1).astype(np.float32)))


def live(packets: list[EncodedAudio]) -> np.ndarray:
    """What the live decoder makes of them: the media clock's own samples."""
    decoder = HopDecoder("s1")
    hops = [hop.samples for packet in packets for hop in decoder.packet(packet)]
    decoder.close()
    return np.concatenate(hops)


def played(ogg: bytes) -> np.ndarray:
    """What libsndfile plays of a file."""
    sound, rate = soundfile.read(io.BytesIO(ogg), dtype="float32")
    assert rate == SAMPLE_RATE_HZ
    return sound


def played_by_ffmpeg(ogg: bytes) -> np.ndarray:
    with av.open(io.BytesIO(ogg)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate([frame.T for frame in frames])


def click_in(sound: np.ndarray) -> int:
    return int(np.argmax(np.abs(sound[:, 0])))


def pages_of(ogg: bytes) -> list:
    pages, at = [], 0
    while at < len(ogg):
        page, at = read_page(ogg, at)
        pages.append(page)
    return pages


def test_a_moment_has_thirty_seconds_around_it():
    span = span_of_moment(100.0)
    assert span == Span(88 * SECOND, 118 * SECOND)
    assert span.samples == (BEFORE_SECONDS + AFTER_SECONDS) * SECOND
    assert span_of_moment(5.0) == Span(0, 23 * SECOND)


@pytest.mark.parametrize("play", [played, played_by_ffmpeg])
@pytest.mark.parametrize("start", [3 * SECOND, 3 * SECOND + 1, 4 * SECOND - 777])
def test_a_click_is_heard_where_it_was_played(play, start: int):
    packets = clicks()
    span = Span(start, start + 2 * SECOND + 333)
    sound = play(to_ogg(cut(packets, span)))
    assert sound.shape == (span.samples, 2)
    heard = live(packets)[span.start_sample : span.end_sample]
    assert click_in(sound) == click_in(heard)
    # From the first sample on it is the very sound that was heard live, level and all.
    np.testing.assert_allclose(sound[:4_800], heard[:4_800], atol=0.02)
    np.testing.assert_allclose(sound[4_800:], heard[4_800:], atol=2e-3)


def test_players_show_its_length():
    ogg = to_ogg(cut(clicks(), Span(3 * SECOND, 10 * SECOND)))
    assert soundfile.info(io.BytesIO(ogg)).frames == 7 * SECOND
    with av.open(io.BytesIO(ogg)) as container:
        assert container.duration / av.time_base == pytest.approx(7.0, abs=0.1)


def test_the_beginning_of_a_set_needs_no_lead_in():
    packets = clicks()
    clip = cut(packets, span_of_moment(1.0))
    assert (clip.span.start_sample, clip.skipped_samples) == (0, 0)
    sound = played(to_ogg(clip))
    np.testing.assert_allclose(sound, live(packets)[: len(sound)], atol=2e-3)


def test_a_clip_is_bounded_by_what_is_there():
    packets = clicks()
    clip = cut(packets[100:400], Span(0, 30 * SECOND))
    assert clip.span == Span(100 * PACKET_SAMPLES, 400 * PACKET_SAMPLES)
    assert len(played(to_ogg(clip))) == 300 * PACKET_SAMPLES
    assert cut(packets, Span(20 * SECOND, 50 * SECOND)) is None
    assert cut([], Span(0, SECOND)) is None


def test_it_says_how_it_begins_and_ends():
    clip = cut(clicks(), Span(3 * SECOND, 5 * SECOND + 100))
    pages = pages_of(to_ogg(clip))
    assert [page.first for page in pages] == [True] + [False] * (len(pages) - 1)
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [page.sequence for page in pages] == list(range(len(pages)))
    assert len({page.serial for page in pages}) == 1
    pre_skip = int.from_bytes(pages[0].packets[0][10:12], "little")
    assert pre_skip == clip.skipped_samples == LEAD_IN_SAMPLES
    granules = [page.granule for page in pages]
    assert granules == sorted(granules)
    assert pages[-1].granule - pre_skip == clip.span.samples
    assert pages[-1].packets, "the end is told by a page that has sound"


def test_tags_are_read_by_players():
    ogg = to_ogg(cut(clicks(), Span(0, SECOND)), [("ARTIST", "DJ Añá"), ("TITLE", "Drop")])
    with soundfile.SoundFile(io.BytesIO(ogg)) as file:
        assert (file.artist, file.title) == ("DJ Añá", "Drop")
        assert (file.channels, file.samplerate) == (2, SAMPLE_RATE_HZ)


@pytest.mark.parametrize("play", [played, played_by_ffmpeg])
def test_lost_packets_leave_everything_in_its_place(play):
    packets = clicks()
    lost = range(155, 165)  # 200 ms, with no click in them
    kept = [packet for at, packet in enumerate(packets) if at not in lost]
    span = Span(3 * SECOND, 5 * SECOND)
    clip = cut(kept, span)
    sound = play(to_ogg(clip))
    assert len(sound) == span.samples
    assert clip.missing_samples == len(lost) * PACKET_SAMPLES
    heard = live(packets)[span.start_sample : span.end_sample]
    assert click_in(sound[SECOND:]) == click_in(heard[SECOND:])  # the one behind the gap
    gap = sound[159 * PACKET_SAMPLES - span.start_sample :][: 4 * PACKET_SAMPLES]
    assert np.abs(gap).max() < 0.06  # concealed: no louder than the tone around it


def test_a_clip_does_not_begin_or_end_in_a_hole():
    packets = as_packets(tone_payloads(200), missing=range(40, 60))
    clip = cut(packets, Span(50 * PACKET_SAMPLES, 100 * PACKET_SAMPLES))
    assert clip.span == Span(60 * PACKET_SAMPLES, 100 * PACKET_SAMPLES)
    assert clip.missing_samples == 0
    assert cut(packets, Span(42 * PACKET_SAMPLES, 58 * PACKET_SAMPLES)) is None
    ending = cut(packets, Span(10 * PACKET_SAMPLES, 50 * PACKET_SAMPLES))
    assert ending.span == Span(10 * PACKET_SAMPLES, 40 * PACKET_SAMPLES)


@given(
    st.lists(
        st.sampled_from([0] * 9 + [1, -1, 50, 120, 960, 4_800, -240, -900]),
        min_size=150,
        max_size=150,
    )
)
def test_odd_positions_never_add_up(shifts: list[int]):
    position, packets = 0, []
    for payload, shift in zip(tone_payloads(150), shifts, strict=False):
        position = max(0, position + shift)
        packets.append(EncodedAudio("s1", position, PACKET_SAMPLES, payload, shift != 0, 0.0))
        position += PACKET_SAMPLES
    span = Span(0, position)
    clip = cut(packets, span)
    pages = pages_of(to_ogg(clip))
    assert pages[-1].last and len({page.serial for page in pages}) == 1
    wanted = packets[-1].start_sample + PACKET_SAMPLES - packets[0].start_sample
    # Half a step of rounding, or a last packet that lay over its predecessor and went.
    tolerance = 60 if shifts[149] == shifts[148] == 0 else PACKET_SAMPLES
    assert abs(clip.span.samples - wanted) <= tolerance


def test_payloads_that_are_no_opus_are_left_out():
    packets = as_packets(tone_payloads(100))
    packets[50] = replace(packets[50], payload=b"")
    clip = cut(packets, Span(0, 2 * SECOND))
    assert clip.missing_samples == PACKET_SAMPLES
    assert len(played(to_ogg(clip))) == 100 * PACKET_SAMPLES


def test_the_stereo_picture_stays():
    packets = as_packets(tone_payloads(200))
    sound = played(to_ogg(cut(packets, Span(SECOND, 3 * SECOND))))
    assert is_stereo_test_tone(sound)


def test_levels_are_those_of_what_is_heard():
    packets = as_packets(tone_payloads(200))
    clip = cut(packets, Span(SECOND, 3 * SECOND))
    seen = levels(clip)
    assert len(seen) == 2 * SECOND // LEVEL_SAMPLES
    assert seen[2:] == pytest.approx([0.5] * 38, abs=0.01)  # sines of half scale
    assert seen[:2] == pytest.approx([0.5] * 2, abs=0.1)  # the decoder is still finding its feet
    shorter = levels(cut(packets, Span(SECOND, SECOND + LEVEL_SAMPLES + 480)))
    assert shorter == pytest.approx([0.5, 0.5], abs=0.1)


def test_levels_of_a_packet_that_cannot_be_decoded():
    packets = as_packets(tone_payloads(100))
    packets[50] = replace(packets[50], payload=bytes((0xFF, 0x01, *[255] * 40)))
    assert len(levels(cut(packets, Span(0, 2 * SECOND)))) == 40
