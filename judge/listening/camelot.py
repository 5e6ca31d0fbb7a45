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
