"""Key: which of 24 keys the tonal part of the last half minute fits, or of the newest track.

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
MEMORY_SECONDS: Final = 30.0
NEWEST_SECONDS: Final = 8.0
"""Half a dozen bars: when they have left what is remembered, another track has come."""
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
_KEEP_NEWEST: Final = math.exp(-HOP_SECONDS / NEWEST_SECONDS)
_LEFT: Final = 0.6
"""Correlation of newest and remembered chroma; chords of one track hold it above 0.7 mostly."""
_LEFT_HOPS: Final = 6
_SPREAD_SEMITONES: Final = 0.35
_CERTAINTY: Final = 18.0
"""Sharpness of the posterior over correlations."""

# Degree weights from the tonic up. Chords of seven and nine notes sound the whole scale, so all of
# it counts: least what the neighbours on the wheel do not share. The minor is the natural one, with
# its seventh a whole tone under the tonic, as club music has it.
_MINOR: Final = (1.0, 0.2, 0.6, 0.8, 0.25, 0.6, 0.2, 0.9, 0.45, 0.25, 0.75, 0.25)
_MAJOR: Final = (1.0, 0.15, 0.6, 0.15, 0.85, 0.5, 0.2, 0.95, 0.2, 0.65, 0.15, 0.6)
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
        self._newest = np.zeros(12)
        self._left_hops = 0
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
        self._remember()
        self._tonal_seconds = _KEEP * self._tonal_seconds + (HOP_SECONDS if tonal else 0.0)
        self._heard_seconds = _KEEP * self._heard_seconds + HOP_SECONDS
        if self._tonal_seconds < LEAST_TONAL_SECONDS:
            return None
        return judged(self._chroma)

    def _remember(self) -> None:
        """Add the newest hop by the root of its strength, and forget a track that was left."""
        strength = float(self.hop_chroma.sum())
        hop = self.hop_chroma / math.sqrt(strength) if strength > 0 else self.hop_chroma
        self._chroma = _KEEP * self._chroma + hop
        self._newest = _KEEP_NEWEST * self._newest + hop
        left = float(_shape(self._newest) @ _shape(self._chroma)) < _LEFT
        self._left_hops = self._left_hops + 1 if left else 0
        if self._left_hops >= _LEFT_HOPS:
            self._chroma = self._newest.copy()
            self._left_hops = 0

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


def _shape(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the roots of a chroma, shape (12,), zero mean and unit length; zeros where even."""
    centred = np.sqrt(chroma)
    centred -= centred.mean()
    length = float(np.linalg.norm(centred))
    return centred / length if length > 1e-9 else np.zeros(12)


def judged(chroma: NDArray[np.float64]) -> Tonality | None:
    """Match a chroma, shape (12,), with all keys; None where no pitch class stands out."""
    shape = _shape(chroma)
    if not shape.any():
        return None
    correlations = _PROFILES @ shape
    logits = _CERTAINTY * correlations + _LOG_PRIOR
    posterior = np.exp(logits - logits.max())
    posterior /= posterior.sum()
    best = int(np.argmax(posterior))
    fit = min(max(float(correlations[best]), 0.0) / 0.7, 1.0)
    return Tonality(posterior, best, float(posterior[best]) * fit)
