"""Genre by rule: tempo, kick pattern and how tonal the sound is.

Four genres with targets of their own are told apart by what defines them; whatever fits none of
them is *other*, and whatever fits two alike is not known. This is convention written down, not
learned: the confidence never exceeds `HIGHEST_CONFIDENCE`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS
from core.messages import Genre, Reading

HIGHEST_CONFIDENCE: Final = 0.7
LEAST_POSTERIOR: Final = 0.6
LEAST_SECONDS: Final = 20.0
MEMORY_SECONDS: Final = 30.0
HALF_TIME_BELOW_BPM: Final = 90.0
"""A slower reading is taken at twice its rate: dubstep is 70 and 140 at once."""

_KEEP: Final = math.exp(-HOP_SECONDS / MEMORY_SECONDS)


@dataclass(frozen=True, slots=True)
class _Custom:
    """Mean and spread of what a genre usually has."""

    bpm: tuple[float, float]
    kick: tuple[float, float]  # regularity at one beat, 0-1
    tonal: tuple[float, float]  # share of the time with lasting pitch, 0-1


# Tempi: the ranges producers state (house 118-130, techno 125-150, trance 130-145, dubstep
# 138-142). Four on the floor in the first three, half-time kick and snare in dubstep. Trance
# carries a melody nearly always, techno seldom.
_CUSTOMS: Final = {
    Genre.HOUSE: _Custom((124.0, 4.0), (0.7, 0.25), (0.6, 0.3)),
    Genre.TECHNO: _Custom((134.0, 7.0), (0.75, 0.25), (0.35, 0.25)),
    Genre.TRANCE: _Custom((137.0, 4.0), (0.7, 0.25), (0.85, 0.2)),
    Genre.DUBSTEP: _Custom((140.0, 3.0), (0.15, 0.2), (0.5, 0.35)),
}
_GENRES: Final = (*_CUSTOMS, Genre.OTHER)
_ANYTHING: Final = 1 / 200.0
"""Density of *other*: any tempo from 60 to 200, any kick, any tonality."""


def _density(value: float, mean_and_spread: tuple[float, float]) -> float:
    mean, spread = mean_and_spread
    return math.exp(-0.5 * ((value - mean) / spread) ** 2) / (spread * math.sqrt(2 * math.pi))


def posterior(bpm: float, kick: float, tonal: float) -> NDArray[np.float64]:
    """Return the probability of each of house, techno, trance, dubstep and other."""
    if bpm < HALF_TIME_BELOW_BPM:
        bpm *= 2
    densities = [
        _density(bpm, custom.bpm) * _density(kick, custom.kick) * _density(tonal, custom.tonal)
        for custom in _CUSTOMS.values()
    ]
    weights = np.array([*densities, _ANYTHING])
    return np.asarray(weights / weights.sum())


class GenreListener:
    """Averages the evidence over half a minute.

    Parameters
    ----------
    declared
        What the DJ says the set is; believed as it stands, with confidence 1.
    """

    def __init__(self, declared: Genre | None) -> None:
        self._declared = declared
        self._mean = np.zeros(len(_GENRES))
        self._seconds = 0.0

    def hear(self, bpm: float | None, kick: float, tonal: float) -> Reading:
        """Take one hop's features; return the genre.

        `bpm` is None where there is no beat or the kick pauses: a breakdown is not half time.
        """
        if self._declared is not None:
            return Reading(self._declared.value, 1.0)
        if bpm is not None:
            self._mean = _KEEP * self._mean + (1 - _KEEP) * posterior(bpm, kick, tonal)
            self._seconds += HOP_SECONDS
        if self._seconds < LEAST_SECONDS:
            return Reading(None, reason="too_short")
        shares = self._mean / self._mean.sum()
        best = int(np.argmax(shares))
        share = float(shares[best])
        if share < LEAST_POSTERIOR:
            return Reading(None, reason="genre_unsure")
        return Reading(_GENRES[best].value, HIGHEST_CONFIDENCE * share)
