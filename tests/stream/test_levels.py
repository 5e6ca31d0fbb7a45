import numpy as np
import pytest

from stream.levels import SILENCE_DBFS, measure_levels
from stream.opus import open_decoder
from tests.stream.sound import encode, stereo_tones, tone_payloads


def test_a_known_tone_reads_as_such():
    tones = stereo_tones(48_000, amplitude=0.5)
    tones[:, 1] *= 0.1
    levels = measure_levels([tones[:24_000], tones[24_000:]])
    assert levels.left_dbfs == pytest.approx(-9.03, abs=0.01)
    assert levels.right_dbfs == pytest.approx(-29.03, abs=0.01)
    assert levels.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert levels.clipped_samples == 0
    assert levels.channels == 2


def test_silence_and_nothing_stop_at_the_floor():
    for stretches in ([], [np.zeros((480, 2), np.float32)]):
        levels = measure_levels(stretches)
        assert levels.left_dbfs == levels.right_dbfs == levels.peak_dbfs == SILENCE_DBFS
        assert levels.channels == 1


def test_clipping_is_counted_a_channel_at_a_time():
    samples = np.zeros((480, 2), np.float32)
    samples[10:20, 0] = 1.0
    samples[15, 1] = -1.3
    levels = measure_levels([samples])
    assert levels.clipped_samples == 11
    assert levels.peak_dbfs == pytest.approx(20 * np.log10(1.3), abs=1e-4)


def test_equal_channels_are_mono_even_after_the_codec():
    noise = np.random.default_rng(1).normal(0, 0.1, (48_000, 1)).astype(np.float32)
    equal = np.repeat(noise, 2, axis=1)
    wide = equal.copy()
    wide[:, 1] += np.random.default_rng(2).normal(0, 0.01, 48_000).astype(np.float32)
    assert channels_after_codec(equal) == 1
    assert channels_after_codec(wide) == 2


def test_one_silent_channel_is_stereo():
    tones = stereo_tones(4_800)
    tones[:, 1] = 0
    assert measure_levels([tones]).channels == 2
    assert measure_levels([np.repeat(tones[:, :1], 2, axis=1)]).channels == 1
    inverted = np.concatenate([tones[:, :1], -tones[:, :1]], axis=1)
    assert measure_levels([inverted]).channels == 2


def channels_after_codec(pcm):
    decoder = open_decoder()
    return measure_levels([decoder.decode(payload).copy() for payload in encode(pcm)]).channels


def test_the_test_tones_are_stereo():
    decoder = open_decoder()
    assert measure_levels([decoder.decode(p).copy() for p in tone_payloads(30)]).channels == 2
