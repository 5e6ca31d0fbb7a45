"""What the model says of one message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says of one message. All but `sentiment` are 0-1."""

    sentiment: float  # -1 to 1: how likely glad, less how likely not
    label: str  # "negative", "neutral" or "positive"
    toxicity: float
    target_person: float
    target_group: float
    explicit: float
    spam: float
    language: str  # "en", "es", "mixed" or "none"
