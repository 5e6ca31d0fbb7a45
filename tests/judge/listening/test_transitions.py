"""Changes of track, found and measured in mixes whose making is known."""

from functools import cache

import numpy as np
import pytest

from core.media import SAMPLE_RATE_HZ
from judge.listening.passages import edges

from .signals import heard, minor_track, stereo

BPM = 126.0
BEAT = 60 / BPM
A_SECONDS = 96 * BEAT
BLEND_SECONDS = 32 * BEAT
B_SECONDS = 80 * BEAT


@cache
def track(root, bpm, *, bright):
    return minor_track(root, bpm, A_SECONDS + BLEND_SECONDS + B_SECONDS, bright=bright)


def mixed(*, offset_ms=0.0, tempo_percent=0.0, gain_db=0.0, root=62, blend_seconds=BLEND_SECONDS):
    """Track A in A minor, then B, blended in over `blend_seconds`."""
    first = track(57, BPM, bright=False)
    second = track(root, BPM * (1 + tempo_percent / 100), bright=True) * 10 ** (gain_db / 20)
    time = np.arange(len(first)) / SAMPLE_RATE_HZ
    fade = np.clip((time - A_SECONDS) / blend_seconds, 0, 1) * np.pi / 2
    start = round((A_SECONDS + offset_ms / 1000) * SAMPLE_RATE_HZ)
    entering = np.zeros(len(first))
    entering[start:] = second[: len(first) - start]
    return stereo(np.cos(fade) * first + np.sin(fade) * entering)


def transitions(sound):
    latest = {}
    for result in heard(sound):
        for transition in result.transitions:
            assert transition.index not in latest or not latest[transition.index].settled
            latest[transition.index] = transition
    return list(latest.values())


def only(sound):
    found = transitions(sound)
    assert len(found) == 1
    assert found[0].settled
    return found[0]


@cache
def clean_blend():
    return only(mixed())


def test_one_track_is_no_transition():
    assert transitions(stereo(minor_track(57, BPM, 90))) == []


def test_a_clean_blend_is_found_and_measured():
    found = clean_blend()
    start, end = (found.start_sample / SAMPLE_RATE_HZ, found.end_sample / SAMPLE_RATE_HZ)
    assert A_SECONDS - 3 < start < end < A_SECONDS + BLEND_SECONDS + 3
    assert found.beat_match_accuracy.value > 0.9
    assert abs(found.offset_ms.value) < 12
    assert abs(found.tempo_difference_percent.value) < 0.1
    assert found.transition_smoothness.value > 0.5


@pytest.mark.parametrize("offset_ms", [45.0, -45.0])
def test_an_offset_is_measured_with_its_sign(offset_ms):
    found = only(mixed(offset_ms=offset_ms))
    assert found.offset_ms.value == pytest.approx(offset_ms, abs=16)
    assert found.beat_match_accuracy.value < 0.7


@pytest.mark.parametrize("tempo_percent", [1.0, -1.5])
def test_a_tempo_difference_is_measured_with_its_sign(tempo_percent):
    found = only(mixed(tempo_percent=tempo_percent))
    assert found.tempo_difference_percent.value == pytest.approx(tempo_percent, abs=0.2)
    assert found.beat_match_accuracy.value < 0.7


def test_keys_that_blend_and_keys_that_clash():
    near = only(mixed(root=64)).harmonic_compatibility  # E minor after A minor
    far = only(mixed(root=63)).harmonic_compatibility  # Eb minor after A minor
    assert near.value > 0.6
    assert far.value < 0.3


def test_a_cut_is_short_and_a_level_step_is_rough():
    cut = only(mixed(blend_seconds=0.05, gain_db=9))
    assert (cut.end_sample - cut.start_sample) / SAMPLE_RATE_HZ <= 3
    assert abs(cut.start_sample / SAMPLE_RATE_HZ - A_SECONDS) < 2.5
    assert cut.transition_smoothness.value < clean_blend().transition_smoothness.value - 0.2


def test_edges_of_a_step_and_of_a_ramp():
    step = np.repeat([0.1, 0.9], [30, 20])
    assert edges(step)[:3] == (30, 30, 30)
    ramp = np.concatenate((np.zeros(30), np.linspace(0, 1, 40), np.ones(30)))
    start, peak, end, abruptness = edges(ramp)
    assert 30 < start < peak < end < 70
    assert abruptness < 0.2
