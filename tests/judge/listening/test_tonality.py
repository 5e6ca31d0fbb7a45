"""Keys of chords whose key is known, and the wheel."""

import numpy as np
import pytest

from core.media import SAMPLE_RATE_HZ
from judge.listening.camelot import PITCH_NAMES, camelot, key_name

from .signals import heard, kicks, progression, stereo

MINOR = ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17))  # i VI III VII
MAJOR = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7))  # I IV V I
SECONDS = 20


def in_key(root: int, degrees) -> np.ndarray:
    return progression([[root + step for step in chord] for chord in degrees], SECONDS)


@pytest.mark.parametrize("tonic", [0, 4, 6, 9])
@pytest.mark.parametrize(("mode", "degrees"), [("minor", MINOR), ("major", MAJOR)])
def test_keys_of_progressions(tonic, mode, degrees):
    last = heard(stereo(in_key(48 + tonic, degrees)))[-1]
    assert last.key.value == f"{PITCH_NAMES[tonic]} {mode}"
    assert last.key.confidence > 0.5


def test_a_set_tuned_away_from_440_hz_has_its_key_all_the_same():
    sound = in_key(57, MINOR)
    positions = np.arange(0, len(sound) - 1, 1.02)  # about a third of a semitone up
    detuned = np.interp(positions, np.arange(len(sound)), sound)
    assert heard(stereo(detuned))[-1].key.value == "A minor"


def test_kicks_do_not_hide_the_key():
    sound = in_key(57, MINOR) + kicks(125, SECONDS)
    assert heard(stereo(sound))[-1].camelot.value == "8A"


def test_drums_alone_have_no_key():
    noise = np.random.default_rng(0).standard_normal(SECONDS * SAMPLE_RATE_HZ) * 0.05
    last = heard(stereo(kicks(125, SECONDS) + noise))[-1]
    assert last.key.value is None
    assert last.key.reason == "no_key"


def test_a_few_seconds_have_no_key_yet():
    last = heard(stereo(in_key(57, MINOR)[: 4 * SAMPLE_RATE_HZ]))[-1]
    assert (last.key.value, last.key.reason) == (None, "too_short")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("A minor", "8A"),
        ("C major", "8B"),
        ("E minor", "9A"),
        ("F# minor", "11A"),
        ("B major", "1B"),
        ("Ab minor", "1A"),
    ],
)
def test_camelot_codes(name, code):
    names = {key_name(key): camelot(key) for key in range(24)}
    assert names[name] == code
    assert len(set(names.values())) == 24
