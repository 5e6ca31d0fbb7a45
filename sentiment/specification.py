"""What the crowd's model and its reader agree on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sentiment.features import DENSE
from sentiment.hashing import BUCKETS, LONGEST_GRAM, SHORTEST_GRAM

KIND: Final = "crowd"

SENTIMENTS: Final = ("negative", "neutral", "positive")
TARGETS: Final = ("none", "person", "group")
LANGUAGES: Final = ("en", "es", "mixed", "none")

HEADS: Final[Mapping[str, tuple[int, int]]] = {
    "sentiment": (0, 3),
    "toxic": (3, 4),
    "target": (4, 7),
    "explicit": (7, 8),
    "spam": (8, 9),
    "language": (9, 13),
}
"""Where each head's outputs lie. One output is a logit; several are logits of classes."""

OUTPUTS: Final = 13

LABELS: Final = (
    *SENTIMENTS, "toxic", *(f"target_{each}" for each in TARGETS), "explicit", "spam",
    *(f"language_{each}" for each in LANGUAGES),
)  # fmt: skip


def settings() -> dict[str, object]:
    """Return what a model file must have been made for, as it travels in its metadata."""
    return {"buckets": BUCKETS, "grams": [SHORTEST_GRAM, LONGEST_GRAM], "dense": list(DENSE)}
