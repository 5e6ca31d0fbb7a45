"""The notes: bass line, chords, pad and the line on top, over a progression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.messages import Genre
from training.simulator import rhythms
from training.simulator.family import Family
from training.simulator.harmony import (
    Key,
    Tones,
    bass_note,
    modes_of,
    progressions_of,
    voiced_chord,
)
from training.simulator.melody import STEPS_PER_BAR, Line, Note, draw_line
from training.simulator.randomness import pick

PEDAL_SHARE: Final = 0.15
"""Records whose bass stays on the tonic whatever the chords do."""

OFF_TUNE_SHARE: Final = 0.4
"""Records that were mastered from tape or vinyl, or pitched by somebody."""

MOST_OFF_CENTS: Final = 20.0

_SIZES: Final = {Genre.HOUSE: (0.2, 0.5, 0.3)}
_PLAIN_SIZES: Final = (0.7, 0.25, 0.05)


@dataclass(frozen=True, slots=True)
class Composition:
    """What the tonal instruments of one track play."""

    bars: int  # length of the loop
    bass: tuple[Note, ...]
    chords: tuple[Note, ...]
    pad: tuple[Note, ...]
    lead: tuple[Note, ...]
    line: Line  # what kind of line the lead plays


def compose(
    rng: np.random.Generator, genre: Genre, key: Key, family: Family = Family.STUDIO
) -> Composition:
    """Compose a loop of four or eight bars.

    Parameters
    ----------
    rng
        What is drawn from.
    genre
        Which rhythms and progressions are usual.
    key
        Tonic and gender; the mode is drawn.
    family
        Whose rhythms, modes and progressions.
    """
    tones = key.scale(pick(rng, *modes_of(family, minor=key.minor)))
    progression = pick(rng, progressions_of(family, genre.value, minor=key.minor))
    bars_each = pick(rng, (1, 2))
    size = pick(rng, (3, 4, 5), _SIZES.get(genre, _PLAIN_SIZES))
    lowest = int(rng.integers(49, 57))  # decides the inversions
    degrees = [degree for degree in progression for _ in range(bars_each)]
    off = _off_tune(rng)
    line, lead = draw_line(rng, family, genre, tones, degrees)
    return Composition(
        bars=len(degrees),
        bass=_tuned(_bass(rng, family, genre, tones, degrees), off),
        chords=_tuned(_chords(rng, family, genre, tones, degrees, (size, lowest)), off),
        pad=_tuned(_pad(tones, progression, bars_each, (min(size, 4), lowest - 3)), off),
        lead=_tuned(lead, off),
        line=line,
    )


def _off_tune(rng: np.random.Generator) -> float:
    """Return how far the whole record is out of tune, in semitones."""
    cents = float(rng.uniform(-MOST_OFF_CENTS, MOST_OFF_CENTS))
    return cents / 100 if rng.uniform() < OFF_TUNE_SHARE else 0.0


def _tuned(notes: list[Note], semitones: float) -> tuple[Note, ...]:
    return tuple(Note(n.step, n.steps, n.pitch + semitones, n.velocity) for n in notes)


def _bass(
    rng: np.random.Generator, family: Family, genre: Genre, tones: Tones, degrees: list[int]
) -> list[Note]:
    rhythm = rhythms.notes_of(pick(rng, rhythms.basses(family, genre)))
    colours = [pick(rng, (0, 0, 0, 4, 7, 2)) for _ in rhythm]  # root, fifth, octave, third
    pedal = rng.uniform() < PEDAL_SHARE
    notes = []
    for bar, chord in enumerate(degrees):
        degree = 0 if pedal else chord
        root = bass_note(tones, degree)
        for (step, steps), colour in zip(rhythm, colours, strict=True):
            lift = tones.note(degree + colour) - tones.note(degree) if step else 0
            velocity = (1.0 if step % 4 == 0 else 0.85) * float(rng.uniform(0.88, 1.0))
            notes.append(Note(bar * STEPS_PER_BAR + step, steps * 0.9, root + lift, velocity))
    return notes


def _chords(  # noqa: PLR0917 - one voice of one composition, nothing of its own
    rng: np.random.Generator,
    family: Family,
    genre: Genre,
    tones: Tones,
    degrees: list[int],
    voicing: tuple[int, int],
) -> list[Note]:
    rhythm = rhythms.notes_of(pick(rng, rhythms.chords(family, genre)))
    touch = rng.uniform(0.8, 1.0, STEPS_PER_BAR)
    return [
        Note(bar * STEPS_PER_BAR + step, max(1.2, steps * 0.95), pitch, float(touch[step]))
        for bar, degree in enumerate(degrees)
        for step, steps in rhythm
        for pitch in voiced_chord(tones, degree, *voicing)
    ]


def _pad(
    tones: Tones, progression: tuple[int, ...], bars_each: int, voicing: tuple[int, int]
) -> list[Note]:
    steps = bars_each * STEPS_PER_BAR
    return [
        Note(index * steps, steps, pitch, 1.0)
        for index, degree in enumerate(progression)
        for pitch in voiced_chord(tones, degree, *voicing)
    ]
