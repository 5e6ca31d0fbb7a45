"""What people said of sets, and what the judge said of the same sets, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import Component, Genre

Array = NDArray[np.float64]

OVERALL: Final = "overall"

FACETS: Final[tuple[str, ...]] = (*(component.value for component in Component), OVERALL)
"""What a panel may score: the four components, and the set as a whole."""

LEAST_JUDGES: Final = 3
"""With two, nobody can say which of them is the severe one."""

LEAST_SETS: Final = 10
"""Scored by two judges or more: below, no figure here means anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """The scores of people.

    A facet that nobody scored is absent from `scores`.
    """

    judges: tuple[str, ...]
    sets: tuple[str, ...]
    battles: tuple[str, ...]  # of each set
    scores: Mapping[str, Array]  # of each facet: shape (sets, judges), 1-10, NaN where none
    order: Array  # shape (sets, judges): position in which a judge heard a set; NaN where unknown


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """The scores of the judge for a panel's sets, each of shape (sets,); NaN where unknown."""

    values: Mapping[Component, Array]  # 1-10
    reaches: Mapping[Component, Array]  # half-widths of the 90 % intervals, points
    genres: tuple[Genre, ...]  # whose weights make the overall score of each set
    model_sha256: str


def scored(scores: Array) -> NDArray[np.bool_]:
    """Return where (sets, judges) there is a score."""
    return ~np.isnan(scores)
