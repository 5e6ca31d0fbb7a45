"""The notes: bass line, chords and lead over a progression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.messages import Genre
from training.simulator.harmony import (
    MAJOR_PROGRESSIONS,
    MINOR_PROGRESSIONS,
    Key,
    bass_note,
    voiced_chord,
)
from training.simulator.randomness import pick

STEPS_PER_BAR: Final = 16


@dataclass(frozen=True, slots=True)
class Note:
    """One note, timed in sixteenths from the start of its loop."""

    step: float
    steps: float  # duration
    pitch: int  # MIDI
    velocity: float  # 0-1


@dataclass(frozen=True, slots=True)
class Composition:
    """What the tonal instruments of one track play."""

    bars: int  # length of the loop
    bass: tuple[Note, ...]
    chords: tuple[Note, ...]
    pad: tuple[Note, ...]
    lead: tuple[Note, ...]


# Steps on which a bass speaks; "o" starts a note, "-" holds it.
_BASS_RHYTHMS: Final[dict[Genre, tuple[str, ...]]] = {
    Genre.HOUSE: (
        "..o-..o-..o-..o-",
        "o-....o-..o...o-",
        "o-.o..o-..o-.o..",
        "..oo..o-..oo..o-",
    ),
    Genre.TECHNO: ("..oo..oo..oo..oo", ".ooo.ooo.ooo.ooo", "..o...o...o...o.", "o..o..o.o..o..o."),
    Genre.TRANCE: ("..o-..o-..o-..o-", ".ooo.ooo.ooo.ooo", "..oo..oo..oo..oo"),
    Genre.DUBSTEP: ("o-----o---o-----", "o-------o---o-o-", "o---o-----o-o---", "o-----------o---"),
}
_CHORD_RHYTHMS: Final[dict[Genre, tuple[str, ...]]] = {
    Genre.HOUSE: ("...o..o....o..o.", "o..o..o...o.....", "..o...o...o...o.", "o.....o..o......"),
    Genre.TECHNO: ("...o......o.....", "......o.........", "..o..o..o..o..o.", "...o..o........."),
    Genre.TRANCE: ("o..o..o..o..o.o.", "..o...o...o...o.", "o.o..o.o..o.o..o"),
    Genre.DUBSTEP: ("o---------------", "........o-------", "o-----o---------"),
}
_OTHER: Final = Genre.HOUSE


def compose(rng: np.random.Generator, genre: Genre, key: Key) -> Composition:
    """Compose a loop of four or eight bars.

    Parameters
    ----------
    rng
        What is drawn from.
    genre
        Which rhythms and progressions are usual.
    key
        All notes belong to it.
    """
    progressions = MINOR_PROGRESSIONS[genre.value] if key.minor else MAJOR_PROGRESSIONS
    progression = pick(rng, progressions)
    bars_each = pick(rng, (1, 2))
    size = pick(rng, (3, 4, 5), (0.2, 0.5, 0.3) if genre is Genre.HOUSE else (0.7, 0.25, 0.05))
    degrees = [degree for degree in progression for _ in range(bars_each)]
    return Composition(
        bars=len(degrees),
        bass=tuple(_bass(rng, genre, key, degrees)),
        chords=tuple(_chords(rng, genre, key, degrees, size)),
        pad=tuple(_pad(key, progression, bars_each, min(size, 4))),
        lead=tuple(_lead(rng, genre, key, degrees)),
    )


def _rhythm(pattern: str) -> list[tuple[int, int]]:
    """Return start and duration in steps of each note of a pattern."""
    notes = []
    for step, sign in enumerate(pattern):
        if sign == "o":
            held = len(pattern[step + 1 :]) - len(pattern[step + 1 :].lstrip("-"))
            notes.append((step, 1 + held))
    return notes


def _bass(rng: np.random.Generator, genre: Genre, key: Key, degrees: list[int]) -> list[Note]:
    rhythm = _rhythm(pick(rng, _BASS_RHYTHMS.get(genre, _BASS_RHYTHMS[_OTHER])))
    colours = [pick(rng, (0, 0, 0, 4, 7, 2)) for _ in rhythm]  # root, fifth, octave, third
    notes = []
    for bar, degree in enumerate(degrees):
        root = bass_note(key, degree)
        for (step, steps), colour in zip(rhythm, colours, strict=True):
            lift = key.note(degree + colour) - key.note(degree) if step else 0
            velocity = 1.0 if step % 4 == 0 else 0.85
            notes.append(Note(bar * STEPS_PER_BAR + step, steps * 0.9, root + lift, velocity))
    return notes


def _chords(
    rng: np.random.Generator, genre: Genre, key: Key, degrees: list[int], size: int
) -> list[Note]:
    rhythm = _rhythm(pick(rng, _CHORD_RHYTHMS.get(genre, _CHORD_RHYTHMS[_OTHER])))
    return [
        Note(bar * STEPS_PER_BAR + step, max(1.2, steps * 0.95), pitch, 0.9 if step % 4 else 1.0)
        for bar, degree in enumerate(degrees)
        for step, steps in rhythm
        for pitch in voiced_chord(key, degree, size)
    ]


def _pad(key: Key, progression: tuple[int, ...], bars_each: int, size: int) -> list[Note]:
    steps = bars_each * STEPS_PER_BAR
    return [
        Note(index * steps, steps, pitch, 1.0)
        for index, degree in enumerate(progression)
        for pitch in voiced_chord(key, degree, size, lowest=50)
    ]


def _lead(rng: np.random.Generator, genre: Genre, key: Key, degrees: list[int]) -> list[Note]:
    """Draw a motif of a bar and carry it through the chords, with an answer every fourth bar."""
    density = {Genre.TRANCE: 11, Genre.TECHNO: 5, Genre.DUBSTEP: 4}.get(genre, 6)
    motif, answer = (_motif(rng, density) for _ in range(2))
    notes = []
    for bar, degree in enumerate(degrees):
        for step, chord_tone, steps in answer if bar % 4 == 3 else motif:
            pitch = 69 + (key.note(degree + chord_tone) - 69) % 12
            pitch += 12 if chord_tone >= 7 else 0
            velocity = float(rng.uniform(0.7, 1.0))
            notes.append(Note(bar * STEPS_PER_BAR + step, steps, pitch, velocity))
    return notes


def _motif(rng: np.random.Generator, density: int) -> list[tuple[int, int, float]]:
    steps = np.sort(rng.choice(STEPS_PER_BAR, density, replace=False))
    ends = [*steps[1:], STEPS_PER_BAR]
    tone, motif = 2, []
    for step, end in zip(steps, ends, strict=True):
        tone = int(np.clip(tone + pick(rng, (-4, -2, -2, 0, 2, 2, 4)), 0, 8))
        if step % 4 == 0:
            tone -= tone % 2  # on the beat, a note of the chord: 0, 2, 4, 6 are thirds stacked
        motif.append((int(step), tone, float(min(3, end - step)) * 0.9))
    return motif
