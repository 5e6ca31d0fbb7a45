"""The filters of a DJ mixer, running over a stream of blocks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.media import SAMPLE_RATE_HZ
from training.simulator.synthesis import Audio

BASS_EDGE_HZ: Final = 220.0
STEP_SAMPLES: Final = 960
"""A swept filter's knob moves once in so many samples."""

RESONANCE: Final = 1.1
FILTER_OPEN_HZ: Final = {"highpass": 20.0, "lowpass": 20_000.0}
SETTLING_SAMPLES: Final = 1_920
"""A filter that starts from nothing runs so long before it is heard."""

FADE_SAMPLES: Final = 480
"""It comes in, and goes out, over 10 ms: even at rest it turns the phase of a bass."""


class Knob(ABC):
    """A filter that is out of the way, and costs nothing, while its knob is at rest.

    Parameters
    ----------
    rest
        Where the knob does nothing.
    """

    def __init__(self, rest: float) -> None:
        self._rest = np.float32(rest)
        self._engaged = False

    def __call__(self, block: Audio, setting: Audio, *, fresh: bool = False) -> Audio:
        """Filter a block.

        Parameters
        ----------
        block
            Shape (samples, 2).
        setting
            Where the knob stands at each sample, shape (samples,).
        fresh
            Nothing was heard before this block: there is no need to fade.
        """
        resting = bool(np.all(setting == self._rest))
        engaged = self._engaged and not fresh
        self._engaged = not resting
        if not engaged:
            self._reset()
        if not engaged and resting:
            return block
        if engaged and resting:
            return self._going(block, setting)
        if not engaged and not fresh:
            return self._coming(block, setting)
        return self._filtered(block, setting)

    def _coming(self, block: Audio, setting: Audio) -> Audio:
        """Come in just before the knob moves, after the filter has settled, if there is time."""
        moves = int(np.argmax(setting != self._rest))
        starts = max(0, moves - SETTLING_SAMPLES - FADE_SAMPLES)
        output = block.copy()
        output[starts:] = self._filtered(block[starts:], setting[starts:])
        heard = starts + SETTLING_SAMPLES
        output[starts:heard] = block[starts:heard]
        span = slice(heard, heard + FADE_SAMPLES)
        output[span] = _faded(block[span], output[span])
        return output

    def _going(self, block: Audio, setting: Audio) -> Audio:
        output, span = block.copy(), slice(0, FADE_SAMPLES)
        output[span] = _faded(self._filtered(block[span], setting[span]), block[span])
        return output

    @abstractmethod
    def _reset(self) -> None:
        """Forget what was heard."""

    @abstractmethod
    def _filtered(self, block: Audio, setting: Audio) -> Audio:
        """Return a new block, filtered."""


def _faded(before: Audio, after: Audio) -> Audio:
    share = np.linspace(0, 1, len(before), dtype=np.float32)[:, None]
    return before + (after - before) * share


class BassKnob(Knob):
    """A fourth-order Linkwitz-Riley split whose lower band has a gain."""

    def __init__(self) -> None:
        super().__init__(1.0)
        halves = [
            signal.butter(2, BASS_EDGE_HZ, kind, fs=SAMPLE_RATE_HZ, output="sos")
            for kind in ("lowpass", "highpass")
        ]
        self._sections = [np.vstack([half, half]).astype(np.float32) for half in halves]
        self._reset()

    def _reset(self) -> None:
        self._states = [np.zeros((2, 2, 2), dtype=np.float32) for _ in self._sections]

    def _filtered(self, block: Audio, setting: Audio) -> Audio:
        bands = []
        for band, sections in enumerate(self._sections):
            filtered, self._states[band] = signal.sosfilt(
                sections, block, axis=0, zi=self._states[band]
            )
            bands.append(filtered)
        return np.asarray(bands[0] * setting[:, None] + bands[1], dtype=np.float32)


class SweptFilter(Knob):
    """A resonant second-order filter whose cutoff moves.

    Parameters
    ----------
    kind
        "highpass" or "lowpass".
    """

    def __init__(self, kind: str) -> None:
        super().__init__(FILTER_OPEN_HZ[kind])
        self._kind = kind
        self._reset()

    def _reset(self) -> None:
        self._state = np.zeros((1, 2, 2))

    def _filtered(self, block: Audio, setting: Audio) -> Audio:
        output = np.empty_like(block)
        for start in range(0, len(block), STEP_SAMPLES):
            span = slice(start, start + STEP_SAMPLES)
            sections = _biquad(self._kind, float(setting[start]))
            output[span], self._state = signal.sosfilt(
                sections, block[span], axis=0, zi=self._state
            )
        return output


def _biquad(kind: str, cutoff_hz: float) -> NDArray[np.float64]:
    """Return one second-order section, after R. Bristow-Johnson's audio EQ cookbook."""
    angle = 2 * np.pi * min(cutoff_hz, 0.45 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    alpha, cosine = np.sin(angle) / (2 * RESONANCE), np.cos(angle)
    edge = (1 + cosine) / 2 if kind == "highpass" else (1 - cosine) / 2
    middle = -2 * edge if kind == "highpass" else 2 * edge
    section = np.array([[edge, middle, edge, 1 + alpha, -2 * cosine, 1 - alpha]])
    return np.asarray(section / (1 + alpha))
