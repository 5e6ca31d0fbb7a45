"""The line on top: a motif, an arpeggio, a riff, held notes or chops of a voice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from core.messages import Genre
from training.simulator.family import Family
from training.simulator.harmony import Tones
from training.simulator.randomness import pick

STEPS_PER_BAR: Final = 16
MIDDLE: Final = 69
"""MIDI note from which upwards melodies lie."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note, timed in sixteenths from the start of its loop."""

    step: float
    steps: float  # duration
    pitch: float  # MIDI; with a fraction where the record is tuned off
    velocity: float  # 0-1


class Line(StrEnum):
    """What kind of line it is; it decides which instruments suit it."""

    MOTIF = "motif"
    ARPEGGIO = "arpeggio"
    RIFF = "riff"
    HELD = "held"
    CHOPS = "chops"


_SHARES: Final[dict[Genre, tuple[float, ...]]] = {
    Genre.HOUSE: (0.3, 0.1, 0.2, 0.1, 0.3),
    Genre.TECHNO: (0.2, 0.2, 0.35, 0.15, 0.1),
    Genre.TRANCE: (0.35, 0.35, 0.1, 0.15, 0.05),
    Genre.DUBSTEP: (0.25, 0.1, 0.15, 0.2, 0.3),
}
_DENSITY: Final = {Genre.TRANCE: 11, Genre.TECHNO: 5, Genre.DUBSTEP: 4}
_SYNCOPATIONS: Final = {
    Family.STUDIO: ((0, 3, 6, 10, 12), (0, 3, 6, 9, 12, 14), (2, 5, 8, 11, 14), (0, 6, 12)),
    Family.UNSEEN: ((0, 5, 8, 11), (1, 4, 7, 10, 13), (0, 2, 5, 7, 10, 13), (3, 6, 11, 14)),
}
_CHOPS: Final = {
    Family.STUDIO: ((0, 3, 10), (2, 6, 8, 14), (0, 7, 8, 11), (4, 6, 12)),
    Family.UNSEEN: ((1, 4, 9, 12), (3, 5, 11), (0, 2, 9, 13)),
}
_ARPEGGIOS: Final = {
    Family.STUDIO: ((0, 2, 4, 7), (0, 4, 2, 7), (0, 2, 4, 7, 4, 2), (7, 4, 2, 0)),
    Family.UNSEEN: ((0, 4, 7, 9, 7, 4), (2, 0, 4, 2, 7), (0, 7, 2, 9, 4), (4, 0, 6, 2)),
}


def draw_line(
    rng: np.random.Generator, family: Family, genre: Genre, tones: Tones, degrees: list[int]
) -> tuple[Line, list[Note]]:
    """Draw a kind of line and play it over chords, one degree a bar."""
    kind = pick(rng, tuple(Line), _SHARES.get(genre, _SHARES[Genre.HOUSE]))
    if kind is Line.ARPEGGIO:
        return kind, _arpeggio(rng, family, tones, degrees)
    if kind is Line.MOTIF:
        bars = [_motif(rng, _DENSITY.get(genre, 6)) for _ in range(2)]
    elif kind is Line.HELD:
        bars = [_held(rng) for _ in range(2)]
    else:
        steps = pick(rng, (_SYNCOPATIONS if kind is Line.RIFF else _CHOPS)[family])
        longest = 2 if kind is Line.RIFF else pick(rng, (2, 3, 5))
        bars = [_riff(rng, steps, longest) for _ in range(2)]
    return kind, _over_chords(rng, tones, degrees, *bars)


Bar = list[tuple[int, int, float]]
"""Step, tone above the chord's root in degrees, and duration in steps."""


def _over_chords(
    rng: np.random.Generator, tones: Tones, degrees: list[int], call: Bar, answer: Bar
) -> list[Note]:
    """Carry a bar through the chords, with an answer every fourth one."""
    notes = []
    for bar, degree in enumerate(degrees):
        for step, tone, steps in answer if bar % 4 == 3 else call:
            velocity = float(rng.uniform(0.65, 1.0))
            pitch = pitch_above(tones, degree + tone) + (12 if tone >= 7 else 0)
            notes.append(Note(bar * STEPS_PER_BAR + step, steps, pitch, velocity))
    return notes


def pitch_above(tones: Tones, degree: int, lowest: int = MIDDLE) -> int:
    """Return a degree's note within the octave above `lowest`."""
    return lowest + (tones.note(degree) - lowest) % 12


def _motif(rng: np.random.Generator, density: int) -> Bar:
    steps = np.sort(rng.choice(STEPS_PER_BAR, density, replace=False))
    ends = [*steps[1:], STEPS_PER_BAR]
    tone, motif = 2, []
    for step, end in zip(steps, ends, strict=True):
        tone = int(np.clip(tone + pick(rng, (-4, -2, -2, 0, 2, 2, 4)), 0, 8))
        if step % 4 == 0:
            tone -= tone % 2  # on the beat, a note of the chord: 0, 2, 4, 6 are thirds stacked
        motif.append((int(step), tone, float(min(3, end - step)) * 0.9))
    return motif


def _riff(rng: np.random.Generator, steps: tuple[int, ...], longest: int) -> Bar:
    """Return few tones at given steps, each held until the next one but not longer than asked."""
    tones = rng.choice((0, 2, 4, 6, 7), len(steps))
    ends = [*steps[1:], STEPS_PER_BAR]
    return [
        (step, int(tone), min(longest, end - step) * 0.95)
        for step, end, tone in zip(steps, ends, tones, strict=True)
    ]


def _held(rng: np.random.Generator) -> Bar:
    turns = pick(rng, ((0,), (0, 8), (0, 12), (4,)))
    ends = [*turns[1:], STEPS_PER_BAR]
    return [
        (step, int(pick(rng, (0, 2, 4, 7))), 0.98 * (end - step))
        for step, end in zip(turns, ends, strict=True)
    ]


def _arpeggio(
    rng: np.random.Generator, family: Family, tones: Tones, degrees: list[int]
) -> list[Note]:
    figure = pick(rng, _ARPEGGIOS[family])
    every = pick(rng, (1, 1, 2))
    rests = set(rng.choice(STEPS_PER_BAR // every, int(rng.integers(0, 4)), replace=False).tolist())
    lowest = pick(rng, (MIDDLE - 12, MIDDLE - 12, MIDDLE))
    notes = []
    for bar, degree in enumerate(degrees):
        for index in range(STEPS_PER_BAR // every):
            if index not in rests:
                tone = figure[index % len(figure)]
                pitch = pitch_above(tones, degree + tone, lowest) + (12 if tone >= 7 else 0)
                velocity = float(rng.uniform(0.6, 0.85)) + (0.15 if index % 4 == 0 else 0.0)
                step = bar * STEPS_PER_BAR + index * every
                notes.append(Note(step, 0.9 * every, pitch, velocity))
    return notes
