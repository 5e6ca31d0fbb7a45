"""What is told as a finding, what it may cost or earn, and where it begins to.

Each rule is linear from good (no points) to bad (all of them); the sources of the limits stand in
`docs/judging.md`. Points are on the 1-10 scale of the component and are scaled by the confidence
of what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.messages import Component, Finding

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


BEAT_OFFSET: Final = Rule("beat_offset", Component.TECHNICAL, 12.0, 60.0, "ms", -2.0)
TEMPO_GAP: Final = Rule("tempo_gap", Component.TECHNICAL, 0.1, 1.0, "%", -2.0)
LOUDNESS_STEP: Final = Rule("loudness_step", Component.TECHNICAL, 1.0, 6.0, "LU", -1.0)
BASS_HOLE: Final = Rule("bass_hole", Component.TECHNICAL, 8.0, 24.0, "beats", -0.5)
CLIPPING: Final = Rule("clipping", Component.TECHNICAL, 0.0, 24.0, "ms", -1.5)
DEAD_AIR: Final = Rule("dead_air", Component.TECHNICAL, 0.0, 2.0, "s", -2.0)
TOO_QUIET: Final = Rule("too_quiet", Component.TECHNICAL, 0.0, 15.0, "LU", -0.5)
TOO_LOUD: Final = Rule("too_loud", Component.TECHNICAL, 0.0, 3.0, "LU", -0.5)
TEMPO_JUMP: Final = Rule("tempo_jump", Component.SELECTION, 5.0, 12.0, "%", -1.0)
KEY_CLASH: Final = Rule("key_clash", Component.SELECTION, 40.0, 0.0, "%", -1.5)

CLEAN_BEATMATCH: Final = Rule("clean_beatmatch", Component.TECHNICAL, 12.0, 0.0, "ms", 0.5)
HARMONIC_BLEND: Final = Rule("harmonic_blend", Component.SELECTION, 75.0, 100.0, "%", 0.5)
ENERGY_BUILD: Final = Rule("energy_build", Component.ENERGY, 20.0, 50.0, "%", 0.4)

RULES: Final = (
    *(BEAT_OFFSET, TEMPO_GAP, LOUDNESS_STEP, BASS_HOLE, CLIPPING, DEAD_AIR),
    *(TOO_QUIET, TOO_LOUD, TEMPO_JUMP, KEY_CLASH),
    *(CLEAN_BEATMATCH, HARMONIC_BLEND, ENERGY_BUILD),
)
