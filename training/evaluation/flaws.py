"""The flaws that are put into sets one at a time, and how large.

Limits are those of the rubric: below hearing is less than where losing begins, severe is where all
of the part is lost. Doses lie between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.messages import Component, TransitionKind
from training.evaluation.cases import Case
from training.evaluation.plan import Plan
from training.evaluation.simulated import Simulated
from training.evaluation.styles import Revision

BELOW: Final = "below hearing"
MODERATE: Final = "moderate"
SEVERE: Final = "severe"

END_MATTERS_HOPS: Final = 20
"""Of these sets little more than the end is looked at, and there are many of them."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw.

    Attributes
    ----------
    field
        In the simulator's `Flaws`.
    component
        The one that it should cost.
    kind
        Of the transitions in which it is heard.
    sizes
        By severity.
    doses
        From none to severe; empty where there is nothing between.
    """

    name: str
    field: str
    unit: str
    component: Component
    kind: TransitionKind
    sizes: Mapping[str, float]
    doses: tuple[float, ...] = ()

    def case(self, plan: Plan, number: int, size: float | None) -> Case:
        """Return a set whose first transition has the flaw in a size; None for none at all."""
        flaw = None if size is None else self.field
        revision = Revision(self.kind.value, flaw, 0.0 if size is None else float(size))
        source = Simulated(plan.seeds.pairs + number, revision=revision)
        return Case(source, plan.sizes.pair_hops, step_hops=END_MATTERS_HOPS)


FLAWS: Final = (
    Flaw(
        *("beat offset", "offset_ms", "ms", Component.TECHNICAL, TransitionKind.BLEND),
        {BELOW: 6.0, MODERATE: 35.0, SEVERE: 90.0},
        (15.0, 24.0, 33.0, 42.0, 51.0, 60.0),
    ),
    Flaw(
        *("tempo", "tempo_difference_percent", "%", Component.TECHNICAL, TransitionKind.BLEND),
        {BELOW: 0.05, MODERATE: 0.5, SEVERE: 2.0},
        (0.15, 0.3, 0.45, 0.6, 0.8, 1.0),
    ),
    Flaw(
        *("level", "level_db", "dB", Component.TECHNICAL, TransitionKind.BLEND),
        {BELOW: -0.5, MODERATE: -3.0, SEVERE: -8.0},
        (-1.5, -2.4, -3.3, -4.2, -5.1, -6.0),
    ),
    Flaw(
        *("two basses", "bass_overlap", "gain", Component.TECHNICAL, TransitionKind.BASS_SWAP),
        {BELOW: 0.3, MODERATE: 0.75, SEVERE: 1.0},  # 0.4, 1.9 and 3 dB more of bass
        (0.55, 0.65, 0.75, 0.85, 0.92, 1.0),
    ),
    Flaw(
        *("bass hole", "bass_hole_beats", "beats", Component.TECHNICAL, TransitionKind.BASS_SWAP),
        {BELOW: 4.0, MODERATE: 16.0, SEVERE: 32.0},
        (10.0, 13.0, 16.0, 19.0, 22.0, 25.0),
    ),
    Flaw(
        *("clipping", "clip_drive_db", "dB", Component.TECHNICAL, TransitionKind.BLEND),
        {MODERATE: 3.0, SEVERE: 7.0},
        (1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
    ),
    Flaw(
        *("wrong phrase", "phrase_error_beats", "beats", Component.TECHNICAL, TransitionKind.CUT),
        {MODERATE: 2.0, SEVERE: 4.0},
        (1.0, 2.0, 3.0, 4.0, 5.0),
    ),
    Flaw(
        *("silence", "silence_seconds", "s", Component.TECHNICAL, TransitionKind.CUT),
        {BELOW: 0.2, MODERATE: 1.2, SEVERE: 3.0},
        (0.6, 0.9, 1.2, 1.6, 2.0, 2.5),
    ),
    Flaw(
        *("key", "key_fifths", "fifths", Component.SELECTION, TransitionKind.BLEND),
        {BELOW: 1.0, MODERATE: 3.0, SEVERE: 5.0},
        (2.0, 3.0, 4.0, 5.0, 6.0),
    ),
    Flaw(
        *("repeated track", "repeat", "", Component.SELECTION, TransitionKind.BLEND),
        {SEVERE: 1.0},
    ),
    Flaw(
        *("monotone track", "monotone", "", Component.ENERGY, TransitionKind.CUT),
        {SEVERE: 1.0},
    ),
)

TINY_STEP: Final = 8


def examined(plan: Plan) -> tuple[Flaw, ...]:
    """Return the flaws that are examined: all of them, or a few for a tiny plan."""
    return FLAWS[:: TINY_STEP if plan.tiny else 1]
