"""Tempo: which pulse the last twelve seconds repeat, and how sure that is.

Each candidate must be supported from two sides (Peeters, EURASIP JASP 2007): by the
autocorrelation at its beat and the multiples of it, and by the spectrum at its rate and the
multiples of that. The first alone is fooled by three beats or two thirds of the rate, the second
by off-beats; what both like is the beat. A forward filter over the candidates then carries belief
from hop to hop.
"""

from __future__ import annotations

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
_COMB_WEIGHTS: Final = (1.0, 0.8, 0.6, 0.6)
_HARMONICS: Final = ((1, 1.0), (2, 0.7), (4, 0.5))
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
_ZOOM_HARMONICS: Final = (1, 2, 4)  # each twice the one before


@dataclass(frozen=True, slots=True)
class Pulse:
    """The tempo of the newest seconds."""

    bpm: float
    confidence: float  # 0-1
    clarity: float  # 0-1, autocorrelation of the onsets at one beat
    rival_bpm: float  # second best belief, typically an octave or 3:2 away
    rival_share: float  # belief in it over belief in the best


def combined(flux: NDArray[np.float32]) -> NDArray[np.float64]:
    """Blend onset bands, shape (n, ONSET_BANDS), so that each counts alike; zero mean."""
    level = np.einsum("fb->b", flux, dtype=np.float64) / len(flux)
    strength = np.asarray(np.einsum("fb,b->f", flux, 1 / (level + FAINT_FLUX)))
    highest = strength.mean() + _LIMIT_DEVIATIONS * strength.std()
    strength = np.minimum(strength, highest)
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
        clarity = float(np.interp(60 / _CANDIDATES[best] * FRAME_RATE_HZ, *correlation))
        if clarity < _NO_PULSE:
            return None
        rival, share = self._rival(best)
        near = slice(max(best - 5, 0), best + 6)
        belief = float(self._belief[near].sum())
        return Pulse(
            bpm=refined(strength, float(_CANDIDATES[best])),
            confidence=belief * min(clarity / 0.5, 1.0),
            clarity=min(clarity, 1.0),
            rival_bpm=rival,
            rival_share=share,
        )

    def _update(self, likelihood: NDArray[np.float64]) -> None:
        belief = self._belief
        moved = (1 - 2 * _NEIGHBOUR) * belief
        moved[1:] += _NEIGHBOUR * belief[:-1]
        moved[:-1] += _NEIGHBOUR * belief[1:]
        expected = (1 - _RESTART) * moved + _RESTART * _PRIOR
        expected *= np.power(likelihood + _FLOOR, _TRUST)
        self._belief = expected / expected.sum()

    def _rival(self, best: int) -> tuple[float, float]:
        others = self._belief.copy()
        others[max(best - 8, 0) : best + 9] = 0
        second = int(np.argmax(others))
        return float(_CANDIDATES[second]), float(others[second] / self._belief[best])


def _support(
    strength: NDArray[np.float64],
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the likelihood of each candidate and the autocorrelation as (lags, values)."""
    count = len(strength)
    spectrum = np.abs(fft.rfft(strength, _FFT_FRAMES))
    raw = fft.irfft(np.square(spectrum))[:count]
    lags = np.arange(count, dtype=np.float64)
    overlap = np.maximum(count - lags, 0.3 * count) / count
    correlation = raw / (raw[0] * overlap)
    beat_frames = 60 / _CANDIDATES * FRAME_RATE_HZ
    comb = np.zeros(len(_CANDIDATES))
    for multiple, weight in enumerate(_COMB_WEIGHTS, start=1):
        comb += weight * np.interp(multiple * beat_frames, lags, correlation)
    bins = np.arange(len(spectrum), dtype=np.float64)
    rate = _CANDIDATES / 60 * _FFT_FRAMES / FRAME_RATE_HZ
    lines = np.zeros(len(_CANDIDATES))
    for multiple, weight in _HARMONICS:
        lines += weight * np.interp(multiple * rate, bins, spectrum)
    support = np.maximum(comb, 0) * np.power(lines / lines.max(), _SPECTRUM_POWER)
    # What does not repeat after one beat is no beat, however well it repeats after two.
    support *= np.clip(np.interp(beat_frames, lags, correlation) / _NO_PULSE, 0.0, 1.0)
    # The prior weighs in at every hop: of two octaves alike, the usual one must go on winning.
    likelihood = support / max(support.max(), 1e-12) * (_PRIOR / _PRIOR.max())
    return likelihood, (lags, correlation)


def refined(strength: NDArray[np.float64], bpm: float) -> float:
    """Sharpen `bpm` by at most 2.5 %, from the phase the harmonics turn through.

    The onsets are brought down to zero frequency at each harmonic and summed in short segments;
    what rotation then remains is searched on a fine grid.
    """
    segment = FRAMES_PER_HOP // 4
    usable = strength[len(strength) % (2 * segment) :].reshape(-1, 2).sum(axis=1)
    times = np.arange(len(usable)) * 2 / FRAME_RATE_HZ
    centres = times.reshape(-1, segment).mean(axis=1)
    turn = np.exp(-2j * np.pi * bpm / 60 * times)
    power = np.zeros(len(_ZOOM))
    for harmonic in _ZOOM_HARMONICS:
        baseband = (usable * turn).reshape(-1, segment).sum(axis=1)
        turn = np.square(turn)
        steer = np.exp(-2j * np.pi * harmonic * bpm / 60 * np.outer(_ZOOM, centres))
        power += np.square(np.abs(steer @ baseband))
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
