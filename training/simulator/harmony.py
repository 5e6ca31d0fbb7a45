"""Keys, scales and chord progressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOTE_NAMES: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
MAJOR_STEPS: Final = (0, 2, 4, 5, 7, 9, 11)
MINOR_STEPS: Final = (0, 2, 3, 5, 7, 8, 10)
FIFTH_SEMITONES: Final = 7


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

    def note(self, degree: int) -> int:
        """Return semitones above C of a scale degree, 0 the tonic; degrees may pass the octave."""
        steps = MINOR_STEPS if self.minor else MAJOR_STEPS
        octave, step = divmod(degree, len(steps))
        return self.tonic + 12 * octave + steps[step]


def key_distance(first: Key, second: Key) -> int:
    """Return how far two keys lie apart in fifths, 0-6; a relative key is at distance 0."""
    apart = abs(first.camelot_number - second.camelot_number)
    return min(apart, 12 - apart)


def midi_to_hz(note: float) -> float:
    """Return the frequency of a MIDI note, 69 is 440 Hz."""
    return float(440.0 * 2.0 ** ((note - 69.0) / 12.0))


def bass_note(key: Key, degree: int, lowest: int = 29) -> int:
    """Return the MIDI note of a degree in the octave that starts at `lowest` (29 is F1, 44 Hz)."""
    return lowest + (key.note(degree) - lowest) % 12


def voiced_chord(key: Key, degree: int, size: int, lowest: int = 53) -> tuple[int, ...]:
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


MINOR_PROGRESSIONS: Final[dict[str, tuple[tuple[int, ...], ...]]] = {
    "house": ((0, 5, 2, 6), (0, 3, 5, 4), (0, 6, 5, 6), (3, 4, 0, 0), (0, 2, 3, 5)),
    "techno": ((0, 0, 0, 0), (0, 0, 5, 0), (0, 0, 0, 6), (0, 0, 3, 0)),
    "trance": ((5, 6, 0, 0), (0, 5, 2, 6), (0, 3, 5, 6), (0, 2, 6, 5), (5, 2, 6, 0)),
    "dubstep": ((0, 5, 3, 6), (0, 0, 5, 6), (0, 5, 6, 4), (0, 3, 0, 5)),
}
MAJOR_PROGRESSIONS: Final = ((0, 4, 5, 3), (0, 5, 3, 4), (3, 4, 5, 0), (0, 3, 5, 4))
