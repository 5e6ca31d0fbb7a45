"""What is told as a finding, what it may cost or earn, and where it begins to.

Each rule is linear from good (no points) to bad (all of them); the sources of the limits stand in
`docs/judging.md`. Points are on the 1-10 scale of the component and are scaled by the confidence
of what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.messages import Component, Finding
from judge.rubric import FULL_CONTRAST

POINTS_DECIMALS: Final = 1
"""As points are shown. What is 0.0 then is not worth a DJ's attention."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be told."""

    code: str
    component: Component
    limit: float  # where points begin
    extreme: float  # where all points are given; may lie below `limit`
    unit: str
    points: float  # negative for a loss

    def share(self, measured: float) -> float:
        """Return how far `measured` lies from the limit to the extreme, 0-1."""
        return min(max((measured - self.limit) / (self.extreme - self.limit), 0.0), 1.0)

    def finding(
        self, measured: float, start_sample: int, end_sample: int, confidence: float = 1.0
    ) -> Finding | None:
        """Return the finding; None where its points round to nothing."""
        points = self.points * self.share(measured) * confidence
        if round(points, POINTS_DECIMALS) == 0:
            return None
        return Finding(
            code=self.code,
            component=self.component,
            start_sample=start_sample,
            end_sample=max(end_sample, start_sample),
            measured=measured,
            limit=self.limit,
            unit=self.unit,
            points=points,
        )


DEAD_AIR: Final = Rule("dead_air", Component.TECHNICAL, 0.0, 2.0, "s", -3.3)
CLIPPING: Final = Rule("clipping", Component.TECHNICAL, 0.0, 6.0, "count", -3.3)
TOO_QUIET: Final = Rule("too_quiet", Component.TECHNICAL, 0.0, 15.0, "LU", -3.8)
TOO_LOUD: Final = Rule("too_loud", Component.TECHNICAL, 0.0, 3.0, "LU", -3.8)
"""Faults outside transitions; a fault counts as much as a transition with nothing else amiss."""

CLEAN_BEATMATCH: Final = Rule("clean_beatmatch", Component.TECHNICAL, 12.0, 0.0, "ms", 0.5)
HARMONIC_BLEND: Final = Rule("harmonic_blend", Component.SELECTION, 75.0, 100.0, "%", 0.5)
ENERGY_BUILD: Final = Rule("energy_build", Component.ENERGY, 20.0, 50.0, "%", 0.4)
"""What went well; it is told, and what it is worth is in the score already: nothing was lost."""

MOMENTS: Final = (DEAD_AIR, CLIPPING, TOO_QUIET, TOO_LOUD, ENERGY_BUILD)


@dataclass(frozen=True, slots=True)
class Telling:
    """How a loss is told: what is measured, from where on it costs, and in which unit."""

    component: Component
    limit: float
    unit: str


TELLINGS: Final[Mapping[str, Telling]] = {
    "beat_offset": Telling(Component.TECHNICAL, 12.0, "ms"),
    "tempo_drift": Telling(Component.TECHNICAL, 1.0, "ms/s"),
    "loudness_step": Telling(Component.TECHNICAL, 1.0, "LU"),
    "bass_clash": Telling(Component.TECHNICAL, 1.0, "dB"),
    "bass_hole": Telling(Component.TECHNICAL, 8.0, "beats"),
    "off_phrase": Telling(Component.TECHNICAL, 0.0, "beats"),
    "clipping": Telling(Component.TECHNICAL, 0.0, "count"),
    "dead_air": Telling(Component.TECHNICAL, 0.0, "s"),
    "too_quiet": Telling(Component.TECHNICAL, 0.0, "LU"),
    "too_loud": Telling(Component.TECHNICAL, 0.0, "LU"),
    "key_clash": Telling(Component.SELECTION, 100.0, "%"),
    "tempo_jump": Telling(Component.SELECTION, 5.0, "%"),
    "repetition": Telling(Component.SELECTION, 0.0, "count"),
    "flat_energy": Telling(Component.ENERGY, 100 * FULL_CONTRAST, "%"),
    "few_drops": Telling(Component.ENERGY, 6.0, "count"),  # or what the genre has
    "lost_pulse": Telling(Component.ENERGY, 0.0, "s"),
    "energy_dip": Telling(Component.ENERGY, 0.0, "count"),
    "few_ideas": Telling(Component.CREATIVITY, 2.0, "count"),
    "one_trick": Telling(Component.CREATIVITY, 100.0, "%"),
    "thin_layers": Telling(Component.CREATIVITY, 100.0, "%"),
}
