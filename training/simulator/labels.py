"""How windows and whole sets should be judged: four components on 0-1.

Labels follow from what was rendered, never from listening to it. What a transition showed is
remembered for a while, as a listener would: a window between two transitions is judged by those
before it. Until there is evidence, a label leans towards the middle.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from training.simulator import psychometrics as curves
from training.simulator.arrangement import Role
from training.simulator.channel import PlayedTrack
from training.simulator.set_plan import Event, EventKind, SetTruth
from training.simulator.transitions import TransitionPlan
from training.simulator.verdicts import Verdict, at_bars, channel_gain, judge_transition

Label = NDArray[np.float32]
"""Shape (4,): technical, selection, energy, creativity, the order of `core.messages.Component`."""

PRIOR: Final = 0.6
PRIOR_WEIGHT: Final = 0.35
MEMORY_SECONDS: Final = 60.0
"""After so long, what a transition showed counts a third."""

STEP_SECONDS: Final = 0.25
NO_EVENTS: Final = 0.15
_EVENT_VALUE: Final = {EventKind.ROLL: 0.9, EventKind.SWEEP: 0.7}
_MOVING_ROLES: Final = (
    Role.KICK, Role.BASS, Role.CLAP, Role.HATS, Role.CHORDS,
    Role.LEAD, Role.RISER, Role.CRASH, Role.FILL,
)  # fmt: skip


class Labels:
    """Labels of one set.

    Parameters
    ----------
    truth
        May still grow while labels are asked for.
    """

    def __init__(self, truth: SetTruth) -> None:
        self._truth = truth
        self._verdicts: dict[int, Verdict] = {}

    def verdict(self, plan: TransitionPlan) -> Verdict:
        """Return the judgement of one transition."""
        if plan.index not in self._verdicts:
            self._verdicts[plan.index] = judge_transition(self._truth, plan)
        return self._verdicts[plan.index]

    def window(self, start_seconds: float, end_seconds: float) -> Label:
        """Return the label of one window."""
        known = self._evidence(end_seconds)
        return np.array(
            [
                _remembered(known, "technical"),
                _remembered(known, "selection"),
                self._energy(start_seconds, end_seconds),
                self._creativity(start_seconds, end_seconds, known),
            ],
            dtype=np.float32,
        )

    def whole_set(self, end_seconds: float) -> Label:
        """Return the label of a set up to `end_seconds`."""
        begun = self.begun(end_seconds)
        verdicts = [self.verdict(plan) for plan in begun]
        technical = [verdict.technical for verdict in verdicts] or [PRIOR]
        selection = [verdict.selection for verdict in verdicts] or [PRIOR]
        drive = self._drive(np.arange(0, end_seconds, 4 * 60 / 125))
        contrast = float(np.percentile(drive, 90) - np.percentile(drive, 10))
        jumps = float((np.diff(drive) > 0.35).sum()) * 300 / end_seconds
        energy = 0.5 * min(1.0, contrast / 0.6) + 0.5 * curves.saturating(jumps / 3)
        deeds = [verdict.creativity for verdict in verdicts]
        deeds += [_EVENT_VALUE[e.kind] for e in self._events(0.0, end_seconds)]
        kinds = [plan.kind.value for plan in begun]
        a_minute = curves.saturating(sum(deeds) * 60 / end_seconds)
        creativity = 0.7 * a_minute + 0.3 * _diversity(kinds)
        return np.array(
            [np.mean(technical), np.mean(selection), energy, creativity], dtype=np.float32
        )

    def begun(self, seconds: float) -> list[TransitionPlan]:
        """Return the transitions that have begun by a time."""
        sample = seconds * SAMPLE_RATE_HZ
        return [plan for plan in self._truth.transitions if plan.start_sample < sample]

    def _evidence(self, seconds: float) -> list[tuple[float, Verdict]]:
        """Return each transition's verdict with how much it counts at a time."""
        evidence = []
        sample = seconds * SAMPLE_RATE_HZ
        for plan in self.begun(seconds):
            length = max(plan.end_sample - plan.start_sample, SAMPLE_RATE_HZ)
            heard = min(1.0, (sample - plan.start_sample) / length)
            age_seconds = max(0.0, sample - plan.end_sample) / SAMPLE_RATE_HZ
            weight = heard * float(np.exp(-age_seconds / MEMORY_SECONDS))
            evidence.append((weight, self.verdict(plan)))
        return evidence

    def _events(self, start_seconds: float, end_seconds: float) -> list[Event]:
        start, end = start_seconds * SAMPLE_RATE_HZ, end_seconds * SAMPLE_RATE_HZ
        return [e for e in self._truth.events if e.start_sample < end and e.end_sample > start]

    def _sounding(self, times: NDArray[np.float64]) -> list[PlayedTrack]:
        """Return the tracks that may be heard around these moments."""
        sounding = []
        for track in self._truth.tracks:
            left = self._truth.transitions[track.index : track.index + 1]
            enters = self._truth.transitions[track.index - 1].start_sample if track.index else 0.0
            leaves = left[0].end_sample if left else np.inf
            if enters <= times[-1] and leaves >= times[0]:
                sounding.append(track)
        return sounding

    def _drive(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how hard the music drives at each moment, 0-1."""
        times = seconds * SAMPLE_RATE_HZ
        drive = np.zeros(len(times))
        for track in self._sounding(times):
            bass = 0.5 + 0.5 * track.channel.bass.at(times)
            driven = at_bars(track, track.plan.arrangement.drive, times)
            drive = np.maximum(drive, channel_gain(track, times) * bass * driven)
        return drive

    def _energy(self, start_seconds: float, end_seconds: float) -> float:
        """Judge drive, movement, and that the floor is never left without a beat to wait for."""
        seconds = np.arange(start_seconds, end_seconds, STEP_SECONDS)
        drive = self._drive(seconds)
        level = float(np.clip((drive.mean() - 0.1) / 0.65, 0, 1))
        change = float(drive.max() - drive.min())
        movement = curves.saturating(1.6 * change + 0.9 * self._movement(seconds))
        lifeless = float((drive < 0.03).mean())
        return (0.55 * level + 0.45 * movement) * (1 - 0.6 * lifeless)

    def _movement(self, seconds: NDArray[np.float64]) -> float:
        """Return how much comes in and goes out, in roles."""
        times = seconds * SAMPLE_RATE_HZ
        total = 0.0
        for track in self._sounding(times):
            gain = channel_gain(track, times)
            for role in _MOVING_ROLES:
                levels = at_bars(track, track.plan.arrangement.levels[role], times)
                total += float((np.abs(np.diff(levels)) * gain[1:]).sum())
        return total / 4

    def _creativity(
        self, start_seconds: float, end_seconds: float, known: list[tuple[float, Verdict]]
    ) -> float:
        """Judge what is done in the window, and what was done lately."""
        start, end = start_seconds * SAMPLE_RATE_HZ, end_seconds * SAMPLE_RATE_HZ
        deeds = sum(_EVENT_VALUE[event.kind] for event in self._events(start_seconds, end_seconds))
        for plan in self.begun(end_seconds):
            if plan.end_sample + SAMPLE_RATE_HZ > start:
                length = max(plan.end_sample - plan.start_sample, 2.0 * SAMPLE_RATE_HZ)
                shown = min(end, plan.start_sample + length) - max(start, plan.start_sample)
                share = float(np.clip(2 * shown / length, 0, 1))
                deeds += self.verdict(plan).creativity * share
        lately = _remembered(known, "creativity", prior=NO_EVENTS)
        return 0.6 * (NO_EVENTS + (1 - NO_EVENTS) * curves.saturating(1.5 * deeds)) + 0.4 * lately


def _remembered(evidence: list[tuple[float, Verdict]], part: str, *, prior: float = PRIOR) -> float:
    weights = PRIOR_WEIGHT + sum(weight for weight, _ in evidence)
    total = PRIOR_WEIGHT * prior
    total += sum(weight * float(getattr(verdict, part)) for weight, verdict in evidence)
    return total / weights


def _diversity(kinds: list[str]) -> float:
    """Return the entropy of what was done, 1 for an even use of three kinds."""
    if not kinds:
        return 0.0
    _, counts = np.unique(kinds, return_counts=True)
    shares = counts / counts.sum()
    return float(min(1.0, -(shares * np.log(shares)).sum() / np.log(3)))
