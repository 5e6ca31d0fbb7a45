"""How windows and whole sets should be judged: four components on 0-1.

Labels follow from what was rendered, never from listening to it: transitions by `verdicts`, energy
and creativity by the rubric's own definitions (`judge.rubric`) applied to what is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS, HOPS_PER_WINDOW, SAMPLE_RATE_HZ
from core.messages import Component, TransitionKind
from judge import rubric
from judge.parts import Part, concluded
from training.simulator.courses import drive_and_pulse, sections, techniques
from training.simulator.psychometrics import saturating
from training.simulator.set_plan import SetTruth
from training.simulator.stems import StemLevels
from training.simulator.verdicts import Verdict, judge_transition

Label = NDArray[np.float32]
"""Shape (4,): technical, selection, energy, creativity, the order of `core.messages.Component`."""

HEARD_SECONDS: Final = 3.0
"""So long after a transition begins to be heard, a window is judged by it."""

FULL_DRIVE: Final = 0.75
MOVEMENT_HOPS: Final = 40
FULL_MOVEMENT: Final = 0.6


@dataclass(frozen=True, slots=True)
class Course:
    """What is true of each hop of a rendered stretch of N hops with K transitions.

    Attributes
    ----------
    newest
        Shape (N,): index of the newest transition that is heard, -1 before the first.
    age_hops
        Shape (N,): hops since that transition ended, negative while it goes on.
    active
        Shape (N,): whether a transition is under way.
    parts, measures, kind
        Shapes (K, 10), (K, 5), (K,): of each transition.
    levels
        Shape (2, N): drive and pulse.
    section
        Shape (N,): an index of `core.messages.Section`.
    techniques
        Shape (N, 7).
    windows
        Shape (N, 2): energy and creativity of the window that ends with each hop.
    """

    newest: NDArray[np.int64]
    age_hops: NDArray[np.int64]
    active: NDArray[np.bool_]
    parts: NDArray[np.float64]
    measures: NDArray[np.float64]
    kind: NDArray[np.int64]
    levels: NDArray[np.float64]
    section: NDArray[np.int64]
    techniques: NDArray[np.bool_]
    windows: NDArray[np.float64]


class Labels:
    """Labels of one set, once it is rendered.

    Parameters
    ----------
    truth, stems
        Of the renderer.
    start_sample
        Where on the clock of the truth the sound begins.
    """

    def __init__(self, truth: SetTruth, stems: StemLevels, start_sample: int = 0) -> None:
        self._truth = truth
        self._stems = stems
        self._start_sample = start_sample
        self._hops = max((stems.end_sample - start_sample) // HOP_SAMPLES, 1)

    @cached_property
    def verdicts(self) -> tuple[tuple[int, Verdict], ...]:
        """Index and judgement of each transition that is heard before the sound ends."""
        heard = []
        for plan in self._truth.transitions:
            inside = self._start_sample <= plan.start_sample < self._stems.end_sample
            if inside:
                heard.append((plan.index, judge_transition(self._truth, self._stems, plan)))
        return tuple(heard)

    @cached_property
    def levels(self) -> NDArray[np.float64]:
        """Drive and pulse of each hop, shape (2, N)."""
        return drive_and_pulse(self._truth, self._start_sample, self._hops)

    def window(self, start_seconds: float, end_seconds: float) -> Label:
        """Return the label of a window; NaN for what no transition has shown yet.

        Parameters
        ----------
        start_seconds, end_seconds
            From the beginning of the sound.
        """
        end_hop = round(end_seconds / HOP_SECONDS)
        begun = [verdict for _, verdict in self.verdicts if self._hop_heard(verdict) <= end_hop]
        newest = begun[-1].parts if begun else None
        return np.array(
            [
                np.nan if newest is None else concluded(Component.TECHNICAL, newest),
                np.nan if newest is None else concluded(Component.SELECTION, newest),
                window_energy(self.levels[:, :end_hop]),
                self._window_creativity(end_seconds),
            ],
            dtype=np.float32,
        )

    def whole_set(self, end_seconds: float) -> Label:
        """Return the label of a set up to `end_seconds`; NaN as in `window`."""
        end_hop = round(end_seconds / HOP_SECONDS)
        begun = [
            (index, verdict)
            for index, verdict in self.verdicts
            if self._hop_heard(verdict) <= end_hop
        ]
        shares = np.array([verdict.parts for _, verdict in begun])
        mixed = [
            float(concluded(part, shares).mean()) if len(shares) else np.nan
            for part in (Component.TECHNICAL, Component.SELECTION)
        ]
        drive, pulse = self.levels[:, :end_hop]
        spans = [(self._hop(v.start_sample), self._hop(v.end_sample)) for _, v in begun]
        ended = [span for span in spans if span[1] <= end_hop]
        genre = self._truth.tracks[0].plan.genre
        energy = rubric.weighed(
            rubric.energy_aspects(drive, pulse, ended, genre), rubric.ENERGY_WEIGHTS
        )
        overlaps = [
            self._layered(index, verdict)
            for index, verdict in begun
            if self._hop(verdict.end_sample) <= end_hop
        ]
        creativity = rubric.weighed(
            rubric.creativity_aspects(self._ideas(0.0, end_seconds), overlaps, end_seconds),
            rubric.CREATIVITY_WEIGHTS,
        )
        return np.array(
            [*mixed, 1 - sum(energy.values()), 1 - sum(creativity.values())], dtype=np.float32
        )

    def course(self) -> Course:
        """Return what is true of each hop."""
        hops = self._hops
        newest = np.full(hops, -1, dtype=np.int64)
        age = np.zeros(hops, dtype=np.int64)
        active = np.zeros(hops, dtype=np.bool_)
        order = tuple(TransitionKind)
        for row, (_, verdict) in enumerate(self.verdicts):
            start, end = self._hop(verdict.start_sample), self._hop(verdict.end_sample)
            active[max(start, 0) : end + 1] = True
            heard = self._hop_heard(verdict)
            newest[heard:] = row
            age[heard:] = np.arange(heard, hops) - end
        windows = np.array(
            [
                (
                    window_energy(self.levels[:, : hop + 1]),
                    self._window_creativity((hop + 1) * HOP_SECONDS),
                )
                for hop in range(hops)
            ]
        )
        return Course(
            newest=newest,
            age_hops=age,
            active=active,
            parts=np.array([v.parts for _, v in self.verdicts]).reshape(-1, len(Part)),
            measures=np.array([v.measures for _, v in self.verdicts]).reshape(-1, 5),
            kind=np.array(
                [order.index(self._truth.transitions[index].kind) for index, _ in self.verdicts],
                dtype=np.int64,
            ),
            levels=self.levels,
            section=sections(self._truth, self._stems, self._start_sample, hops),
            techniques=techniques(self._truth, self._start_sample, hops),
            windows=windows,
        )

    def spans(self) -> list[tuple[int, int]]:
        """Return the first and the last hop of each transition."""
        return [(self._hop(v.start_sample), self._hop(v.end_sample)) for _, v in self.verdicts]

    def _hop(self, sample: float) -> int:
        return int((sample - self._start_sample) // HOP_SAMPLES)

    def _hop_heard(self, verdict: Verdict) -> int:
        return self._hop(verdict.start_sample + HEARD_SECONDS * SAMPLE_RATE_HZ)

    def _layered(self, index: int, verdict: Verdict) -> bool:
        long = verdict.end_sample - verdict.start_sample >= rubric.LAYER_SECONDS * SAMPLE_RATE_HZ
        harmony = verdict.parts[tuple(Part).index(Part.HARMONY)]
        return bool(
            long
            and self._truth.transitions[index].overlaps
            and concluded(Component.TECHNICAL, verdict.parts) >= rubric.LEAST_TECHNICAL
            and harmony >= rubric.LEAST_HARMONY
        )

    def _ideas(self, start_seconds: float, end_seconds: float) -> list[tuple[str, float]]:
        """Return what was done on purpose and well within a stretch of the sound."""
        start = self._start_sample + start_seconds * SAMPLE_RATE_HZ
        end = self._start_sample + end_seconds * SAMPLE_RATE_HZ
        ideas = [
            (event.kind.value, rubric.TECHNIQUE_WORTH[event.kind])
            for event in self._truth.events
            if event.on_grid and event.start_sample < end and event.end_sample > start
        ]
        for index, verdict in self.verdicts:
            plan = self._truth.transitions[index]
            last = max(plan.switch_sample, plan.end_sample)
            good = concluded(Component.TECHNICAL, verdict.parts) >= rubric.LEAST_TECHNICAL
            if good and verdict.start_sample < end and last > start:
                ideas.append((plan.kind.value, rubric.TRANSITION_WORTH[plan.kind]))
        return ideas

    def _window_creativity(self, end_seconds: float) -> float:
        ideas = self._ideas(max(end_seconds - rubric.IDEAS_SECONDS, 0.0), end_seconds)
        return saturating(sum(worth for _, worth in ideas))


def window_energy(levels: NDArray[np.float64]) -> float:
    """Judge the window that ends with the newest hop of drive and pulse, shape (2, hops).

    Two thirds how hard it drives, one third how much that moves within 20 s; less where the beat
    is missing.
    """
    drive, pulse = levels[:, -HOPS_PER_WINDOW:]
    if not len(drive):
        return 0.0
    level = float(np.clip(drive.mean() / FULL_DRIVE, 0.0, 1.0))
    low, high = np.percentile(levels[0, -MOVEMENT_HOPS:], (10, 90))
    movement = min(float(high - low) / FULL_MOVEMENT, 1.0)
    lifeless = float((pulse < rubric.NO_PULSE).mean())
    return (0.65 * level + 0.35 * movement) * (1 - 0.4 * lifeless)
