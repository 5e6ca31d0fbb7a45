"""The model's outputs by their names, for whoever concludes from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import Section, Technique, TransitionKind
from judge.parts import TRANSITION_PARTS, Part
from judge.readings import WindowOpinion
from judge.specification import MEASURE_SCALES, PARTS, Measure, Output

_SECTIONS: Final = tuple(Section)
_KINDS: Final = tuple(TransitionKind)


@dataclass(frozen=True, slots=True)
class PartReading:
    """One part of a transition as read: s and the standard deviation of its error, both 0-1."""

    share: float
    deviation: float


def active(opinion: WindowOpinion) -> float:
    """Return how likely a transition was under way `LAG_HOPS` ago."""
    return float(_group(opinion, Output.ACTIVE)[0])


def parts(opinion: WindowOpinion) -> NDArray[np.float64]:
    """Return shares and deviations of the newest transition's parts, shape (2, PARTS)."""
    deviations = opinion.deviations[:PARTS]
    return np.stack((_group(opinion, Output.PARTS), deviations)).astype(np.float64)


def part_readings(values: NDArray[np.float64]) -> dict[Part, PartReading]:
    """Name shares and deviations, shape (2, PARTS)."""
    return {
        part: PartReading(float(values[0, column]), float(values[1, column]))
        for column, part in enumerate(TRANSITION_PARTS)
    }


def measures(opinion: WindowOpinion) -> NDArray[np.float64]:
    """Return what is measured of the newest transition, in units, shape (len(Measure),)."""
    values = _group(opinion, Output.MEASURES).astype(np.float64)
    return np.asarray(values * np.array(MEASURE_SCALES))


def named_measures(values: NDArray[np.float64]) -> Mapping[Measure, float]:
    """Name measures, shape (len(Measure),)."""
    return dict(zip(Measure, values.tolist(), strict=True))


def kinds(opinion: WindowOpinion) -> NDArray[np.float64]:
    """Return the probability of each kind of transition, in the order of `TransitionKind`."""
    return _group(opinion, Output.KIND).astype(np.float64)


def likeliest_kind(probabilities: NDArray[np.float64]) -> tuple[TransitionKind, float]:
    """Return the kind and its probability."""
    best = int(np.argmax(probabilities))
    return _KINDS[best], float(probabilities[best])


def likeliest_section(opinion: WindowOpinion) -> tuple[Section, float]:
    """Return the section of the hop and its probability."""
    probabilities = _group(opinion, Output.SECTION)
    best = int(np.argmax(probabilities))
    return _SECTIONS[best], float(probabilities[best])


def techniques(opinion: WindowOpinion) -> dict[Technique, float]:
    """Return how likely each technique is used in the hop."""
    return dict(zip(Technique, _group(opinion, Output.TECHNIQUES).tolist(), strict=True))


def drive_and_pulse(opinion: WindowOpinion) -> tuple[float, float]:
    """Return how hard the hop drives and how clearly it marks the beat, 0-1."""
    drive, pulse = _group(opinion, Output.DRIVE).tolist()
    return drive, pulse


def window(opinion: WindowOpinion) -> tuple[PartReading, PartReading]:
    """Return energy and creativity of the window."""
    energy, creativity = _group(opinion, Output.WINDOW).tolist()
    deviations = opinion.deviations[PARTS:].tolist()
    return PartReading(energy, deviations[0]), PartReading(creativity, deviations[1])


def _group(opinion: WindowOpinion, group: Output) -> NDArray[np.float32]:
    place: slice = group.value
    return opinion.outputs[place]
