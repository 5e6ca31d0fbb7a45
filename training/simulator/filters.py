"""The filters of a DJ mixer, running over a stream of blocks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.media import SAMPLE_RATE_HZ
from training.simulator.synthesis import Audio

BASS_EDGE_HZ: Final = 220.0
STEP_SAMPLES: Final = 600
"""A swept filter's knob moves once in so many samples."""

FILTER_OPEN_HZ: Final = {"highpass": 20.0, "lowpass": 20_000.0}


class BassKnob:
    """A fourth-order Linkwitz-Riley split whose lower band has a gain."""

    def __init__(self) -> None:
        halves = [
            signal.butter(2, BASS_EDGE_HZ, kind, fs=SAMPLE_RATE_HZ, output="sos")
            for kind in ("lowpass", "highpass")
        ]
        self._sections = [np.vstack([half, half]).astype(np.float32) for half in halves]
        self._states = [np.zeros((2, 2, 2), dtype=np.float32) for _ in halves]

    def __call__(self, block: Audio, bass_gain: Audio) -> Audio:
        """Return the block, shape (samples, 2), with its bass scaled by shape (samples,)."""
        bands = []
        for band, sections in enumerate(self._sections):
            filtered, self._states[band] = signal.sosfilt(
                sections, block, axis=0, zi=self._states[band]
            )
            bands.append(filtered)
        return np.asarray(bands[0] * bass_gain[:, None] + bands[1], dtype=np.float32)


class SweptFilter:
    """A resonant second-order filter whose knob moves; bypassed while it stands open.

    Parameters
    ----------
    kind
        "highpass" or "lowpass".
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._state = np.zeros((1, 2, 2))

    def __call__(self, block: Audio, cutoff_hz: Audio) -> Audio:
        """Filter a block of shape (samples, 2) with a cutoff for each sample."""
        open_hz = FILTER_OPEN_HZ[self._kind]
        if np.all(cutoff_hz == open_hz):
            self._state[:] = 0.0
            return block
        output = np.empty_like(block)
        for start in range(0, len(block), STEP_SAMPLES):
            span = slice(start, start + STEP_SAMPLES)
            sections = _biquad(self._kind, float(cutoff_hz[start]), 1.1)
            output[span], self._state = signal.sosfilt(
                sections, block[span], axis=0, zi=self._state
            )
        return output


def _biquad(kind: str, cutoff_hz: float, resonance: float) -> NDArray[np.float64]:
    """Return one second-order section, after R. Bristow-Johnson's audio EQ cookbook."""
    angle = 2 * np.pi * min(cutoff_hz, 0.45 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    alpha, cosine = np.sin(angle) / (2 * resonance), np.cos(angle)
    edge = (1 + cosine) / 2 if kind == "highpass" else (1 - cosine) / 2
    middle = -2 * edge if kind == "highpass" else 2 * edge
    section = np.array([[edge, middle, edge, 1 + alpha, -2 * cosine, 1 - alpha]])
    return np.asarray(section / (1 + alpha))
