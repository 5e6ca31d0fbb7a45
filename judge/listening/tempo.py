"""Tempo: which pulse the last twelve seconds repeat, and how sure that is.

Each candidate must be supported from two sides (Peeters, EURASIP JASP 2007): by the
autocorrelation at its beat and the multiples of it, and by the spectrum at its rate and the
multiples of that. The first alone is fooled by three beats or two thirds of the rate, the second
by off-beats; what both like is the beat. A forward filter over the candidates then carries belief
from hop to hop.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from judge.listening.onsets import FRAME_RATE_HZ, FRAMES_PER_HOP, ONSET_BANDS
from judge.listening.trail import Trail

SLOWEST_BPM: Final = 60.0
FASTEST_BPM: Final = 200.0
WINDOW_SECONDS: Final = 12.0
LEAST_SECONDS: Final = 4.0
"""Eight beats of the usual tempi: less than that repeats nothing."""

FAINT_FLUX: Final = 0.01
"""Mean onset strength of a band that counts half; music has 0.02 to 0.2, a held tone's ripple less
than 0.003."""

_CANDIDATES: Final = np.geomspace(SLOWEST_BPM, FASTEST_BPM, 200)
_FFT_FRAMES: Final = 16_384
"""Padded to seven times the window, so that lines can be read between bins."""
_LAG_BINS: Final = 4
"""Each fourth bin tells the autocorrelation up to 1,696 frames; 800 are needed."""
_COMB_WEIGHTS: Final = (1.0, 0.8, 0.6, 0.6)
"""Of one beat, two beats and so on."""
_HARMONICS: Final = (1, 2, 4)
_HARMONIC_WEIGHTS: Final = (1.0, 0.7, 0.5)
_SPECTRUM_POWER: Final = 0.5
_PRIOR_CENTRE_BPM: Final = 128.0
_PRIOR_OCTAVES: Final = 0.5
_RESTART: Final = 0.02
"""Share of belief that goes back to the prior each hop: decks change without notice."""
_NEIGHBOUR: Final = 0.05
_TRUST: Final = 0.5
"""Exponent of one hop's likelihood: consecutive windows of 12 s share 96 % of their sound."""
_FLOOR: Final = 1e-3
_LIMIT_DEVIATIONS: Final = 4.0
_NO_PULSE: Final = 0.12
"""Autocorrelation at the beat under which there is no beat."""

_ZOOM: Final = np.linspace(-0.025, 0.025, 41)
_SEGMENT: Final = FRAMES_PER_HOP // 4
_ZOOM_DOUBLINGS: Final = 3  # harmonics 1, 2 and 4, each twice the one before


@dataclass(frozen=True, slots=True)
class Pulse:
    """The tempo of the newest seconds."""

    bpm: float
    confidence: float  # 0-1
    clarity: float  # 0-1, autocorrelation of the onsets at one beat


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
    np.outer(np.arange(1, len(_COMB_WEIGHTS) + 1), 60 / _CANDIDATES * FRAME_RATE_HZ)
)
_BEAT_LINES: Final = _Points(np.outer(_HARMONICS, _CANDIDATES / 60 * _FFT_FRAMES / FRAME_RATE_HZ))


def band_levels(flux: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean of each onset band, shape (ONSET_BANDS,), with `FAINT_FLUX` added."""
    return np.asarray(np.einsum("fb->b", flux, dtype=np.float64) / len(flux) + FAINT_FLUX)


def combined(flux: NDArray[np.float32]) -> NDArray[np.float64]:
    """Blend onset bands, shape (n, ONSET_BANDS), so that each counts alike; zero mean."""
    strength = np.asarray(np.einsum("fb,b->f", flux, 1 / band_levels(flux)))
    mean, power = float(strength.mean()), float(np.einsum("f,f->", strength, strength))
    deviation = math.sqrt(max(power / len(strength) - mean * mean, 0.0))
    strength = np.minimum(strength, mean + _LIMIT_DEVIATIONS * deviation)
    return np.asarray(strength - strength.mean())


def _prior() -> NDArray[np.float64]:
    octaves = np.log2(_CANDIDATES / _PRIOR_CENTRE_BPM)
    weights = np.exp(-0.5 * np.square(octaves / _PRIOR_OCTAVES))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


_PRIOR: Final = _prior()


class TempoTracker:
    """Follows the tempo hop by hop."""

    def __init__(self) -> None:
        frames = round(WINDOW_SECONDS * FRAME_RATE_HZ)
        self._flux: Trail[np.float32] = Trail(frames, ONSET_BANDS, np.float32)
        self._belief = _PRIOR.copy()

    @property
    def seconds_heard(self) -> float:
        """How much sound stands behind the estimate, at most `WINDOW_SECONDS`."""
        return len(self._flux) / FRAME_RATE_HZ

    @property
    def flux(self) -> NDArray[np.float32]:
        """The onset bands of the newest seconds, shape (n, ONSET_BANDS)."""
        return self._flux.newest()

    def hear(self, flux: NDArray[np.float32]) -> Pulse | None:
        """Take a hop of onset bands; return the tempo, or None where nothing repeats."""
        self._flux.append(flux)
        if self.seconds_heard < LEAST_SECONDS:
            return None
        flux = self._flux.newest()
        strength = combined(flux)
        if float(flux.mean()) < FAINT_FLUX / ONSET_BANDS or not strength.any():
            self._belief = _PRIOR.copy()
            return None
        likelihood, correlation = _support(strength)
        self._update(likelihood)
        best = int(np.argmax(self._belief))
        clarity = float(correlation[best])
        if clarity < _NO_PULSE:
            return None
        near = slice(max(best - 5, 0), best + 6)
        belief = float(self._belief[near].sum())
        return Pulse(
            bpm=refined(strength, float(_CANDIDATES[best])),
            confidence=belief * min(clarity / 0.5, 1.0),
            clarity=min(clarity, 1.0),
        )

    def _update(self, likelihood: NDArray[np.float64]) -> None:
        belief = self._belief
        moved = (1 - 2 * _NEIGHBOUR) * belief
        moved[1:] += _NEIGHBOUR * belief[:-1]
        moved[:-1] += _NEIGHBOUR * belief[1:]
        expected = (1 - _RESTART) * moved + _RESTART * _PRIOR
        expected *= np.power(likelihood + _FLOOR, _TRUST)
        self._belief = expected / expected.sum()


def _support(
    strength: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the likelihood of each candidate, and the autocorrelation at its beat."""
    count = len(strength)
    spectrum = fft.rfft(strength, _FFT_FRAMES)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    raw = fft.irfft(power[::_LAG_BINS])[: _BEAT_LAGS.needed]
    overlap = np.maximum(count - np.arange(len(raw)), 0.3 * count) / count
    at_beats = _BEAT_LAGS.on(raw / (raw[0] * overlap))
    comb = np.einsum("m,mc->c", _COMB_WEIGHTS, at_beats)
    at_lines = _BEAT_LINES.on(np.sqrt(power[: _BEAT_LINES.needed]))
    lines = np.einsum("h,hc->c", _HARMONIC_WEIGHTS, at_lines)
    support = np.maximum(comb, 0) * np.power(lines / lines.max(), _SPECTRUM_POWER)
    # What does not repeat after one beat is no beat, however well it repeats after two.
    support *= np.clip(at_beats[0] / _NO_PULSE, 0.0, 1.0)
    # The prior weighs in at every hop: of two octaves alike, the usual one must go on winning.
    likelihood = support / max(support.max(), 1e-12) * (_PRIOR / _PRIOR.max())
    return likelihood, at_beats[0]


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
