"""Levels that dance alike in a quiet set and in a loud one: each band over its own usual.

What is usual is the band's RMS over some seconds, which rises with the music and sinks slowly, so
that a breakdown reads as one and the bass that comes back is more than usual.
"""

from __future__ import annotations

import math
from typing import Final

from visuals.hearing.bands import TICK_SECONDS, Row

LOUDEST: Final = 3.0
"""Of a level over its usual."""

SILENT_RMS: Final = 10 ** (-76 / 20)
SOUNDING_RMS: Final = 10 ** (-66 / 20)
"""Below the one is silence, above the other is sound; between them it fades."""

_QUIETEST_USUAL: Final = 10 ** (-60 / 20)
"""Nothing softer is held for a set's usual: an open input's hiss must not dance."""

_SHARES: Final = (0.1, 0.1, 0.02, 1.0)
"""Least usual of low, mid, high and all, over all's: what a band leaks is not its music."""

_USUAL_SECONDS: Final = 6.0
_SINKING_SECONDS: Final = 30.0
_ATTACK_SECONDS: Final = 0.008
_RELEASE_SECONDS: Final = (0.11, 0.14, 0.09, 0.14)

_ONSET_WEIGHTS: Final = (0.5, 0.3, 0.2)
_ONSET_TICKS: Final = 3
"""What the window needs to be filled by an attack."""
_ONSET_THRESHOLD: Final = 0.25
"""Steady noise rises by so much from one moment to another."""
_HARD_HIT: Final = 0.7
_ONSET_RELEASE: Final = math.exp(-TICK_SECONDS / 0.11)

_ATTACK: Final = 1.0 - math.exp(-TICK_SECONDS / _ATTACK_SECONDS)
_RELEASES: Final = tuple(1.0 - math.exp(-TICK_SECONDS / each) for each in _RELEASE_SECONDS)
_SINKING: Final = math.exp(-2.0 * TICK_SECONDS / _SINKING_SECONDS)
_SILENT_DB: Final = 20.0 * math.log10(SILENT_RMS)
_FADE_DB: Final = 20.0 * math.log10(SOUNDING_RMS) - _SILENT_DB


class Levels:
    """Four levels and the onset, tick by tick."""

    def __init__(self) -> None:
        self.values = [0.0, 0.0, 0.0, 0.0]
        self.onset = 0.0
        self.sounding_seconds = 0.0
        self._smooth = [0.0, 0.0, 0.0, 0.0]
        self._power = [0.0, 0.0, 0.0, 0.0]  # mean squares over some seconds
        self._usual_power = [0.0, 0.0, 0.0, 0.0]
        self._pasts = [(0.0, 0.0, 0.0)] * _ONSET_TICKS  # logarithms, the oldest first

    def tick(self, row: Row) -> None:
        """Take the next tick's amplitudes."""
        gate = _gate(row[3])
        if gate > 0.5:
            self._learn(row)
        usual = self._usual()
        for band in range(4):
            before = self._smooth[band]
            change = row[band] - before
            self._smooth[band] = before + change * (_ATTACK if change > 0 else _RELEASES[band])
        # The smoothed level is gated, so that what sounded fades out before it is silence.
        heard = _gate(self._smooth[3])
        self.values = [heard * min(self._smooth[band] / usual[band], LOUDEST) for band in range(4)]
        self._hit(row, usual, gate)

    def _learn(self, row: Row) -> None:
        self.sounding_seconds += TICK_SECONDS
        share = TICK_SECONDS / min(self.sounding_seconds, _USUAL_SECONDS)
        for band in range(4):
            power = self._power[band]
            power += (row[band] * row[band] - power) * share
            self._power[band] = power
            self._usual_power[band] = max(power, self._usual_power[band] * _SINKING)
        if self.sounding_seconds < _USUAL_SECONDS:
            self._usual_power = self._power.copy()  # a first beat is nobody's usual

    def _usual(self) -> list[float]:
        whole = max(math.sqrt(self._usual_power[3]), _QUIETEST_USUAL)
        return [
            max(math.sqrt(power), share * whole)
            for power, share in zip(self._usual_power, _SHARES, strict=True)
        ]

    def _hit(self, row: Row, usual: list[float], gate: float) -> None:
        now = (
            math.log1p(4.0 * row[0] / usual[0]),
            math.log1p(4.0 * row[1] / usual[1]),
            math.log1p(4.0 * row[2] / usual[2]),
        )
        past = self._pasts.pop(0)
        self._pasts.append(now)
        flux = -_ONSET_THRESHOLD
        for weight, new, old in zip(_ONSET_WEIGHTS, now, past, strict=True):
            flux += weight * max(new - old, 0.0)
        hit = gate * min(max(flux / _HARD_HIT, 0.0), 1.0)
        self.onset = max(hit, self.onset * _ONSET_RELEASE)


def _gate(rms: float) -> float:
    """Return 0 for silence, 1 for sound, and between them a share of the decibels."""
    if rms <= SILENT_RMS:
        return 0.0
    if rms >= SOUNDING_RMS:
        return 1.0
    return (20.0 * math.log10(rms) - _SILENT_DB) / _FADE_DB
