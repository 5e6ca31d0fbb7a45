"""How well onsets repeat at each tempo.

Each candidate must be supported from two sides (Peeters, EURASIP JASP 2007): by the
autocorrelation at its beat and the multiples of it, and by the spectrum at its rate and the
multiples of that. The first alone is fooled by three beats or two thirds of the rate, the second
by off-beats; what both like is the beat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from judge.listening.onsets import FRAME_RATE_HZ, FRAMES_PER_HOP

SLOWEST_BPM: Final = 60.0
FASTEST_BPM: Final = 200.0
CANDIDATES: Final = np.geomspace(SLOWEST_BPM, FASTEST_BPM, 200)
"""Tempi 0.6 % apart, in BPM."""

FAINT_FLUX: Final = 0.01
"""Mean onset strength of a band that counts half; music has 0.02 to 0.2, a held tone's ripple less
than 0.003."""

NO_PULSE: Final = 0.12
"""Autocorrelation at the beat under which there is no beat."""

_FFT_FRAMES: Final = 16_384
"""Padded to seven times the window, so that lines can be read between bins."""
_LAG_BINS: Final = 4
"""Each fourth bin tells the autocorrelation up to 1,696 frames; 800 are needed."""
_COMB_WEIGHTS: Final = (1.0, 0.8, 0.6, 0.6)
"""Of one beat, two beats and so on."""
_HARMONICS: Final = (1, 2, 4)
_HARMONIC_WEIGHTS: Final = (1.0, 0.7, 0.5)
_SPECTRUM_POWER: Final = 0.5
_LIMIT_DEVIATIONS: Final = 4.0
_SHORT_FFT_FRAMES: Final = 2_048

_ZOOM: Final = np.linspace(-0.025, 0.025, 41)
_SEGMENT: Final = FRAMES_PER_HOP // 4
_ZOOM_DOUBLINGS: Final = 3  # harmonics 1, 2 and 4, each twice the one before


class _Points:
    """Places between the samples of a curve, found once and looked up at every hop."""

    def __init__(self, positions: NDArray[np.float64]) -> None:
        self._below = positions.astype(np.intp)
        self._share = positions - self._below
        self.needed = int(self._below.max()) + 2  # samples that the curve must have

    def on(self, curve: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the curve there, linear between its samples."""
        below = curve[self._below]
        return np.asarray(below + self._share * (curve[self._below + 1] - below))


_BEAT_LAGS: Final = _Points(
    np.outer(np.arange(1, len(_COMB_WEIGHTS) + 1), 60 / CANDIDATES * FRAME_RATE_HZ)
)
_BEAT_LINES: Final = _Points(np.outer(_HARMONICS, CANDIDATES / 60 * _FFT_FRAMES / FRAME_RATE_HZ))


@dataclass(frozen=True, slots=True)
class Periodicity:
    """What speaks for each candidate, shapes (candidates,)."""

    support: NDArray[np.float64]  # >= 0
    at_beat: NDArray[np.float64]  # autocorrelation at one beat


def band_levels(flux: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean of each onset band, shape (ONSET_BANDS,), with `FAINT_FLUX` added."""
    return np.asarray(np.einsum("fb->b", flux, dtype=np.float64) / len(flux) + FAINT_FLUX)


@dataclass(frozen=True, slots=True)
class Strength:
    """Onset bands blended into one."""

    onsets: NDArray[np.float64]  # shape (n,), zero mean, the strongest limited
    contrast: float  # deviation over mean before that: drums have 1.3 to 4, held chords under 1


def combined(flux: NDArray[np.float32]) -> Strength:
    """Blend onset bands, shape (n, ONSET_BANDS), so that each counts alike."""
    onsets = np.asarray(np.einsum("fb,b->f", flux, 1 / band_levels(flux)))
    mean, power = float(onsets.mean()), float(np.einsum("f,f->", onsets, onsets))
    deviation = math.sqrt(max(power / len(onsets) - mean * mean, 0.0))
    limited = np.minimum(onsets, mean + _LIMIT_DEVIATIONS * deviation)
    return Strength(np.asarray(limited - limited.mean()), deviation / max(mean, 1e-9))


def _at_beats(power: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the autocorrelation at one to four beats, from the power spectrum of `count` frames.

    Shape (4, candidates); overlaps that grow shorter with the lag are made up for.
    """
    raw = fft.irfft(power)[: _BEAT_LAGS.needed]
    overlap = np.maximum(count - np.arange(len(raw)), 0.3 * count) / count
    return _BEAT_LAGS.on(raw / (raw[0] * overlap))


def periodicity(strength: NDArray[np.float64]) -> Periodicity:
    """Weigh all candidates on onsets of up to 12 s, shape (n,), zero mean and not all zero."""
    spectrum = fft.rfft(strength, _FFT_FRAMES)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    at_beats = _at_beats(power[::_LAG_BINS], len(strength))
    comb = np.einsum("m,mc->c", _COMB_WEIGHTS, at_beats)
    at_lines = _BEAT_LINES.on(np.sqrt(power[: _BEAT_LINES.needed]))
    lines = np.einsum("h,hc->c", _HARMONIC_WEIGHTS, at_lines)
    support = np.maximum(comb, 0) * np.power(lines / lines.max(), _SPECTRUM_POWER)
    # What does not repeat after one beat is no beat, however well it repeats after two.
    support *= np.clip(at_beats[0] / NO_PULSE, 0.0, 1.0)
    return Periodicity(support, at_beats[0])


def comb(strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean autocorrelation at one to four beats of each candidate, shape (200,).

    Of at most 5 s of onsets: enough to see that they no longer repeat as they did.
    """
    if not strength.any():
        return np.zeros(len(CANDIDATES))
    spectrum = fft.rfft(strength, _SHORT_FFT_FRAMES)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    at_beats = _at_beats(power, len(strength))
    return np.asarray(np.einsum("m,mc->c", _COMB_WEIGHTS, at_beats) / sum(_COMB_WEIGHTS))


def refined(strength: NDArray[np.float64], bpm: float) -> float:
    """Sharpen `bpm` by at most 2.5 %, from the phase the harmonics turn through.

    The onsets are brought down to zero frequency at each harmonic and summed in short segments;
    what rotation then remains is searched on a fine grid.
    """
    pairs = strength[len(strength) % (2 * _SEGMENT) :].reshape(-1, 2).sum(axis=1)
    segments = pairs.reshape(-1, _SEGMENT)
    turn = -2j * np.pi * bpm / 60 * 2 / FRAME_RATE_HZ  # of a pair of frames
    within = np.exp(turn * np.arange(_SEGMENT))
    apart = np.exp(turn * _SEGMENT * np.arange(len(segments)))
    # Only magnitudes are read of the sums, so the segments may be counted from 1.
    step = np.exp(turn * _SEGMENT * _ZOOM)[:, None]
    steer = np.cumprod(np.broadcast_to(step, (len(_ZOOM), len(segments))), axis=1)
    power = np.zeros(len(_ZOOM))
    for _ in range(_ZOOM_DOUBLINGS):
        summed = steer @ ((segments @ within) * apart)
        power += np.square(summed.real) + np.square(summed.imag)
        within, apart, steer = np.square(within), np.square(apart), np.square(steer)
    return bpm * (1 + peak_position(power, float(_ZOOM[1] - _ZOOM[0]), float(_ZOOM[0])))


def peak_position(values: NDArray[np.float64], step: float, origin: float) -> float:
    """Return where a sampled curve peaks, by a parabola through its highest three points."""
    best = int(np.argmax(values))
    if best in (0, len(values) - 1):
        return origin + best * step
    left, middle, right = (float(value) for value in values[best - 1 : best + 2])
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return origin + (best + shift) * step
