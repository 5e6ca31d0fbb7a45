from __future__ import annotations

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.files import ModelFiles
from inference.placement import Placement
from inference.sessions import load
from judge.mel.backend import MelBackend
from judge.mel.onnx_mel import OnnxMel
from judge.mel.scipy_mel import ScipyMel
from judge.mel.specification import (
    BINS,
    CONTEXT_SAMPLES,
    FFT_SIZE,
    FLOOR_POWER,
    SILENCE,
    SLICE_SAMPLES,
    hann_window,
    mel_filters,
    mfcc_basis,
    power_gain,
    to_decibels,
)
from judge.networks import PARTS, SHIPPED
from judge.readings import ANALYSIS_RATE_HZ, FRAME_SAMPLES, FRAMES_PER_HOP, MEL_BANDS
from judge.resampling import Decimator
from tests.judge.music import mix

BACK_ENDS = ("scipy", "onnx")

PARITY = 5e-4
"""0.01 dB, reached only in bands 60 dB below the loudest; elsewhere they agree to 1e-6."""


def back_end(name: str) -> MelBackend:
    if name == "scipy":
        return ScipyMel()
    return OnnxMel(load(ModelFiles(SHIPPED), "mel", Placement(), {}, PARTS["mel"]))


@pytest.fixture(scope="module")
def slices() -> NDArray[np.float32]:
    """Slices of a mix at many offsets, loud and soft, and digital silence."""
    mono = Decimator().process(mix(12.0))
    rng = np.random.default_rng(5)
    starts = rng.integers(0, len(mono) - SLICE_SAMPLES, 12)
    gains = 10.0 ** rng.uniform(-3, 0, 12)
    rows = [
        mono[start : start + SLICE_SAMPLES] * gain
        for start, gain in zip(starts, gains, strict=True)
    ]
    return np.stack([*rows, np.zeros(SLICE_SAMPLES)]).astype(np.float32)


def textbook(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    frames = np.stack(
        [samples[k * FRAME_SAMPLES : k * FRAME_SAMPLES + FFT_SIZE] for k in range(FRAMES_PER_HOP)]
    ).astype(np.float64)
    power = np.abs(np.fft.rfft(frames * hann_window())) ** 2 * power_gain()
    return (10 * np.log10(power @ mel_filters().T + FLOOR_POWER) + 40.0) / 20.0


@pytest.mark.parametrize("name", BACK_ENDS)
def test_a_back_end_computes_what_the_specification_says(
    name: str, slices: NDArray[np.float32]
) -> None:
    computed = back_end(name).log_mel(slices)
    assert computed.shape == (len(slices), FRAMES_PER_HOP, MEL_BANDS)
    assert computed.dtype == np.float32
    expected = np.stack([textbook(row) for row in slices])
    assert np.abs(computed - expected).max() < PARITY


def test_the_back_ends_agree(slices: NDArray[np.float32]) -> None:
    scipy_mel, onnx_mel = (back_end(name).log_mel(slices) for name in BACK_ENDS)
    assert np.abs(scipy_mel - onnx_mel).max() < PARITY


@pytest.mark.parametrize("name", BACK_ENDS)
def test_a_row_does_not_depend_on_its_company(name: str, slices: NDArray[np.float32]) -> None:
    mel = back_end(name)
    together = mel.log_mel(slices)
    for row, expected in zip(slices, together, strict=True):
        assert np.array_equal(mel.log_mel(row[None])[0], expected)


@pytest.mark.parametrize("name", BACK_ENDS)
def test_a_full_scale_sine_on_a_bin_is_0_db(name: str) -> None:
    hz = 64 * ANALYSIS_RATE_HZ / FFT_SIZE
    sine = np.sin(2 * np.pi * hz * np.arange(SLICE_SAMPLES) / ANALYSIS_RATE_HZ)
    decibels = to_decibels(back_end(name).log_mel(sine[None].astype(np.float32)))
    # The window spreads a sine over three bins, of which a band's triangle takes the most part.
    assert decibels.max() == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize("name", BACK_ENDS)
def test_silence_is_the_stated_value(name: str) -> None:
    silence = np.zeros((1, SLICE_SAMPLES), np.float32)
    assert np.allclose(back_end(name).log_mel(silence), SILENCE, atol=1e-6)


@pytest.mark.parametrize("name", BACK_ENDS)
def test_a_frame_knows_nothing_of_what_comes_after_it(name: str) -> None:
    rng = np.random.default_rng(1)
    samples = rng.standard_normal((1, SLICE_SAMPLES)).astype(np.float32) * 0.1
    changed = samples.copy()
    changed[:, CONTEXT_SAMPLES + 10 * FRAME_SAMPLES :] = 0.0
    mel = back_end(name)
    before, after = mel.log_mel(samples)[0], mel.log_mel(changed)[0]
    assert np.array_equal(before[:10], after[:10])
    assert not np.array_equal(before[10], after[10])


def test_sound_at_a_masters_level_lies_near_zero() -> None:
    rng = np.random.default_rng(3)
    spectrum = np.fft.rfft(rng.standard_normal(SLICE_SAMPLES))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))  # pink, as music is on the whole
    spectrum[0] = 0.0
    pink = np.fft.irfft(spectrum)
    pink *= 10 ** (-14 / 20) / pink.std()
    values = ScipyMel().log_mel(pink[None, :SLICE_SAMPLES].astype(np.float32))
    assert abs(values.mean()) < 1.0
    assert values.std() < 1.0


def test_the_triangles_are_librosas() -> None:
    expected = librosa.filters.mel(
        sr=ANALYSIS_RATE_HZ, n_fft=FFT_SIZE, n_mels=MEL_BANDS, fmin=20.0, fmax=12_000.0, norm=None
    )
    assert mel_filters().shape == (MEL_BANDS, BINS)
    assert np.abs(mel_filters() - expected).max() < 1e-6
    assert (mel_filters().max(axis=1) > 0.25).all(), "a band without a bin is deaf"


def test_the_mfcc_are_the_orthonormal_cosine_transform() -> None:
    from scipy.fft import dct

    frames = np.random.default_rng(2).standard_normal((4, MEL_BANDS)).astype(np.float32)
    expected = dct(frames, type=2, norm="ortho")[:, :13]
    assert np.abs(frames @ mfcc_basis() - expected).max() < 1e-5
