"""How a show moves: what is heard, turned into speeds, swings and pulses.

Everything is a function of the senses so far, so that the same senses give the same show. Time is
bent, never cut: positions are integrals of speeds, and speeds change over tenths of seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from core.messages import Section
from core.show import ShowSettings
from visuals.senses import Senses

FASTEST_PULSE_BPM: Final = 170.0
"""Above, every second beat pulses: more than three flashes a second are dangerous (WCAG 2.3.1)."""

_LONGEST_STEP_SECONDS: Final = 0.25
"""After a gap the picture goes on from where it was, as if hardly any time had passed."""

_RISE_SECONDS: Final = 0.035
_FALL_SECONDS: Final = 0.16
_CALM_PACE: Final = 0.4
_RESTING_PACE: Final = 0.24


@dataclass(frozen=True, slots=True)
class Moves:
    """One moment of the movement."""

    seconds: float  # since the last picture
    travel: float  # way made since the beginning, in beats of music at full energy
    stride: float  # of it, since the last picture
    sway: float  # a slower way, without surges, for what turns and breathes
    pulse: float  # 0-1: 1 on the beat
    beat: float  # as sensed
    low: float  # 0-1.5, as heard over tenths of seconds
    mid: float
    high: float
    energy: float  # 0-1
    tension: float  # 0-1: as a build goes on
    openness: float  # 0-1: in breaks
    fullness: float  # 0-1: after drops
    burst: float  # 0-1: when a drop lands
    sparkle: float  # 0-1: on hits
    richness: float  # 0-1: how good the set and how happy the crowd is


class Motion:
    """Follows a set's senses.

    Parameters
    ----------
    frames_per_second
        Expected, for the first step.
    """

    def __init__(self, frames_per_second: float) -> None:
        self._usual_step = 1 / frames_per_second
        self._position: float | None = None
        self._travel = 0.0
        self._sway = 0.0
        self._halved = False
        self._parity = 0
        self._low = self._mid = self._high = 0.0
        self._energy = self._tension = self._openness = self._fullness = 0.0
        self._burst = 0.0
        self._richness = 0.4

    def follow(self, senses: Senses, settings: ShowSettings) -> Moves:
        """Return the movement of the next moment."""
        seconds = self._step(senses.position_seconds)
        strength = 0.0 if settings.calm else min(1.0, max(0.0, settings.intensity))
        self._hear(senses, seconds, 0.35 if settings.calm else strength)
        self._shape(senses, seconds)
        shape, usual = self._pulse(senses)
        answer = strength * senses.beat_confidence
        pulse = answer * shape
        pace = self._pace(senses, calm=settings.calm)
        stride = seconds * pace * (1 + 0.9 * answer * (shape - usual))  # surges, as fast on average
        self._travel += stride
        self._sway += seconds * pace
        return Moves(
            seconds=seconds,
            travel=self._travel,
            stride=stride,
            sway=self._sway,
            pulse=pulse,
            beat=senses.beat,
            low=self._low,
            mid=self._mid,
            high=self._high,
            energy=self._energy,
            tension=self._tension * strength,
            openness=self._openness,
            fullness=self._fullness * strength,
            burst=self._burst * strength,
            sparkle=strength * max(0.0, senses.onset - 0.35) / 0.65,
            richness=self._richness,
        )

    def _step(self, position: float) -> float:
        past, self._position = self._position, position
        if past is None:
            return self._usual_step
        return min(_LONGEST_STEP_SECONDS, max(0.0, position - past))

    def _hear(self, senses: Senses, seconds: float, strength: float) -> None:
        """Levels rise at once and fall slowly, as springs do; loud beyond twice is no louder."""
        self._low = _sprung(self._low, strength * _eased(senses.low), seconds)
        self._mid = _sprung(self._mid, strength * _eased(senses.mid), seconds)
        self._high = _sprung(self._high, strength * _eased(senses.high), seconds)

    def _shape(self, senses: Senses, seconds: float) -> None:
        section = senses.section
        self._energy = _towards(self._energy, senses.energy, seconds, 1.2)
        self._tension = _towards(self._tension, section is Section.BUILD, seconds, 7.0)
        if section is not Section.BUILD:
            self._tension = _towards(self._tension, 0.0, seconds, 0.6)
        self._openness = _towards(self._openness, section is Section.BREAK, seconds, 2.5)
        self._fullness = _towards(self._fullness, section is Section.DROP, seconds, 0.5)
        self._burst = _towards(self._burst, senses.drop, seconds, 0.08)
        liked = [(senses.score - 1) / 9] if senses.score is not None else []
        liked += [senses.hype] if senses.hype is not None else []
        richness = sum(liked) / len(liked) if liked else 0.4
        self._richness = _towards(self._richness, richness, seconds, 4.0)

    def _pace(self, senses: Senses, *, calm: bool) -> float:
        """Return beats of way a second: slow music moves slowly, resting music hardly at all."""
        lively = _RESTING_PACE + (1 - _RESTING_PACE) * self._energy
        shaped = 1 + 0.5 * self._tension - 0.35 * self._openness + 0.9 * self._burst
        pace = max(40.0, min(200.0, senses.bpm)) / 60 * lively * shaped
        return pace * _CALM_PACE if calm else pace

    def _pulse(self, senses: Senses) -> tuple[float, float]:
        """Return the pulse, a short rise before the beat and a fall after it, and its mean."""
        if senses.bpm > FASTEST_PULSE_BPM:
            self._halved = True
        elif senses.bpm < FASTEST_PULSE_BPM - 4:  # not to and fro where it wavers
            self._halved = False
        beat, seconds_a_beat = senses.beat, 60 / max(40.0, senses.bpm)
        if self._halved:
            if senses.bar is not None:  # the pulse lies where bars begin
                self._parity = round(senses.beat - 4 * senses.bar) % 2
            beat = (beat - self._parity) / 2
            seconds_a_beat *= 2
        phase = beat - math.floor(beat)
        since, until = phase * seconds_a_beat, (1 - phase) * seconds_a_beat
        shape = math.exp(-since / _FALL_SECONDS) + math.exp(-until / _RISE_SECONDS)
        return min(1.0, shape), min(0.5, (_FALL_SECONDS + _RISE_SECONDS) / seconds_a_beat)


def _eased(level: float) -> float:
    """Return 0 for silence, about 0.75 for the usual, at most 1.5."""
    return 1.5 * (1 - math.exp(-0.7 * max(0.0, level)))


def _sprung(value: float, wanted: float, seconds: float) -> float:
    return _towards(value, wanted, seconds, 0.03 if wanted > value else 0.25)


def _towards(value: float, wanted: float, seconds: float, within: float) -> float:
    """Return `value` on its way, of which 63 % are made `within` so many seconds."""
    return value + (wanted - value) * (1 - math.exp(-seconds / within))
