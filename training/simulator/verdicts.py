"""What a fair listener would say of one transition, given how it was rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from training.simulator import psychometrics as curves
from training.simulator.arrangement import Role
from training.simulator.channel import PlayedTrack
from training.simulator.set_plan import SetTruth
from training.simulator.transitions import TransitionKind, TransitionPlan

POINTS: Final = 65
"""A transition is looked at in so many moments."""

FULL_EVIDENCE_SECONDS: Final = 3.0
"""A clash must be heard for so long to count in full."""

CUT_AUDIBILITY: Final = 0.7
"""A cut that comes late is a stumble, but nothing doubles."""

FAR_KEY_UNHEARD: Final = 0.5
"""How much a distant key counts where the two harmonies never sound together."""

_VALUE: Final = {
    TransitionKind.BLEND: 0.35,
    TransitionKind.CUT: 0.45,
    TransitionKind.FILTER: 0.75,
    TransitionKind.ECHO_OUT: 0.85,
}
"""What each way of mixing adds to creativity, if it succeeds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One transition, judged; everything on 0-1, 1 is best.

    Attributes
    ----------
    beat_match, level, bass, phrase, faults
        The technical parts.
    harmony, tempo
        The parts of selection.
    technical, selection, creativity
        Their conclusions.
    """

    beat_match: float
    level: float
    bass: float
    phrase: float
    faults: float
    harmony: float
    tempo: float
    technical: float
    selection: float
    creativity: float


def judge_transition(truth: SetTruth, plan: TransitionPlan) -> Verdict:
    """Judge one transition of a set."""
    outgoing, incoming = truth.tracks[plan.index], truth.tracks[plan.index + 1]
    overlap = _Overlap(plan, outgoing, incoming)
    beat_match = overlap.beat_match() if plan.kind.overlaps else _stumble(plan)
    level = float(curves.goodness(abs(plan.level_step_db), curves.LEVEL_STEP_LU))
    bass = overlap.bass() if plan.kind.overlaps else 1.0
    phrase = float(curves.goodness(abs(plan.flaws.phrase_error_beats), curves.PHRASE_ERROR_BEATS))
    beat_seconds = outgoing.plan.beat_samples / SAMPLE_RATE_HZ
    silence = max(0.0, plan.flaws.silence_seconds - beat_seconds)
    faults = float(
        curves.goodness(silence, curves.SILENCE_SECONDS)
        * curves.goodness(plan.flaws.clip_drive_db, curves.CLIP_DRIVE_DB)
    )
    harmony = _harmony(plan, overlap)
    tempo_percent = 100 * abs(plan.tempo_ratio - 1)
    tempo = float(curves.goodness(tempo_percent, curves.TEMPO_RATIO_PERCENT))
    technical = _concluded(beat_match, level, bass, phrase, faults)
    value = _VALUE[plan.kind] * float(np.clip((technical - 0.3) / 0.4, 0, 1))
    return Verdict(
        beat_match, level, bass, phrase, faults, harmony, tempo,
        technical, _concluded(harmony, tempo), value,
    )  # fmt: skip


def _concluded(*parts: float) -> float:
    """Return 0.7 of the mean and 0.3 of the worst part: one bad thing is not averaged away."""
    return 0.7 * float(np.mean(parts)) + 0.3 * min(parts)


def _stumble(plan: TransitionPlan) -> float:
    """Judge the entry of a cut: its lag is heard as a stumble."""
    if plan.flaws.silence_seconds > 0:
        return 1.0  # after a hole nobody can tell; the hole itself is a fault
    lost = 1 - curves.goodness(abs(plan.flaws.offset_ms), curves.OFFSET_MS)
    return float(1 - CUT_AUDIBILITY * lost)


def _harmony(plan: TransitionPlan, overlap: _Overlap) -> float:
    lost = 1 - float(curves.goodness(plan.key_distance, curves.KEY_DISTANCE_FIFTHS))
    audible = overlap.harmonic_audibility() if plan.kind.overlaps else 0.0
    return 1 - lost * max(FAR_KEY_UNHEARD, audible)


class _Overlap:
    """Both tracks over the time of a transition."""

    def __init__(self, plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
        self._plan = plan
        self._times = np.linspace(plan.start_sample, plan.end_sample, POINTS)
        self._step_seconds = float(self._times[1] - self._times[0]) / SAMPLE_RATE_HZ
        self._tracks = (outgoing, incoming)
        self._gains = [channel_gain(track, self._times) for track in self._tracks]

    def _role(self, role: Role) -> list[NDArray[np.float64]]:
        return [at_bars(t, t.plan.arrangement.levels[role], self._times) for t in self._tracks]

    def beat_match(self) -> float:
        """Judge lag and drift where both beats are heard."""
        pulses = [at_bars(t, t.plan.arrangement.pulse, self._times) for t in self._tracks]
        audible = curves.level_audibility(*self._gains) * np.sqrt(pulses[0] * pulses[1])
        heard_seconds = float(audible.sum()) * self._step_seconds
        if heard_seconds <= 0:
            return 1.0
        evidence = min(1.0, heard_seconds / FULL_EVIDENCE_SECONDS)
        lag = curves.goodness(np.abs(self._lag_ms()), curves.OFFSET_MS)
        lost = 1 - float((audible * lag).sum() / audible.sum())
        drift = 10 * abs(self._plan.flaws.tempo_difference_percent)
        lost = max(lost, 1 - float(curves.goodness(drift, curves.DRIFT_MS_PER_SECOND)))
        return 1 - lost * evidence

    def _lag_ms(self) -> NDArray[np.float64]:
        """Return how far the nearest beats lie apart at each moment."""
        beats = [(self._times - t.origin_sample) / t.plan.beat_samples for t in self._tracks]
        apart = (beats[0] - beats[1] + 0.5) % 1.0 - 0.5
        return apart * self._tracks[0].plan.beat_samples * 1000 / SAMPLE_RATE_HZ

    def bass(self) -> float:
        """Judge how much the basses pile up, while both tracks have one."""
        kicks, basses = self._role(Role.KICK), self._role(Role.BASS)
        sounding = [
            gain * track.channel.bass.at(self._times) * np.maximum(0.8 * kick, bass)
            for track, gain, kick, bass in zip(
                self._tracks, self._gains, kicks, basses, strict=True
            )
        ]
        louder = np.maximum(np.maximum(*sounding), 1e-3)
        excess_db = 20 * np.log10(np.maximum(sum(sounding), 1e-3) / louder)
        return float(curves.goodness(excess_db, curves.BASS_EXCESS_DB).mean())

    def harmonic_audibility(self) -> float:
        """Return the share of the transition in which both harmonies are heard."""
        tonal = (Role.BASS, Role.CHORDS, Role.PAD, Role.LEAD)
        present = [
            np.minimum(
                1.0, sum(at_bars(t, t.plan.arrangement.levels[r], self._times) for r in tonal)
            )
            for t in self._tracks
        ]
        both = curves.level_audibility(*self._gains) * np.sqrt(present[0] * present[1])
        return float(min(1.0, both.sum() * self._step_seconds / FULL_EVIDENCE_SECONDS))


def channel_gain(track: PlayedTrack, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a channel's gain at samples of the set's clock."""
    return track.channel.fader.at(times) * 10 ** (track.trim_db / 20)


def at_bars(
    track: PlayedTrack, values: NDArray[np.float32], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a track's value for the bar that plays at each moment; 0 outside the track."""
    bars = np.floor((times - track.origin_sample) / track.plan.bar_samples).astype(int)
    inside = (bars >= 0) & (bars < len(values))
    return np.where(inside, values[np.clip(bars, 0, len(values) - 1)], 0.0)
