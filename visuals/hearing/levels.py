"""Levels that dance alike in a quiet set and in a loud one: each band over its own usual.

What is usual is the band's RMS over some seconds, which rises with the music and sinks slowly, so
that a breakdown reads as one and the bass that comes back is more than usual.
"""

from __future__ import annotations

import math
from collections import deque
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
    """Four levels and the onset, tick by tick.

    A picture asks once for several ticks: what only it needs is computed when it asks.
    """

    def __init__(self) -> None:
        self.onset = 0.0
        self.sounding_seconds = 0.0
        self._smooth = [0.0, 0.0, 0.0, 0.0]
        self._heard = 0.0  # 0-1: the gate of what is smoothed
        self._power = [0.0, 0.0, 0.0, 0.0]  # mean squares over some seconds
        self._usual_power = [0.0, 0.0, 0.0, 0.0]
        self._usual = [share * _QUIETEST_USUAL for share in _SHARES]
        self._pasts = deque([(0.0, 0.0, 0.0)] * _ONSET_TICKS)  # logarithms, the oldest first

    @property
    def sounds(self) -> bool:
        """Whether anything is heard: what is lost on the way, or not played, is no breakdown."""
        return self._heard > 0.0

    @property
    def low(self) -> float:
        """The level of the lows."""
        return self._heard * min(self._smooth[0] / self._usual[0], LOUDEST)

    @property
    def values(self) -> list[float]:
        """The levels of low, mid, high and all, 0 to `LOUDEST`."""
        return [
            self._heard * min(smooth / usual, LOUDEST)
            for smooth, usual in zip(self._smooth, self._usual, strict=True)
        ]

    def tick(self, row: Row) -> None:
        """Take the next tick's amplitudes."""
        gate = _gate(row[3])
        if gate > 0.5:
            self._learn(row)
        self._smooth = [
            before + (now - before) * (_ATTACK if now > before else release)
            for now, before, release in zip(row, self._smooth, _RELEASES, strict=True)
        ]
        # The smoothed level is gated, so that what sounded fades out before it is silence.
        self._heard = _gate(self._smooth[3])
        self._hit(row, gate)

    def _learn(self, row: Row) -> None:
        self.sounding_seconds += TICK_SECONDS
        share = TICK_SECONDS / min(self.sounding_seconds, _USUAL_SECONDS)
        self._power = [
            power + (now * now - power) * share for now, power in zip(row, self._power, strict=True)
        ]
        if self.sounding_seconds < _USUAL_SECONDS:
            self._usual_power = self._power  # a first beat is nobody's usual
        else:
            self._usual_power = [
                power if power > usual * _SINKING else usual * _SINKING
                for power, usual in zip(self._power, self._usual_power, strict=True)
            ]
        low, mid, high, whole = map(math.sqrt, self._usual_power)
        whole = max(whole, _QUIETEST_USUAL)
        least_low, least_mid, least_high, _ = _SHARES
        self._usual = [
            max(low, least_low * whole),
            max(mid, least_mid * whole),
            max(high, least_high * whole),
            whole,
        ]

    def _hit(self, row: Row, gate: float) -> None:
        low, mid, high, _ = self._usual
        now = (
            math.log1p(4.0 * row[0] / low),
            math.log1p(4.0 * row[1] / mid),
            math.log1p(4.0 * row[2] / high),
        )
        past = self._pasts.popleft()
        self._pasts.append(now)
        flux = -_ONSET_THRESHOLD
        for weight, new, old in zip(_ONSET_WEIGHTS, now, past, strict=True):
            if new > old:
                flux += weight * (new - old)
        hit = gate * min(max(flux / _HARD_HIT, 0.0), 1.0)
        self.onset = max(hit, self.onset * _ONSET_RELEASE)


def _gate(rms: float) -> float:
    """Return 0 for silence, 1 for sound, and between them a share of the decibels."""
    if rms <= SILENT_RMS:
        return 0.0
    if rms >= SOUNDING_RMS:
        return 1.0
    return (20.0 * math.log10(rms) - _SILENT_DB) / _FADE_DB
