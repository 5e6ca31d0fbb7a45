"""EBU Tech 3341, table 1: the minimum requirements, to within 0.1 LU."""

import numpy as np
import pytest

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Loudness
from judge.listening.loudness import LoudnessMeter

from .signals import sine, stereo

TOLERANCE_LU = 0.1


def tone(*levels_and_seconds):
    """A 1 kHz sine in both channels, at peak levels in dBFS."""
    parts = [sine(1000, seconds, 10 ** (level / 20)) for level, seconds in levels_and_seconds]
    return stereo(np.concatenate(parts))


def measured(samples) -> list[Loudness]:
    meter = LoudnessMeter()
    whole = len(samples) // HOP_SAMPLES * HOP_SAMPLES
    return [meter.hear(samples[at : at + HOP_SAMPLES]) for at in range(0, whole, HOP_SAMPLES)]


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_cases_1_and_2_steady_tones(level):
    last = measured(tone((level, 20)))[-1]
    for value in (last.momentary_lufs, last.short_term_lufs, last.integrated_lufs):
        assert value == pytest.approx(level, abs=TOLERANCE_LU)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([(-36, 10), (-23, 60), (-36, 10)], id="case 3"),
        pytest.param([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], id="case 4"),
        pytest.param([(-26, 20), (-20, 20.1), (-26, 20)], id="case 5"),
    ],
)
def test_cases_3_to_5_gating(parts):
    assert measured(tone(*parts))[-1].integrated_lufs == pytest.approx(-23, abs=TOLERANCE_LU)


def test_case_6_as_far_as_stereo_goes():
    # Case 6 is a 5.0 signal; its left and right at -28 dBFS are all that a stereo meter is given.
    assert measured(tone((-28, 20)))[-1].integrated_lufs == pytest.approx(-28, abs=TOLERANCE_LU)


def test_one_channel_alone_is_three_lu_lower():
    samples = tone((-20, 10))
    samples[:, 1] = 0
    assert measured(samples)[-1].integrated_lufs == pytest.approx(-23.01, abs=TOLERANCE_LU)


def test_k_weighting_follows_the_standard():
    """The response of BS.1770's two filters at 100 Hz and 10 kHz, relative to 1 kHz."""

    def level(frequency_hz):
        samples = stereo(sine(frequency_hz, 5, 0.1))
        return measured(samples)[-1].integrated_lufs

    assert level(100) - level(1000) == pytest.approx(-1.13 - 0.69, abs=0.25)
    assert level(10_000) - level(1000) == pytest.approx(4.0 - 0.69, abs=0.25)


def test_nothing_is_said_before_it_is_known():
    readings = measured(tone((-20, 4)))
    assert readings[0].momentary_lufs is not None
    assert readings[0].short_term_lufs is None
    assert readings[4].short_term_lufs is None
    assert readings[5].short_term_lufs is not None


def test_silence_has_no_loudness():
    silent = measured(np.zeros((4 * SAMPLE_RATE_HZ, 2), np.float32))[-1]
    assert silent == Loudness(None, None, None)


def test_the_measure_does_not_depend_on_the_past_once_its_window_is_full():
    quiet_first = measured(tone((-40, 10), (-20, 4)))[-1]
    alone = measured(tone((-20, 4)))[-1]
    assert quiet_first.short_term_lufs == pytest.approx(alone.short_term_lufs, abs=0.01)
    # The three blocks across the step pass the gate as well, and are quieter.
    assert -20.2 < quiet_first.integrated_lufs < -20.0
