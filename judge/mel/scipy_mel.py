"""The log-mel on the CPU: an FFT in single precision, a sparse product with the triangles."""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.fft
import scipy.sparse
from numpy.typing import NDArray

from judge.mel.specification import (
    FFT_SIZE,
    FLOOR_POWER,
    SCALE_DB,
    SILENCE,
    hann_window,
    mel_filters,
    power_gain,
)
from judge.readings import FRAME_SAMPLES, FRAMES_PER_HOP, MEL_BANDS

_SCALE: Final = np.float32(10.0 / SCALE_DB)
_SILENCE: Final = np.float32(SILENCE)


class ScipyMel:
    """Computes one set after the other, so that no set's last bit depends on its company."""

    def __init__(self) -> None:
        window = hann_window() * np.sqrt(power_gain() / FLOOR_POWER)  # the floor is 1
        self._window = window.astype(np.float32)
        self._filters = scipy.sparse.csr_matrix(mel_filters().astype(np.float32))

    def log_mel(
        self, samples: NDArray[np.float32], batch_size: int | None = None
    ) -> NDArray[np.float32]:
        """Return the frames that end in each hop; see `MelBackend.log_mel`."""
        del batch_size
        result = np.empty((len(samples), FRAMES_PER_HOP, MEL_BANDS), np.float32)
        for row, frames in zip(samples, result, strict=True):
            frames[:] = self._one(row)
        return result

    def _one(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        frames = np.lib.stride_tricks.sliding_window_view(samples, FFT_SIZE)[::FRAME_SAMPLES]
        spectrum = scipy.fft.rfft(frames * self._window)
        power = spectrum.real**2 + spectrum.imag**2
        bands: NDArray[np.float32] = (self._filters @ power.T).T
        log_mel: NDArray[np.float32] = np.log10(bands + np.float32(1.0)) * _SCALE + _SILENCE
        return log_mel
