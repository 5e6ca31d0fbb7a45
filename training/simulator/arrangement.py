"""Sections of a track in phrases of eight bars, and which role sounds in which bar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import Genre
from training.simulator.randomness import pick

PHRASE_BARS: Final = 8
BEATS_PER_BAR: Final = 4


class Role(StrEnum):
    """What a part does in the music."""

    KICK = "kick"
    RUMBLE = "rumble"
    CLAP = "clap"
    HATS = "hats"
    TOPS = "tops"
    PERCUSSION = "percussion"
    BASS = "bass"
    CHORDS = "chords"
    PAD = "pad"
    LEAD = "lead"
    RISER = "riser"
    ROLL = "roll"
    CRASH = "crash"
    FILL = "fill"
    HALF_TIME = "half_time"


class Pace(StrEnum):
    """How long a track is played."""

    RAPID = "rapid"  # a transition every 30-45 s
    BRISK = "brisk"  # short edits, a transition every 60-90 s
    FULL = "full"  # whole records


class SectionKind(StrEnum):
    """The shape of dance music."""

    INTRO = "intro"
    DROP = "drop"
    BREAK = "break"
    BUILD = "build"
    OUTRO = "outro"


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of one character."""

    kind: SectionKind
    start_bar: int
    bars: int

    @property
    def end_bar(self) -> int:
        """The bar after the last."""
        return self.start_bar + self.bars


# Level of each role at the start and the end of a section, drawn straight in between; a step in
# the middle is written as the share of the section after which the role comes in (or goes out).
_FULL: Final = (1.0, 1.0, 0.0)
_LEVELS: Final[dict[SectionKind, dict[Role, tuple[float, float, float]]]] = {
    SectionKind.INTRO: {
        Role.KICK: _FULL,
        Role.RUMBLE: (0.7, 0.7, 0.5),
        Role.HATS: (0.8, 1.0, 0.0),
        Role.PERCUSSION: (0.6, 0.9, 0.25),
        Role.CLAP: (0.9, 0.9, 0.5),
        Role.BASS: (0.8, 0.8, 0.5),
        Role.PAD: (0.1, 0.4, 0.5),
        Role.TOPS: (0.6, 0.6, 0.75),
    },
    SectionKind.DROP: {
        Role.KICK: _FULL,
        Role.RUMBLE: _FULL,
        Role.HATS: _FULL,
        Role.PERCUSSION: _FULL,
        Role.CLAP: _FULL,
        Role.BASS: _FULL,
        Role.CHORDS: _FULL,
        Role.PAD: (0.45, 0.45, 0.0),
        Role.LEAD: (0.9, 1.0, 0.5),
        Role.TOPS: (1.0, 1.0, 0.25),
    },
    SectionKind.BREAK: {
        Role.PAD: (1.3, 1.6, 0.0),
        Role.CHORDS: (0.8, 1.0, 0.25),
        Role.LEAD: (0.8, 1.1, 0.5),
        Role.PERCUSSION: (0.35, 0.5, 0.0),
        Role.HATS: (0.25, 0.5, 0.5),
    },
    SectionKind.BUILD: {
        Role.PAD: (1.6, 1.5, 0.0),
        Role.CHORDS: (1.0, 1.2, 0.0),
        Role.LEAD: (1.1, 1.2, 0.0),
        Role.HATS: (0.5, 0.9, 0.0),
        Role.RISER: (0.15, 1.0, 0.0),
        Role.ROLL: (0.3, 1.0, 0.0),
    },
    SectionKind.OUTRO: {
        Role.KICK: _FULL,
        Role.RUMBLE: (0.8, 0.6, 0.0),
        Role.HATS: (1.0, 0.8, 0.0),
        Role.PERCUSSION: (0.9, 0.6, 0.0),
        Role.CLAP: (0.9, 0.9, -0.75),
        Role.BASS: (0.9, 0.8, -0.5),
        Role.PAD: (0.35, 0.1, -0.5),
    },
}
_BRIGHTNESS: Final = {
    SectionKind.INTRO: (0.35, 0.7),
    SectionKind.DROP: (1.0, 1.0),
    SectionKind.BREAK: (0.45, 0.8),
    SectionKind.BUILD: (0.5, 1.0),
    SectionKind.OUTRO: (0.7, 0.2),
}
HUSHED_GAIN: Final = np.float32(0.02)
SOFT_INTRO_GAIN: Final = np.float32(0.45)
HUSHED_SHARE: Final = 0.25
"""How often the bar before a drop is hushed, where something has built up to it."""

SOFT_INTRO_SHARE: Final = 0.15
HALF_TIME_SHARE: Final = 0.2
_WITH_CRASH: Final = (SectionKind.DROP, SectionKind.BREAK, SectionKind.OUTRO)
_DRIVE_WEIGHTS: Final = {
    Role.KICK: 0.32,
    Role.BASS: 0.26,
    Role.CLAP: 0.08,
    Role.HATS: 0.08,
    Role.TOPS: 0.06,
    Role.CHORDS: 0.08,
    Role.LEAD: 0.08,
    Role.ROLL: 0.04,
    Role.HALF_TIME: 0.15,
}
"""How much each role adds to the drive that dancers feel; bass drum and bass carry most."""


@dataclass(frozen=True)
class Arrangement:
    """The order of a track's sections.

    Attributes
    ----------
    sections
        Without gaps, from bar 0.
    monotone
        A flaw: nothing builds, breaks or changes.
    hushed_bars
        Bars before a drop in which next to nothing sounds, on purpose.
    soft_intro
        The intro is thin and soft, and its beat comes late.
    half_time
        The breaks have a beat, at half the tempo.
    """

    sections: tuple[Section, ...]
    monotone: bool = False
    hushed_bars: tuple[int, ...] = ()
    soft_intro: bool = False
    half_time: bool = False

    @property
    def bars(self) -> int:
        """Length of the track."""
        return self.sections[-1].end_bar

    @property
    def outro_bar(self) -> int:
        """Where a DJ would begin to leave."""
        return self.sections[-1].start_bar

    @property
    def intro_bars(self) -> int:
        """How long a DJ may take to bring it in."""
        return self.sections[0].bars

    @property
    def first_drop_bar(self) -> int:
        """Where a cut would enter."""
        return next(s.start_bar for s in self.sections if s.kind is SectionKind.DROP)

    @property
    def drop_bars(self) -> tuple[int, ...]:
        """Where its drops begin."""
        return tuple(s.start_bar for s in self.sections if s.kind is SectionKind.DROP)

    def section_at(self, bar: float) -> Section:
        """Return the section that bar lies in; before the start and after the end, the nearest."""
        for section in self.sections:
            if bar < section.end_bar:
                return section
        return self.sections[-1]

    @cached_property
    def levels(self) -> dict[Role, NDArray[np.float32]]:
        """Gain of each role in each bar, 0-1, shape (bars,)."""
        levels = {role: np.zeros(self.bars, dtype=np.float32) for role in Role}
        for section in self.sections:
            kind = SectionKind.DROP if self.monotone else section.kind
            span = slice(section.start_bar, section.end_bar)
            for role, line in _LEVELS[kind].items():
                levels[role][span] = _drawn(line, section.bars)
            if not self.monotone:
                _accents(levels, section)
                if section.kind is SectionKind.BREAK and self.half_time:
                    levels[Role.HALF_TIME][span] = _drawn((0.7, 0.9, 0.0), section.bars)
        if self.monotone:
            levels[Role.LEAD][:] = 0.0
            return levels
        if self.soft_intro:
            self._soften(levels)
        for role_levels in levels.values():
            role_levels[list(self.hushed_bars)] *= HUSHED_GAIN
        return levels

    def _soften(self, levels: dict[Role, NDArray[np.float32]]) -> None:
        intro = slice(0, self.intro_bars)
        for role_levels in levels.values():
            role_levels[intro] *= SOFT_INTRO_GAIN
        for role in (Role.KICK, Role.BASS, Role.RUMBLE):
            levels[role][: self.intro_bars // 2] = 0.0

    @cached_property
    def brightness(self) -> NDArray[np.float32]:
        """How far the filter on chords, pad and lead is open in each bar, 0-1, shape (bars,)."""
        lines = [
            np.linspace(*((0.7, 0.7) if self.monotone else _BRIGHTNESS[s.kind]), s.bars)
            for s in self.sections
        ]
        return np.concatenate(lines).astype(np.float32)

    @cached_property
    def drive(self) -> NDArray[np.float32]:
        """How hard the music drives in each bar, 0-1, shape (bars,)."""
        total = np.zeros(self.bars, dtype=np.float32)
        for role, weight in _DRIVE_WEIGHTS.items():
            total += np.float32(weight) * self.levels[role]
        return total

    @cached_property
    def pulse(self) -> NDArray[np.float32]:
        """How clearly each bar marks the beat, 0-1, shape (bars,): a flam needs it."""
        kick, hats, clap = (self.levels[role] for role in (Role.KICK, Role.HATS, Role.CLAP))
        pulse = 0.6 * kick + 0.25 * hats + 0.15 * clap + 0.4 * self.levels[Role.HALF_TIME]
        return np.asarray(pulse, dtype=np.float32)


def _drawn(line: tuple[float, float, float], bars: int) -> NDArray[np.float64]:
    first, last, step = line
    levels = np.linspace(first, last, bars)
    progress = np.arange(bars) / bars
    return np.where(progress < -step if step < 0 else progress >= step, levels, 0.0)


def _accents(levels: dict[Role, NDArray[np.float32]], section: Section) -> None:
    if section.kind in _WITH_CRASH:
        levels[Role.CRASH][section.start_bar] = 1.0
        levels[Role.CRASH][section.start_bar + 1] = 1.0
    if section.kind not in (SectionKind.BREAK, SectionKind.BUILD):
        levels[Role.FILL][section.start_bar + PHRASE_BARS - 1 : section.end_bar : PHRASE_BARS] = 1.0


_ORDERS: Final[dict[Pace, tuple[tuple[tuple[SectionKind, tuple[int, ...]], ...], ...]]] = {
    Pace.RAPID: (
        ((SectionKind.INTRO, (8,)), (SectionKind.DROP, (16,)), (SectionKind.OUTRO, (8, 16))),
        ((SectionKind.INTRO, (8,)), (SectionKind.DROP, (8,)), (SectionKind.OUTRO, (8, 16))),
        (
            (SectionKind.INTRO, (8,)),
            (SectionKind.BREAK, (4,)),
            (SectionKind.BUILD, (4,)),
            (SectionKind.DROP, (8, 16)),
            (SectionKind.OUTRO, (8,)),
        ),
        (
            (SectionKind.INTRO, (8,)),
            (SectionKind.DROP, (8,)),
            (SectionKind.BREAK, (8,)),
            (SectionKind.OUTRO, (8, 16)),
        ),
    ),
    Pace.BRISK: (
        (
            (SectionKind.INTRO, (8, 16)),
            (SectionKind.DROP, (8, 16)),
            (SectionKind.BREAK, (4, 8)),
            (SectionKind.BUILD, (4, 8)),
            (SectionKind.DROP, (8, 16)),
            (SectionKind.OUTRO, (8, 16)),
        ),
    ),
    Pace.FULL: (
        (
            (SectionKind.INTRO, (16, 32, 64)),
            (SectionKind.DROP, (16, 32)),
            (SectionKind.BREAK, (8, 16)),
            (SectionKind.BUILD, (8,)),
            (SectionKind.DROP, (32,)),
            (SectionKind.OUTRO, (16, 32, 64)),
        ),
    ),
}
"""How sections follow each other, each with the lengths in bars that it may have."""


def draw_arrangement(
    rng: np.random.Generator, genre: Genre, *, pace: Pace, monotone: bool = False
) -> Arrangement:
    """Draw the order of sections.

    Parameters
    ----------
    rng, genre
        What is drawn from; techno and house prefer longer intros and outros.
    pace
        How long a DJ plays it.
    monotone
        The flaw of that name.
    """
    long_share = 0.6 if genre in (Genre.HOUSE, Genre.TECHNO) else 0.35
    sections: list[Section] = []
    start = 0
    for kind, lengths in pick(rng, _ORDERS[pace]):
        bars = pick(rng, lengths, _length_weights(kind, len(lengths), long_share))
        if kind is SectionKind.BUILD and pace is Pace.BRISK:
            bars = sections[-1].bars  # break and build together keep to the phrase
        sections.append(Section(kind, start, bars))
        start += bars
    hushed = [
        section.start_bar - 1
        for before, section in pairwise(sections)
        if rng.uniform() < HUSHED_SHARE
        and before.kind in (SectionKind.BREAK, SectionKind.BUILD)
        and section.kind is SectionKind.DROP
    ]
    return Arrangement(
        tuple(sections),
        monotone,
        hushed_bars=tuple(hushed),
        soft_intro=bool(rng.uniform() < SOFT_INTRO_SHARE),
        half_time=bool(rng.uniform() < HALF_TIME_SHARE) and genre is not Genre.DUBSTEP,
    )


def _length_weights(kind: SectionKind, count: int, long_share: float) -> list[float]:
    """Return how likely each length is: intros and outros by genre, the rest mostly short."""
    if kind in (SectionKind.INTRO, SectionKind.OUTRO):
        return [1 - long_share, long_share, 0.25 * long_share][:count]
    return [0.6, 0.4][:count]
