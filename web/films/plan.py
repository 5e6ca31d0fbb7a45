"""What film is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from core.show import ShowSettings
from visuals.film.drawing import Cut
from visuals.picture import PictureSize

USUAL_SIZE: Final = PictureSize(640, 360)
USUAL_RATE: Final = Fraction(25)


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """What film is wanted of a mix."""

    size: PictureSize = USUAL_SIZE
    frames_per_second: Fraction = USUAL_RATE
    seed: int = 1
    settings: ShowSettings = field(default_factory=ShowSettings)
    cut: Cut = field(default_factory=Cut)
