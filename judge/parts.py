"""The parts that a component is made of, and how their losses become its score.

Every part is a share s on 0-1: 1 where nothing was to be heard, 0 from the size on at which it is
plainly bad. A thing that is judged (a transition, a stretch of time) loses

    loss = MEAN_SHARE * sum_i w_i (1 - s_i) + WORST_SHARE * max_i (1 - s_i)

so that one bad thing is not averaged away. The loss is a sum over parts, the last term being the
worst part's own: what a finding says it cost, and what the score lacks of 10, are the same number.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import Component

MEAN_SHARE: Final = 0.7
WORST_SHARE: Final = 0.3


class Part(StrEnum):
    """What is looked at; the order is that of the model's outputs."""

    BEAT_OFFSET = "beat_offset"
    TEMPO_DRIFT = "tempo_drift"
    LEVEL = "level"
    BASS = "bass"
    PHRASE = "phrase"
    CLIPPING = "clipping"
    SILENCE = "silence"
    HARMONY = "harmony"
    TEMPO = "tempo"
    REPETITION = "repetition"


TRANSITION_PARTS: Final = tuple(Part)

WEIGHTS: Final[Mapping[Component, Mapping[Part, float]]] = {
    Component.TECHNICAL: {
        Part.BEAT_OFFSET: 0.28,
        Part.TEMPO_DRIFT: 0.14,
        Part.LEVEL: 0.16,
        Part.BASS: 0.16,
        Part.PHRASE: 0.08,
        Part.CLIPPING: 0.09,
        Part.SILENCE: 0.09,
    },
    Component.SELECTION: {
        Part.HARMONY: 0.55,
        Part.TEMPO: 0.25,
        Part.REPETITION: 0.20,
    },
}
"""Shares of the mean within a component, each summing to 1. Beats weigh most: asynchrony is what
listeners notice first. The phrase weighs least: only dancers who count miss it."""

LIMITS: Final[Mapping[Part, tuple[float, float]]] = {
    Part.BEAT_OFFSET: (12.0, 60.0),  # ms; Friberg & Sundberg, 2.5 % of the interval at 125 BPM
    Part.TEMPO_DRIFT: (1.0, 10.0),  # ms/s, ten times the tempo difference in %
    Part.LEVEL: (1.0, 6.0),  # LU; EBU R128's tolerance for live sound
    Part.BASS: (1.0, 3.0),  # dB above the louder bass; two alike add 3
    Part.PHRASE: (0.0, 4.0),  # beats off the 8-bar grid
    Part.CLIPPING: (0.0, 6.0),  # clipped runs a minute
    Part.SILENCE: (0.0, 2.0),  # seconds beyond one beat
    Part.HARMONY: (1.0, 5.0),  # fifths, weighed by how much is heard of both
    Part.TEMPO: (5.0, 12.0),  # %; Kim et al., 86 % of 1,557 mixes change tempo by less than 5
    Part.REPETITION: (0.0, 1.0),
}
"""Where losing begins and where all is lost; for sources see docs/judging.md."""

BASS_HOLE_BEATS: Final = (8.0, 24.0)
"""The part `bass` loses as well where no bass plays: two bars are a gesture, six a hole."""


def goodness(size: float, limits: tuple[float, float]) -> float:
    """Return 1 up to the first limit, 0 from the second on, and a straight line in between."""
    good, bad = limits
    return min(max((bad - size) / (bad - good), 0.0), 1.0)


def part_losses(component: Component, shares: Mapping[Part, float]) -> dict[Part, float]:
    """Return what each part takes from one judged thing, on 0-1.

    Parameters
    ----------
    component
        Technical or selection.
    shares
        s of each of its parts, 0-1.

    Returns
    -------
    dict
        Its values sum to the loss, at most 1.
    """
    weights = WEIGHTS[component]
    lacking = {part: 1.0 - shares[part] for part in weights}
    worst = max(lacking, key=lambda part: lacking[part])
    losses = {part: MEAN_SHARE * weights[part] * lacking[part] for part in weights}
    losses[worst] += WORST_SHARE * lacking[worst]
    return losses


def concluded(component: Component, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a component on 0-1 from its parts, shape (..., 10) in the order of `Part`."""
    parts = WEIGHTS[component]
    columns = [TRANSITION_PARTS.index(part) for part in parts]
    lacking = 1.0 - shares[..., columns]
    mean = lacking @ np.array(list(parts.values()))
    return np.asarray(1.0 - MEAN_SHARE * mean - WORST_SHARE * lacking.max(axis=-1))
