"""Loudness and limiting: what a mastering engineer and a club's limiter do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from training.simulator.synthesis import Audio

TRACK_LOUDNESS_LUFS: Final = -10.0
CEILING: Final = 0.87
"""Sample peak of -1.2 dBFS, which keeps the true peak under -1 dBTP after Opus as well."""

PEAK_STEP: Final = 4
"""Every fourth sample tells the usual peak as well as all of them."""

LIMITER_CELL_SAMPLES: Final = 32
LIMITER_CELLS: Final = 45
"""The limiter looks 30 ms ahead: slower than a bass cycle, so that it does not distort one."""

_WITHIN_CELL: Final = np.arange(LIMITER_CELL_SAMPLES) / LIMITER_CELL_SAMPLES

# K-weighting at 48 kHz, ITU-R BS.1770-5 annex 1, tables 1 and 2.
_K_SHELF: Final = (1.53512485958697, -2.69169618940638, 1.19839281085285)
_K_SHELF_POLES: Final = (1.0, -1.69065929318241, 0.73248077421585)
_K_HIGHPASS: Final = (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621)
_K_WEIGHTING: Final = np.array([(*_K_SHELF, *_K_SHELF_POLES), _K_HIGHPASS])


def loudness_lufs(audio: Audio) -> float:
    """Return the ungated BS.1770 loudness of stereo audio, shape (samples, 2)."""
    weighted = signal.sosfilt(_K_WEIGHTING, audio, axis=0)
    power = float(np.mean(weighted**2, axis=0).sum())
    return -0.691 + 10 * float(np.log10(power + 1e-12))


@dataclass(frozen=True, slots=True)
class Master:
    """A track's mastering chain: a gain into a soft clipper and a gain out of it."""

    drive: float
    output: float

    def __call__(self, audio: Audio) -> Audio:
        """Return mastered audio."""
        return np.asarray(np.tanh(audio * np.float32(self.drive)) * np.float32(self.output))


def fit_master(rng: np.random.Generator, fullest: Audio) -> Master:
    """Fit the chain so that the fullest bars of a track reach the usual club loudness.

    Parameters
    ----------
    rng
        Draws how hard the clipper is driven, hence the crest factor.
    fullest
        Shape (samples, 2), before mastering.
    """
    peak = float(np.percentile(np.abs(fullest[::PEAK_STEP]), 99.9))
    drive = float(rng.uniform(0.6, 1.2)) / peak
    clipped = np.tanh(fullest * np.float32(drive))
    output_db = TRACK_LOUDNESS_LUFS - loudness_lufs(clipped)
    return Master(drive, 10 ** (output_db / 20))


class Limiter:
    """A look-ahead limiter over a stream of blocks.

    A block goes in, a block of the same length comes out, `delay_samples` late.
    """

    delay_samples: Final = LIMITER_CELL_SAMPLES * (LIMITER_CELLS - 1)

    def __init__(self) -> None:
        self._audio = np.zeros((self.delay_samples, 2), dtype=np.float32)
        self._peaks = np.zeros(2 * (LIMITER_CELLS - 1))

    def __call__(self, block: Audio) -> Audio:
        """Limit a block whose length is a multiple of `LIMITER_CELL_SAMPLES`."""
        # A reduction over both channels at once: over an axis of two it would be slow.
        cells = np.abs(block).reshape(-1, 2 * LIMITER_CELL_SAMPLES).max(axis=1)
        peaks = np.concatenate([self._peaks, cells])
        audio = np.concatenate([self._audio, block])
        self._peaks = peaks[len(cells) :]
        self._audio = audio[len(block) :]
        gain = self._gain(peaks, len(cells))
        return audio[: len(block)] * gain[:, None]

    def _gain(self, peaks: NDArray[np.float64], cells: int) -> Audio:
        """Return a gain per sample that is smooth and never above what any cell needs.

        Each edge between two cells averages minima of windows that all hold both cells, so a
        straight line between the edges stays under what each cell needs.
        """
        needed = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
        lowest = np.lib.stride_tricks.sliding_window_view(needed, LIMITER_CELLS).min(axis=1)
        edges = np.lib.stride_tricks.sliding_window_view(lowest, LIMITER_CELLS - 1).mean(axis=1)
        if edges.min() == 1.0:
            return np.ones(cells * LIMITER_CELL_SAMPLES, dtype=np.float32)
        lines = edges[:cells, None] + np.diff(edges[: cells + 1])[:, None] * _WITHIN_CELL
        return np.asarray(lines.reshape(-1), dtype=np.float32)


def clipped(audio: Audio, drive_db: Audio) -> Audio:
    """Return audio driven into a converter's hard limit; a drive of 0 dB leaves it alone."""
    if not drive_db.any():
        return audio
    gain = np.power(np.float32(10), drive_db / 20, dtype=np.float32)
    driven = np.clip(audio * gain[:, None], -1.0, 1.0)
    return np.where(drive_db[:, None] > 0, driven, audio)
