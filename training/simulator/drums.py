"""Draws drum kits, each from the machines of its family."""

from __future__ import annotations

import numpy as np

from training.simulator import drums_studio, drums_unseen
from training.simulator.family import Family
from training.simulator.kit import Kit


def draw_kit(rng: np.random.Generator, hardness: float, family: Family = Family.STUDIO) -> Kit:
    """Draw a drum kit; `hardness` 0-1 from soft house to hard techno."""
    if family is Family.UNSEEN:
        return drums_unseen.draw_kit(rng, hardness)
    return drums_studio.draw_kit(rng, hardness)
