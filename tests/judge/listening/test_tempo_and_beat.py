"""Tempo and beat phase on tracks whose grid is known."""

import numpy as np
import pytest

from core.media import SAMPLE_RATE_HZ

from .signals import chord, heard, kicks, placed, sine, stereo

SECONDS = 20.0


@pytest.mark.parametrize("bpm", [84.0, 90.0, 100.0, 120.0, 128.0, 140.37, 174.0])
def test_tempo_is_exact_on_a_steady_kick(bpm):
    reading = heard(stereo(kicks(bpm, SECONDS)))[-1].bpm
    assert reading.value == pytest.approx(bpm, rel=5e-4)
    assert reading.confidence > 0.8


@pytest.mark.parametrize("bpm", [62.0, 70.0, 198.0])
def test_the_ends_of_the_range_may_be_read_an_octave_nearer_to_the_usual(bpm):
    value = heard(stereo(kicks(bpm, SECONDS)))[-1].bpm.value
    assert any(value == pytest.approx(bpm * octave, rel=1e-3) for octave in (0.5, 1, 2))


@pytest.mark.parametrize("first_seconds", [0.0, 0.1, 0.233, 0.4])
@pytest.mark.parametrize("bpm", [100.0, 128.0, 150.0])
def test_beats_fall_where_the_kicks_are(bpm, first_seconds):
    last = heard(stereo(kicks(bpm, SECONDS, first_seconds)))[-1]
    assert last.beat is not None
    period_samples = 60 / bpm * SAMPLE_RATE_HZ
    phase = (last.beat.sample - first_seconds * SAMPLE_RATE_HZ) / period_samples
    off_ms = (phase - round(phase)) * 60_000 / bpm
    assert abs(off_ms) < 4.0
    assert last.beat.period_samples == pytest.approx(period_samples, rel=5e-4)
    assert 0 <= SECONDS * SAMPLE_RATE_HZ - last.beat.sample < period_samples + 1


def test_hats_on_the_off_beat_do_not_draw_the_beat():
    noise = np.random.default_rng(1).standard_normal(2_000) * np.exp(-np.arange(2_000) / 300)
    hats = placed(0.3 * noise, np.arange(0.1 + 0.25, SECONDS - 0.1, 0.5), SECONDS)
    beat = heard(stereo(kicks(120, SECONDS) + hats))[-1].beat
    assert beat is not None
    phase = (beat.sample / SAMPLE_RATE_HZ - 0.1) / 0.5
    assert abs(phase - round(phase)) < 0.03


@pytest.mark.parametrize("bpm", [165.0, 174.0, 180.0])
def test_dotted_figures_do_not_turn_fast_tracks_into_two_thirds(bpm):
    beat = 60 / bpm
    count = int(SECONDS / (4 * beat))
    # kick on 1 and 3-and, snare on 2 and 4, a shaker every half beat: the breakbeat figure whose
    # one-and-a-half-beat gaps mislead an autocorrelation
    rng = np.random.default_rng(2)
    snare = 0.5 * rng.standard_normal(4_000) * np.exp(-np.arange(4_000) / 900)
    shaker = 0.08 * rng.standard_normal(1_500) * np.exp(-np.arange(1_500) / 300)
    bars = np.arange(count) * 4 * beat
    sound = (
        kicks(bpm / 4, SECONDS, 0.0)
        + placed(snare, [*(bars + beat), *(bars + 3 * beat)], SECONDS)
        + kicks(bpm / 4, SECONDS, 2.5 * beat)
        + placed(shaker, np.arange(0, SECONDS - beat, beat / 2), SECONDS)
    )
    value = heard(stereo(sound))[-1].bpm.value
    assert value is not None
    assert any(value == pytest.approx(bpm * octave, rel=0.01) for octave in (1, 0.5))


def test_a_change_of_tempo_is_followed():
    sound = np.concatenate((kicks(124, 20.0), kicks(140, 20.0)))
    assert heard(stereo(sound))[-1].bpm.value == pytest.approx(140, rel=1e-3)


@pytest.mark.parametrize(("before", "after"), [(124, 140), (140, 100), (128, 133), (174, 126)])
def test_another_tempo_is_stated_within_eight_seconds(before, after):
    sound = np.concatenate((kicks(before, 20.0), kicks(after, 15.0)))
    readings = [each.bpm.value for each in heard(stereo(sound))][40:]
    right = [value == pytest.approx(after, rel=0.01) for value in readings]
    assert right.index(True) <= 16
    assert all(right[16:])


def test_a_breakdown_of_sixteen_bars_keeps_tempo_and_beat():
    held = chord([57, 60, 64], 16 * 4 * 60 / 126)
    results = heard(stereo(np.concatenate((kicks(126, 20.0, 0.0), held, kicks(126, 5.0)))))
    within = results[45 : 40 + len(held) // 24_000]
    assert all(each.bpm.value == pytest.approx(126, rel=0.01) for each in within)
    confidences = [each.bpm.confidence for each in within]
    assert confidences[-1] < 0.6 * confidences[0]
    phases = [each.beat.sample / SAMPLE_RATE_HZ * 126 / 60 for each in within]
    assert max(abs(phase - round(phase)) for phase in phases) < 0.08


def test_a_tempo_is_not_held_for_ever():
    sound = np.concatenate((kicks(126, 20.0), chord([57, 60, 64], 60.0)))
    assert heard(stereo(sound))[-1].bpm.value is None


def test_half_time_is_stated_at_the_tempo_it_is_mixed_at():
    bar = 4 * 60 / 140
    rng = np.random.default_rng(4)
    snare = 0.4 * rng.standard_normal(6_000) * np.exp(-np.arange(6_000) / 1_500)
    sound = kicks(140 / 4, SECONDS, 0.0) + placed(
        snare, np.arange(bar / 2, SECONDS - 0.2, bar), SECONDS
    )
    assert heard(stereo(sound))[-1].bpm.value == pytest.approx(140, rel=0.01)


def test_too_little_sound_has_no_tempo():
    first = heard(stereo(kicks(120, 2.0)))[-1]
    assert (first.bpm.value, first.bpm.reason) == (None, "too_short")
    assert first.beat is None


def test_a_drone_has_no_beat():
    last = heard(stereo(sine(220, 15, 0.3)))[-1]
    assert (last.bpm.value, last.bpm.reason) == (None, "no_beat")
    assert last.beat is None
    assert last.danceability == 0.0


def test_a_held_chord_has_no_beat():
    assert heard(stereo(chord([57, 61, 64], 15)))[-1].bpm.value is None


def test_noise_has_no_beat():
    noise = 0.1 * np.random.default_rng(3).standard_normal(15 * SAMPLE_RATE_HZ)
    assert heard(stereo(noise))[-1].bpm.value is None


def test_silence_after_music_is_silent():
    sound = np.concatenate((kicks(120, 10.0), np.zeros(4 * SAMPLE_RATE_HZ)))
    last = heard(stereo(sound))[-1]
    assert (last.bpm.reason, last.beat) == ("silent", None)
