"""Energy, danceability and the features that genres are told by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import Loudness
from judge.listening.onsets import FRAME_RATE_HZ, OnsetHop

_SMOOTHING: Final = 0.3
_REFERENCE_FALL_DB: Final = 0.02
"""How fast a set's usual top level is forgotten, each hop: 2.4 dB a minute."""
_LEVEL_RANGE_LU: Final = 15.0
_BASS_RANGE_DB: Final = 18.0
_DRIVE_RANGE_DB: Final = 12.0
_KICK_BLUR_FRAMES: Final = 5
_DANCE_CENTRE_BPM: Final = 122.0
_DANCE_OCTAVES: Final = 0.35


class _Top:
    """The level something lately reached, in dB."""

    def __init__(self, floor_db: float) -> None:
        self.db = floor_db
        self._floor_db = floor_db

    def hear(self, level_db: float) -> float:
        """Return how far below the top `level_db` lies, in dB, 0 or less."""
        self.db = max(level_db, self.db - _REFERENCE_FALL_DB, self._floor_db)
        return min(level_db - self.db, 0.0)


class EnergyMeter:
    """Energy on 0-1 against the set's own level, so that a louder copy has no more of it.

    40 % loudness (3 s against the set's integrated loudness, -12 to +3 LU), 30 % bass and 30 %
    onsets (each against the most of it that was lately heard).
    """

    def __init__(self) -> None:
        self._bass = _Top(-60.0)
        self._drive = _Top(-40.0)
        self._energy: float | None = None
        self.bass_db: float | None = None
        """Level below 160 Hz against the set's usual top, in dB; None while silent."""

    def hear(self, loudness: Loudness, onsets: OnsetHop) -> float | None:
        """Take one hop; return the energy, or None in silence."""
        now = loudness.short_term_lufs
        now = loudness.momentary_lufs if now is None else now
        if now is None or loudness.integrated_lufs is None:
            self._energy = self.bass_db = None
            return None
        self.bass_db = self._bass.hear(_db(float(onsets.mean_power[0])))
        drive_db = self._drive.hear(2 * _db(float(onsets.flux.mean())))
        level = (now - loudness.integrated_lufs + 12.0) / _LEVEL_RANGE_LU
        bass = 1 + self.bass_db / _BASS_RANGE_DB
        drive = 1 + drive_db / _DRIVE_RANGE_DB
        energy = 0.4 * _unit(level) + 0.3 * _unit(bass) + 0.3 * _unit(drive)
        before = energy if self._energy is None else self._energy
        self._energy = before + _SMOOTHING * (energy - before)
        return self._energy


def _db(power: float) -> float:
    return 10 * math.log10(max(power, 1e-12))


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class KickPattern:
    """How regular the low onsets are, each 0-1."""

    every_beat: float
    every_other_beat: float


def kick_pattern(flux: NDArray[np.float32], bpm: float) -> KickPattern:
    """Autocorrelate the lowest onset band, shape (n, ONSET_BANDS), at one beat and at two."""
    low = np.convolve(flux[:, 0], np.full(_KICK_BLUR_FRAMES, 1 / _KICK_BLUR_FRAMES), mode="same")
    low = low - low.mean()
    power = float(low @ low)
    if power < 1e-9:
        return KickPattern(0.0, 0.0)
    beat_frames = 60 / bpm * FRAME_RATE_HZ

    def at(beats: int) -> float:
        lag = round(beats * beat_frames)
        if lag >= len(low):
            return 0.0
        overlap = (len(low) - lag) / len(low)
        return _unit(float(low[lag:] @ low[:-lag]) / (power * overlap))

    return KickPattern(at(1), at(2))


def danceability(clarity: float, kick: KickPattern, bpm: float) -> float:
    """Return 0-1: a clear pulse 45 %, a steady kick 35 %, a tempo people like to dance to 20 %."""
    octaves = math.log2(bpm / _DANCE_CENTRE_BPM)
    tempo = math.exp(-0.5 * (octaves / _DANCE_OCTAVES) ** 2)
    steady = max(kick.every_beat, 0.8 * kick.every_other_beat)
    return _unit(0.45 * clarity + 0.35 * steady + 0.2 * tempo)
