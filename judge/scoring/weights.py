"""What each genre weighs the four components with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.messages import Component, Genre

COMPONENTS: Final = tuple(Component)
"""In the order of the model's outputs."""

_STATED: Final = {
    Genre.HOUSE: (0.30, 0.25, 0.25, 0.20),
    Genre.TECHNO: (0.20, 0.30, 0.30, 0.20),
    Genre.TRANCE: (0.25, 0.25, 0.30, 0.20),
    Genre.DUBSTEP: (0.35, 0.20, 0.25, 0.20),
}


def _weights() -> Mapping[Genre, Mapping[Component, float]]:
    rows = dict(_STATED)
    columns = zip(*_STATED.values(), strict=True)
    rows[Genre.OTHER] = tuple(sum(column) / len(_STATED) for column in columns)
    return {genre: dict(zip(COMPONENTS, row, strict=True)) for genre, row in rows.items()}


GENRE_WEIGHTS: Final = _weights()
"""Weights that add up to 1 for each genre; *other* has the mean of those stated."""
