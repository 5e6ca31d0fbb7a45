"""Drops: as the judge tells them, and sooner, by the bass that comes back on a bar line."""

from __future__ import annotations

import math
from typing import Final

from visuals.hearing.bands import TICK_SECONDS

FADE_BEATS: Final = 8.0
"""Two bars from the landing on."""

LEAST_BEATS_BETWEEN: Final = 16.0
"""Within four bars nothing lands twice: the judge confirms what the bass told before."""

ABSENT_LOW: Final = 0.4
RETURNED_LOW: Final = 1.0
ABSENT_SECONDS: Final = 2.0

BELIEVED: Final = 0.3
"""Confidence from which on a drop that is told waits for the next beat: a cut off the beat looks
wrong, and half a beat more is little after the second by which the judge is late."""

_STANDING_LOW: Final = 0.6
"""Bass that reaches this was not absent."""
_KNOWN_SECONDS: Final = 8.0
"""Before that much was heard nobody can tell what bass the set usually has."""
_WAIT_BEATS: Final = 4.5
"""A bass that comes back as a pick-up lands on the next bar line."""
_NEAR_BEATS: Final = 0.35
"""How far from a line the bass may strike, as its window and a live set have it."""


class DropDetector:
    """Tells when a drop lands, tick by tick."""

    def __init__(self) -> None:
        self.value = 0.0
        self._absent_seconds = 0.0
        self._waiting_beats = 0.0
        self._since_beats = LEAST_BEATS_BETWEEN
        self._told = False

    def tell(self) -> None:
        """Take the judge's word that a drop has begun; it lands on the next beat."""
        self._told = True

    def _land(self) -> None:
        if self._since_beats >= LEAST_BEATS_BETWEEN:
            self.value = 1.0
            self._since_beats = 0.0
        self._absent_seconds = self._waiting_beats = 0.0
        self._told = False

    def tick(self, beats: float, beat: float, confidence: float) -> None:
        """Go on by one tick.

        Parameters
        ----------
        beats
            How many the tick lasts.
        beat
            The clock at its end.
        confidence
            How sure the beat is, 0-1.
        """
        self._since_beats += beats
        self.value = max(self.value - beats / FADE_BEATS, 0.0)
        self._waiting_beats = max(self._waiting_beats - beats, 0.0)
        on_beat = math.floor(beat) > math.floor(beat - beats)
        if self._told and (on_beat or confidence < BELIEVED):
            self._land()

    def hear(self, low: float, beat: float, bar: float | None, sounding_seconds: float) -> None:
        """Hear the bass of a tick in which anything sounds.

        Parameters
        ----------
        low
            Level of the lows over their usual.
        beat, bar
            The clock at the tick's end.
        sounding_seconds
            How much of the set was heard.
        """
        if sounding_seconds < _KNOWN_SECONDS:
            return
        if low >= RETURNED_LOW and self._absent_seconds >= ABSENT_SECONDS:
            self._waiting_beats = _WAIT_BEATS
        if low < ABSENT_LOW:
            self._absent_seconds += TICK_SECONDS
        elif low >= _STANDING_LOW:
            self._absent_seconds = 0.0
        if self._waiting_beats > 0 and low >= RETURNED_LOW and _on_line(beat, bar):
            self._land()


def _on_line(beat: float, bar: float | None) -> bool:
    """Whether a moment lies on a bar line, or on a beat where bars are not known."""
    place = beat if bar is None else 4.0 * bar
    period = 1.0 if bar is None else 4.0
    return min(place % period, -place % period) <= _NEAR_BEATS
