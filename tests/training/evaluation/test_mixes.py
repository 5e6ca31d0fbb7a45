"""Mixes of two click tracks, in which every beat can be counted."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import soundfile

from core.errors import ConfigurationInvalid
from core.media import SAMPLE_RATE_HZ
from training.evaluation.mixes import Mixed, MixFlaws, folded
from training.evaluation.plan import Plan, Sizes
from training.evaluation.real import Real, wrecks
from training.evaluation.recipes import draw_flaws, mixable, real_flawed
from training.evaluation.recordings import Recording, found
from training.evaluation.tapes import Recorded

BPM = 120.0


def clicks(bpm, hz, bars=4, rate_hz=48_000):
    """Return bars of short high beeps on every beat: nothing of them is bass."""
    beat = 60 * rate_hz / bpm
    samples = np.zeros(round(4 * bars * beat), np.float32)
    beep = np.sin(2 * np.pi * hz * np.arange(960) / rate_hz) * np.hanning(960)
    for number in range(4 * bars):
        start = round(number * beat)
        samples[start : start + 960] += beep[: len(samples) - start]
    return samples


@pytest.fixture(name="both")
def _both(tmp_path):
    (tmp_path / "loops").mkdir()
    for name, bpm, hz in (("low__120BPM", 120.0, 2_000.0), ("high__126BPM", 126.0, 6_000.0)):
        soundfile.write(tmp_path / "loops" / f"{name}.flac", clicks(bpm, hz), 48_000)
    high, low = found(tmp_path)
    return low, high


def played(source, seconds=30):
    return np.concatenate(list(islice(source.open().blocks(), 2 * seconds)))[:, 0]


def beats(sound, low_hz, high_hz):
    """Return the times at which beeps of a band begin to swell, in seconds."""
    spectrum = np.fft.rfft(sound)
    frequencies = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    spectrum[(frequencies < low_hz) | (frequencies > high_hz)] = 0
    power = np.abs(np.fft.irfft(spectrum, len(sound)))
    envelope = np.convolve(power, np.hanning(960) / 480, mode="same")
    peaks = np.flatnonzero(
        (envelope[1:-1] > envelope[:-2])
        & (envelope[1:-1] >= envelope[2:])
        & (envelope[1:-1] > 0.02)
    )
    times = peaks / SAMPLE_RATE_HZ
    return times[np.diff(times, prepend=-1.0) > 0.1]


def lag_ms(sound, start, end):
    """Return how late the second one's beats fall in the middle of the mix."""
    first = [t for t in beats(sound, 1_000, 3_500) if start < t < end]
    second = np.array([t for t in beats(sound, 4_000, 9_000) if start < t < end])
    lags = [1_000 * (second[np.argmin(np.abs(second - t))] - t) for t in first]
    return float(np.median(lags))


def test_a_clean_mix_has_its_beats_together(both):
    mix = Mixed(*both, solo_seconds=8.0, overlap_seconds=12.0)
    sound = played(mix)
    assert lag_ms(sound, 10, 18) == pytest.approx(0.0, abs=1.5)
    assert not [t for t in beats(sound, 4_000, 9_000) if t < 7.9]
    assert not [t for t in beats(sound, 1_000, 3_500) if t > 20.3]
    assert np.diff(beats(sound[21 * SAMPLE_RATE_HZ :], 4_000, 9_000)) == pytest.approx(
        60 / BPM, abs=0.002
    )


@pytest.mark.parametrize("offset_ms", [40.0, -70.0])
def test_an_offset_is_where_it_was_put(both, offset_ms):
    mix = Mixed(*both, 8.0, 12.0, MixFlaws(offset_ms=offset_ms))
    assert lag_ms(played(mix), 10, 18) == pytest.approx(offset_ms, abs=2.0)


def test_a_tempo_apart_drifts(both):
    sound = played(Mixed(*both, 8.0, 12.0, MixFlaws(tempo_percent=1.0)))
    early, late = lag_ms(sound, 9.5, 11.5), lag_ms(sound, 14.5, 16.5)
    assert late - early == pytest.approx(-50.0, abs=8.0)


def test_silence_is_a_hole_of_its_length(both):
    mix = Mixed(*both, 8.0, 12.0, MixFlaws(silence_seconds=2.0))
    sound = played(mix)
    hole = sound[round(8.05 * SAMPLE_RATE_HZ) : round(9.95 * SAMPLE_RATE_HZ)]
    assert not np.abs(hole).max() > 1e-4
    (told,) = mix.open().transitions(30.0)
    assert (told.kind, told.overlaps) == ("cut", False)
    assert told.end_seconds - told.start_seconds == pytest.approx(2.0)


def test_level_and_clipping_are_heard(both):
    def peak(**flaws):
        return played(Mixed(*both, 8.0, 12.0, MixFlaws(**flaws)))

    plain, soft, red = peak(), peak(level_db=-6.0), peak(clip_db=8.0)
    end = slice(25 * SAMPLE_RATE_HZ, 29 * SAMPLE_RATE_HZ)
    assert np.abs(soft[end]).max() / np.abs(plain[end]).max() == pytest.approx(0.501, abs=0.005)
    assert np.count_nonzero(np.abs(red) >= 1.0) > 100
    assert np.count_nonzero(np.abs(plain) >= 1.0) == 0


def test_labels_follow_the_rubric():
    assert MixFlaws().technical(BPM) == 1.0
    assert MixFlaws(offset_ms=11.0, tempo_percent=0.1).technical(BPM) == 1.0
    worse = [MixFlaws(offset_ms=offset).technical(BPM) for offset in (20, 35, 60)]
    assert worse == sorted(worse, reverse=True)
    assert worse[-1] < 0.6
    two = MixFlaws(offset_ms=60, level_db=-8).technical(BPM)
    assert two < worse[-1]
    assert MixFlaws(silence_seconds=0.5).technical(BPM) == 1.0
    assert MixFlaws(silence_seconds=2.0).technical(BPM) < 0.8


def test_nothing_is_labelled_before_the_second_comes_in(both):
    playing = Mixed(*both, 8.0, 12.0, MixFlaws(offset_ms=60.0)).open()
    assert playing.truth(0, 7.5).window[0] is None
    label = playing.truth(10, 20).whole
    assert label[0] == pytest.approx(1 + 9 * MixFlaws(offset_ms=60.0).technical(BPM))
    assert label[1:] == (None,) * 4


def test_a_recording_is_played_over_and_over(both):
    low, _ = both
    sound = played(Recorded(low), 20)
    np.testing.assert_allclose(
        sound[: 8 * SAMPLE_RATE_HZ], sound[8 * SAMPLE_RATE_HZ :][: 8 * 48_000]
    )
    assert Recorded(low).open().truth(0, 10).bpm == pytest.approx(BPM)


def test_a_track_comes_round_on_a_bar(tmp_path):
    (tmp_path / "tracks").mkdir()
    longer = np.concatenate([clicks(BPM, 2_000.0), np.zeros(7_777, np.float32)])
    soundfile.write(tmp_path / "tracks" / "song__120BPM.wav", longer, 48_000)
    (track,) = found(tmp_path)
    assert np.diff(beats(played(Recorded(track), 12), 1_000, 3_500)) == pytest.approx(0.5, abs=1e-3)


def test_octaves_mix_and_far_tempi_do_not():
    assert folded(70 / 140) == 1.0
    assert folded(128 / 120) == pytest.approx(128 / 120)
    slow, fast, far = (Recording(name, bpm, loop=True) for name, bpm in
                       (("a", 70.0), ("b", 138.0), ("c", 100.0)))  # fmt: skip
    assert mixable([slow, fast, far]) == [(slow, fast), (fast, slow)]
    with pytest.raises(ConfigurationInvalid, match="DJUV_AUDIO"):
        mixable([slow, far])


def test_wrecks_differ_from_their_clean_mix_in_their_flaws_alone(both, monkeypatch, tmp_path):
    monkeypatch.setenv("DJUV_AUDIO", str(tmp_path))
    plan = Plan(tmp_path, Sizes(real_pairs=12, real_flawed=60))
    pairs = wrecks(plan)
    assert pairs == wrecks(plan)
    for clean, wreck in pairs:
        assert clean.source.flaws == MixFlaws()
        assert replace(wreck.source, flaws=MixFlaws()) == clean.source
        assert 70 <= abs(wreck.source.flaws.offset_ms) <= 180
        assert 40 <= clean.hops / 2 <= 90
    flaws = [case.source.flaws for case in real_flawed(plan)]
    assert 8 < flaws.count(MixFlaws()) < 40
    assert draw_flaws(np.random.default_rng(1)) == draw_flaws(np.random.default_rng(1))
    assert len(Real().cases(plan)) == 24 + 2


def test_without_recordings_nothing_is_examined(monkeypatch, tmp_path):
    monkeypatch.setenv("DJUV_AUDIO", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigurationInvalid, match="No recordings"):
        Real().cases(Plan(tmp_path, Sizes()))
