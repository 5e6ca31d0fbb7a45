"""Key: which of 24 keys the tonal part of the last half minute fits.

Once a hop, the stable peaks of a long spectrum are folded into a chroma that forgets slowly, and
matched with key profiles. Only peaks that stand out and last over two hops count, so drums alone
have no key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from core.media import HOP_SECONDS
from judge.listening.onsets import analysis_window
from judge.readings import ANALYSIS_RATE_HZ

FFT_SAMPLES: Final = 16_384
LOWEST_HZ: Final = 80.0
HIGHEST_HZ: Final = 3_500.0
MEMORY_SECONDS: Final = 20.0
LEAST_TONAL_SECONDS: Final = 6.0

_WINDOW: Final = analysis_window(FFT_SAMPLES)
_BIN_HZ: Final = ANALYSIS_RATE_HZ / FFT_SAMPLES
_FIRST: Final = round(LOWEST_HZ / _BIN_HZ)
_LAST: Final = round(HIGHEST_HZ / _BIN_HZ)
_SURROUND_BINS: Final = 40
_PROMINENCE: Final = 3.0
"""A peak is tonal when it exceeds the mean around it this many times."""
_SILENT_AMPLITUDE: Final = 1e-4
_LEAST_PEAKS: Final = 3
_KEEP: Final = math.exp(-HOP_SECONDS / MEMORY_SECONDS)
_SPREAD_SEMITONES: Final = 0.35
_CERTAINTY: Final = 18.0
"""Sharpness of the posterior over correlations."""

# Degree weights from the tonic up. Club music lives on the tonic, its minor third and fifth, and
# leaves out leading notes; the major profile leans on the third that tells it from the minor.
_MINOR: Final = (1.0, 0.15, 0.35, 0.7, 0.1, 0.45, 0.1, 0.75, 0.3, 0.15, 0.45, 0.15)
_MAJOR: Final = (1.0, 0.1, 0.4, 0.1, 0.65, 0.4, 0.1, 0.75, 0.1, 0.4, 0.15, 0.25)
_MINOR_PRIOR: Final = 0.65
"""Share of minor keys assumed before listening; collections of club music lie near it."""


def _profiles() -> NDArray[np.float64]:
    """Return the 24 profiles, zero mean and unit length, shape (24, 12)."""
    rows = [np.roll(shape, tonic) for shape in (_MAJOR, _MINOR) for tonic in range(12)]
    centred = np.array(rows) - np.mean(rows, axis=1, keepdims=True)
    return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True))


_PROFILES: Final = _profiles()
_LOG_PRIOR: Final = np.log(np.repeat([1 - _MINOR_PRIOR, _MINOR_PRIOR], 12) / 12)


@dataclass(frozen=True, slots=True)
class Tonality:
    """The key as heard so far."""

    posterior: NDArray[np.float64]  # shape (24,)
    best: int
    confidence: float  # 0-1


class KeyListener:
    """Follows the key hop by hop."""

    def __init__(self) -> None:
        self._signal = np.zeros(FFT_SAMPLES, dtype=np.float32)
        self._before = np.zeros(_LAST - _FIRST, dtype=np.float32)
        self._chroma = np.zeros(12)
        self._tuning = 0j
        self._tonal_seconds = 0.0
        self._heard_seconds = 0.0
        self.hop_chroma = np.zeros(12)
        """Chroma of the newest hop alone, not normalised."""

    @property
    def tonal_seconds(self) -> float:
        """Seconds of tonal sound that are remembered."""
        return self._tonal_seconds

    @property
    def heard_seconds(self) -> float:
        """Seconds of any sound that are remembered, fading alike."""
        return self._heard_seconds

    def hear(self, mono: NDArray[np.float32]) -> Tonality | None:
        """Take a hop at 24 kHz; return the key, or None while too little tonal sound came."""
        self._signal = np.concatenate((self._signal, mono))[-FFT_SAMPLES:]
        spectrum = fft.rfft(self._signal * _WINDOW)[_FIRST - 1 : _LAST + 1]
        pitches, weights = self._peaks(np.abs(spectrum))
        tonal = len(pitches) >= _LEAST_PEAKS
        self.hop_chroma = self._fold(pitches, weights) if tonal else np.zeros(12)
        self._chroma = _KEEP * self._chroma + self.hop_chroma
        self._tonal_seconds = _KEEP * self._tonal_seconds + (HOP_SECONDS if tonal else 0.0)
        self._heard_seconds = _KEEP * self._heard_seconds + HOP_SECONDS
        if self._tonal_seconds < LEAST_TONAL_SECONDS:
            return None
        return judged(self._chroma)

    def _peaks(
        self, amplitude: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return pitch (semitones from A4) and weight of each lasting peak."""
        inner = amplitude[1:-1]
        lasting = np.minimum(inner, self._before)
        self._before = inner
        edges = np.repeat(inner[[0, -1]], (_SURROUND_BINS + 1, _SURROUND_BINS))
        before, after = edges[: _SURROUND_BINS + 1], edges[_SURROUND_BINS + 1 :]
        sums = np.cumsum(np.concatenate((before, inner, after)), dtype=np.float64)
        width = 2 * _SURROUND_BINS + 1
        around = (sums[width:] - sums[:-width]) / width
        found = np.flatnonzero(
            (inner > amplitude[:-2])
            & (inner >= amplitude[2:])
            & (lasting > _PROMINENCE * around)
            & (lasting > _SILENT_AMPLITUDE)
        )
        left, middle, right = (np.log(amplitude[found + shift] + 1e-9) for shift in (0, 1, 2))
        bend = left - 2 * middle + right
        shift = np.where(bend < 0, 0.5 * (left - right) / np.minimum(bend, -1e-9), 0.0)
        frequency_hz = (found + _FIRST + shift) * _BIN_HZ
        pitches = 12 * np.log2(frequency_hz / 440.0)
        return pitches.astype(np.float64), np.sqrt(lasting[found]).astype(np.float64)

    def _fold(
        self, pitches: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Fold peaks into pitch classes (C first), once the set's tuning is taken off."""
        turned = complex(np.sum(weights * np.exp(2j * np.pi * pitches)))
        self._tuning = _KEEP * self._tuning + turned
        tuning_semitones = float(np.angle(self._tuning)) / (2 * np.pi)
        classes = (pitches - tuning_semitones + 9.0) % 12.0
        distance = np.abs(classes[:, None] - np.arange(12)[None, :])
        distance = np.minimum(distance, 12 - distance)
        membership = np.exp(-0.5 * np.square(distance / _SPREAD_SEMITONES))
        return np.asarray(weights @ membership)


def judged(chroma: NDArray[np.float64]) -> Tonality | None:
    """Match a chroma, shape (12,), with all keys; None where no pitch class stands out."""
    centred = chroma - chroma.mean()
    length = float(np.linalg.norm(centred))
    if length < 1e-9:
        return None
    correlations = _PROFILES @ (centred / length)
    logits = _CERTAINTY * correlations + _LOG_PRIOR
    posterior = np.exp(logits - logits.max())
    posterior /= posterior.sum()
    best = int(np.argmax(posterior))
    fit = min(max(float(correlations[best]), 0.0) / 0.7, 1.0)
    return Tonality(posterior, best, float(posterior[best]) * fit)
