"""Joins what the crowd says with what the sound said a lag ago."""

from __future__ import annotations

import math
from typing import Final

TRUST: Final = 0.4
"""What the strongest sound is worth beside the crowd: alone it is never sure."""

FIT_SECONDS: Final = 8.0
"""How far a reaction may be from where the lag puts it (standard deviation)."""


def probability(hype: float, audio: float = 0.0) -> float:
    """Return how likely a moment is, 0-1, from both witnesses.

    Parameters
    ----------
    hype
        The index, 0-100, itself the logistic of how unusual the crowd is.
    audio
        Strength of what the sound did, 0-1, as far as it fits in time.

    Notes
    -----
    A noisy-or: each witness alone can make it likely, neither can make it unlikely (Pearl,
    "Probabilistic Reasoning in Intelligent Systems", 1988, 4.3.2).
    """
    return 1 - (1 - hype / 100) * (1 - TRUST * audio)


def fit(position_seconds: float, event_seconds: float, lag_seconds: float) -> float:
    """Return how well a reaction now fits an event then, 0-1."""
    off = (position_seconds - event_seconds - lag_seconds) / FIT_SECONDS
    return math.exp(-0.5 * off * off)
