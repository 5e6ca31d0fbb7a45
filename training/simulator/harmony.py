"""Keys, scales and chord progressions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from training.simulator.family import Family

NOTE_NAMES: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FIFTH_SEMITONES: Final = 7


class Mode(Enum):
    """Semitones of a scale's seven degrees above its tonic."""

    IONIAN = (0, 2, 4, 5, 7, 9, 11)
    DORIAN = (0, 2, 3, 5, 7, 9, 10)
    PHRYGIAN = (0, 1, 3, 5, 7, 8, 10)
    LYDIAN = (0, 2, 4, 6, 7, 9, 11)
    MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)
    AEOLIAN = (0, 2, 3, 5, 7, 8, 10)
    HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)


class Tones(Protocol):
    """Whatever has degrees: a key, or a scale."""

    def note(self, degree: int, /) -> int:
        """Return semitones above C of a degree, 0 the tonic; degrees may pass the octave."""
        ...


@dataclass(frozen=True, slots=True)
class Scale:
    """A tonic, as a pitch class, and a mode."""

    tonic: int
    mode: Mode

    def note(self, degree: int, /) -> int:
        """Return semitones above C of a degree, 0 the tonic; degrees may pass the octave."""
        octave, step = divmod(degree, 7)
        return self.tonic + self.mode.value[step] + 12 * octave


@dataclass(frozen=True, slots=True)
class Key:
    """A tonal centre.

    Attributes
    ----------
    tonic
        Pitch class, 0 is C.
    minor
        Natural minor rather than major.
    """

    tonic: int
    minor: bool

    @property
    def name(self) -> str:
        """Such as "A minor"."""
        return f"{NOTE_NAMES[self.tonic]} {'minor' if self.minor else 'major'}"

    @property
    def camelot_number(self) -> int:
        """Position on the circle of fifths, 1-12; a key and its relative share one."""
        relative_major = (self.tonic + 3) % 12 if self.minor else self.tonic
        return (relative_major * FIFTH_SEMITONES + 7) % 12 + 1

    @property
    def camelot(self) -> str:
        """Such as "8A" for A minor."""
        return f"{self.camelot_number}{'A' if self.minor else 'B'}"

    def moved_by_fifths(self, fifths: int) -> Key:
        """Return the key that lies `fifths` steps round the circle, in the same mode."""
        return Key((self.tonic + FIFTH_SEMITONES * fifths) % 12, self.minor)

    def note(self, degree: int, /) -> int:
        """Return semitones above C of a scale degree, 0 the tonic; degrees may pass the octave."""
        return self.scale(Mode.AEOLIAN if self.minor else Mode.IONIAN).note(degree)

    def scale(self, mode: Mode) -> Scale:
        """Return a scale on the key's tonic."""
        return Scale(self.tonic, mode)


def key_distance(first: Key, second: Key) -> int:
    """Return how far two keys lie apart in fifths, 0-6; a relative key is at distance 0."""
    apart = abs(first.camelot_number - second.camelot_number)
    return min(apart, 12 - apart)


def midi_to_hz(note: float) -> float:
    """Return the frequency of a MIDI note, 69 is 440 Hz."""
    return float(440.0 * 2.0 ** ((note - 69.0) / 12.0))


def bass_note(key: Tones, degree: int, lowest: int = 29) -> int:
    """Return the MIDI note of a degree in the octave that starts at `lowest` (29 is F1, 44 Hz)."""
    return lowest + (key.note(degree) - lowest) % 12


def voiced_chord(key: Tones, degree: int, size: int, lowest: int = 53) -> tuple[int, ...]:
    """Stack thirds on a degree and fold them into one register.

    Folding every note into the octave and a half above `lowest` leads the voices by the
    shortest way, as a keyboard player does.

    Parameters
    ----------
    key, degree
        Which chord.
    size
        Notes: 3 a triad, 4 with the seventh, 5 with the ninth.
    lowest
        MIDI note under which nothing falls.
    """
    notes = [lowest + (key.note(degree + 2 * third) - lowest) % 12 for third in range(size)]
    if size == 5:
        notes[4] += 12 if notes[4] - lowest < 6 else 0  # the ninth on top keeps the chord open
    return tuple(sorted(set(notes)))


# Degrees of chords, 0 the tonic.
Progressions = dict[str, tuple[tuple[int, ...], ...]]

_STUDIO_MINOR: Final[Progressions] = {
    "house": (
        (0, 5, 2, 6), (0, 3, 5, 4), (0, 6, 5, 6), (3, 4, 0, 0), (0, 2, 3, 5), (0, 0, 3, 3),
        (0, 4, 5, 3), (5, 4, 0, 6), (0, 3, 0, 6),
    ),
    "techno": ((0, 0, 0, 0), (0, 0, 5, 0), (0, 0, 0, 6), (0, 0, 3, 0), (0, 1, 0, 0), (0, 6, 0, 0)),
    "trance": (
        (5, 6, 0, 0), (0, 5, 2, 6), (0, 3, 5, 6), (0, 2, 6, 5), (5, 2, 6, 0), (0, 4, 5, 6),
        (0, 6, 3, 5), (3, 5, 0, 6),
    ),
    "dubstep": (
        (0, 5, 3, 6), (0, 0, 5, 6), (0, 5, 6, 4), (0, 3, 0, 5), (0, 0, 0, 1), (0, 2, 5, 0),
    ),
}  # fmt: skip
_STUDIO_MAJOR: Final = (
    (0, 4, 5, 3), (0, 5, 3, 4), (3, 4, 5, 0), (0, 3, 5, 4), (0, 3, 0, 4), (3, 0, 4, 5),
)  # fmt: skip
_UNSEEN_MINOR: Final = (
    (0, 1, 0, 6), (0, 3, 6, 2), (6, 5, 0, 0), (0, 2, 0, 3), (2, 3, 0, 1), (0, 4, 3, 2),
    (0, 0, 1, 1), (3, 0, 1, 6),
)  # fmt: skip
_UNSEEN_MAJOR: Final = ((0, 1, 3, 0), (0, 2, 3, 1), (1, 4, 0, 0), (0, 1, 0, 4), (5, 1, 4, 0))

_MODES: Final[dict[tuple[Family, bool], tuple[tuple[Mode, ...], tuple[float, ...]]]] = {
    (Family.STUDIO, True): ((Mode.AEOLIAN, Mode.HARMONIC_MINOR), (0.85, 0.15)),
    (Family.STUDIO, False): ((Mode.IONIAN, Mode.MIXOLYDIAN), (0.75, 0.25)),
    (Family.UNSEEN, True): ((Mode.DORIAN, Mode.PHRYGIAN), (0.65, 0.35)),
    (Family.UNSEEN, False): ((Mode.LYDIAN, Mode.IONIAN), (0.4, 0.6)),
}


def modes_of(family: Family, *, minor: bool) -> tuple[tuple[Mode, ...], tuple[float, ...]]:
    """Return the modes that a family uses, and how often."""
    return _MODES[family, minor]


def progressions_of(family: Family, genre: str, *, minor: bool) -> tuple[tuple[int, ...], ...]:
    """Return a family's progressions of chords, as degrees."""
    if family is Family.UNSEEN:
        return _UNSEEN_MINOR if minor else _UNSEEN_MAJOR
    return _STUDIO_MINOR.get(genre, _STUDIO_MINOR["house"]) if minor else _STUDIO_MAJOR
