"""What the log-mel is, once for both back ends, for training and for export.

    power[k, b]   = |sum_n hann[n] * x[480 (k + 1) - 1024 + n] * exp(-2 pi i b n / 1024)|^2 / 256^2
    band[k, m]    = sum_b triangle[m, b] * power[k, b]
    log_mel[k, m] = (10 log10(band[k, m] + 1e-10) - REFERENCE_DB) / SCALE_DB

256 is half the sum of the Hann window, so a full-scale sine on a bin has power 1, 0 dB. The
reference is fixed: normalising by the window's own maximum would change old frames as the window
moves and forbid keeping them. Frame `k` looks back only, over the 1,024 samples that end with the
frame's own 480; it is known as soon as they are. Mastered dance music lies within about
one unit of 0; digital silence is `SILENCE`.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.readings import (
    ANALYSIS_HOP_SAMPLES,
    ANALYSIS_RATE_HZ,
    FRAME_SAMPLES,
    FRAMES_PER_HOP,
    MEL_BANDS,
)

FFT_SIZE: Final = 1024
BINS: Final = FFT_SIZE // 2 + 1

CONTEXT_SAMPLES: Final = FFT_SIZE - FRAME_SAMPLES
"""How far the first frame of a hop reaches back before the hop."""

SLICE_SAMPLES: Final = CONTEXT_SAMPLES + ANALYSIS_HOP_SAMPLES
"""What a back end needs for one hop: the context, then the hop."""

MEL_LOW_HZ: Final = 20.0
MEL_HIGH_HZ: Final = 12_000.0

FLOOR_POWER: Final = 1e-10
"""-100 dB: below what a lossy codec keeps, above float32's noise in a 1,024-point transform."""

REFERENCE_DB: Final = -40.0
SCALE_DB: Final = 20.0

SILENCE: Final = (10.0 * math.log10(FLOOR_POWER) - REFERENCE_DB) / SCALE_DB
"""The value of every band of digital silence."""

MFCC_COEFFICIENTS: Final = 13

_LINEAR_HZ_PER_MEL = 200.0 / 3.0
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _LINEAR_HZ_PER_MEL
_LOG_STEP = math.log(6.4) / 27.0


def hann_window() -> NDArray[np.float64]:
    """Return the periodic Hann window, shape (FFT_SIZE,)."""
    phase: NDArray[np.float64] = 2.0 * np.pi * np.arange(FFT_SIZE) / FFT_SIZE
    return 0.5 - 0.5 * np.cos(phase)


def power_gain() -> float:
    """Return the factor that gives a full-scale sine on a bin the power 1."""
    return 1.0 / (float(hann_window().sum()) / 2.0) ** 2


def band_edges_hz() -> NDArray[np.float64]:
    """Return the corners of the triangles, shape (MEL_BANDS + 2,), in Hz.

    Band `m` rises from edge `m` to edge `m + 1` and falls to edge `m + 2`. They are equidistant on
    Slaney's mel scale (Auditory Toolbox, 1998), linear up to 1 kHz and logarithmic above: at 23 Hz
    a bin, HTK's scale would leave bass bands without any bin.
    """
    low, high = _hz_to_mel(MEL_LOW_HZ), _hz_to_mel(MEL_HIGH_HZ)
    return np.array([_mel_to_hz(mel) for mel in np.linspace(low, high, MEL_BANDS + 2)])


def mel_filters() -> NDArray[np.float64]:
    """Return the triangles with peak 1, shape (MEL_BANDS, BINS)."""
    edges = band_edges_hz()[:, None]
    bins_hz = np.arange(BINS) * (ANALYSIS_RATE_HZ / FFT_SIZE)
    rising = (bins_hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins_hz) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


def mfcc_basis() -> NDArray[np.float32]:
    """Return what turns log-mel frames into MFCC, shape (MEL_BANDS, MFCC_COEFFICIENTS).

    The orthonormal DCT-II over the bands, applied to the scaled log-mel: `mfcc = log_mel @ basis`.
    """
    band = np.arange(MEL_BANDS)[:, None] + 0.5
    coefficient = np.arange(MFCC_COEFFICIENTS)[None, :]
    basis = np.cos(np.pi * band * coefficient / MEL_BANDS) * math.sqrt(2.0 / MEL_BANDS)
    basis[:, 0] /= math.sqrt(2.0)
    return basis.astype(np.float32)


def to_decibels(log_mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Undo the scaling: return the bands' power in dB, 0 dB being a full-scale sine."""
    return log_mel * np.float32(SCALE_DB) + np.float32(REFERENCE_DB)


def description() -> dict[str, object]:
    """Return the specification as it travels in a model's metadata."""
    return {
        "sample_rate_hz": ANALYSIS_RATE_HZ,
        "hop_samples": ANALYSIS_HOP_SAMPLES,
        "frame_samples": FRAME_SAMPLES,
        "frames_per_hop": FRAMES_PER_HOP,
        "fft_size": FFT_SIZE,
        "mel_bands": MEL_BANDS,
        "mel_low_hz": MEL_LOW_HZ,
        "mel_high_hz": MEL_HIGH_HZ,
        "mel_floor_power": FLOOR_POWER,
        "mel_reference_db": REFERENCE_DB,
        "mel_scale_db": SCALE_DB,
    }


def _hz_to_mel(hz: float) -> float:
    if hz < _KNEE_HZ:
        return hz / _LINEAR_HZ_PER_MEL
    return _KNEE_MEL + math.log(hz / _KNEE_HZ) / _LOG_STEP


def _mel_to_hz(mel: float) -> float:
    if mel < _KNEE_MEL:
        return mel * _LINEAR_HZ_PER_MEL
    return _KNEE_HZ * math.exp((mel - _KNEE_MEL) * _LOG_STEP)
