"""How loud lows, mids and highs are, a hundred times a second, computed from new samples only."""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ

TICK_SAMPLES: Final = 480
"""The hearing's own step: 10 ms, finer than any picture rate."""

TICK_SECONDS: Final = TICK_SAMPLES / SAMPLE_RATE_HZ

WINDOW_SAMPLES: Final = 1_536
"""32 ms: bins of 31 Hz tell kick from bass line, and the middle lies one tick and a half back."""

Row: TypeAlias = tuple[float, float, float, float]
"""RMS amplitudes of low, mid, high and all at one tick; full scale is 1.0."""

_EDGES_HZ: Final = (20.0, 150.0, 2_000.0, 16_000.0)
_CARRIED: Final = WINDOW_SAMPLES - TICK_SAMPLES
_WINDOW: Final = np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32)

_EDGES: Final = [2 * round(edge * WINDOW_SAMPLES / SAMPLE_RATE_HZ) - 1 for edge in _EDGES_HZ]
"""Where bands begin among real and imaginary parts of bins, by turns; the first bin is real."""

_SCALE: Final = math.sqrt(2.0 / (WINDOW_SAMPLES * float(_WINDOW @ _WINDOW)))
"""Of a window, so that its one-sided squares sum to the mean square of the sound (Parseval)."""

_SCALED_WINDOW: Final = _WINDOW * np.float32(_SCALE)


class BandAnalyser:
    """Cuts sound into overlapping windows, one a tick, and measures each in bands."""

    def __init__(self) -> None:
        self._mono = np.zeros(_CARRIED, np.float32)

    def hear(self, pcm: NDArray[np.float32]) -> list[Row]:
        """Measure every tick that `pcm`, shape (n, 2), completes."""
        mixed = pcm[:, 0] + pcm[:, 1]
        mixed *= np.float32(0.5)
        mono = np.concatenate((self._mono, mixed), dtype=np.float32)
        ticks = (len(mono) - _CARRIED) // TICK_SAMPLES
        self._mono = mono[max(ticks, 0) * TICK_SAMPLES :].copy()
        if ticks <= 0:
            return []
        step = mono.strides[0]
        windows = np.ndarray(
            (ticks, WINDOW_SAMPLES), np.float32, mono.data, 0, (TICK_SAMPLES * step, step)
        )
        parts = cv2.dft(windows * _SCALED_WINDOW, flags=cv2.DFT_ROWS)  # in half of SciPy's time
        bands = np.add.reduceat(np.square(parts[:, : _EDGES[-1]]), _EDGES[:-1], axis=1)
        return [
            (math.sqrt(low), math.sqrt(mid), math.sqrt(high), math.sqrt(low + mid + high))
            for low, mid, high in bands.tolist()
        ]

    def forget(self, aligned_samples: int = 0) -> None:
        """Begin anew after silence, `aligned_samples` into a tick."""
        self._mono = np.zeros(_CARRIED + aligned_samples, np.float32)
