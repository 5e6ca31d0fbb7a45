"""Onset strength on a 5 ms grid, in four bands.

SuperFlux (Boeck & Widmer, DAFx 2013): the rise of a log spectrum over a maximum-filtered earlier
one, so that vibrato and pitch slides are no onsets. The mel grid of 20 ms is too coarse here: two
kicks 20 ms apart must not fall into one frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from judge.readings import ANALYSIS_HOP_SAMPLES, ANALYSIS_RATE_HZ

FRAME_STEP_SAMPLES: Final = 120
FRAME_RATE_HZ: Final = ANALYSIS_RATE_HZ / FRAME_STEP_SAMPLES
"""200 frames a second."""

FRAMES_PER_HOP: Final = ANALYSIS_HOP_SAMPLES // FRAME_STEP_SAMPLES
FFT_SAMPLES: Final = 512
ONSET_BANDS: Final = 4
BAND_EDGES_HZ: Final = (30.0, 160.0, 800.0, 3_000.0, 11_000.0)
"""Kick and bass; body; snare and lead; hats."""

FINE_BANDS: Final = 30
KICK_BANDS: Final = 2
"""The lowest fine bands, 23 to 117 Hz: the body of a bass drum."""
_LAG_FRAMES: Final = 2
_SILENT_AMPLITUDE: Final = 1e-4
COMPRESSION: Final = 1_000.0
"""log(1 + 1000 x): a sine at -60 dBFS lies at the knee."""


@dataclass(frozen=True, slots=True)
class OnsetHop:
    """What one hop adds."""

    flux: NDArray[np.float32]  # shape (FRAMES_PER_HOP, ONSET_BANDS), >= 0
    fine: NDArray[np.float32]  # shape (FRAMES_PER_HOP, FINE_BANDS), log(1 + 1000 amplitude)
    mean_power: NDArray[np.float32]  # shape (ONSET_BANDS,), over the hop
    centroid_hz: float | None = None  # of the mean amplitude spectrum; None for silence


def analysis_window(samples: int) -> NDArray[np.float32]:
    """Return a Hann window under which a full-scale sine reads 1."""
    window = np.hanning(samples + 1)[:-1]
    return np.asarray(window * (2.0 / window.sum()), dtype=np.float32)


def _fine_edges() -> NDArray[np.int64]:
    """FFT bins at which the fine bands start: one bin wide at first, logarithmic above."""
    bin_hz = ANALYSIS_RATE_HZ / FFT_SAMPLES
    wanted = np.geomspace(BAND_EDGES_HZ[0], BAND_EDGES_HZ[-1], FINE_BANDS + 1) / bin_hz
    edges = np.round(wanted).astype(np.int64)
    edges[0] = 1
    for position in range(1, len(edges)):
        edges[position] = max(edges[position], edges[position - 1] + 1)
    return edges


_WINDOW: Final = analysis_window(FFT_SAMPLES)
_TAIL_SAMPLES: Final = FFT_SAMPLES - FRAME_STEP_SAMPLES
_FINE_EDGES: Final = _fine_edges()
_FINE_CENTRES_HZ: Final = (
    (_FINE_EDGES[:-1] + _FINE_EDGES[1:] - 1) / 2 * ANALYSIS_RATE_HZ / FFT_SAMPLES
)
_GROUP_STARTS: Final = np.searchsorted(_FINE_CENTRES_HZ, BAND_EDGES_HZ[:-1]).clip(min=0)
_GROUP_SIZES: Final = np.diff(np.append(_GROUP_STARTS, FINE_BANDS)).astype(np.float32)


class OnsetAnalyser:
    """Turns each hop of 24 kHz mono into onset strength."""

    def __init__(self) -> None:
        self._signal = np.zeros(_TAIL_SAMPLES + ANALYSIS_HOP_SAMPLES, dtype=np.float32)
        views = np.lib.stride_tricks.sliding_window_view(self._signal, FFT_SAMPLES)
        self._frames = views[::FRAME_STEP_SAMPLES]  # they follow the signal as it changes
        self._before = np.zeros((_LAG_FRAMES, FINE_BANDS), dtype=np.float32)

    def hear(self, mono: NDArray[np.float32]) -> OnsetHop:
        """Analyse the next hop, shape (ANALYSIS_HOP_SAMPLES,).

        Frame k of the hop ends at sample (k + 1) * FRAME_STEP_SAMPLES of it.
        """
        self._signal[:_TAIL_SAMPLES] = self._signal[-_TAIL_SAMPLES:]
        self._signal[_TAIL_SAMPLES:] = mono
        spectrum = fft.rfft(self._frames * _WINDOW, axis=1)
        heard = spectrum[:, : _FINE_EDGES[-1]]
        power = np.square(heard.real) + np.square(heard.imag)
        band_power = np.add.reduceat(power, _FINE_EDGES[:-1], axis=1)
        fine = np.log1p(COMPRESSION * np.sqrt(band_power)).astype(np.float32)
        grouped = np.add.reduceat(band_power, _GROUP_STARTS, axis=1)
        return OnsetHop(
            flux=self._flux(fine),
            fine=fine,
            mean_power=grouped.mean(axis=0).astype(np.float32),
            centroid_hz=_centroid_hz(power),
        )

    def _flux(self, fine: NDArray[np.float32]) -> NDArray[np.float32]:
        history = np.concatenate((self._before, fine))
        self._before = history[-_LAG_FRAMES:]
        earlier = history[:-_LAG_FRAMES]
        highest = earlier.copy()  # maximum over three neighbouring bands
        np.maximum(highest[:, 1:], earlier[:, :-1], out=highest[:, 1:])
        np.maximum(highest[:, :-1], earlier[:, 1:], out=highest[:, :-1])
        rise = np.maximum(fine - highest, 0)
        grouped = np.add.reduceat(rise, _GROUP_STARTS, axis=1) / _GROUP_SIZES
        return np.asarray(grouped, dtype=np.float32)


def amplitudes(fine: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the amplitude of fine bands, shape (n, bands), taken together, shape (n,)."""
    linear = np.expm1(fine.astype(np.float64)) / COMPRESSION
    return np.asarray(np.sqrt(np.einsum("fb,fb->f", linear, linear)))


def _centroid_hz(power: NDArray[np.float32]) -> float | None:
    """Return where the amplitude of spectra, shape (n, bins), has its centre."""
    amplitude = np.sqrt(power).sum(axis=0)
    total = float(amplitude.sum())
    if total < _SILENT_AMPLITUDE * len(power):
        return None
    return float(amplitude @ np.arange(len(amplitude))) / total * ANALYSIS_RATE_HZ / FFT_SAMPLES
