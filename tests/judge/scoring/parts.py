"""Parts that scoring is fed with: what is heard of a hop, and what a model says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES
from core.messages import (
    AudioHop,
    Beat,
    Genre,
    Loudness,
    Reading,
    Section,
    SessionInfo,
    Technique,
    TransitionKind,
)
from judge.parts import TRANSITION_PARTS, Part
from judge.readings import Concluded, Heard, WindowOpinion
from judge.scoring import SetScorer
from judge.specification import DEVIATIONS, LAG_HOPS, MEASURE_SCALES, OUTPUTS, Measure, Output

UNKNOWN = Reading(None, reason="too_short")
SOUND = np.full((HOP_SAMPLES, 2), 0.1, np.float32)


def info(genre: Genre | None = None) -> SessionInfo:
    return SessionInfo("set", "room", "DJ Test", 1_700_000_000.0, declared_genre=genre)


def hop(index: int, *, concealed_samples: int = 0, samples=SOUND) -> AudioHop:
    return AudioHop("set", index, index * HOP_SAMPLES, samples, concealed_samples, 0.5 * index)


PLAIN = Heard(
    bpm=Reading(120.0, 0.9),
    beat=Beat(0, 24_000.0, 120.0, 0.9, None),
    key=UNKNOWN,
    camelot=UNKNOWN,
    genre=UNKNOWN,
    loudness=Loudness(-12.0, -12.0, -12.0),
    energy=0.6,
    danceability=0.7,
    silent_samples=0,
    clipped_samples=0,
    bass_db=-2.0,
)


def heard(**changes) -> Heard:
    return replace(PLAIN, **changes)


def level(lufs: float) -> Loudness:
    return Loudness(lufs, lufs, lufs)


@dataclass(frozen=True)
class Says:
    """What a model says of a hop, by name; shares that are not named are 1."""

    active: float = 0.0
    parts: Mapping[Part, float] = field(default_factory=dict)
    measures: Mapping[Measure, float] = field(default_factory=dict)
    window: tuple[float, float] = (0.6, 0.6)
    drive: tuple[float, float] = (0.7, 0.8)
    section: Section = Section.DROP
    kind: TransitionKind = TransitionKind.BLEND
    techniques: Mapping[Technique, float] = field(default_factory=dict)
    deviation: float = 0.1
    sure: float = 0.9

    def opinion(self) -> WindowOpinion:
        outputs = np.zeros(OUTPUTS, np.float32)
        groups = {
            Output.ACTIVE: [self.active],
            Output.PARTS: [self.parts.get(part, 1.0) for part in TRANSITION_PARTS],
            Output.WINDOW: self.window,
            Output.DRIVE: self.drive,
            Output.SECTION: _choice(Section, self.section, self.sure),
            Output.KIND: _choice(TransitionKind, self.kind, self.sure),
            Output.TECHNIQUES: [self.techniques.get(each, 0.0) for each in Technique],
            Output.MEASURES: [
                self.measures.get(measure, 0.0) / scale
                for measure, scale in zip(Measure, MEASURE_SCALES, strict=True)
            ],
        }
        for group, values in groups.items():
            outputs[group.value] = values
        return WindowOpinion(outputs, np.full(DEVIATIONS, self.deviation, np.float32))


def _choice(of, chosen, sure: float) -> list[float]:
    rest = (1 - sure) / (len(of) - 1)
    return [sure if each is chosen else rest for each in of]


def opinion(**changes) -> WindowOpinion:
    return Says(**changes).opinion()


def random_opinion(rng: np.random.Generator) -> WindowOpinion:
    """Return outputs from all over their ranges, the extremes among them."""
    outputs = rng.uniform(-0.2, 1.2, OUTPUTS).clip(0, 1).astype(np.float32)
    outputs[Output.MEASURES.value] = rng.normal(0, 1, Output.MEASURES.size)
    for group in (Output.SECTION, Output.KIND):
        outputs[group.value] /= max(float(outputs[group.value].sum()), 1e-3)
    return WindowOpinion(outputs, rng.uniform(0.01, 0.5, DEVIATIONS).astype(np.float32))


def transition_course(
    hops: int, spans: Iterable[tuple[int, int]], **changes
) -> list[WindowOpinion]:
    """Return opinions of a set whose transitions lie at `spans`, first hop and one after the last.

    What is said of whether one is under way comes `LAG_HOPS` late, as from the model.
    """
    active = np.zeros(hops + LAG_HOPS)
    for start, end in spans:
        active[start + LAG_HOPS : end + LAG_HOPS] = 0.95
    return [opinion(active=float(active[index]), **changes) for index in range(hops)]


@dataclass
class Played:
    """What a scorer said of a set."""

    scorer: SetScorer
    said: list[Concluded]

    @property
    def last(self):
        return self.said[-1].score

    @property
    def findings(self):
        return [finding for each in self.said for finding in each.findings]

    @property
    def transitions(self):
        return [transition for each in self.said for transition in each.transitions]


def play(
    opinions: Iterable[WindowOpinion | None],
    listened: Mapping[int, Heard] | Heard = PLAIN,
    *,
    scorer: SetScorer | None = None,
    first: int = 0,
    reason: str | None = None,
    indices: Iterable[int] | None = None,
) -> Played:
    """Play a set; `listened` is what is heard throughout, or in certain hops."""
    scorer = scorer or SetScorer(info())
    opinions = list(opinions)
    order = range(first, first + len(opinions)) if indices is None else indices
    said = []
    for index, view in zip(order, opinions, strict=True):
        result = listened if isinstance(listened, Heard) else listened.get(index, PLAIN)
        said.append(scorer.score(hop(index), result, view, reason, 0.0, 1))
    return Played(scorer, said)


def readings_of(shares: Mapping[Part, float], deviation: float = 0.1) -> NDArray[np.float64]:
    """Return shares and deviations as a track holds them, shape (2, 10)."""
    values = [shares.get(part, 1.0) for part in TRANSITION_PARTS]
    return np.array([values, [deviation] * len(values)])
