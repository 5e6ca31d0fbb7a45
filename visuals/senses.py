"""What the generator knows of one moment of a set: the contract between hearing and drawing.

Everything is defined for every moment, whatever is not known yet: a picture must come. Levels are
normalised around 1.0 by the set's own course, so that a quiet set dances like a loud one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import Section
from core.show import EMBEDDING_SIZE


class Mode(StrEnum):
    """Of the key."""

    MINOR = "minor"
    MAJOR = "major"


@dataclass(frozen=True, slots=True)
class Senses:
    """One moment of the media clock, as heard.

    `beat` runs on without jumps: phases are corrected by bending time, never by stepping back.
    """

    position_seconds: float  # on the media clock: what the picture is drawn for
    beat: float  # beats since the set began; the fraction is the phase, 0 on the beat
    bar: float | None  # bars, likewise; None while the bar is not known
    bpm: float  # 120 while no beat is known
    beat_confidence: float  # 0-1; 0 while no beat is known, and pulses fade with it
    low: float  # level of 20-150 Hz over its usual: around 1.0, 0 in silence, 3 at most
    mid: float  # 150-2,000 Hz
    high: float  # 2,000-16,000 Hz
    level: float  # of everything
    onset: float  # 0-1: how much louder than a moment ago, 1 on a hard hit
    energy: float  # 0-1, of the music over seconds
    tonic: int | None  # 0-11 from C; None while the key is not known
    mode: Mode | None
    section: Section | None
    drop: float  # 1 when a drop lands, fading to 0 over two bars
    transition: float  # 0-1: how far a transition that is under way has come; 0 where none is
    score: float | None  # 1-10, overall of the set
    hype: float | None  # 0-1, of the crowd
    embedding: NDArray[np.float32]  # shape (EMBEDDING_SIZE,): the judge's, smoothed over seconds


RESTING: Final = Senses(
    position_seconds=0.0,
    beat=0.0,
    bar=None,
    bpm=120.0,
    beat_confidence=0.0,
    low=0.0,
    mid=0.0,
    high=0.0,
    level=0.0,
    onset=0.0,
    energy=0.0,
    tonic=None,
    mode=None,
    section=None,
    drop=0.0,
    transition=0.0,
    score=None,
    hype=None,
    embedding=np.zeros(EMBEDDING_SIZE, np.float32),
)
"""A moment of which nothing is known."""
