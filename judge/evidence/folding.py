"""Onsets folded at the beat and at the bar, and their repetition within a fifth of a second.

Two kicks that should be one stand side by side in the fold, at a distance that is their offset;
where two tempi differ, the distance grows from hop to hop. The autocorrelation shows the same
without needing the beat.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from judge.listening.onsets import FRAME_RATE_HZ, ONSET_BANDS

BEAT_BINS: Final = 64
"""Of a beat: 7.3 ms each at 128 BPM, and the onsets stand on a grid of 5 ms."""
APART_BINS: Final = 16
"""Two onsets in a fold are told apart up to a quarter of a beat, 117 ms at 128 BPM."""
BAR_BINS: Final = 16
BAR_HARMONICS: Final = 8
BEATS_PER_BAR: Final = 4
SHORT_FRAMES: Final = round(2 * FRAME_RATE_HZ)
LONG_FRAMES: Final = round(8 * FRAME_RATE_HZ)
HARMONICS: Final = (1, 2, 4, 8)

ECHO_FRAMES: Final = round(4 * FRAME_RATE_HZ)
ECHO_LAGS: Final = 24
"""Up to 120 ms in steps of 5: flams lie here, sixteenths above."""
ECHO_GROUPS: Final = 3
_CONTRAST_FRAMES: Final = 21
_ECHO_FFT: Final = 1_024
_FAINT: Final = 1e-3

BAR_FEATURES: Final = ONSET_BANDS * BAR_HARMONICS
FLAM_FEATURES: Final = ONSET_BANDS * (APART_BINS + 2 * len(HARMONICS)) + ECHO_GROUPS * ECHO_LAGS
FOLD_FEATURES: Final = FLAM_FEATURES + BAR_FEATURES


def folded(
    flux: NDArray[np.float32], since_beats: float, period_beats: float, bins: int
) -> NDArray[np.float64]:
    """Fold onsets into one turn, each band over its own mean.

    Parameters
    ----------
    flux
        Shape (n, ONSET_BANDS), the newest frame last.
    since_beats
        Turns, 0-1, that have passed since the turn began at the end of the newest frame.
    period_beats
        Frames in one turn.
    bins
        Places within a turn.

    Returns
    -------
    ndarray
        Shape (ONSET_BANDS, bins); 1 is the mean, a lone kick reads `bins`.
    """
    ages = np.arange(len(flux) - 1, -1, -1) / period_beats
    place = ((since_beats - ages) % 1.0) * bins
    below = place.astype(np.intp)
    share = place - below
    below %= bins
    above = (below + 1) % bins
    places = np.concatenate((below, above))
    counts = np.bincount(places, np.concatenate((1 - share, share)), bins)
    table = np.empty((ONSET_BANDS, bins))
    for band in range(ONSET_BANDS):
        onsets = flux[:, band].astype(np.float64)
        weights = np.concatenate((onsets * (1 - share), onsets * share))
        table[band] = np.bincount(places, weights, bins) / np.maximum(counts, 0.25)
    return np.asarray(table / (table.mean(axis=1, keepdims=True) + _FAINT))


def apart(fold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how alike a fold is to itself turned by 1 to `APART_BINS` places.

    Shape (ONSET_BANDS * APART_BINS,), at most 1: a second kick at a distance gives a peak there,
    wherever in the beat the two are.
    """
    spectrum = fft.rfft(fold - fold.mean(axis=1, keepdims=True), axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    correlation = fft.irfft(power, fold.shape[1], axis=1)
    return np.asarray(correlation[:, 1 : APART_BINS + 1] / (correlation[:, :1] + _FAINT)).ravel()


def harmonics(fold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the magnitudes of `HARMONICS` over the mean, shape (ONSET_BANDS * 4,)."""
    lines = np.abs(fft.rfft(fold, axis=1))[:, list(HARMONICS)]
    return np.asarray(lines / fold.shape[1]).ravel()


def repetition(flux: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how onsets repeat after 5 to 120 ms, shape (ECHO_GROUPS * ECHO_LAGS,).

    The autocorrelation of what stands out from its surroundings, for kick, body and hats apart;
    1 where every onset comes back.
    """
    newest = flux[-ECHO_FRAMES:].astype(np.float64)
    groups = np.stack((newest[:, 0], newest[:, 1] + newest[:, 2], newest[:, 3]))
    half = _CONTRAST_FRAMES // 2
    sums = np.cumsum(np.pad(groups, ((0, 0), (half + 1, half))), axis=1)
    around = (sums[:, _CONTRAST_FRAMES:] - sums[:, :-_CONTRAST_FRAMES]) / _CONTRAST_FRAMES
    contrast = np.maximum(groups - around, 0.0)
    spectrum = fft.rfft(contrast, _ECHO_FFT, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    correlation = fft.irfft(power, _ECHO_FFT, axis=1)[:, : ECHO_LAGS + 1]
    return np.asarray(correlation[:, 1:] / (correlation[:, :1] + _FAINT)).ravel()


def fold_features(
    flux: NDArray[np.float32],
    since_beat_seconds: float,
    period_seconds: float,
    beat_in_bar: int,
) -> NDArray[np.float64]:
    """Return what the folds of the newest onsets show, shape (FOLD_FEATURES,).

    First what tells of flams (`FLAM_FEATURES`), then how the bar is marked. Nothing depends on
    where in the beat or in the bar the folds begin.

    Parameters
    ----------
    flux
        Shape (n, ONSET_BANDS), n >= `LONG_FRAMES`.
    since_beat_seconds, period_seconds
        Of the beat.
    beat_in_bar
        Which beat of an arbitrary but steady count of four the newest one is.
    """
    period_frames = period_seconds * FRAME_RATE_HZ
    since = since_beat_seconds / period_seconds
    short, long = flux[-SHORT_FRAMES:], flux[-LONG_FRAMES:]
    beat = folded(short, since, period_frames, BEAT_BINS)
    steady = folded(long, since, period_frames, BEAT_BINS)
    turn = (beat_in_bar + since) / BEATS_PER_BAR % 1.0
    bar = folded(long, turn, BEATS_PER_BAR * period_frames, BAR_BINS)
    marked = np.abs(fft.rfft(bar, axis=1))[:, 1 : BAR_HARMONICS + 1] / BAR_BINS
    return np.concatenate(
        (apart(beat), harmonics(beat), harmonics(steady), repetition(flux), marked.ravel())
    )
