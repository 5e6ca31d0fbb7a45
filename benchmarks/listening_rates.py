"""How often what was heard is right: counts that benchmarks of the listener share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

TEMPO_TOLERANCE: Final = 0.01
PEER_TOLERANCE: Final = 0.04
"""librosa reads tempo off a grid of lags: it is counted at the usual tolerance as well."""
OCTAVES: Final = (1.0, 2.0, 0.5)
BEAT_TOLERANCES_MS: Final = (35, 70)
RELATED: Final = ("exact", "fifth", "relative")


def key_relation(key: int, truth: int) -> str:
    """Return how a key lies to the true one; both 0-23, major first."""
    steps = (key - truth) % 12
    if (key < 12) == (truth < 12):
        return {0: "exact", 5: "fifth", 7: "fifth"}.get(steps, "other")
    relative = 3 if truth >= 12 else 9
    return {0: "parallel", relative: "relative"}.get(steps, "other")


@dataclass(slots=True)
class Share:
    """Counts of what was said of windows."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: str) -> None:
        """Count one window."""
        self.counts[verdict] += 1

    def row(self) -> dict[str, float]:
        """Return the number of windows, and each verdict's share of them."""
        windows = sum(self.counts.values())
        shares = {name: round(count / windows, 4) for name, count in sorted(self.counts.items())}
        return {"windows": windows, **shares}


class Tally:
    """Shares by name."""

    def __init__(self) -> None:
        self._shares: dict[str, Share] = defaultdict(Share)

    def add(self, name: str, verdict: str) -> None:
        """Count one window of the group `name`."""
        self._shares[name].add(verdict)

    def rows(self) -> dict[str, dict[str, float]]:
        """Return every group."""
        return {name: self._shares[name].row() for name in sorted(self._shares)}


def tempo_verdict(
    bpm: float | None, truths: Iterable[float], tolerance: float = TEMPO_TOLERANCE
) -> str:
    """Tell whether a tempo is right, right but for an octave, wrong or not said."""
    if bpm is None:
        return "not_said"
    apart = {octave: min(abs(bpm / (truth * octave) - 1) for truth in truths) for octave in OCTAVES}
    if apart[1.0] <= tolerance:
        return "right"
    return "octave" if min(apart.values()) <= tolerance else "wrong"


@dataclass(slots=True)
class BeatCount:
    """Beats said, true beats, and pairs of them that lie close together."""

    said: int = 0
    true: int = 0
    paired: dict[int, int] = field(default_factory=lambda: dict.fromkeys(BEAT_TOLERANCES_MS, 0))

    def add(self, said: NDArray[np.float64], true: NDArray[np.float64]) -> None:
        """Count the beats of a stretch, both in seconds; each may be paired once."""
        self.said += len(said)
        self.true += len(true)
        if len(said) == 0 or len(true) == 0:
            return
        nearest = np.abs(said[:, None] - true[None, :]).min(axis=0)
        for tolerance in BEAT_TOLERANCES_MS:
            self.paired[tolerance] += int((nearest <= tolerance / 1_000).sum())

    def row(self) -> dict[str, Any]:
        """Return the F measure at each tolerance."""
        total = max(self.said + self.true, 1)
        return {
            "beats": self.true,
            **{
                f"f_{tolerance}_ms": round(2 * pairs / total, 4)
                for tolerance, pairs in self.paired.items()
            },
        }
