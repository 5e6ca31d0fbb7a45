"""Names of keys, and their places on the Camelot wheel.

Keys are numbered 0-11 for C major to B major and 12-23 for C minor to B minor.
"""

from __future__ import annotations

from typing import Final

KEYS: Final = 24
PITCH_NAMES: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def key_name(key: int) -> str:
    """Return a name such as "A minor"."""
    return f"{PITCH_NAMES[key % 12]} {'major' if key < 12 else 'minor'}"


def wheel_hour(key: int) -> int:
    """Return the hour on the wheel, 1-12: a fifth up is an hour on; C major and A minor are 8."""
    major = key % 12 if key < 12 else (key % 12 + 3) % 12
    return (major * 7 + 7) % 12 + 1


def camelot(key: int) -> str:
    """Return the Camelot code, such as "8A" for A minor and "8B" for C major."""
    return f"{wheel_hour(key)}{'B' if key < 12 else 'A'}"


def wheel_distance(one: int, other: int) -> int:
    """Return the steps between two keys on the wheel, 0-7: hours apart, and one for the mode."""
    hours = abs(wheel_hour(one) - wheel_hour(other))
    return min(hours, 12 - hours) + int((one < 12) != (other < 12))


def compatibility(one: int, other: int) -> float:
    """Return how well two keys blend, 0-1.

    The DJ's rule of thumb: the same key, a neighbouring hour or the other letter of the same hour
    blend; two steps are bearable; from four on they clash.
    """
    steps = wheel_distance(one, other)
    return (1.0, 0.9, 0.5, 0.25)[steps] if steps < 4 else 0.0
