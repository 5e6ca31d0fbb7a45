"""A hand on a record: backspins and scratches."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from training.simulator.channel import Hand

STEP_SAMPLES: Final = 48
"""The hand moves straight for a millisecond at a time."""

SPIN_SPEED: Final = 6.0
"""How many times faster than it plays a record is flung back, at first."""

TURN_SECONDS: Final = 0.03
REACH_BEATS: Final = 0.42
"""How far into its first beat a record is scratched."""

CLICK_SAMPLES: Final = 96
STROKES: Final = (
    (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
    (1.0, 0.5, 0.5, 1.0, 0.5, 0.5),
    (0.75, 0.75, 0.5, 0.75, 0.75, 0.5),
    (0.5, 0.25, 0.25, 0.5, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5),
)
"""Patterns over one bar: how many beats each stroke takes, forth and back."""


def backspin(start: float, end: float) -> Hand:
    """Return a record flung back: fast at first, slower and lower towards the end."""
    moments = np.append(np.arange(start, end, STEP_SAMPLES), end)
    seconds = (moments - start) / SAMPLE_RATE_HZ
    length_seconds = (end - start) / SAMPLE_RATE_HZ
    flung = -SPIN_SPEED * np.exp(-2.5 * seconds / length_seconds)
    turned = np.clip(seconds / TURN_SECONDS, 0.0, 1.0)
    speed = (1 - turned) + turned * flung
    steps = np.diff(moments) * (speed[:-1] + speed[1:]) / 2
    return Hand(moments, start + np.concatenate([[0.0], np.cumsum(steps)]))


def scratched(
    start: float, end: float, released: float, beat_samples: float, *, style: int
) -> tuple[Hand, list[tuple[float, float]]]:
    """Return a record scratched around one point, and the fader that chops it.

    Parameters
    ----------
    start, end
        When it is scratched.
    released
        When the hand lets go; also the point of the record around which it moves.
    beat_samples
        Samples of one beat.
    style
        Which pattern.
    """
    moments, positions = [np.array([start])], [np.array([released])]
    gate: list[tuple[float, float]] = []
    position, turn = start, 0
    strokes = STROKES[style % len(STROKES)]
    chopped = style // len(STROKES) % 3  # never, on the way back, in the middle of each stroke
    while position < end - 1:
        length = min(strokes[turn % len(strokes)] * beat_samples, end - position)
        progress = np.linspace(0, 1, max(3, round(length / STEP_SAMPLES)))[1:]
        moments.append(position + length * progress)
        positions.append(
            released + REACH_BEATS * beat_samples * (0.5 - 0.5 * np.cos(2 * np.pi * progress))
        )
        middle = position + length / 2
        if chopped == 1:
            gate += [(middle, 1.0), (middle + CLICK_SAMPLES, 0.0)]
            gate += [(position + length - CLICK_SAMPLES, 0.0), (position + length, 1.0)]
        elif chopped == 2:
            quarter = middle - length / 4
            gate += [(quarter, 1.0), (quarter + CLICK_SAMPLES, 0.0)]
            gate += [(middle - CLICK_SAMPLES, 0.0), (middle, 1.0)]
        position += length
        turn += 1
    if released > position:
        moments.append(np.array([released]))
        positions.append(np.array([released]))
    return Hand(np.concatenate(moments), np.concatenate(positions)), gate
