"""What goes wrong, and how badly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Final

import numpy as np

from training.simulator.randomness import pick, stream


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
        How late the incoming track's beat falls, when it enters; negative is early.
    tempo_difference_percent
        How much faster the incoming track runs than it should to match.
    key_fifths
        How far its key lies round the circle of fifths.
    level_db
        Gain of its channel; 0 matches.
    clip_drive_db
        How far the mixer's output is driven beyond full scale.
    bass_overlap
        Gain of the second bass while both tracks play, 0-1; 0 is a clean swap.
    bass_hole_beats
        For how long no bass plays at the swap, or after a switch.
    phrase_error_beats
        How far off the outgoing track's phrase of eight bars the switch comes, 0-7.
    silence_seconds
        A hole between the tracks, where they do not overlap.
    monotone
        The incoming track never builds or breaks.
    repeat
        The incoming track has been played before in this set.
    """

    offset_ms: float = 0.0
    tempo_difference_percent: float = 0.0
    key_fifths: int = 0
    level_db: float = 0.0
    clip_drive_db: float = 0.0
    bass_overlap: float = 0.0
    bass_hole_beats: float = 0.0
    phrase_error_beats: int = 0
    silence_seconds: float = 0.0
    monotone: bool = False
    repeat: bool = False

    def possible(self, *, overlapping: bool) -> Flaws:
        """Return those that can occur: overlaps leave no hole, switches no time to clash."""
        if overlapping:
            return replace(self, silence_seconds=0.0)
        return replace(self, tempo_difference_percent=0.0, bass_overlap=0.0)


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


class Combinations(StrEnum):
    """Which flaws may come together."""

    ALL = "all"
    TRAINED = "trained"  # never both of a pair that is held out
    UNSEEN = "unseen"  # always both of a pair that is held out


HELD_OUT_PAIRS: Final = (
    ("offset_ms", "key_fifths"),
    ("level_db", "bass_overlap"),
    ("clip_drive_db", "tempo_difference_percent"),
    ("phrase_error_beats", "silence_seconds"),
)
"""Pairs of flaws that a judge can be kept from meeting together, to see whether it still adds up
what it knows of each."""

_OF_OVERLAPS: Final = ("tempo_difference_percent", "bass_overlap")
_OF_SWITCHES: Final = ("silence_seconds",)
_NAMES: Final = tuple(Flaws.__dataclass_fields__)
_PRESENT: Final = {
    Severity.CLEAN: (1.0, 0.0, 0.0),
    Severity.MILD: (0.68, 0.32, 0.0),
    Severity.SEVERE: (0.52, 0.2, 0.28),
}
"""In a transition of a severity, the chances that one flaw is absent, mild or severe."""


def draw_flaws(
    path: tuple[int, int],
    skill: Skill,
    leaning: float,
    *,
    overlapping: bool,
    combinations: Combinations = Combinations.ALL,
) -> Flaws:
    """Draw the flaws of one transition, each from a stream of its own.

    Parameters
    ----------
    path
        Seed of the set and index of the transition.
    skill
        Shares over all sets.
    leaning
        This DJ's own deviation, standard normal: a weak common cause of all flaws.
    overlapping
        Whether both tracks play together.
    combinations
        Which flaws may come together.
    """
    seed, index = path
    shift = float(np.exp(-0.35 * leaning))
    overall = pick(
        stream(seed, "flaws", index),
        tuple(Severity),
        (skill.clean / shift, skill.mild, skill.severe * shift),
    )
    severities = {
        name: pick(stream(seed, "flaws", index, name), tuple(Severity), _PRESENT[overall])
        for name in _NAMES
        if name not in (_OF_SWITCHES if overlapping else _OF_OVERLAPS)
    }
    _combine(stream(seed, "flaws", index, "pairs"), severities, combinations)
    return _Sizes(seed, index, severities).drawn().possible(overlapping=overlapping)


def _combine(
    rng: np.random.Generator, severities: dict[str, Severity], combinations: Combinations
) -> None:
    """Take one out of each held-out pair, or put both of one pair in."""
    pairs = [pair for pair in HELD_OUT_PAIRS if set(pair) <= severities.keys()]
    if combinations is Combinations.TRAINED:
        for pair in pairs:
            victim = pick(rng, pair)
            if all(severities[name] > Severity.CLEAN for name in pair):
                severities[victim] = Severity.CLEAN
    elif combinations is Combinations.UNSEEN:
        for name in pick(rng, pairs):
            least = pick(rng, (Severity.MILD, Severity.SEVERE))
            severities[name] = max(severities[name], least)


Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Draws how large each flaw is, once its severity is known."""

    seed: int
    index: int
    severities: dict[str, Severity]

    def drawn(self) -> Flaws:
        tempo = self._logarithmic(
            "tempo_difference_percent", (0.001, 0.02), (0.05, 0.3), (0.3, 4.0)
        )
        return Flaws(
            offset_ms=self._signed("offset_ms", self._uniform("offset_ms", 4, (8, 45), (45, 150))),
            tempo_difference_percent=self._signed("tempo_difference_percent", tempo),
            key_fifths=round(
                self._signed("key_fifths", self._whole("key_fifths", 1, (2, 3), (4, 6)))
            ),
            level_db=self._signed("level_db", self._uniform("level_db", 0.5, (1.5, 3.5), (3.5, 9))),
            clip_drive_db=self._uniform("clip_drive_db", 0, (1.5, 3.5), (3.5, 8)),
            bass_overlap=self._uniform("bass_overlap", 0, (0.25, 0.6), (0.6, 1)),
            bass_hole_beats=self._whole("bass_hole_beats", 0, (4, 11), (12, 32)),
            phrase_error_beats=self._whole("phrase_error_beats", 0, (1, 2), (3, 7)),
            silence_seconds=self._uniform("silence_seconds", 0, (0.3, 1), (1, 4)),
            monotone=self._severity("monotone") is Severity.SEVERE,
            repeat=self._severity("repeat") is Severity.SEVERE,
        )

    def _severity(self, name: str) -> Severity:
        return self.severities.get(name, Severity.CLEAN)

    def _rng(self, name: str) -> np.random.Generator:
        return stream(self.seed, "flaws", self.index, name, "size")

    def _uniform(self, name: str, clean: float, mild: Range, severe: Range) -> float:
        return float(self._rng(name).uniform(*((0, clean), mild, severe)[self._severity(name)]))

    def _logarithmic(self, name: str, *ranges: Range) -> float:
        return float(np.exp(self._rng(name).uniform(*np.log(ranges[self._severity(name)]))))

    def _whole(self, name: str, clean: int, mild: tuple[int, int], severe: tuple[int, int]) -> int:
        low, high = ((0, clean), mild, severe)[self._severity(name)]
        return int(self._rng(name).integers(low, high + 1))

    def _signed(self, name: str, size: float) -> float:
        return size * pick(stream(self.seed, "flaws", self.index, name, "sign"), (-1.0, 1.0))
