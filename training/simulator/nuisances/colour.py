"""What a signal path does to spectrum and pitch: a tilt, and a turntable not quite round."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.media import SAMPLE_RATE_HZ
from training.simulator.synthesis import Audio

SHELVES_HZ: Final = (50.0, 500.0, 5_000.0)
"""A first-order shelf a decade makes a slope that is even to within a few tenths of a decibel."""

WOW_HZ: Final = 0.5555
"""Of a record at 33 1/3 turns a minute."""

WOW_ROOM_SAMPLES: Final = 40
"""Most that the delay swings to either side: less than a millisecond."""


class Tilt:
    """A spectrum that rises or falls evenly.

    Parameters
    ----------
    db_per_decade
        Positive brightens; the middle keeps its level, and the loudness nearly so.
    """

    delay_samples: Final = 0

    def __init__(self, db_per_decade: float) -> None:
        sections = []
        root = 10 ** (db_per_decade / 40)
        for edge_hz in SHELVES_HZ:
            turn = 2 * np.pi * edge_hz
            # H(s) = (s root + w) / (s / root + w): 1 below the edge, root squared above it.
            zeros, poles = signal.bilinear([root, turn], [1 / root, turn], fs=SAMPLE_RATE_HZ)
            sections.append([*zeros, 0.0, *poles, 0.0])
        self._sections = np.array(sections, dtype=np.float32)
        self._sections[0, :3] /= np.float32(root**3)  # unity at the middle edge
        self._state = np.zeros((len(sections), 2, 2), dtype=np.float32)

    def __call__(self, block: Audio) -> Audio:
        """Return the block, shape (samples, 2), coloured."""
        tilted, self._state = signal.sosfilt(self._sections, block, axis=0, zi=self._state)
        return np.asarray(tilted, dtype=np.float32)


class Wow:
    """A speed that swings once a turn, by a delay that moves.

    Parameters
    ----------
    percent
        Largest deviation of the speed.
    phase
        Where in the turn it begins, 0-1.
    """

    delay_samples: Final = WOW_ROOM_SAMPLES

    def __init__(self, percent: float, phase: float) -> None:
        swing = percent / 100 * SAMPLE_RATE_HZ / (2 * np.pi * WOW_HZ)
        self._swing = min(swing, WOW_ROOM_SAMPLES - 3.0)
        self._phase = phase
        self._before = np.zeros((2 * WOW_ROOM_SAMPLES, 2), dtype=np.float32)
        self._position = 0

    def __call__(self, block: Audio) -> Audio:
        """Return the block, shape (samples, 2), read at a speed that swings."""
        around = np.concatenate([self._before, block])
        turns = (self._position + np.arange(len(block))) * (WOW_HZ / SAMPLE_RATE_HZ) + self._phase
        places = np.arange(len(block)) + WOW_ROOM_SAMPLES + self._swing * np.sin(2 * np.pi * turns)
        self._before = around[len(block) :]
        self._position += len(block)
        return _read_between(around, places)


def _read_between(audio: Audio, places: NDArray[np.float64]) -> Audio:
    """Return the samples at fractional places, by a cubic through the nearest four."""
    first = places.astype(np.int64)
    into = (places - first).astype(np.float32)[:, None]
    before, at, after, beyond = (audio[first + step] for step in (-1, 0, 1, 2))
    # Lagrange's polynomial through -1, 0, 1, 2.
    left, right = into + 1, into - 1
    far = into - 2
    total = at * (left * right * far / 2) - after * (left * into * far / 2)
    total += beyond * (left * into * right / 6) - before * (into * right * far / 6)
    return np.asarray(total, dtype=np.float32)
