"""The second implementation of a mixer's effects: other filters, curves, echoes.

It shares no filter design, no curve and no delay time with the first one: a judge that has learnt
one mixer's sound rather than what a DJ does with it fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.media import SAMPLE_RATE_HZ
from training.simulator.automation import Curve
from training.simulator.echoes import Echo
from training.simulator.filters import FILTER_OPEN_HZ, STEP_SAMPLES, Knob
from training.simulator.synthesis import Audio

SHELF_HZ: Final = 320.0
KILLED_DB: Final = -32.0
"""A shelf leaves something of the bass; so little is not heard beside another one."""

LADDER_RESONANCE: Final = 2.2
LADDER_DAMPING: Final = 0.6
"""Resonances of the two halves of a filter of the fourth order: it rings more than the first's."""

TAPE_DIVISION: Final = 2 / 3
"""An echo of three quarters of a beat on the first mixer is one of half a beat here."""

TAPE_BAND_HZ: Final = (180.0, 3_200.0)
TAPE_DRIVE: Final = 1.6
SILENT_DB: Final = -48.0
CUT_IN: Final = 0.35


class ShelfKnob(Knob):
    """A bass knob that is a shelf of the second order, whose gain moves."""

    def __init__(self) -> None:
        super().__init__(1.0)
        self._reset()

    def _reset(self) -> None:
        self._state = np.zeros((1, 2, 2))

    def _filtered(self, block: Audio, setting: Audio) -> Audio:
        output = np.empty_like(block)
        for start in range(0, len(block), STEP_SAMPLES):
            span = slice(start, start + STEP_SAMPLES)
            section = low_shelf(float(setting[start]))
            output[span], self._state = signal.sosfilt(section, block[span], axis=0, zi=self._state)
        return output


def low_shelf(gain: float) -> NDArray[np.float64]:
    """Return a shelving section, shape (1, 6), after R. Bristow-Johnson's audio EQ cookbook."""
    root = np.sqrt(max(gain, 10 ** (KILLED_DB / 20)))
    angle = 2 * np.pi * SHELF_HZ / SAMPLE_RATE_HZ
    cosine, slope = np.cos(angle), np.sqrt(2 * root) * np.sin(angle)
    more, less = root + 1, root - 1
    section = np.array(
        [
            root * (more - less * cosine + slope),
            2 * root * (less - more * cosine),
            root * (more - less * cosine - slope),
            more + less * cosine + slope,
            -2 * (less + more * cosine),
            more + less * cosine - slope,
        ]
    )
    return np.asarray((section / section[3])[None])


class LadderFilter(Knob):
    """A filter of the fourth order, twice as steep as the first mixer's, that rings at its edge.

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
        self._state = np.zeros((2, 2, 2))

    def _filtered(self, block: Audio, setting: Audio) -> Audio:
        output = np.empty_like(block)
        for start in range(0, len(block), STEP_SAMPLES):
            span = slice(start, start + STEP_SAMPLES)
            sections = self._sections(float(setting[start]))
            output[span], self._state = signal.sosfilt(
                sections, block[span], axis=0, zi=self._state
            )
        return output

    def _sections(self, cutoff_hz: float) -> NDArray[np.float64]:
        """Return both halves by the bilinear transform of their analogue prototypes."""
        warped = np.tan(np.pi * min(cutoff_hz, 0.45 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ)
        halves = []
        for resonance in (LADDER_DAMPING, LADDER_RESONANCE):
            scale = 1 + warped / resonance + warped**2
            poles = (1.0, 2 * (warped**2 - 1) / scale, (1 - warped / resonance + warped**2) / scale)
            zeros = (1.0, -2.0, 1.0) if self._kind == "highpass" else (1.0, 2.0, 1.0)
            gain = (1.0 if self._kind == "highpass" else warped**2) / scale
            halves.append([*(gain * zero for zero in zeros), *poles])
        return np.array(halves)


def squared(position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain of a knob that does little at first."""
    return np.asarray(position * position)


def logarithmic(position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain of a fader that is even in decibels, and closes at its end."""
    gain = 10 ** ((1 - position) * SILENT_DB / 20)
    return np.where(position <= 0.02, gain * position / 0.02, gain)


def sharp(position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain of a fader that cuts in early, as battle mixers do."""
    return np.minimum(1.0, position / CUT_IN)


FADER_CURVES: Final[tuple[Curve, ...]] = (squared, logarithmic, sharp)


def tape_tail(read: Callable[[int, int], Audio], echo: Echo) -> Audio:
    """Return all repeats of an echo: each is duller, thinner and more saturated than the last.

    Parameters
    ----------
    read
        Returns what the deck plays: first sample and number of samples.
    echo
        As the first mixer would repeat it; it is over at the same time.

    Returns
    -------
    Audio
        Shape (samples, 2), from the cut on.
    """
    length = round(echo.length_samples * TAPE_DIVISION)
    repeats = int((echo.end_sample - echo.cut_sample) / length)
    feedback = np.float32(echo.feedback**TAPE_DIVISION)
    sections = signal.butter(1, TAPE_BAND_HZ, "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    state = np.zeros((len(sections), 2, 2))
    sound = read(round(echo.cut_sample) - length, length)
    tail = []
    for _ in range(repeats):
        sound, state = signal.sosfilt(sections, feedback * sound, axis=0, zi=state)
        sound = (np.tanh(TAPE_DRIVE * sound) / TAPE_DRIVE).astype(np.float32)
        tail.append(sound)
    return np.concatenate(tail)


def rolled_edges(into: float, samples: int, length_samples: float, fade_samples: int) -> Audio:
    """Return the gain of a stretch of a loop roll that fades at the loop's edges, shape (n, 1)."""
    places = into + np.arange(samples)
    from_edge = np.minimum(places, length_samples - places)
    gain = np.clip(from_edge / fade_samples, 0.0, 1.0)
    return np.asarray(gain[:, None], dtype=np.float32)
