"""Tempo: which pulse the last twelve seconds repeat, and how sure that is.

A forward filter over the candidates carries belief from hop to hop. When the newest seconds repeat
at another tempo and no longer at this one, what lies before them is forgotten. A pulse that falls
silent, as in a breakdown, is held with falling confidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS
from judge.listening.onsets import FRAME_RATE_HZ, ONSET_BANDS
from judge.listening.periodicity import (
    CANDIDATES,
    FAINT_FLUX,
    NO_PULSE,
    comb,
    combined,
    periodicity,
    refined,
)
from judge.listening.trail import Trail

WINDOW_SECONDS: Final = 12.0
LEAST_SECONDS: Final = 4.0
"""Eight beats of the usual tempi: less than that repeats nothing."""

LEAST_CONFIDENCE: Final = 0.25
"""A tempo less sure than this is not said."""

HELD_BEATS: Final = 64
"""A breakdown of 16 bars keeps its tempo; after that it is anyone's guess."""

FOLDED_BELOW_BPM: Final = 80.0
"""What is slower is stated at twice its rate: half-time dubstep is mixed at 140, not at 70."""

_PRIOR_CENTRE_BPM: Final = 128.0
_PRIOR_OCTAVES: Final = 0.5
_RESTART: Final = 0.02
"""Share of belief that goes back to the prior each hop: decks change without notice."""
_NEIGHBOUR: Final = 0.05
_TRUST: Final = 0.5
"""Exponent of one hop's likelihood: consecutive windows of 12 s share 96 % of their sound."""
_FLOOR: Final = 1e-3
_WORTH_HOLDING: Final = 0.5
"""A tempo never surer than this is not held."""
_PRECISION_POWER: Final = 4
"""As a beat fades its rate is read less and less exactly, before it is read no more."""
_EVEN: Final = 0.7
_DISTINCT: Final = 1.3
_SAME: Final = 0.02
"""Tempi so close are one."""

_OCTAVE: Final = round(math.log(2) / math.log(CANDIDATES[1] / CANDIDATES[0]))
_OCTAVE_REACH: Final = 2
_REACH: Final = 5
"""Candidates that are one tempo, 3 % to either side."""
_OCTAVE_SHARE: Final = 0.5
"""A tempo that may be read an octave off is not as doubtful as one that may be anything."""

_CHANGE_FRAMES: Final = round(5 * FRAME_RATE_HZ)
_CHANGE_CLARITY: Final = 0.25
_CHANGE_RATIO: Final = 0.3
"""A new figure over an old beat leaves that more than a third of what it has; another tempo less
than a quarter."""
_CHANGE_HOPS: Final = 3


@dataclass(frozen=True, slots=True)
class Pulse:
    """The tempo of the newest seconds."""

    bpm: float
    confidence: float  # 0-1
    clarity: float  # 0-1, autocorrelation of the onsets at one beat
    established: bool = False  # it was sure once, and holds until something surer comes


def _prior() -> NDArray[np.float64]:
    octaves = np.log2(CANDIDATES / _PRIOR_CENTRE_BPM)
    weights = np.exp(-0.5 * np.square(octaves / _PRIOR_OCTAVES))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


_PRIOR: Final = _prior()


class TempoTracker:
    """Follows the tempo hop by hop."""

    def __init__(self) -> None:
        frames = round(WINDOW_SECONDS * FRAME_RATE_HZ)
        self._flux: Trail[np.float32] = Trail(frames, ONSET_BANDS, np.float32)
        self._belief = _PRIOR.copy()
        self._stated = int(np.argmax(_PRIOR))
        self._changing_hops = 0
        self._memory = PulseMemory()

    @property
    def seconds_heard(self) -> float:
        """How much sound stands behind the estimate, at most `WINDOW_SECONDS`."""
        return len(self._flux) / FRAME_RATE_HZ

    @property
    def flux(self) -> NDArray[np.float32]:
        """The onset bands of the newest seconds, shape (n, ONSET_BANDS)."""
        return self._flux.newest()

    def forget(self) -> None:
        """Hold no tempo any longer: the music stopped."""
        self._memory.forget()

    def hear(self, flux: NDArray[np.float32]) -> Pulse | None:
        """Take a hop of onset bands; return the tempo, or None where nothing repeats."""
        self._flux.append(flux)
        if self.seconds_heard < LEAST_SECONDS:
            return None
        return self._memory.hear(self._heard())

    def _heard(self) -> Pulse | None:
        """Return the pulse that the newest seconds have, if any."""
        flux = self._flux.newest()
        strength = combined(flux)
        if float(flux.mean()) < FAINT_FLUX / ONSET_BANDS or not strength.onsets.any():
            self._belief = _PRIOR.copy()
            return None
        if self._has_changed(strength.onsets):
            self._start_over()
            strength = combined(self._flux.newest())
        found = periodicity(strength.onsets)
        # The prior weighs in at every hop: of two octaves alike, the usual one must go on winning.
        likelihood = found.support / max(found.support.max(), 1e-12) * (_PRIOR / _PRIOR.max())
        self._update(likelihood)
        best = self._best()
        clarity = float(found.at_beat[best])
        if clarity < NO_PULSE:
            return None
        belief = self._believed(best) + _OCTAVE_SHARE * (
            self._believed(best - _OCTAVE) + self._believed(best + _OCTAVE)
        )
        bpm = refined(strength.onsets, float(CANDIDATES[best]))
        return Pulse(
            bpm=2 * bpm if bpm < FOLDED_BELOW_BPM else bpm,
            confidence=belief * min(clarity / 0.5, 1.0) * _rated(strength.contrast),
            clarity=min(clarity, 1.0),
        )

    def _best(self) -> int:
        """Return the likeliest candidate; of two octaves alike, the one stated before."""
        best = int(np.argmax(self._belief))
        octave = abs(abs(best - self._stated) - _OCTAVE) <= _OCTAVE_REACH
        if octave and self._believed(best) < 2 * self._believed(self._stated):
            near = _around(self._stated, _REACH)
            best = near.start + int(np.argmax(self._belief[near]))
        self._stated = best
        return best

    def _believed(self, candidate: int) -> float:
        return float(self._belief[_around(candidate, _REACH)].sum())

    def _has_changed(self, strength: NDArray[np.float64]) -> bool:
        """Tell whether the newest seconds have left the tempo for another."""
        if len(strength) < _CHANGE_FRAMES + 2 * FRAME_RATE_HZ:
            self._changing_hops = 0
            return False
        newest = strength[-_CHANGE_FRAMES:]
        repeats = comb(newest - newest.mean())
        now = float(repeats[_around(int(np.argmax(self._belief)), 2)].max())
        best = float(repeats.max())
        left = best > _CHANGE_CLARITY and now < _CHANGE_RATIO * best
        self._changing_hops = self._changing_hops + 1 if left else 0
        return self._changing_hops >= _CHANGE_HOPS

    def _start_over(self) -> None:
        self._flux.forget_before(_CHANGE_FRAMES)
        self._belief = _PRIOR.copy()
        self._changing_hops = 0
        self._memory.forget()

    def _update(self, likelihood: NDArray[np.float64]) -> None:
        belief = self._belief
        moved = (1 - 2 * _NEIGHBOUR) * belief
        moved[1:] += _NEIGHBOUR * belief[:-1]
        moved[:-1] += _NEIGHBOUR * belief[1:]
        expected = (1 - _RESTART) * moved + _RESTART * _PRIOR
        expected *= np.power(likelihood + _FLOOR, _TRUST)
        self._belief = expected / expected.sum()


class PulseMemory:
    """Holds the last sure tempo while nothing surer is heard."""

    def __init__(self) -> None:
        self._last: Pulse | None = None

    def forget(self) -> None:
        """Hold nothing."""
        self._last = None

    def hear(self, pulse: Pulse | None) -> Pulse | None:
        """Take what a hop was heard to have; return that, or what is held if that is surer."""
        if pulse is not None and pulse.confidence < LEAST_CONFIDENCE:
            pulse = None
        held = self._faded()
        if held is not None:
            pulse = _surer(pulse, held)
        if pulse is not None and pulse.confidence >= _WORTH_HOLDING:
            pulse = replace(pulse, established=True)
        self._last = pulse
        return pulse

    def _faded(self) -> Pulse | None:
        """Return the last pulse, less sure by one hop; None where it is not worth holding."""
        last = self._last
        if last is None or not last.established:
            return None
        beats = HOP_SECONDS * last.bpm / 60
        confidence = last.confidence * LEAST_CONFIDENCE ** (beats / HELD_BEATS)
        return replace(last, confidence=confidence) if confidence >= LEAST_CONFIDENCE else None


def _surer(heard: Pulse | None, held: Pulse) -> Pulse:
    if heard is None:
        return replace(held, clarity=0.0)
    if _is_same(heard, held):
        confidence = max(heard.confidence, held.confidence)
        weight = (heard.confidence / confidence) ** _PRECISION_POWER
        bpm = held.bpm + weight * (heard.bpm - held.bpm)
        return replace(heard, bpm=bpm, confidence=confidence, established=True)
    return heard if heard.confidence > held.confidence else replace(held, clarity=heard.clarity)


def _rated(contrast: float) -> float:
    """Return 0 for the even ripple of held tones, 1 for onsets that stand out as drums do."""
    return min(max((contrast - _EVEN) / (_DISTINCT - _EVEN), 0.0), 1.0)


def _is_same(one: Pulse, other: Pulse) -> bool:
    return abs(one.bpm / other.bpm - 1) < _SAME


def _around(position: int, reach: int) -> slice:
    return slice(max(position - reach, 0), max(position + reach + 1, 0))
