"""Recorded mixes: whatever FFmpeg opens becomes the same hops as live sound."""

import os
import tracemalloc
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from core.errors import BadInput, NotFound, UnsupportedMedia
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from stream.files import open_mix
from tests.stream.sound import is_stereo_test_tone, stereo_tones, tone_power

SAMPLES = SAMPLE_RATE_HZ * 3 + 12_000  # ends within a hop


def write(path, sound, *, codec, rate=SAMPLE_RATE_HZ, options=None):
    """Encode float32 of shape (samples, channels), taken as of `rate`, into a file."""
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[sound.shape[1]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.layout = layout
        resampler = av.AudioResampler(stream.format.name, layout, rate, stream.frame_size or 1024)
        for start in range(0, len(sound), rate):
            block = np.ascontiguousarray(sound[start : start + rate]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        for part in resampler.resample(None):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def sound_of(mix):
    return np.concatenate([hop.samples for hop in mix.hops()])


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("mix.wav", "pcm_s16le"),
        ("mix.flac", "flac"),
        ("mix.mp3", "libmp3lame"),
        ("mix.opus", "libopus"),
        ("mix.m4a", "aac"),
        ("mix.mka", "pcm_f32le"),
        ("mix.aiff", "pcm_s16be"),
    ],
)
def test_every_usual_format_gives_the_same_hops(tmp_path, name, codec):
    mix = open_mix(write(tmp_path / name, stereo_tones(SAMPLES), codec=codec))
    hops = list(mix.hops())
    assert len(hops) in (6, 7)  # lossy formats may pad the end up to a frame
    assert [hop.index for hop in hops] == list(range(len(hops)))
    assert [hop.start_sample for hop in hops] == [n * HOP_SAMPLES for n in range(len(hops))]
    assert all(hop.samples.shape == (HOP_SAMPLES, 2) for hop in hops)
    assert all(hop.samples.dtype == np.float32 for hop in hops)
    assert not any(hop.concealed_samples for hop in hops)
    assert is_stereo_test_tone(sound_of(mix))
    assert mix.duration_seconds == pytest.approx(3.25, abs=0.1)


def test_lossless_sound_comes_through_untouched_but_for_the_last_part(tmp_path):
    tones = stereo_tones(SAMPLES)
    mix = open_mix(write(tmp_path / "mix.mka", tones, codec="pcm_f32le"))
    np.testing.assert_array_equal(sound_of(mix), tones[: 6 * HOP_SAMPLES])


def test_another_rate_is_resampled_without_a_shift(tmp_path):
    time = np.arange(44_100 * 4) / 44_100
    tone = 0.5 * np.sin(2 * np.pi * 440 * time).astype(np.float32)
    path = write(tmp_path / "m.wav", np.stack([tone, tone], 1), codec="pcm_f32le", rate=44_100)
    sound = sound_of(open_mix(path))
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(sound)) / SAMPLE_RATE_HZ)
    np.testing.assert_allclose(sound[1000:-1000, 0], expected[1000:-1000], atol=2e-3)


def test_one_channel_is_doubled_at_its_own_level(tmp_path):
    tone = stereo_tones(SAMPLES)[:, :1]
    mix = open_mix(write(tmp_path / "mono.wav", tone, codec="pcm_f32le"))
    assert mix.channels == 1
    sound = sound_of(mix)
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    np.testing.assert_array_equal(sound[:, 0], tone[: len(sound), 0])


def test_surround_is_mixed_down(tmp_path):
    sound = np.zeros((SAMPLES, 6), dtype=np.float32)
    sound[:, 0] = stereo_tones(SAMPLES)[:, 0]
    mixed = sound_of(open_mix(write(tmp_path / "m.wav", sound, codec="pcm_f32le")))
    assert tone_power(mixed[:, 0], 440.0) > 1e-3
    assert tone_power(mixed[:, 1], 440.0) < 1e-6


def test_it_can_be_read_again(tmp_path):
    mix = open_mix(write(tmp_path / "mix.flac", stereo_tones(SAMPLES), codec="flac"))
    np.testing.assert_array_equal(sound_of(mix), sound_of(mix))


@pytest.mark.parametrize("codec", ["libopus", "flac", "libmp3lame"])
def test_damaged_packets_become_flagged_silence_and_nothing_moves(tmp_path, codec):
    tones = stereo_tones(SAMPLE_RATE_HZ * 10)
    path = write(tmp_path / "whole.mka", tones, codec=codec)
    spoil_packets(path, tmp_path / "spoilt.mka", every=40)
    hops = list(open_mix(tmp_path / "spoilt.mka").hops())
    assert 0 < sum(hop.concealed_samples for hop in hops) < 0.05 * len(tones)
    assert len(hops) == 20
    sound, whole = (sound_of(open_mix(tmp_path / name)) for name in ("spoilt.mka", "whole.mka"))
    misplaced = np.abs(sound[-10_000:] - whole[-10_000:]).max()
    assert misplaced < (0.02 if codec == "flac" else 0.5)


def write_vorbis(path, seconds, rate=44_100):
    """Write drum hits over a tone: libvorbis codes them in short and long blocks in turn."""
    generator = np.random.default_rng(1)
    sound = 0.05 * np.sin(np.arange(rate * seconds) * 0.06)
    decay = 0.5 * np.exp(-np.arange(2000) / 200)
    for start in range(0, len(sound) - 2000, rate // 4):
        sound[start : start + 2000] += generator.normal(size=2000) * decay
    stereo = np.stack([sound, sound], 1)
    soundfile.write(path, stereo, rate, format="OGG", subtype="VORBIS")
    return stereo


def test_vorbis_is_not_stretched_by_its_own_rough_times(tmp_path):
    path = tmp_path / "mix.ogg"
    stereo = write_vorbis(path, 30)
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    ends = [frame.time + frame.samples / frame.sample_rate for frame in frames]
    jumps = [begun.time - end for begun, end in zip(frames[1:], ends[:-1], strict=True)]
    assert max(jumps) > 0.01  # what once was taken for a loss
    hops = list(open_mix(path).hops())
    assert len(hops) == 60
    assert not any(hop.concealed_samples for hop in hops)
    # The last hit is where it was played: nothing has moved in all the time before.
    last = np.concatenate([hop.samples for hop in hops])[-SAMPLE_RATE_HZ // 4 :, 0]
    played = stereo[-44_100 // 4 :, 0]
    assert np.abs(last).argmax() / SAMPLE_RATE_HZ == pytest.approx(
        np.abs(played).argmax() / 44_100, abs=0.002
    )


def test_what_is_missing_in_vorbis_is_still_filled_up(tmp_path):
    write_vorbis(tmp_path / "whole.ogg", 10)
    copied = tmp_path / "cut.mka"
    with av.open(str(tmp_path / "whole.ogg")) as read, av.open(str(copied), "w") as written:
        stream = written.add_stream_from_template(read.streams.audio[0])
        for packet in read.demux(read.streams.audio[0]):
            if packet.dts is None or 4.0 <= packet.pts * packet.time_base < 4.5:
                continue
            packet.stream = stream
            written.mux(packet)
    hops = list(open_mix(copied).hops())
    assert sum(hop.concealed_samples for hop in hops) == pytest.approx(24_000, abs=3_000)
    assert len(hops) in (19, 20)


def test_a_clock_that_runs_a_little_fast_makes_no_gaps(tmp_path):
    path, rate = tmp_path / "skewed.mka", SAMPLE_RATE_HZ
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=rate)
        stream.layout = "stereo"
        for number in range(600):
            frame = av.AudioFrame.from_ndarray(np.ones((1, 19_200), np.int16), "s16", "stereo")
            frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
            frame.pts = round(number * 9_600 * 1.0008)  # 96 ms ahead after two minutes
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    hops = list(open_mix(path).hops())
    assert len(hops) == 240
    assert not any(hop.concealed_samples for hop in hops)


def test_every_mix_is_judged_over_as_many_seconds_as_it_holds():
    """`DJUV_TESTS_AUDIO` may name a folder of more, in whatever formats."""
    folder = Path(os.environ.get("DJUV_TESTS_AUDIO") or Path(__file__).parents[1] / "golden")
    kinds = (".ogg", ".opus", ".flac", ".mp3", ".wav", ".m4a")
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in kinds]
    assert paths
    for path in paths:
        with av.open(str(path)) as container:
            seconds = sum(
                Fraction(frame.samples, frame.sample_rate) for frame in container.decode(audio=0)
            )
        hops = list(open_mix(path).hops())
        assert len(hops) == int(2 * seconds), path
        assert not any(hop.concealed_samples for hop in hops), path


def test_a_file_damaged_all_over_is_refused(tmp_path):
    path = write(tmp_path / "m.flac", stereo_tones(SAMPLE_RATE_HZ * 10), codec="flac")
    spoil_packets(path, tmp_path / "spoilt.mka", every=4)
    with pytest.raises(BadInput, match=r"\d+ of its \d+ packets") as refusal:
        list(open_mix(tmp_path / "spoilt.mka").hops())
    assert refusal.value.slug == "file_damaged"


def spoil_packets(source, target, *, every):
    """Copy a file, with every so many packets made undecodable."""
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        stream = written.add_stream_from_template(read.streams.audio[0])
        for number, packet in enumerate(read.demux(read.streams.audio[0])):
            if packet.dts is None:
                continue
            copy = packet
            if number % every == every - 1:
                copy = av.Packet(b"\xff\xff" + bytes(20))
                copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
                copy.duration = packet.duration
            copy.stream = stream
            written.mux(copy)


def test_a_file_cut_short_is_judged_as_far_as_it_goes(tmp_path):
    path = write(tmp_path / "mix.flac", stereo_tones(SAMPLES), codec="flac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert 3 <= len(list(open_mix(path).hops())) <= 5


def test_what_cannot_be_used_is_refused_with_a_reason(tmp_path):
    (tmp_path / "notes.txt").write_text("tracklist")
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "noise.mp3").write_bytes(bytes(range(256)) * 40)
    write_picture(tmp_path / "picture.mp4")
    with wave.open(str(tmp_path / "nothing.wav"), "wb") as nothing:
        nothing.setparams((2, 2, 48_000, 0, "NONE", ""))
    for name, kind, slug in [
        ("absent.mp3", NotFound, "file_not_found"),
        (".", BadInput, "file_is_folder"),
        ("notes.txt", BadInput, None),
        ("empty.mp3", UnsupportedMedia, "file_unreadable"),
        ("noise.mp3", BadInput, None),
        ("picture.mp4", BadInput, "file_soundless"),
        ("nothing.wav", BadInput, "file_soundless"),
    ]:
        with pytest.raises(kind) as refusal:
            open_mix(tmp_path / name)
        assert slug in (None, refusal.value.slug), name


def write_picture(path):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_memory_does_not_grow_with_the_file(tmp_path):
    minute = stereo_tones(SAMPLE_RATE_HZ * 60)
    paths = [tmp_path / "short.flac", tmp_path / "long.flac"]
    for path, sound in zip(paths, (minute[: SAMPLE_RATE_HZ * 6], minute), strict=True):
        write(path, sound, codec="flac")
    peaks = []
    for path in paths:
        tracemalloc.start()
        for _ in open_mix(path).hops():
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5 + 1_000_000
