"""The rubric read off what the listener reports, by rules: the baseline that has learnt nothing.

Parts are graded between the limits of `judge.parts`, a transition loses as every transition does,
and a set is the mean of its transitions. Before the first there is nothing to say but the middle.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Component, Finding, Reading, Technique, Transition
from judge.parts import LIMITS, Part, goodness, part_losses
from training.evaluation.traces import LOWEST, SPAN, Moment, Trace

MEMORY_SECONDS: Final = 60.0
"""After so long, what a transition showed counts a third in a window."""

MIDDLE: Final = 0.5
CLIPPED_RUN_MS: Final = 4.0
SILENCE_CODES: Final = ("dead_air", "silence")
CLIPPING_CODES: Final = ("clipping",)
TOUCHING_SECONDS: Final = 10.0
"""A fault so near to a transition is the transition's."""

FULL_CONTRAST: Final = 0.6
NO_DEEDS: Final = 0.15
LEAST_CONFIDENCE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Readings:
    """What was reported up to one moment of a trace.

    Attributes
    ----------
    index
        Of the moment.
    memory_seconds
        How fast what was reported fades; None for the set as a whole, in which nothing does.
    """

    trace: Trace
    index: int
    memory_seconds: float | None

    @property
    def seconds(self) -> float:
        """Where the moment ends."""
        return self.trace.moments[self.index].seconds

    def transitions(self) -> list[Transition]:
        """Return the transitions reported by now."""
        now = self.seconds * SAMPLE_RATE_HZ
        return [each for each in self.trace.transitions if each.settled and each.end_sample <= now]

    def findings(self) -> list[Finding]:
        """Return the findings told by now."""
        now = self.seconds * SAMPLE_RATE_HZ
        return [each for each in self.trace.findings if each.end_sample <= now]

    def moments(self) -> tuple[Moment, ...]:
        """Return the moments that count: all so far, or those of the last windows."""
        first = 0 if self.memory_seconds is None else max(0, self.index - 3)
        return self.trace.moments[first : self.index + 1]

    def weight(self, end_sample: int) -> float:
        """Return how much something that ended there still counts, 0-1."""
        if self.memory_seconds is None:
            return 1.0
        age_seconds = max(0.0, self.seconds - end_sample / SAMPLE_RATE_HZ)
        return math.exp(-age_seconds / self.memory_seconds)


Rubric = Callable[[Readings], tuple[float, ...]]
"""From what was reported to the four components on 1-10, in the order of `Component`."""


def read(readings: Readings) -> tuple[float, ...]:
    """Return the four components on 1-10."""
    shares = (
        _remembered(readings, Component.TECHNICAL),
        _remembered(readings, Component.SELECTION),
        _energy(readings),
        _creativity(readings),
    )
    return tuple(LOWEST + SPAN * share for share in shares)


def _remembered(readings: Readings, component: Component) -> float:
    transitions = readings.transitions()
    weights = [readings.weight(each.end_sample) for each in transitions]
    if not transitions or sum(weights) <= 0:
        return MIDDLE
    findings = readings.findings()
    kept = [1 - sum(part_losses(component, parts(each, findings)).values()) for each in transitions]
    return float(np.average(kept, weights=weights))


def parts(transition: Transition, findings: list[Finding]) -> dict[Part, float]:
    """Grade one transition; what was not measured is taken to be good."""
    shares = dict.fromkeys(Part, 1.0)
    tempo = _number(transition.tempo_difference_percent)
    drift = _number(transition.drift_ms_per_second)
    if drift is None and tempo is not None:
        drift = 10 * tempo
    measured = {
        Part.BEAT_OFFSET: _number(transition.offset_ms),
        Part.TEMPO_DRIFT: drift,
        Part.LEVEL: _number(transition.level_step_lu),
        Part.BASS: _number(transition.bass_excess_db),
        Part.PHRASE: _number(transition.phrase_error_beats),
        Part.TEMPO: tempo,
        Part.SILENCE: _worst(transition, findings, SILENCE_CODES),
        Part.CLIPPING: _worst(transition, findings, CLIPPING_CODES),
    }
    for part, size in measured.items():
        if size is not None:
            shares[part] = goodness(size if part is Part.BASS else abs(size), LIMITS[part])
    harmony = _number(transition.harmonic_compatibility)
    if harmony is not None:
        shares[Part.HARMONY] = min(max(harmony, 0.0), 1.0)
    return shares


def _number(reading: Reading) -> float | None:
    if isinstance(reading.value, int | float) and reading.confidence >= LEAST_CONFIDENCE:
        return float(reading.value)
    return None


def _worst(transition: Transition, findings: list[Finding], codes: tuple[str, ...]) -> float | None:
    """Return the largest fault of some codes near a transition, in the unit of its limits."""
    reach = TOUCHING_SECONDS * SAMPLE_RATE_HZ
    sizes = [
        finding.measured / (CLIPPED_RUN_MS if finding.unit == "ms" else 1.0)
        for finding in findings
        if finding.code in codes
        and finding.end_sample >= transition.start_sample - reach
        and finding.start_sample <= transition.end_sample + reach
    ]
    return max(sizes, default=None)


def _energy(readings: Readings) -> float:
    """Read the level of energy, and how far it moves."""
    energy = [m.energy for m in readings.moments() if m.energy is not None]
    if not energy:
        return MIDDLE
    contrast = float(np.percentile(energy, 90) - np.percentile(energy, 10))
    moved = min(1.0, contrast / FULL_CONTRAST)
    level = float(np.mean(energy)) if readings.memory_seconds is not None else energy[-1]
    return 0.5 * level + 0.5 * moved


def _creativity(readings: Readings) -> float:
    """Read how much is done on purpose a minute: ever more adds ever less."""
    techniques = {technique.value for technique in Technique}
    done = [f.end_sample for f in readings.findings() if f.code in techniques]
    done += [each.end_sample for each in readings.transitions()]
    total = sum(readings.weight(end) for end in done)
    minutes = (readings.memory_seconds or max(readings.seconds, 1.0)) / 60
    return NO_DEEDS + (1 - NO_DEEDS) * (1 - math.exp(-0.5 * total / minutes))
