"""What goes wrong, and how badly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import numpy as np

from training.simulator.randomness import pick


class Severity(IntEnum):
    """How bad a transition, or one flaw of it, is."""

    CLEAN = 0
    MILD = 1
    SEVERE = 2


@dataclass(frozen=True, slots=True)
class Flaws:
    """The flaws of one transition; the defaults are a flawless one.

    Attributes
    ----------
    offset_ms
        How late the incoming track's beat falls, when it enters.
    tempo_difference_percent
        How much faster the incoming track runs than it should to match.
    key_fifths
        How far its key lies round the circle of fifths.
    level_db
        Gain of its channel; 0 matches.
    clip_drive_db
        How far the mixer is driven into clipping while both play.
    bass_overlap
        Both basses stay in.
    phrase_error_beats
        How far off the outgoing track's phrase the switch comes.
    silence_seconds
        A hole between the tracks, where they do not overlap.
    monotone
        The incoming track never builds or breaks.
    """

    offset_ms: float = 0.0
    tempo_difference_percent: float = 0.0
    key_fifths: int = 0
    level_db: float = 0.0
    clip_drive_db: float = 0.0
    bass_overlap: bool = False
    phrase_error_beats: int = 0
    silence_seconds: float = 0.0
    monotone: bool = False


@dataclass(frozen=True, slots=True)
class Skill:
    """How often a DJ errs: shares of clean, mild and severe transitions."""

    clean: float
    mild: float
    severe: float


BROAD: Final = Skill(0.35, 0.40, 0.25)
"""For training: everything occurs."""

SEASONED: Final = Skill(0.55, 0.30, 0.15)
"""For the demonstration: mostly good, with something to find."""

_PRESENT: Final = {
    Severity.CLEAN: (1.0, 0.0, 0.0),
    Severity.MILD: (0.62, 0.38, 0.0),
    Severity.SEVERE: (0.45, 0.22, 0.33),
}
"""In a transition of a severity, the chances that one flaw is absent, mild or severe."""


def draw_flaws(rng: np.random.Generator, skill: Skill, leaning: float) -> Flaws:
    """Draw the flaws of one transition.

    Parameters
    ----------
    rng
        What is drawn from.
    skill
        Shares over all sets.
    leaning
        This DJ's own deviation, standard normal: a weak common cause of all flaws.
    """
    shift = float(np.exp(-0.35 * leaning))
    overall = pick(rng, tuple(Severity), (skill.clean / shift, skill.mild, skill.severe * shift))

    def severity() -> Severity:
        return pick(rng, tuple(Severity), _PRESENT[overall])

    return Flaws(
        offset_ms=_signed(rng, _uniform(rng, severity(), (0, 4), (12, 45), (45, 150))),
        tempo_difference_percent=_signed(
            rng, _logarithmic(rng, severity(), (0.001, 0.02), (0.05, 0.3), (0.3, 4.0))
        ),
        key_fifths=round(_signed(rng, _whole(rng, severity(), (0, 1), (2, 3), (4, 6)))),
        level_db=_level(rng, severity()),
        clip_drive_db=_uniform(rng, severity(), (0, 0), (1.5, 3.5), (3.5, 8)),
        bass_overlap=severity() > Severity.CLEAN,
        phrase_error_beats=_whole(rng, severity(), (0, 0), (1, 2), (3, 7)),
        silence_seconds=_uniform(rng, severity(), (0, 0), (0.3, 1.0), (1.0, 4.0)),
        monotone=severity() is Severity.SEVERE,
    )


def without_silence(flaws: Flaws) -> Flaws:
    """Return the flaws of a transition in which both tracks overlap."""
    return replace(flaws, silence_seconds=0.0)


def without_overlap(flaws: Flaws) -> Flaws:
    """Return the flaws of a switch: there is no time to drift or to clash."""
    return replace(flaws, tempo_difference_percent=0.0, bass_overlap=False)


Range = tuple[float, float]


def _uniform(rng: np.random.Generator, severity: Severity, *ranges: Range) -> float:
    return float(rng.uniform(*ranges[severity]))


def _logarithmic(rng: np.random.Generator, severity: Severity, *ranges: Range) -> float:
    return float(np.exp(rng.uniform(*np.log(ranges[severity]))))


def _whole(rng: np.random.Generator, severity: Severity, *ranges: tuple[int, int]) -> int:
    low, high = ranges[severity]
    return int(rng.integers(low, high + 1))


def _signed(rng: np.random.Generator, size: float) -> float:
    return size * pick(rng, (-1.0, 1.0))


def _level(rng: np.random.Generator, severity: Severity) -> float:
    """Draw a gain: what is too quiet stays below full level, since a limiter hides what is not."""
    if severity is Severity.CLEAN:
        return float(rng.normal(0, 0.3))
    return -_uniform(rng, severity, (0, 0), (1.5, 3.5), (3.5, 9.0))
