"""A crowd: a bed of voices that swells, cheers with whistles and whoops, applause."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import signal

from core.media import SAMPLE_RATE_HZ
from training.simulator.nuisances.stage import MUSIC_RMS, Placed, level_of
from training.simulator.synthesis import Audio, decay, filtered, gate, noise, placed

VOICES_HZ: Final = (250.0, 2_800.0)
CHEER_HZ: Final = (700.0, 3_500.0)
CLAP_HZ: Final = (900.0, 4_000.0)
SWELL_SECONDS: Final = (2.0, 8.0)
SWELL_DB: Final = 3.0
BETWEEN_CHEERS_SECONDS: Final = 20.0
CHEER_DB: Final = 6.0
"""A cheer stands out from the bed by so much."""


class Crowd:
    """Adds a crowd to a stream.

    Parameters
    ----------
    rng
        Draws all that happens.
    level_db
        Of the bed, beside mastered music.
    """

    delay_samples: Final = 0

    def __init__(self, rng: np.random.Generator, level_db: float) -> None:
        self._rng = rng
        self._level = MUSIC_RMS * 10 ** (level_db / 20)
        sections = signal.butter(2, VOICES_HZ, "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
        self._sections = sections.astype(np.float32)
        self._state = np.zeros((len(sections), 2, 2), dtype=np.float32)
        # The share of white noise's power that the filter lets through.
        passed = signal.sosfreqz(sections, 4_096)[1]
        self._bed_gain = self._level / float(np.sqrt(np.mean(np.abs(passed) ** 2)))
        self._swell = [(0.0, 0.0)]  # (sample, dB): the last one passed and those to come
        self._events = Placed()
        self._next_cheer = self._after(BETWEEN_CHEERS_SECONDS)
        self._position = 0

    def __call__(self, block: Audio) -> Audio:
        """Return the block, shape (samples, 2), with the crowd over it."""
        end = self._position + len(block)
        while self._next_cheer < end:
            self._events.add(round(self._next_cheer), self._cheer())
            self._next_cheer += self._after(BETWEEN_CHEERS_SECONDS)
        hiss = self._rng.standard_normal(block.shape, dtype=np.float32)
        bed, self._state = signal.sosfilt(self._sections, hiss, axis=0, zi=self._state)
        output = block + bed * self._swelling(len(block))[:, None]
        self._events.mix_into(output, self._position)
        self._position = end
        return np.asarray(output, dtype=np.float32)

    def _after(self, mean_seconds: float) -> float:
        """Return a waiting time in samples."""
        return float(self._rng.exponential(mean_seconds)) * SAMPLE_RATE_HZ

    def _swelling(self, samples: int) -> Audio:
        """Return the bed's gain over the next block."""
        end = self._position + samples
        while self._swell[-1][0] < end:
            wait = self._rng.uniform(*SWELL_SECONDS) * SAMPLE_RATE_HZ
            self._swell.append((self._swell[-1][0] + wait, self._rng.normal(0.0, SWELL_DB)))
        while self._swell[1][0] <= self._position:
            self._swell.pop(0)
        times, levels = zip(*self._swell, strict=True)
        first_db, last_db = np.interp([self._position, end], times, levels)
        level_db = np.linspace(first_db, last_db, samples, dtype=np.float32)
        gain = self._bed_gain * 10 ** (level_db / 20)
        return np.asarray(gain, dtype=np.float32)

    def _cheer(self) -> Audio:
        """Return a cheer with applause, shape (samples, 2)."""
        rng = self._rng
        samples = int(rng.uniform(1.5, 4.5) * SAMPLE_RATE_HZ)
        shape = gate(samples, 0.3 * samples / SAMPLE_RATE_HZ, 0.6 * samples / SAMPLE_RATE_HZ)
        roar = filtered(
            rng.standard_normal((samples, 2), dtype=np.float32), "bandpass", CHEER_HZ, 1
        )
        cheer = roar * (shape / level_of(roar))[:, None]
        for _ in range(int(rng.integers(1, 6))):
            call = _whoop(rng) if rng.uniform() < 0.7 else _whistle(rng)
            start = int(rng.uniform(0, max(1, samples - len(call))))
            placed(cheer, call[: samples - start], start, 1.5, float(rng.uniform(-0.8, 0.8)))
        if rng.uniform() < 0.6:
            _applaud(rng, cheer)
        gain = self._level * 10 ** (CHEER_DB / 20)
        return np.asarray(cheer * np.float32(gain), dtype=np.float32)


def _whoop(rng: np.random.Generator) -> Audio:
    """Return a voice that glides up and falls."""
    samples = int(rng.uniform(0.35, 0.9) * SAMPLE_RATE_HZ)
    progress = np.linspace(0, 1, samples)
    pitch_hz = rng.uniform(250, 420) * (1 + rng.uniform(0.4, 1.2) * np.sin(np.pi * progress) ** 2)
    turns = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    voice = sum(np.sin(order * turns) / order for order in (1, 2, 3, 4, 5))
    return np.asarray(voice, dtype=np.float32) * gate(samples, 0.08, 0.2)


def _whistle(rng: np.random.Generator) -> Audio:
    samples = int(rng.uniform(0.3, 0.8) * SAMPLE_RATE_HZ)
    progress = np.linspace(0, 1, samples)
    pitch_hz = rng.uniform(1_600, 2_600) * (1 + rng.uniform(-0.2, 0.3) * progress)
    turns = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    return np.sin(turns).astype(np.float32) * gate(samples, 0.04, 0.1)


def _applaud(rng: np.random.Generator, cheer: Audio) -> None:
    """Add hands that clap out of time with each other."""
    length = int(0.03 * SAMPLE_RATE_HZ)
    hands = [
        filtered(noise(rng, length), "bandpass", CLAP_HZ, 1) * decay(length, 0.03) for _ in range(4)
    ]
    claps = int(rng.uniform(20, 60) * len(cheer) / SAMPLE_RATE_HZ)
    starts = rng.beta(2.0, 2.5, claps) * (len(cheer) - length)
    for start, pan in zip(starts, rng.uniform(-0.9, 0.9, claps), strict=True):
        placed(cheer, hands[int(rng.integers(len(hands)))], start, rng.uniform(0.5, 2.0), pan)
