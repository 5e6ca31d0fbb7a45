"""Onset rate, brightness and kick on sounds made to have them."""

from __future__ import annotations

import numpy as np
import pytest

from core.media import SAMPLE_RATE_HZ

from .signals import chord, heard, kicks, placed, sine, stereo

CLICK = 0.5 * np.random.default_rng(2).standard_normal(960) * np.exp(-np.arange(960) / 150)


@pytest.mark.parametrize("rate_hz", [1.0, 4.0, 8.0])
def test_onsets_are_counted(rate_hz):
    sound = placed(CLICK, np.arange(0.05, 9.9, 1 / rate_hz), 10.0)
    assert heard(stereo(sound))[-1].onset_rate_hz == pytest.approx(rate_hz, abs=0.5)


def test_a_held_chord_has_no_onsets_after_its_first():
    assert heard(stereo(chord([57, 60, 64], 10.0)))[-1].onset_rate_hz == 0.0


def test_the_rate_waits_for_its_window():
    rates = [each.onset_rate_hz for each in heard(stereo(kicks(126, 5.0)))]
    assert rates[:7] == [None] * 7
    assert rates[7] is not None


@pytest.mark.parametrize("frequency_hz", [440.0, 2_000.0, 6_000.0])
def test_a_sine_is_as_bright_as_its_frequency(frequency_hz):
    assert heard(stereo(sine(frequency_hz, 4.0, 0.3)))[-1].brightness_hz == pytest.approx(
        frequency_hz, rel=0.02
    )


def test_brightness_does_not_depend_on_the_gain():
    sound = stereo(kicks(126, 6.0) + sine(3_000, 6.0, 0.1))
    loud, soft = heard(sound)[-1], heard(0.1 * sound)[-1]
    assert soft.brightness_hz == pytest.approx(loud.brightness_hz, rel=0.02)
    assert soft.kick_db == pytest.approx(loud.kick_db, abs=0.5)


def test_the_kick_is_measured_against_itself_and_a_held_bass_is_none():
    bass = sine(55, 10.0, 0.4)
    sound = np.concatenate((kicks(126, 10.0), 0.5 * kicks(126, 10.0), bass))
    levels = [each.kick_db for each in heard(stereo(sound))]
    assert all(level > -1.5 for level in levels[4:19])
    assert all(-7.5 < level < -5.0 for level in levels[25:39])
    assert all(level < -20 for level in levels[46:])


def test_silence_has_neither():
    last = heard(np.zeros((5 * SAMPLE_RATE_HZ, 2), np.float32))[-1]
    assert (last.brightness_hz, last.kick_db, last.onset_rate_hz) == (None, None, 0.0)
