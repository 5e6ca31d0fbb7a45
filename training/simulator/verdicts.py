"""What a fair listener would say of one transition, given how it was rendered.

Every part follows from the parameters of the rendering, through the rubric's limits, weighed by
what the stems say was audible: a flam under a fader that is nearly closed is no flam. Nothing here
listens to the mix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from core.messages import TransitionKind
from judge.parts import BASS_HOLE_BEATS, LIMITS, TRANSITION_PARTS, Part
from training.simulator.arrangement import Role
from training.simulator.channel import PlayedTrack
from training.simulator.psychometrics import CLIP_DRIVE_DB, goodness, power_audibility
from training.simulator.set_plan import SetTruth
from training.simulator.stems import CELL_SAMPLES, StemBands, StemLevels
from training.simulator.transitions import TransitionPlan

CELL_SECONDS: Final = CELL_SAMPLES / SAMPLE_RATE_HZ
BEAT_BANDS: Final = np.array([0.4, 0.3, 0.3])
"""How much bass, middle and treble tell of where a beat is."""

CLASH_SECONDS: Final = 3.0
DRIFT_SECONDS: Final = 4.0
"""A clash must be heard for so long to count in full."""

STUMBLE: Final = 0.7
MASKED_STUMBLE: Final = 0.35
"""How much a late entry counts where nothing doubles, and where an effect hides the gap."""

_MASKED: Final = (TransitionKind.ECHO_OUT, TransitionKind.BACKSPIN, TransitionKind.SCRATCH_IN)
FAR_KEY_UNHEARD: Final = 0.5
"""How much a distant key counts where the two harmonies never sound together."""

BASS_GONE: Final = 0.03
BASS_PLANNED: Final = 0.1
_AROUND_SECONDS: Final = 8.0
_LEAST_SECONDS: Final = 3.0
_HEARD: Final = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """One transition, judged.

    Attributes
    ----------
    parts
        Shape (10,), s of each part on 0-1, in the order of `judge.parts.Part`.
    measures
        Shape (5,), in the order and the units of `judge.specification.Measure`.
    start_sample, end_sample
        Where both tracks are heard, or where the switch is; on the set's clock.
    """

    parts: NDArray[np.float64]
    measures: NDArray[np.float64]
    start_sample: float
    end_sample: float


def judge_transition(truth: SetTruth, stems: StemLevels, plan: TransitionPlan) -> Verdict:
    """Judge one transition of a set that is rendered to its end."""
    return _Passage(truth, stems, plan).verdict()


class _Passage:
    """Both tracks over the time of a transition, cell by cell."""

    def __init__(self, truth: SetTruth, stems: StemLevels, plan: TransitionPlan) -> None:
        self._plan = plan
        self._tracks = (truth.tracks[plan.index], truth.tracks[plan.index + 1])
        around = _AROUND_SECONDS * SAMPLE_RATE_HZ
        begin = plan.start_sample - around
        levels = stems.between(begin, max(plan.end_sample, plan.switch_sample) + around)
        cells = max(len(bands.wet) for bands in levels.values()) if levels else 1
        nothing = StemBands(np.zeros((cells, 3), np.float32), np.zeros((cells, 3), np.float32))
        self._bands = [levels.get(track.index, nothing) for track in self._tracks]
        self._times = (np.floor(begin / CELL_SAMPLES) + np.arange(cells) + 0.5) * CELL_SAMPLES
        self._within = (self._times >= plan.start_sample) & (self._times < plan.end_sample)
        outgoing, incoming = (bands.wet.astype(np.float64) for bands in self._bands)
        self._audible = np.where(
            self._within[:, None], power_audibility(outgoing, incoming), 0.0
        )  # (cells, 3)

    def verdict(self) -> Verdict:
        """Return the judgement."""
        plan = self._plan
        bass, excess_db = self._bass()
        offset, drift, lag_ms = self._beats() if plan.overlaps else self._stumble()
        beat_seconds = self._tracks[0].plan.beat_samples / SAMPLE_RATE_HZ
        silence = max(0.0, plan.flaws.silence_seconds - beat_seconds)
        tempo_percent = 100 * abs(plan.tempo_ratio - 1)
        shares = {
            Part.BEAT_OFFSET: offset,
            Part.TEMPO_DRIFT: drift,
            Part.LEVEL: _good(abs(plan.level_step_db), Part.LEVEL),
            Part.BASS: bass,
            Part.PHRASE: _good(abs(plan.flaws.phrase_error_beats), Part.PHRASE),
            Part.CLIPPING: float(goodness(plan.flaws.clip_drive_db, CLIP_DRIVE_DB)),
            Part.SILENCE: _good(silence, Part.SILENCE),
            Part.HARMONY: self._harmony(),
            Part.TEMPO: _good(tempo_percent, Part.TEMPO),
            Part.REPETITION: 0.0 if plan.flaws.repeat else 1.0,
        }
        start, end = self._span()
        return Verdict(
            parts=np.array([shares[part] for part in TRANSITION_PARTS]),
            measures=np.array(
                [
                    lag_ms,
                    10 * tempo_percent if plan.overlaps else 0.0,
                    plan.level_step_db,
                    excess_db,
                    float(abs(plan.flaws.phrase_error_beats)),
                ]
            ),
            start_sample=start,
            end_sample=end,
        )

    def _span(self) -> tuple[float, float]:
        """Return where the transition is heard, 3 s at least."""
        plan = self._plan
        start, end = plan.start_sample, max(plan.end_sample, plan.switch_sample)
        heard = self._times[self._audible.max(axis=1) > _HEARD]
        if plan.overlaps and len(heard):
            start, end = float(heard[0]), float(heard[-1])
        return start, max(end, start + _LEAST_SECONDS * SAMPLE_RATE_HZ)

    def _at_bars(self, values: list[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
        return [
            at_bars(track, each, self._times)
            for track, each in zip(self._tracks, values, strict=True)
        ]

    def _beats(self) -> tuple[float, float, float]:
        """Judge lag and drift where both beats are heard; return them and the lag in ms."""
        pulses = self._at_bars([track.plan.arrangement.pulse for track in self._tracks])
        audible = (self._audible @ BEAT_BANDS) * np.sqrt(pulses[0] * pulses[1])
        heard_seconds = float(audible.sum()) * CELL_SECONDS
        if heard_seconds <= 0:
            return 1.0, 1.0, 0.0
        lags_ms = np.abs(self._lags_ms())
        lost = 1 - float((audible * goodness(lags_ms, LIMITS[Part.BEAT_OFFSET])).sum())
        lost = 1 - (1 - lost) / float(audible.sum())
        drift = 10 * abs(self._plan.flaws.tempo_difference_percent)
        drifted = 1 - _good(drift, Part.TEMPO_DRIFT)
        return (
            1 - lost * min(1.0, heard_seconds / CLASH_SECONDS),
            1 - drifted * min(1.0, heard_seconds / DRIFT_SECONDS),
            float((audible * lags_ms).sum() / audible.sum()),
        )

    def _lags_ms(self) -> NDArray[np.float64]:
        """Return how far the nearest beats lie apart at each moment."""
        beats = [(self._times - t.origin_sample) / t.plan.beat_samples for t in self._tracks]
        apart = (beats[0] - beats[1] + 0.5) % 1.0 - 0.5
        return np.asarray(apart * self._tracks[0].plan.beat_samples * 1000 / SAMPLE_RATE_HZ)

    def _stumble(self) -> tuple[float, float, float]:
        """Judge the entry of a switch: its lag is heard as a stumble, where beats surround it."""
        plan = self._plan
        if plan.flaws.silence_seconds > 0:
            return 1.0, 1.0, 0.0  # after a hole nobody can tell; the hole itself is a fault
        bar = self._tracks[0].plan.bar_samples
        before = at_bars(
            self._tracks[0],
            self._tracks[0].plan.arrangement.pulse,
            np.array([plan.start_sample - 0.5 * bar]),
        )
        after = at_bars(
            self._tracks[1],
            self._tracks[1].plan.arrangement.pulse,
            np.array([plan.switch_sample + 0.5 * bar]),
        )
        counts = MASKED_STUMBLE if plan.kind in _MASKED else STUMBLE
        counts *= min(1.0, 1.5 * float(np.sqrt(before[0] * after[0])))
        lag_ms = abs(plan.flaws.offset_ms)
        return 1 - counts * (1 - _good(lag_ms, Part.BEAT_OFFSET)), 1.0, lag_ms

    def _bass(self) -> tuple[float, float]:
        """Judge basses that pile up or are missing; return s, and the excess in dB."""
        wet = [bands.wet[:, 0].astype(np.float64) for bands in self._bands]
        dry = [bands.dry[:, 0].astype(np.float64) for bands in self._bands]
        usual = max(float(np.percentile(each, 80)) for each in dry)
        if usual <= 0:
            return 1.0, 0.0
        total, louder = wet[0] + wet[1], np.maximum(wet[0], wet[1])
        sounding = self._within & (louder > BASS_GONE * usual)
        clash, excess_db = 1.0, 0.0
        if sounding.any():
            excess = 10 * np.log10(total[sounding] / louder[sounding])
            evidence = min(1.0, float(sounding.sum()) * CELL_SECONDS / CLASH_SECONDS)
            clash = 1 - evidence * float(1 - goodness(excess, LIMITS[Part.BASS]).mean())
            excess_db = float(excess.mean())
        hole_beats = self._hole_beats(total, np.maximum(dry[0], dry[1]), usual)
        hole = float(goodness(hole_beats, BASS_HOLE_BEATS))
        return (hole, -3.0 * (1 - hole)) if hole < clash else (clash, excess_db)

    def _hole_beats(
        self, wet: NDArray[np.float64], dry: NDArray[np.float64], usual: float
    ) -> float:
        """Return the longest time without the bass that the records do have."""
        missing = (wet < BASS_GONE * usual) & (dry > BASS_PLANNED * usual)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], missing, [False]))))
        runs = edges[1::2] - edges[::2]
        longest = float(runs.max()) if len(runs) else 0.0
        return longest * CELL_SAMPLES / self._tracks[0].plan.beat_samples

    def _harmony(self) -> float:
        lost = 1 - _good(self._plan.key_distance, Part.HARMONY)
        tonal = (Role.CHORDS, Role.PAD, Role.LEAD, Role.BASS)
        levels = [
            self._at_bars([track.plan.arrangement.levels[role] for track in self._tracks])
            for role in tonal
        ]
        present = [np.minimum(1.0, sum(each[deck] for each in levels)) for deck in (0, 1)]
        both = self._audible[:, 1] * np.sqrt(present[0] * present[1])
        audible = min(1.0, float(both.sum()) * CELL_SECONDS / CLASH_SECONDS)
        return 1 - lost * max(FAR_KEY_UNHEARD, audible if self._plan.overlaps else 0.0)


def _good(size: float, part: Part) -> float:
    return float(goodness(size, LIMITS[part]))


def at_bars(
    track: PlayedTrack, values: NDArray[np.float32], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a track's value for the bar that plays at each moment; 0 outside the track."""
    bars = np.floor((times - track.origin_sample) / track.plan.bar_samples).astype(int)
    inside = (bars >= 0) & (bars < len(values))
    return np.where(inside, values[np.clip(bars, 0, len(values) - 1)], 0.0)
